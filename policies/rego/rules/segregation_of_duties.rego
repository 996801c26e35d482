# METADATA
# scope: package
# title: Nobody approves what they roll out themselves
# description: >-
#   Groups are named that roll out changes, that approve them, and, where there is a database, that administer it; no
#   group stands in two of these.
# custom:
#   id: TC415
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: name different groups under `change_control.roles` as `deployers`, `approvers` and `database_admins`
#   parameters: {}
#   carried_by: [TC467]
#   needs: [access.duties]
package tenant_compiler.rules.segregation_of_duties

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores

_roles := ["spec", "change_control", "roles"]

_purposes := {
	"deployers": "somebody must be named who rolls out changes",
	"approvers": "somebody must be named who approves changes",
	"database_admins": "somebody must be named who administers the databases",
}

# The duties that somebody must have; databases have administrators where there is a database.
_duties := ["deployers", "approvers", "database_admins"] if {
	some store in stores.all
	store.kind == "sql"
} else := ["deployers", "approvers"]

_pointer(duty) := array.concat(_roles, [duty])

deny contains finding if {
	scope.active
	some duty in _duties
	some finding in settings.said(_pointer(duty), _purposes[duty])
}

deny contains finding if {
	scope.active
	some later, duty in _duties
	some earlier, other in _duties
	earlier < later
	some index, group in object.get(input.tenant, _pointer(duty), [])
	group in object.get(input.tenant, _pointer(other), [])
	message := sprintf(
		"the group %s is in change_control.roles.%s and in change_control.roles.%s, which must be different people",
		[group, duty, other],
	)
	finding := settings.finding(array.concat(_pointer(duty), [index]), message)
}

checked contains _pointer(duty) if {
	scope.active
	some duty in _duties
}
