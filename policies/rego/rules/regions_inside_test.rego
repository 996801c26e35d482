package tenant_compiler.rules_test.regions_inside

import rego.v1

import data.tenant_compiler.rules.regions_inside

_input := {
	"tenant": {
		"metadata": {"name": "acme"},
		"spec": {"placement": {"cloud": "aws", "residency": {"strict": true, "jurisdictions": []}}},
	},
	"environment": "production",
	"sites": [{
		"region": "eu-central-1",
		"cluster": "central",
		"cloud": "aws",
		"role": "primary",
		"zones": 3,
		"jurisdiction": "EU",
	}],
	"artifacts": {"kubernetes": {"Namespace": [
		{
			"ref": "kubernetes/central.yaml#Namespace/acme-production",
			"file": "kubernetes/central.yaml",
			"value": {"metadata": {"name": "acme-production"}},
		},
		{
			"ref": "own/elsewhere.json#Namespace/acme-production",
			"file": "own/elsewhere.json",
			"value": {"metadata": {"name": "acme-production"}},
		},
	]}},
}

# No fixture can change the name of a file.
test_a_cluster_of_no_region_is_denied if {
	{found.object | some found in regions_inside.deny} == {"own/elsewhere.json#Namespace/acme-production"} with input as _input
	count(regions_inside.checked) == 2 with input as _input
}
