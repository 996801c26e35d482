# METADATA
# scope: package
# title: Emitted stores are encrypted at rest
# description: >-
#   Every database, disk and bucket that was emitted says that its data is encrypted. A bucket says it by a resource of
#   its own, which has to refer to it and to name a real algorithm.
# custom:
#   id: TC459
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a store without encryption; upgrade it, or report it to its authors
package tenant_compiler.rules.stores_encrypted

import rego.v1

import data.tenant_compiler.lib.terraform

# What holds data, with the attribute that encrypts it.
_attributes := {
	"aws_db_instance": "storage_encrypted",
	"aws_docdb_cluster": "storage_encrypted",
	"aws_ebs_volume": "encrypted",
	"aws_efs_file_system": "encrypted",
	"aws_elasticache_replication_group": "at_rest_encryption_enabled",
	"aws_neptune_cluster": "storage_encrypted",
	"aws_rds_cluster": "storage_encrypted",
	"aws_redshift_cluster": "encrypted",
}

_configuration := "aws_s3_bucket_server_side_encryption_configuration"

_algorithms := {"AES256", "aws:kms", "aws:kms:dsse"}

deny contains {"message": message, "object": store.ref, "at": [attribute]} if {
	some kind, attribute in _attributes
	store := input.artifacts.terraform[kind][_]
	not terraform.yes(store.value, attribute)
	message := sprintf("%s is not encrypted: %s is not true", [terraform.address(store), attribute])
}

deny contains {"message": message, "object": bucket.ref} if {
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
	terraform.of_bucket(_configuration, bucket) == []
	message := sprintf("%s is not encrypted: no %s refers to it", [terraform.address(bucket), _configuration])
}

deny contains {"message": message, "object": found.ref, "at": ["rule"]} if {
	some found in _configurations
	not _real(found)
	message := sprintf(
		"%s names no algorithm, or one that is not among %s",
		[terraform.address(found), concat(", ", _algorithms)],
	)
}

checked contains store.ref if {
	some kind, _ in _attributes
	store := input.artifacts.terraform[kind][_]
}

checked contains item.ref if item := input.artifacts.terraform.aws_s3_bucket[_]

checked contains found.ref if some found in _configurations

_configurations := [found |
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
	some found in terraform.of_bucket(_configuration, bucket)
]

_real(found) if {
	algorithms := [object.get(choice, "sse_algorithm", "") |
		some rule in terraform.blocks(found.value, "rule")
		some choice in terraform.blocks(rule, "apply_server_side_encryption_by_default")
	]
	count(algorithms) > 0
	every algorithm in algorithms {
		algorithm in _algorithms
	}
}
