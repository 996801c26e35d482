# METADATA
# scope: package
# title: Emitted backups are made and kept as declared
# description: >-
#   Where the tenant declares a schedule, a backup plan runs at exactly its times, keeps backups for the declared time
#   in a vault of the same root, and is about every emitted store.
# custom:
#   id: TC477
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted no backups, or others than `backup.schedule` and `backup.retention_days` declare;
#     upgrade it, or report it to its authors
package tenant_compiler.rules.backups_planned

import rego.v1

import data.tenant_compiler.lib.cron
import data.tenant_compiler.lib.terraform

_schedule := ["spec", "backup", "schedule"]

_retention := ["spec", "backup", "retention_days"]

_declared := input.tenant.spec.backup.schedule

# Stores that were emitted, each with its kind.
_stores := [[kind, store] |
	_declared
	some kind in ["aws_db_instance", "aws_rds_cluster", "aws_s3_bucket"]
	store := input.artifacts.terraform[kind][_]
	store.value.tags.store
]

_plans := [plan | _declared; plan := input.artifacts.terraform.aws_backup_plan[_]]

deny contains {"message": message, "object": store.ref, "path": _schedule} if {
	some [kind, store] in _stores
	not _selected(kind, store)
	message := sprintf("no backup plan is about %s", [terraform.address(store)])
}

deny contains {"message": message, "object": plan.ref, "path": _schedule, "at": ["rule"]} if {
	some plan in _plans
	{entry | some rule in terraform.blocks(plan.value, "rule"); some entry in cron.aws_times(rule.schedule)} != _times
	message := sprintf("%s does not run at the times of backup.schedule, %s", [terraform.address(plan), _declared])
}

deny contains {"message": message, "object": plan.ref, "path": _schedule, "at": ["rule", index]} if {
	some plan in _plans
	some index, rule in terraform.blocks(plan.value, "rule")
	vault := object.get(rule, "target_vault_name", "")
	not terraform.refers_to_any(vault, {"aws_backup_vault"}, plan)
	message := sprintf("%s keeps backups in no vault of this root", [terraform.address(plan)])
}

deny contains {"message": message, "object": plan.ref, "path": _retention, "at": ["rule", index, "lifecycle"]} if {
	some plan in _plans
	days := input.tenant.spec.backup.retention_days
	some index, rule in terraform.blocks(plan.value, "rule")
	{terraform.integer(each.delete_after) | some each in terraform.blocks(rule, "lifecycle")} != {days}
	message := sprintf("%s does not keep backups for the declared %d days", [terraform.address(plan), days])
}

checked contains store.ref if some [_, store] in _stores

checked contains plan.ref if some plan in _plans

checked contains selection.ref if some [selection, _] in _selections

_times := cron.times(_declared)

# Selections of stores, each with its plan.
_selections := [[selection, plan] |
	some plan in _plans
	selection := input.artifacts.terraform.aws_backup_selection[_]
	terraform.refers(selection.value.plan_id, "aws_backup_plan", plan)
	terraform.roots[selection.file] == terraform.roots[plan.file]
]

_selected(kind, store) if {
	some [selection, _] in _selections
	terraform.roots[selection.file] == terraform.roots[store.file]
	some resource in selection.value.resources
	terraform.refers(resource, kind, store)
	not selection.value.condition
}
