# METADATA
# scope: package
# title: Emitted providers call FIPS end points
# description: >-
#   Where the tenant declares FIPS 140, every configuration of the cloud's provider uses those end points and no others.
# custom:
#   id: TC463
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a provider without `use_fips_endpoint`; upgrade it, or report it to its authors.
#     `security.keys.fips` says whether the tenant needs it
package tenant_compiler.rules.fips_endpoints

import rego.v1

import data.tenant_compiler.lib.terraform

_path := ["spec", "security", "keys", "fips"]

_declared if input.tenant.spec.security.keys.fips == true

deny contains {"message": message, "object": provider.item.ref, "path": _path, "at": ["use_fips_endpoint"]} if {
	_declared
	some provider in terraform.providers
	not terraform.yes(provider.value, "use_fips_endpoint")
	message := sprintf("%s does not use FIPS end points", [terraform.address(provider.item)])
}

deny contains {"message": message, "object": provider.item.ref, "path": _path, "at": ["endpoints"]} if {
	_declared
	some provider in terraform.providers
	count(provider.value.endpoints) > 0
	message := sprintf("%s calls end points of its own, which may be any", [terraform.address(provider.item)])
}

checked contains provider.item.ref if {
	_declared
	some provider in terraform.providers
}
