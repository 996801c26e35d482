# METADATA
# scope: package
# title: The audit trail is kept long enough
# description: >-
#   Records of the audit trail are kept long enough, and for some time so that they can be searched at once.
# custom:
#   id: TC422
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: raise `security.audit.retention_days` and `security.audit.online_days`
#   parameters:
#     audit_retention_days:
#       unit: days
#       default: 365
#       stricter: higher
#       description: The fewest days that records are kept
#     audit_online_days:
#       unit: days
#       default: 90
#       stricter: higher
#       description: The fewest days that records can be searched
#   carried_by: [TC470]
#   needs: [audit.trail]
package tenant_compiler.rules.audit_retention

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_retention := ["spec", "security", "audit", "retention_days"]

_online := ["spec", "security", "audit", "online_days"]

deny contains finding if {
	scope.active
	limit := input.parameters.audit_retention_days
	some finding in settings.at_least(_retention, limit, "days", "the audit trail must be kept for")
}

deny contains finding if {
	scope.active
	limit := input.parameters.audit_online_days
	some finding in settings.at_least(_online, limit, "days", "the audit trail must be searchable for")
}

checked contains pointer if {
	scope.active
	some pointer in [_retention, _online]
}
