# METADATA
# scope: package
# title: Accounts that nobody uses are closed
# description: Accounts are closed when nobody has used them for long, and soon after their owner has left.
# custom:
#   id: TC412
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: lower `security.identity.inactive_account_days` and `security.identity.deprovision_hours`
#   parameters:
#     inactive_account_days:
#       unit: days
#       default: 90
#       stricter: lower
#       description: The most days that an account is unused
#     deprovision_hours:
#       unit: hours
#       default: 24
#       stricter: lower
#       description: The most hours until a leaver's account is closed
#   carried_by: []
#   needs: []
package tenant_compiler.rules.inactive_accounts

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_unused := ["spec", "security", "identity", "inactive_account_days"]

_left := ["spec", "security", "identity", "deprovision_hours"]

deny contains finding if {
	scope.active
	limit := input.parameters.inactive_account_days
	some finding in settings.at_most(_unused, limit, "days", "an account may be unused for")
}

deny contains finding if {
	scope.active
	limit := input.parameters.deprovision_hours
	some finding in settings.at_most(_left, limit, "hours", "the account of who leaves may stay open for")
}

checked contains pointer if {
	scope.active
	some pointer in [_unused, _left]
}
