# METADATA
# scope: package
# title: Access in an emergency is short and approved afterwards
# description: It is said who may take access in an emergency, when it ends, and until when somebody else approves it.
# custom:
#   id: TC418
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `change_control.break_glass` with `roles`, `maximum_minutes` and `post_approval_hours`
#   parameters:
#     break_glass_minutes:
#       unit: minutes
#       default: 60
#       stricter: lower
#       description: The most minutes of access in an emergency
#     post_approval_hours:
#       unit: hours
#       default: 24
#       stricter: lower
#       description: The most hours until it is approved afterwards
#   carried_by: []
#   needs: []
package tenant_compiler.rules.break_glass

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_roles := ["spec", "change_control", "break_glass", "roles"]

_minutes := ["spec", "change_control", "break_glass", "maximum_minutes"]

_approval := ["spec", "change_control", "break_glass", "post_approval_hours"]

deny contains finding if {
	scope.active
	some finding in settings.said(_roles, "groups must be named that may take access in an emergency")
}

deny contains finding if {
	scope.active
	limit := input.parameters.break_glass_minutes
	some finding in settings.at_most(_minutes, limit, "minutes", "access in an emergency may last for")
}

deny contains finding if {
	scope.active
	limit := input.parameters.post_approval_hours
	some finding in settings.at_most(_approval, limit, "hours", "access in an emergency may go without approval for")
}

checked contains pointer if {
	scope.active
	some pointer in [_roles, _minutes, _approval]
}
