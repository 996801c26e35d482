# METADATA
# scope: package
# title: A copy of each backup is elsewhere
# description: There are enough copies of each backup, and one of them is in another region than the data.
# custom:
#   id: TC436
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: raise `backup.copies`, and write a region other than the primary one as `backup.region`
#   parameters:
#     backup_copies:
#       unit: copies
#       default: 2
#       stricter: higher
#       description: The fewest copies of a backup, the first included
#   carried_by: [TC478]
#   needs: [backup, backup.copies]
package tenant_compiler.rules.backup_copies

import rego.v1

import data.tenant_compiler.lib.places
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores

_copies := ["spec", "backup", "copies"]

_region := ["spec", "backup", "region"]

deny contains finding if {
	stores.keeping != []
	some finding in settings.at_least(_copies, input.parameters.backup_copies, "copies", "of a backup there must be")
}

deny contains finding if {
	stores.keeping != []
	some finding in settings.said(_region, "a copy of each backup must be in another region than the data")
}

deny contains finding if {
	stores.keeping != []
	settings.value(_region) == places.primary
	message := sprintf(
		"backup.region is %s, where the data is, but a copy of each backup must be in another region",
		[places.primary],
	)
	finding := settings.finding(_region, message)
}

checked contains pointer if {
	stores.keeping != []
	some pointer in [_copies, _region]
}

# Nothing emitted shows what becomes of the backups of volumes.
checked contains volume.pointer if some volume in stores.volumes
