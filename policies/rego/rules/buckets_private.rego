# METADATA
# scope: package
# title: Emitted buckets are private
# description: >-
#   Every emitted bucket blocks public access in all four ways, and no access list or policy beside it opens it to
#   everybody.
# custom:
#   id: TC488
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a bucket that the world could reach; upgrade it, or report it to its authors
package tenant_compiler.rules.buckets_private

import rego.v1

import data.tenant_compiler.lib.terraform

_flags := {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}

_private := {"bucket-owner-full-control", "bucket-owner-read", "log-delivery-write", "private"}

deny contains {"message": message, "object": bucket.ref} if {
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
	terraform.of_bucket("aws_s3_bucket_public_access_block", bucket) == []
	message := sprintf("%s may become public: nothing blocks public access to it", [terraform.address(bucket)])
}

deny contains {"message": message, "object": block.ref, "at": [flag]} if {
	some block in _settings("aws_s3_bucket_public_access_block")
	some flag in _flags
	not terraform.yes(block.value, flag)
	message := sprintf("%s leaves the bucket open: %s is not true", [terraform.address(block), flag])
}

deny contains {"message": message, "object": item.ref, "at": ["acl"]} if {
	some kind in ["aws_s3_bucket", "aws_s3_bucket_acl"]
	item := input.artifacts.terraform[kind][_]
	acl := item.value.acl
	not acl in _private
	message := sprintf("%s has the access list %v, which is not private", [terraform.address(item), acl])
}

deny contains {"message": message, "object": list.ref, "at": ["access_control_policy"]} if {
	list := input.artifacts.terraform.aws_s3_bucket_acl[_]
	some policy in terraform.blocks(list.value, "access_control_policy")
	some grant in terraform.blocks(policy, "grant")
	some grantee in terraform.blocks(grant, "grantee")
	grantee.uri != ""
	message := sprintf("%s grants rights to the group %v", [terraform.address(list), grantee.uri])
}

deny contains {"message": message, "object": policy.ref, "at": ["policy"]} if {
	policy := input.artifacts.terraform.aws_s3_bucket_policy[_]
	some statement in terraform.statements(policy)
	object.get(statement, "Effect", "") != "Deny"
	not _somebody(statement)
	message := sprintf("%s allows something to everybody", [terraform.address(policy)])
}

deny contains {"message": message, "object": policy.ref, "at": ["policy"]} if {
	policy := input.artifacts.terraform.aws_s3_bucket_policy[_]
	not terraform.statements(policy)
	not _denies_only(policy)
	message := sprintf("the policy of %s cannot be read", [terraform.address(policy)])
}

checked contains item.ref if item := input.artifacts.terraform.aws_s3_bucket[_]

# A store that is declared and not emitted is somewhere that nobody has seen.
checked contains ["spec", "data", "object", name] if some name, _ in input.tenant.spec.data.object

checked contains item.ref if some item in _settings("aws_s3_bucket_public_access_block")

checked contains item.ref if item := input.artifacts.terraform.aws_s3_bucket_acl[_]

checked contains item.ref if item := input.artifacts.terraform.aws_s3_bucket_policy[_]

_settings(kind) := [item |
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
	some item in terraform.of_bucket(kind, bucket)
]

_somebody(statement) if {
	statement.Principal != ""
	not terraform.everybody(statement)
}

# A text that only Terraform can read: whom it allows something cannot be seen, so it may deny only.
_denies_only(policy) if {
	terraform.encoded(policy)
	not contains(policy.value.policy, "Allow")
}
