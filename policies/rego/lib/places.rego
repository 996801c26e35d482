# METADATA
# scope: package
# title: Where data is
# description: >-
#   The regions of a tenant and of what it keeps elsewhere, with the country and the jurisdiction of each. Both are
#   empty where nobody knows them.
package tenant_compiler.lib.places

import rego.v1

import data.tenant_compiler.lib.settings

_sinks := [
	["spec", "backup", "region"],
	["spec", "security", "audit", "sink", "region"],
	["spec", "monitoring", "logging", "sink", "region"],
	_endpoint,
]

# A managed service for AI may be another cloud's.
_endpoint := ["spec", "ai", "endpoint", "region"]

_cloud(pointer) := settings.value(["spec", "ai", "endpoint", "provider"]) if {
	pointer == _endpoint
} else := input.tenant.spec.placement.cloud

# Every region that is named, with the place where it stands: {"pointer", "region", "country", "jurisdiction"}.
all := [place |
	some [pointer, region] in array.concat(_sites, _elsewhere)
	place := {
		"pointer": pointer,
		"region": region,
		"country": _country(region, _cloud(pointer)),
		"jurisdiction": jurisdiction(region),
	}
]

primary := [site.region | some site in input.sites; site.role == "primary"][0]

_sites := [[["spec", "placement", "regions", site.region], site.region] | some site in input.sites]

_elsewhere := [[pointer, region] |
	some pointer in _sinks
	region := settings.value(pointer)
	region != null
]

_country(region, cloud) := found[0] if {
	found := [country |
		some country, names in data.tenant_compiler.facts.regions.countries[cloud]
		region in names
	]
	count(found) > 0
} else := ""

# The plan knows it of every region that the tenant names, on premises from the cluster profiles.
jurisdiction(region) := said[0] if {
	said := [known.jurisdiction |
		some known in array.concat(input.sites, object.get(input, "elsewhere", []))
		known.region == region
	]
	count(said) > 0
} else := "EU" if {
	in_eea(_country(region, input.tenant.spec.placement.cloud))
} else := found if {
	found := data.tenant_compiler.facts.regions.jurisdictions[_country(region, input.tenant.spec.placement.cloud)]
} else := ""

# Whether a country belongs to the European Economic Area.
in_eea(country) if country in data.tenant_compiler.facts.eea.members
