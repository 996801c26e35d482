# METADATA
# scope: package
# title: Every emitted way in asks for a second factor
# description: >-
#   Where the tenant requires a second factor and says which ones count, the policy of every emitted route lets in only
#   clients whose token of the declared provider says that one of these was used.
# custom:
#   id: TC464
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a way in without a second factor; upgrade it, or report it to its authors.
#     `security.identity.mfa_methods` says which ones count
package tenant_compiler.rules.edge_multi_factor

import rego.v1

import data.tenant_compiler.lib.edge
import data.tenant_compiler.lib.kubernetes

_path := ["spec", "security", "identity", "mfa_methods"]

_sso := input.tenant.spec.security.identity.sso

_methods := input.tenant.spec.security.identity.mfa_methods

# What RFC 8176 calls the factors in the claim `amr`.
_references := {"piv": "sc", "sms": "sms", "totp": "otp", "webauthn": "hwk"}

_declared if {
	input.tenant.spec.security.mfa_required == true
	_methods[0]
	_sso
}

deny contains {"message": message, "object": route.ref, "path": _path} if {
	_declared
	some route in edge.unguarded
	message := sprintf("the route %s asks for no second factor", [kubernetes.name(route)])
}

deny contains {"message": message, "object": guard.ref, "path": _path, "at": ["spec", "authorization"]} if {
	_declared
	some guard in edge.guards
	not _asks(guard)
	message := sprintf(
		"the policy %s lets in clients without one of the second factors %s",
		[kubernetes.name(guard), concat(", ", _methods)],
	)
}

deny contains {"message": message, "object": guard.ref, "path": _path, "at": ["spec", "jwt"]} if {
	_declared
	some guard in edge.guards
	not edge.trusts(guard, _sso)
	message := sprintf("the policy %s takes tokens that are not from %s", [kubernetes.name(guard), _sso.issuer])
}

checked contains item.ref if {
	_declared
	some item in array.concat(edge.routes, edge.guards)
}

_asks(guard) if {
	authorization := guard.value.spec.authorization
	authorization.defaultAction == "Deny"
	every rule in edge.allowing(guard) {
		claim := rule.principal.jwt.claims[_]
		claim.name == "amr"
		claim.values[0]
		{value | some value in claim.values} - {_references[method] | some method in _methods} == set()
	}
}
