# METADATA
# scope: package
# title: Emitted buckets let objects go in time
# description: >-
#   Every emitted bucket whose store declares how long objects are kept has a lifecycle that ends all of them, and their
#   old versions, after that time.
# custom:
#   id: TC472
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a bucket that keeps objects for another time than `lifecycle_days`; upgrade it, or
#     report it to its authors
package tenant_compiler.rules.objects_expire

import rego.v1

import data.tenant_compiler.lib.terraform

deny contains {"message": message, "object": end.bucket.ref, "path": end.path} if {
	some end in _ends
	end.lifecycles == []
	message := sprintf(
		"%s keeps objects for ever, not for the declared %d days",
		[terraform.address(end.bucket), end.days],
	)
}

deny contains {"message": message, "object": lifecycle.ref, "path": end.path, "at": ["rule"]} if {
	some end in _ends
	some lifecycle in end.lifecycles
	terraform.after(lifecycle, "expiration", "days") != {end.days}
	message := sprintf(
		"%s does not let objects go after the declared %d days",
		[terraform.address(lifecycle), end.days],
	)
}

deny contains {"message": message, "object": lifecycle.ref, "path": end.path, "at": ["rule"]} if {
	some end in _ends
	some lifecycle in end.lifecycles
	found := terraform.after(lifecycle, "noncurrent_version_expiration", "noncurrent_days")
	not _within(found, end.days)
	message := sprintf(
		"%s does not let old versions of objects go within the declared %d days",
		[terraform.address(lifecycle), end.days],
	)
}

checked contains item.ref if {
	some end in _ends
	some item in array.concat([end.bucket], end.lifecycles)
}

# Buckets of stores that declare an end.
_ends := [end |
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
	name := bucket.value.tags.store
	end := {
		"bucket": bucket,
		"days": input.tenant.spec.data.object[name].lifecycle_days,
		"lifecycles": terraform.of_bucket("aws_s3_bucket_lifecycle_configuration", bucket),
		"path": ["spec", "data", "object", name, "lifecycle_days"],
	}
]

_within(found, days) if {
	found != set()
	max(found) <= days
}
