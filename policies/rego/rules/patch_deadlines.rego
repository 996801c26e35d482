# METADATA
# scope: package
# title: Known weaknesses are repaired in time
# description: The tenant says within how many days weaknesses are repaired, by their severity.
# custom:
#   id: TC447
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `critical`, `high`, `moderate` and `low` under `security.scanning.patch_days`, or lower them
#   parameters:
#     patch_critical_days:
#       unit: days
#       default: 30
#       stricter: lower
#       description: The most days for critical weaknesses
#     patch_high_days: {unit: days, default: 30, stricter: lower, description: The most days for high ones}
#     patch_moderate_days: {unit: days, default: 90, stricter: lower, description: The most days for moderate ones}
#     patch_low_days: {unit: days, default: 180, stricter: lower, description: The most days for low ones}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.patch_deadlines

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_limits := {
	"critical": input.parameters.patch_critical_days,
	"high": input.parameters.patch_high_days,
	"moderate": input.parameters.patch_moderate_days,
	"low": input.parameters.patch_low_days,
}

_pointer(severity) := ["spec", "security", "scanning", "patch_days", severity]

deny contains finding if {
	scope.running
	some severity, limit in _limits
	purpose := sprintf("a weakness of severity %s may stay for", [severity])
	some finding in settings.at_most(_pointer(severity), limit, "days", purpose)
}

checked contains _pointer(severity) if {
	scope.running
	some severity, _ in _limits
}
