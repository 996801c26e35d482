# METADATA
# scope: package
# title: Nobody can delete emitted backups before their time
# description: >-
#   Where the tenant declares that backups cannot be deleted, every emitted vault has a lock that becomes final and
#   lasts as long as backups are kept.
# custom:
#   id: TC479
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a vault without such a lock, although `backup.immutable` asks for it; upgrade it, or
#     report it to its authors
package tenant_compiler.rules.backups_locked

import rego.v1

import data.tenant_compiler.lib.terraform

_path := ["spec", "backup", "immutable"]

_vaults := [vault |
	input.tenant.spec.backup.immutable == true
	input.tenant.spec.backup.schedule
	vault := input.artifacts.terraform.aws_backup_vault[_]
]

_days := object.get(input.tenant.spec.backup, "retention_days", 1)

deny contains {"message": message, "object": vault.ref, "path": _path} if {
	some vault in _vaults
	_locks(vault) == []
	message := sprintf("nothing locks the backups in %s", [terraform.address(vault)])
}

deny contains {"message": message, "object": lock.ref, "path": _path, "at": ["min_retention_days"]} if {
	some vault in _vaults
	some lock in _locks(vault)
	not _lasts(lock)
	message := sprintf("%s does not lock backups for %d days", [terraform.address(lock), _days])
}

deny contains {"message": message, "object": lock.ref, "path": _path, "at": ["changeable_for_days"]} if {
	some vault in _vaults
	some lock in _locks(vault)
	not lock.value.changeable_for_days
	message := sprintf("%s never becomes final: who has the rights can take it away", [terraform.address(lock)])
}

checked contains item.ref if {
	some vault in _vaults
	some item in array.concat([vault], _locks(vault))
}

_locks(vault) := [lock |
	lock := input.artifacts.terraform.aws_backup_vault_lock_configuration[_]
	terraform.refers(lock.value.backup_vault_name, "aws_backup_vault", vault)
	terraform.roots[lock.file] == terraform.roots[vault.file]
]

_lasts(lock) if terraform.integer(lock.value.min_retention_days) >= _days
