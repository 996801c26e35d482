# METADATA
# scope: package
# title: Users have rights by their role
# description: The tenant names roles for its users, and for each role the groups that have it.
# custom:
#   id: TC414
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: "list roles with their groups: `security.identity.roles: {viewer: {groups: [grp-viewers]}}`"
#   parameters: {}
#   carried_by: [TC495]
#   needs: [edge.roles]
package tenant_compiler.rules.tenant_roles

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_roles := ["spec", "security", "identity", "roles"]

deny contains finding if {
	scope.active
	some finding in settings.said(_roles, "users must have rights by roles, not one by one")
}

deny contains finding if {
	scope.active
	some name, _ in object.get(input.tenant, _roles, {})
	groups := array.concat(_roles, [name, "groups"])
	some finding in settings.said(groups, "a role must say which groups have it")
}

checked contains _roles if scope.active

checked contains array.concat(_roles, [name, "groups"]) if {
	scope.active
	some name, _ in object.get(input.tenant, _roles, {})
}
