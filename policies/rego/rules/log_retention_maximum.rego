# METADATA
# scope: package
# title: Logs about persons end
# description: >-
#   Where a tenant holds data about persons, its logs and its audit trail hold some of it, too: they are kept for a
#   time that is known and not too long.
# custom:
#   id: TC427
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.audit.retention_days` and `monitoring.logging.retention_days`, or lower them
#   parameters:
#     personal_log_retention_days:
#       unit: days
#       default: 3650
#       stricter: lower
#       description: The most days that logs about persons are kept
#       conflicts_with: audit_retention_days
#   carried_by: [TC470]
#   needs: []
package tenant_compiler.rules.log_retention_maximum

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_audit := ["spec", "security", "audit", "retention_days"]

_logging := ["spec", "monitoring", "logging", "retention_days"]

# Without a time there is no audit trail.
_logs contains _audit if settings.value(_audit) != null

# What runs writes logs, whether or not anybody says for how long.
_logs contains _logging if scope.running

deny contains finding if {
	scope.holding_personal
	some pointer in _logs
	limit := input.parameters.personal_log_retention_days
	some finding in settings.at_most(pointer, limit, "days", "logs about persons may be kept for")
}

checked contains pointer if {
	scope.holding_personal
	some pointer in _logs
}
