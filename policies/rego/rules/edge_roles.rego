# METADATA
# scope: package
# title: Every emitted way in lets in users with a role only
# description: >-
#   Where the tenant says which claim has a user's groups, and which groups have its roles, the policy of every emitted
#   route lets in only clients whose token of the declared provider names one of these groups.
# custom:
#   id: TC495
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a way in for users without a role; upgrade it, or report it to its authors.
#     `security.identity.roles` says which groups get in
package tenant_compiler.rules.edge_roles

import rego.v1

import data.tenant_compiler.lib.edge
import data.tenant_compiler.lib.kubernetes

_path := ["spec", "security", "identity", "roles"]

_sso := input.tenant.spec.security.identity.sso

_groups := {group | group := input.tenant.spec.security.identity.roles[_].groups[_]}

_declared if {
	_sso.groups_claim
	_groups != set()
}

deny contains {"message": message, "object": route.ref, "path": _path} if {
	_declared
	some route in edge.unguarded
	message := sprintf("the route %s lets in users without a role", [kubernetes.name(route)])
}

deny contains {"message": message, "object": guard.ref, "path": _path, "at": ["spec", "authorization"]} if {
	_declared
	some guard in edge.guards
	not _asks(guard)
	message := sprintf("the policy %s lets in users who have none of the tenant's roles", [kubernetes.name(guard)])
}

deny contains {"message": message, "object": guard.ref, "path": _path, "at": ["spec", "jwt"]} if {
	_declared
	some guard in edge.guards
	not edge.trusts(guard, _sso)
	message := sprintf("the policy %s takes groups from others than %s", [kubernetes.name(guard), _sso.issuer])
}

checked contains item.ref if {
	_declared
	some item in array.concat(edge.routes, edge.guards)
}

_asks(guard) if {
	guard.value.spec.authorization.defaultAction == "Deny"
	every rule in edge.allowing(guard) {
		some claim in rule.principal.jwt.claims
		claim.name == _sso.groups_claim
		claim.values[0]
		{value | some value in claim.values} - _groups == set()
	}
}
