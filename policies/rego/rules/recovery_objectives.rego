# METADATA
# scope: package
# title: It is said how soon the tenant works again
# description: The tenant says how much may be lost in a disaster, and after how long it serves again.
# custom:
#   id: TC438
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `placement.disaster_recovery.recovery_point_minutes` and `recovery_time_minutes`, or lower them
#   parameters:
#     recovery_point_minutes:
#       unit: minutes
#       default: 1440
#       stricter: lower
#       description: The most minutes of changes that are lost
#     recovery_time_minutes:
#       unit: minutes
#       default: 1440
#       stricter: lower
#       description: The most minutes until it serves again
#   carried_by: []
#   needs: []
package tenant_compiler.rules.recovery_objectives

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_point := ["spec", "placement", "disaster_recovery", "recovery_point_minutes"]

_time := ["spec", "placement", "disaster_recovery", "recovery_time_minutes"]

deny contains finding if {
	scope.active
	limit := input.parameters.recovery_point_minutes
	some finding in settings.at_most(_point, limit, "minutes", "a disaster may cost the changes of")
}

deny contains finding if {
	scope.active
	limit := input.parameters.recovery_time_minutes
	some finding in settings.at_most(_time, limit, "minutes", "after a disaster the tenant may be away for")
}

checked contains pointer if {
	scope.active
	some pointer in [_point, _time]
}
