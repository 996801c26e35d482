# METADATA
# scope: package
# title: Breaches are reported in time
# description: Where protected data is held, the tenant says within how many hours a breach is reported.
# custom:
#   id: TC458
#   subject: tenant
#   evidence: attested
#   severity: error
#   enforcement: block
#   remediation: write `compliance.breach_notification_hours`, or lower it
#   parameters:
#     breach_notification_hours:
#       unit: hours
#       default: 72
#       stricter: lower
#       description: The most hours until a breach is reported
#   carried_by: []
#   needs: []
package tenant_compiler.rules.breach_notification

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_hours := ["spec", "compliance", "breach_notification_hours"]

deny contains finding if {
	scope.holding_regulated
	limit := input.parameters.breach_notification_hours
	some finding in settings.at_most(_hours, limit, "hours", "a breach may go unreported for")
}

checked contains _hours if scope.holding_regulated
