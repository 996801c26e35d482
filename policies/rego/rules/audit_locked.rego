# METADATA
# scope: package
# title: Nobody can change the emitted audit trail
# description: >-
#   Where the tenant declares that records cannot be changed, the bucket of every emitted trail locks each of them, even
#   against the account's own root, for the whole time that they are kept.
# custom:
#   id: TC471
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a trail whose records can be changed or deleted while they are kept; upgrade it, or
#     report it to its authors
package tenant_compiler.rules.audit_locked

import rego.v1

import data.tenant_compiler.lib.terraform

_path := ["spec", "security", "audit", "immutable"]

_days := input.tenant.spec.security.audit.retention_days

deny contains {"message": message, "object": bucket.ref, "path": _path} if {
	some bucket in _buckets
	_locks(bucket) == []
	message := sprintf("nothing locks the records in %s", [terraform.address(bucket)])
}

deny contains {"message": message, "object": lock.ref, "path": _path, "at": ["rule"]} if {
	some bucket in _buckets
	some lock in _locks(bucket)
	not _locked(lock)
	message := sprintf(
		"%s does not lock records for %d days against everybody",
		[terraform.address(lock), _days],
	)
}

checked contains item.ref if {
	some bucket in _buckets
	some item in array.concat([bucket], _locks(bucket))
}

_buckets := [pair.bucket |
	input.tenant.spec.security.audit.immutable == true
	_days
	some pair in terraform.trails
]

_locks(bucket) := terraform.of_bucket("aws_s3_bucket_object_lock_configuration", bucket)

_locked(lock) if {
	some rule in terraform.blocks(lock.value, "rule")
	some retention in terraform.blocks(rule, "default_retention")
	retention.mode == "COMPLIANCE"
	_lasts(retention) >= _days
}

_lasts(retention) := terraform.integer(retention.days)

_lasts(retention) := terraform.integer(retention.years) * 365
