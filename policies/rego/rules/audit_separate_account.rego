# METADATA
# scope: package
# title: The audit trail is kept apart
# description: The audit trail is kept where the tenant's administrators have no rights.
# custom:
#   id: TC424
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.audit.separate_account` as true
#   parameters: {}
#   carried_by: []
#   needs: [audit.trail]
package tenant_compiler.rules.audit_separate_account

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_separate := ["spec", "security", "audit", "separate_account"]

deny contains finding if {
	scope.active
	reason := "who administers the tenant must have no rights to its audit trail"
	some finding in settings.exactly(_separate, true, reason)
}

checked contains _separate if scope.active
