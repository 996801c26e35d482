# METADATA
# scope: package
# title: Emitted stores refuse plain text and old TLS
# description: >-
#   Every emitted database has parameters that force TLS of the declared version or newer, and every bucket has a policy
#   that denies requests without TLS or with an older one.
# custom:
#   id: TC462
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a store that accepts plain text or a TLS older than `security.tls.minimum_version`;
#     upgrade it, or report it to its authors
package tenant_compiler.rules.stores_tls

import rego.v1

import data.tenant_compiler.lib.terraform

_path := ["spec", "security", "tls", "minimum_version"]

_declared := input.tenant.spec.security.tls.minimum_version

_versions := {"1.2": 12, "1.3": 13, "TLSv1.2": 12, "TLSv1.3": 13}

deny contains {"message": message, "object": bare.store.ref, "path": _path, "at": [bare.field]} if {
	some bare in terraform.unparametrised
	message := sprintf("%s has no parameters of this root that would force TLS", [terraform.address(bare.store)])
}

deny contains {"message": message, "object": group.ref, "path": _path, "at": ["parameter"]} if {
	some group in _groups
	terraform.parameter(group, "rds.force_ssl") != {"1"}
	message := sprintf("%s does not force TLS: rds.force_ssl is not 1", [terraform.address(group)])
}

deny contains {"message": message, "object": group.ref, "path": _path, "at": ["parameter"]} if {
	some group in _groups
	values := terraform.parameter(group, "ssl_min_protocol_version")
	not _recent(values)
	message := sprintf(
		"%s accepts TLS older than %s, by ssl_min_protocol_version",
		[terraform.address(group), _declared],
	)
}

deny contains {"message": message, "object": bucket.ref, "path": _path} if {
	some [bucket, policies] in _buckets
	policies == []
	message := sprintf("%s accepts plain text: no policy denies it", [terraform.address(bucket)])
}

deny contains {"message": message, "object": policy.ref, "path": _path, "at": ["policy"]} if {
	some [bucket, policies] in _buckets
	some policy in policies
	not _denies_plain_text(policy, bucket)
	message := sprintf("%s does not deny plain text", [terraform.address(policy)])
}

deny contains {"message": message, "object": policy.ref, "path": _path, "at": ["policy"]} if {
	some [bucket, policies] in _buckets
	some policy in policies
	not _denies_old_versions(policy, bucket)
	message := sprintf("%s does not deny TLS older than %s", [terraform.address(policy), _declared])
}

checked contains pair.store.ref if some pair in array.concat(terraform.parametrised, terraform.unparametrised)

checked contains group.ref if some group in _groups

checked contains item.ref if {
	some [bucket, policies] in _buckets
	some item in array.concat([bucket], policies)
}

_groups := [pair.group | some pair in terraform.parametrised]

_recent(values) if {
	count(values) > 0
	every value in values {
		_versions[value] >= _versions[_declared]
	}
}

# Buckets, each with its policies.
_buckets := [[bucket, terraform.of_bucket("aws_s3_bucket_policy", bucket)] |
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
]

_denies_plain_text(policy, bucket) if {
	some condition in _denied(policy, bucket)
	condition in [{"Bool": {"aws:SecureTransport": "false"}}, {"Bool": {"aws:SecureTransport": false}}]
}

# A text that only Terraform can read: there is no more than the words to look for.
_denies_plain_text(policy, _) if _words(policy, {"Deny", "aws:SecureTransport"})

# Services of AWS inside AWS may be left out: which TLS they speak is nobody else's to choose.
_denies_old_versions(policy, bucket) if {
	some condition in _denied(policy, bucket)
	object.remove(condition, ["NumericLessThan"]) in [{}, {"Bool": {"aws:PrincipalIsAWSService": "false"}}]
	object.keys(condition.NumericLessThan) == {"s3:TlsVersion"}
	_versions[condition.NumericLessThan["s3:TlsVersion"]] >= _versions[_declared]
}

_denies_old_versions(policy, _) if _words(policy, {"Deny", "s3:TlsVersion", _declared})

# Under which conditions a policy denies everything in a bucket to everybody.
_denied(policy, bucket) := [statement.Condition |
	some statement in terraform.statements(policy)
	statement.Effect == "Deny"
	terraform.everybody(statement)
	count({"*", "s3:*"} & terraform.texts(statement.Action)) > 0
	resources := terraform.texts(statement.Resource)
	some whole in resources
	terraform.refers(whole, "aws_s3_bucket", bucket)
	concat("", [whole, "/*"]) in resources
]

_words(policy, words) if {
	terraform.encoded(policy)
	not contains(policy.value.policy, "Allow")
	every word in words {
		contains(policy.value.policy, word)
	}
}
