# METADATA
# scope: package
# title: No look-alike site can use a second factor
# description: >-
#   The second factors that count are bound to the site that they are for, such as security keys and smart cards.
# custom:
#   id: TC408
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: list nothing but `webauthn` and `piv` in `security.identity.mfa_methods`
#   parameters: {}
#   carried_by: [TC464]
#   needs: [edge.sign_on]
package tenant_compiler.rules.phishing_resistant

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_methods := ["spec", "security", "identity", "mfa_methods"]

_resistant := {"webauthn", "piv"}

deny contains finding if {
	scope.active
	reason := "webauthn or piv is needed, which no look-alike site can use"
	some finding in settings.said_as(_methods, ["webauthn"], reason)
}

deny contains finding if {
	scope.active
	some index, method in object.get(input.tenant, _methods, [])
	not method in _resistant
	message := sprintf(
		"security.identity.mfa_methods has %s, which a look-alike site can use; only webauthn and piv are allowed",
		[method],
	)
	finding := {"message": message, "path": array.concat(_methods, [index]), "fix": _without_weak}
}

checked contains _methods if scope.active

_without_weak := {"path": _methods, "value": kept} if {
	kept := [method | some method in object.get(input.tenant, _methods, []); method in _resistant]
	count(kept) > 0
} else := {"path": _methods, "value": ["webauthn"]}
