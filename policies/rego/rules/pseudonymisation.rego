# METADATA
# scope: package
# title: Persons are not named where nobody has to know them
# description: Where data about persons is held, it is said what stands in its place where nobody has to know them.
# custom:
#   id: TC443
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `compliance.masking.personal` as `pseudonymised`, `anonymised` or `synthetic`
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.pseudonymisation

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_masking := ["spec", "compliance", "masking", "personal"]

deny contains finding if {
	scope.holding_personal
	reason := "persons must not be named where nobody has to know them"
	some finding in settings.said_as(_masking, "pseudonymised", reason)
}

checked contains _masking if scope.holding_personal
