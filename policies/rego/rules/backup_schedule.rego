# METADATA
# scope: package
# title: Stores and volumes are backed up often enough, and backups are kept
# description: >-
#   Backups of the stores, and of the volumes of services, are made on a schedule without too long gaps, and each is kept
#   long enough.
# custom:
#   id: TC435
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `backup.schedule`, such as "0 2 * * *" for every night, and `backup.retention_days`
#   parameters:
#     backup_hours: {unit: hours, default: 24, stricter: lower, description: The most hours between two backups}
#     backup_retention_days:
#       unit: days
#       default: 14
#       stricter: higher
#       description: The fewest days that a backup is kept
#   carried_by: [TC477, TC492]
#   needs: [backup, backup.volumes]
package tenant_compiler.rules.backup_schedule

import rego.v1

import data.tenant_compiler.lib.intervals
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores
import data.tenant_compiler.lib.text

_schedule := ["spec", "backup", "schedule"]

_retention := ["spec", "backup", "retention_days"]

_kept := "stores" if {
	stores.all != []
} else := "volumes"

# A schedule that is often enough: every night, or every so many hours that divide a day.
_often := "0 2 * * *" if {
	input.parameters.backup_hours >= 24
} else := sprintf("0 */%d * * *", [max(steps)]) if {
	steps := {step | some step in {1, 2, 3, 4, 6, 8, 12}; step <= input.parameters.backup_hours}
}

deny contains finding if {
	stores.keeping != []
	settings.value(_schedule) == null
	message := sprintf(
		"backup.schedule is missing: %s must be backed up at least every %s",
		[_kept, text.amount(input.parameters.backup_hours, "hours")],
	)
	finding := settings.fixable(_schedule, _often, message)
}

deny contains finding if {
	stores.keeping != []
	schedule := settings.value(_schedule)
	schedule != null
	gap := intervals.longest(schedule)
	gap > input.parameters.backup_hours
	message := sprintf(
		"backup.schedule is \"%s\", which leaves %s without a backup, but at most %s are allowed",
		[schedule, text.amount(gap, "hours"), text.amount(input.parameters.backup_hours, "hours")],
	)
	finding := settings.fixable(_schedule, _often, message)
}

deny contains finding if {
	stores.keeping != []
	limit := input.parameters.backup_retention_days
	some finding in settings.at_least(_retention, limit, "days", "a backup must be kept for")
}

checked contains pointer if {
	stores.keeping != []
	some pointer in [_schedule, _retention]
}

# A schedule proves nothing of what no backup is about.
checked contains each.pointer if some each in stores.keeping
