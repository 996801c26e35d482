# METADATA
# scope: package
# title: Data that has to go is gone in time
# description: >-
#   The tenant says how its data is deleted, within how many days, and when it is gone from the backups, too:
#   that is not before the last of them is gone.
# custom:
#   id: TC440
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `deletion`, `deletion_deadline_days` and `backup_purge_days` under `compliance.retention`
#   parameters:
#     deletion_deadline_days:
#       unit: days
#       default: 30
#       stricter: lower
#       description: The most days until data is deleted
#   carried_by: []
#   needs: []
package tenant_compiler.rules.deletion

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.text

_how := ["spec", "compliance", "retention", "deletion"]

_deadline := ["spec", "compliance", "retention", "deletion_deadline_days"]

_purge := ["spec", "compliance", "retention", "backup_purge_days"]

deny contains finding if {
	scope.storing
	some finding in settings.said(_how, "it must be said how data is deleted")
}

deny contains finding if {
	scope.storing
	limit := input.parameters.deletion_deadline_days
	some finding in settings.at_most(_deadline, limit, "days", "data that has to go may stay for")
}

deny contains finding if {
	scope.storing
	settings.value(_purge) == null
	message := "compliance.retention.backup_purge_days is missing: it must be said when deleted data is gone from backups"
	finding := settings.finding(_purge, message)
}

deny contains finding if {
	scope.storing
	purge := settings.value(_purge)
	kept := settings.value(["spec", "backup", "retention_days"])
	is_number(purge)
	is_number(kept)
	kept > purge
	message := sprintf(
		"compliance.retention.backup_purge_days is %d, but backup.retention_days keeps backups for %s",
		[purge, text.amount(kept, "days")],
	)
	finding := settings.fixable(_purge, kept, message)
}

checked contains pointer if {
	scope.storing
	some pointer in [_how, _deadline, _purge]
}
