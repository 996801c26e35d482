# METADATA
# scope: package
# title: Emitted backups have copies in the declared region
# description: >-
#   Where the tenant declares copies in another region, every rule of an emitted backup plan copies to a vault there and
#   keeps the copy as long. A plan that makes fewer copies than declared, because the cloud makes no more, proves
#   nothing of their number and is not looked at.
# custom:
#   id: TC478
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted backups without copies in `backup.region`; upgrade it, or report it to its authors
package tenant_compiler.rules.backups_copied

import rego.v1

import data.tenant_compiler.lib.places
import data.tenant_compiler.lib.terraform

_path := ["spec", "backup", "region"]

_region := input.tenant.spec.backup.region

# Plans of tenants that declare a copy elsewhere. Left out, the number of copies is two where there is a region.
_plans := [plan |
	_region != places.primary
	_wanted > 1
	plan := input.artifacts.terraform.aws_backup_plan[_]
]

_wanted := object.get(input.tenant.spec.backup, "copies", 2)

deny contains {"message": message, "object": plan.ref, "path": _path, "at": ["rule", index, "copy_action"]} if {
	some plan in _plans
	some index, rule in terraform.blocks(plan.value, "rule")
	_away(rule, plan) == set()
	message := sprintf("%s makes no copy in %s", [terraform.address(plan), _region])
}

deny contains {"message": message, "object": plan.ref, "path": _path, "at": ["rule", index, "copy_action"]} if {
	some plan in _plans
	some index, rule in terraform.blocks(plan.value, "rule")
	some action in terraform.blocks(rule, "copy_action")
	object.get(action, "lifecycle", []) != object.get(rule, "lifecycle", [])
	message := sprintf("%s keeps copies for another time than backups", [terraform.address(plan)])
}

checked contains item.ref if {
	some plan in _plans
	_judged(plan)
	some item in array.concat([plan], [vault |
		some rule in terraform.blocks(plan.value, "rule")
		some vault in _vaults(rule, plan)
	])
}

# Enough copies, or too few in the region: the one is proven, the other denied.
_judged(plan) if {
	every rule in terraform.blocks(plan.value, "rule") {
		1 + count(terraform.blocks(rule, "copy_action")) >= _wanted
	}
}

_judged(plan) if {
	some rule in terraform.blocks(plan.value, "rule")
	_away(rule, plan) == set()
}

_judged(plan) if {
	some rule in terraform.blocks(plan.value, "rule")
	some action in terraform.blocks(rule, "copy_action")
	object.get(action, "lifecycle", []) != object.get(rule, "lifecycle", [])
}

_away(rule, plan) := {vault.ref | some vault in _vaults(rule, plan); terraform.region(vault) == _region}

# The vaults that a rule copies to.
_vaults(rule, plan) := [vault |
	some action in terraform.blocks(rule, "copy_action")
	vault := input.artifacts.terraform.aws_backup_vault[_]
	terraform.refers(action.destination_vault_arn, "aws_backup_vault", vault)
	terraform.roots[vault.file] == terraform.roots[plan.file]
]
