# METADATA
# scope: package
# title: Users sign on with a second factor
# description: A second factor is required, and it is said which factors count.
# custom:
#   id: TC407
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.mfa_required` as true and list `security.identity.mfa_methods`
#   parameters: {}
#   carried_by: [TC464]
#   needs: [edge.sign_on]
package tenant_compiler.rules.multi_factor

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_required := ["spec", "security", "mfa_required"]

_methods := ["spec", "security", "identity", "mfa_methods"]

deny contains finding if {
	scope.active
	some finding in settings.exactly(_required, true, "users must sign on with a second factor")
}

deny contains finding if {
	scope.active
	some finding in settings.said_as(_methods, ["webauthn"], "it must be said which second factors count")
}

checked contains pointer if {
	scope.active
	some pointer in [_required, _methods]
}
