# METADATA
# scope: package
# title: Nobody can delete a backup before its time
# description: Backups are locked, so that neither an intruder nor a mistake takes them away with the data.
# custom:
#   id: TC437
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `backup.immutable` as true
#   parameters: {}
#   carried_by: [TC479]
#   needs: [backup, backup.immutable]
package tenant_compiler.rules.backup_immutable

import rego.v1

import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores

_immutable := ["spec", "backup", "immutable"]

deny contains finding if {
	stores.keeping != []
	some finding in settings.exactly(_immutable, true, "nobody may delete a backup before its time")
}

checked contains _immutable if stores.keeping != []

# Nothing emitted shows what becomes of the backups of volumes.
checked contains volume.pointer if some volume in stores.volumes
