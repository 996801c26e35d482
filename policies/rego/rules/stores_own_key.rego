# METADATA
# scope: package
# title: Emitted stores are encrypted with the tenant's own key
# description: >-
#   Where the tenant declares a key of its own, every emitted store names one that is made in the same root, in the
#   operator's HSM if the tenant declares that, and no key lets everybody in.
# custom:
#   id: TC460
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a store that does not use the tenant's key; upgrade it, or report it to its authors.
#     `security.keys.custody` says whether the tenant has a key of its own
package tenant_compiler.rules.stores_own_key

import rego.v1

import data.tenant_compiler.lib.terraform

_custody := ["spec", "security", "keys", "custody"]

_own if input.tenant.spec.security.keys.custody == "customer_managed"

# What holds data, copies of it or records about it, with the attribute that names its key.
_attributes := {
	"aws_backup_vault": "kms_key_arn",
	"aws_cloudtrail": "kms_key_id",
	"aws_cloudwatch_log_group": "kms_key_id",
	"aws_db_instance": "kms_key_id",
	"aws_docdb_cluster": "kms_key_id",
	"aws_ebs_volume": "kms_key_id",
	"aws_efs_file_system": "kms_key_id",
	"aws_elasticache_replication_group": "kms_key_id",
	"aws_neptune_cluster": "kms_key_arn",
	"aws_rds_cluster": "kms_key_id",
	"aws_redshift_cluster": "kms_key_id",
}

_keys := {"aws_kms_external_key", "aws_kms_key", "aws_kms_replica_key"}

deny contains {"message": message, "object": store.ref, "path": _custody, "at": [attribute]} if {
	_own
	some kind, attribute in _attributes
	store := input.artifacts.terraform[kind][_]
	text := object.get(store.value, attribute, "")
	not terraform.refers_to_any(text, _keys, store)
	message := sprintf("%s is not encrypted with a key of this root: %s", [terraform.address(store), attribute])
}

# The administrator's password, which RDS keeps for the database.
deny contains {"message": message, "object": store.ref, "path": _custody, "at": ["master_user_secret_kms_key_id"]} if {
	_own
	some kind in {"aws_db_instance", "aws_rds_cluster"}
	store := input.artifacts.terraform[kind][_]
	terraform.yes(store.value, "manage_master_user_password")
	text := object.get(store.value, "master_user_secret_kms_key_id", "")
	not terraform.refers_to_any(text, _keys, store)
	message := sprintf("the password of %s is not encrypted with a key of this root", [terraform.address(store)])
}

deny contains {"message": message, "object": bucket.ref, "path": _custody} if {
	_own
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
	_configurations(bucket) == []
	message := sprintf("%s names no key: nothing encrypts it", [terraform.address(bucket)])
}

deny contains {"message": message, "object": found.ref, "path": _custody, "at": ["rule"]} if {
	_own
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
	some found in _configurations(bucket)
	not _keyed(found)
	message := sprintf("%s does not encrypt with a key of this root", [terraform.address(found)])
}

deny contains {"message": message, "object": key.ref, "path": _custody, "at": ["policy"]} if {
	_own
	some kind in _keys
	key := input.artifacts.terraform[kind][_]
	_open(key)
	message := sprintf("the policy of %s lets everybody use the key, or cannot be read", [terraform.address(key)])
}

deny contains {"message": message, "object": key.ref, "path": path, "at": ["custom_key_store_id"]} if {
	_own
	input.tenant.spec.security.keys.hsm == true
	path := ["spec", "security", "keys", "hsm"]
	key := input.artifacts.terraform.aws_kms_key[_]
	object.get(key.value, "custom_key_store_id", "") == ""
	message := sprintf("%s is not in the operator's HSM", [terraform.address(key)])
}

checked contains store.ref if {
	_own
	some kind, _ in _attributes
	store := input.artifacts.terraform[kind][_]
}

checked contains item.ref if {
	_own
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
	some item in array.concat([bucket], _configurations(bucket))
}

checked contains key.ref if {
	_own
	some kind in _keys
	key := input.artifacts.terraform[kind][_]
}

_configurations(bucket) := terraform.of_bucket("aws_s3_bucket_server_side_encryption_configuration", bucket)

_keyed(found) if {
	choices := [choice |
		some rule in terraform.blocks(found.value, "rule")
		some choice in terraform.blocks(rule, "apply_server_side_encryption_by_default")
	]
	count(choices) > 0
	every choice in choices {
		choice.sse_algorithm in {"aws:kms", "aws:kms:dsse"}
		terraform.refers_to_any(choice.kms_master_key_id, _keys, found)
	}
}

# Without a policy, KMS lets the account alone decide.
_open(key) if {
	some statement in terraform.statements(key)
	object.get(statement, "Effect", "") != "Deny"
	terraform.everybody(statement)
}

_open(key) if {
	key.value.policy
	not terraform.encoded(key)
	not terraform.statements(key)
}
