# METADATA
# scope: package
# title: Cryptography is validated
# description: >-
#   Where data is stored, only those end points of the cloud are used whose cryptography is validated (FIPS 140).
# custom:
#   id: TC406
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.keys.fips` as true, in a region that has FIPS end points
#   parameters: {}
#   carried_by: [TC463]
#   needs: [keys.fips]
package tenant_compiler.rules.fips

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_fips := ["spec", "security", "keys", "fips"]

deny contains finding if {
	scope.storing
	some finding in settings.exactly(_fips, true, "cryptography must be validated (FIPS 140)")
}

checked contains _fips if scope.storing
