# METADATA
# scope: package
# title: Changes are approved
# description: A change is approved by others than its author, and belongs to a ticket.
# custom:
#   id: TC416
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: raise `change_control.approvals` and write `change_control.ticket_required` as true
#   parameters:
#     change_approvals:
#       unit: approvals
#       default: 1
#       stricter: higher
#       description: So many people at least approve a change
#   carried_by: []
#   needs: []
package tenant_compiler.rules.change_approval

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_approvals := ["spec", "change_control", "approvals"]

_ticket := ["spec", "change_control", "ticket_required"]

deny contains finding if {
	scope.active
	some finding in settings.at_least(_approvals, input.parameters.change_approvals, "approvals", "a change needs")
}

deny contains finding if {
	scope.active
	some finding in settings.exactly(_ticket, true, "a change must belong to a ticket")
}

checked contains pointer if {
	scope.active
	some pointer in [_approvals, _ticket]
}
