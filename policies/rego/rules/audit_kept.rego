# METADATA
# scope: package
# title: The emitted audit trail is kept as long as declared
# description: >-
#   The bucket of every emitted trail keeps records for exactly the declared time, online for the declared part of it,
#   and keeps versions. Logs of databases have groups that keep them for no less.
# custom:
#   id: TC470
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a trail or logs that are kept for another time than `security.audit.retention_days`
#     and `online_days`; upgrade it, or report it to its authors
package tenant_compiler.rules.audit_kept

import rego.v1

import data.tenant_compiler.lib.terraform

_retention := ["spec", "security", "audit", "retention_days"]

_online := ["spec", "security", "audit", "online_days"]

_days := input.tenant.spec.security.audit.retention_days

_online_days := object.get(input.tenant.spec.security.audit, "online_days", _days)

# What takes hours to read.
_cold := {"DEEP_ARCHIVE", "GLACIER"}

# The longest time that CloudWatch knows; only what must be kept for longer may be kept for ever.
_longest := 3653

deny contains {"message": message, "object": bucket.ref, "path": _retention} if {
	some bucket in _buckets
	terraform.of_bucket("aws_s3_bucket_lifecycle_configuration", bucket) == []
	message := sprintf("%s keeps the trail for ever, not for the declared %d days", [terraform.address(bucket), _days])
}

deny contains {"message": message, "object": lifecycle.ref, "path": _retention, "at": ["rule"]} if {
	some lifecycle in _lifecycles
	terraform.after(lifecycle, "expiration", "days") != {_days}
	message := sprintf(
		"%s does not keep the trail for the declared %d days",
		[terraform.address(lifecycle), _days],
	)
}

deny contains {"message": message, "object": lifecycle.ref, "path": _online, "at": ["rule"]} if {
	some lifecycle in _lifecycles
	some rule in terraform.blocks(lifecycle.value, "rule")
	some move in terraform.blocks(rule, "transition")
	move.storage_class in _cold
	not _late(move)
	message := sprintf(
		"%s does not keep the trail online for the declared %d days",
		[terraform.address(lifecycle), _online_days],
	)
}

deny contains {"message": message, "object": bucket.ref, "path": _retention} if {
	some bucket in _buckets
	not _versioned(bucket)
	message := sprintf("%s keeps no versions: a record that is written over is lost", [terraform.address(bucket)])
}

deny contains {"message": message, "object": group.ref, "path": _retention, "at": ["retention_in_days"]} if {
	some group in _groups
	kept := object.get(group.value, "retention_in_days", 0)
	not _long_enough(kept)
	message := sprintf("%s is kept for %v days (0: for ever), declared are %d", [
		terraform.address(group),
		kept,
		_days,
	])
}

deny contains {"message": message, "object": ref, "path": _retention} if {
	some [ref, name] in _exports
	not name in {group.value.name | some group in _groups}
	message := sprintf("nothing says how long the logs %s are kept", [name])
}

checked contains item.ref if {
	some bucket in _buckets
	some item in array.concat([bucket], terraform.of_bucket("aws_s3_bucket_versioning", bucket))
}

checked contains lifecycle.ref if some lifecycle in _lifecycles

checked contains group.ref if some group in _groups

checked contains ref if some [ref, _] in _exports

_buckets := [pair.bucket | _days; some pair in terraform.trails]

_lifecycles := [lifecycle |
	some bucket in _buckets
	some lifecycle in terraform.of_bucket("aws_s3_bucket_lifecycle_configuration", bucket)
]

_groups := [group | _days; group := input.artifacts.terraform.aws_cloudwatch_log_group[_]]

# Databases, each with the name of a group that CloudWatch keeps its logs in.
_exports := [[store.ref, sprintf("/aws/rds/instance/%v/%v", [store.value.identifier, log])] |
	_days
	store := input.artifacts.terraform.aws_db_instance[_]
	log := store.value.enabled_cloudwatch_logs_exports[_]
]

_late(move) if terraform.integer(move.days) >= _online_days

_versioned(bucket) if {
	some versioning in terraform.of_bucket("aws_s3_bucket_versioning", bucket)
	some said in terraform.blocks(versioning.value, "versioning_configuration")
	said.status == "Enabled"
}

_long_enough(kept) if terraform.integer(kept) >= _days

_long_enough(0) if _days > _longest
