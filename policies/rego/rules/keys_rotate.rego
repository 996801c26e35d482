# METADATA
# scope: package
# title: Emitted keys rotate as declared
# description: >-
#   Every emitted key that encrypts data gets new material after at most the declared number of days. A key in the
#   operator's HSM is not looked at where the tenant declares one: KMS cannot rotate it, so nothing proves that it is.
# custom:
#   id: TC461
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a key that does not rotate in `security.keys.rotation_days`; upgrade it, or report
#     it to its authors
package tenant_compiler.rules.keys_rotate

import rego.v1

import data.tenant_compiler.lib.terraform

_path := ["spec", "security", "keys", "rotation_days"]

_declared := input.tenant.spec.security.keys.rotation_days

# What KMS does when the period is not said.
_usual_days := 365

deny contains {"message": message, "object": key.ref, "path": _path, "at": ["enable_key_rotation"]} if {
	key := input.artifacts.terraform.aws_kms_key[_]
	_rotating(key)
	not terraform.yes(key.value, "enable_key_rotation")
	message := sprintf("%s does not rotate; declared is every %d days", [terraform.address(key), _declared])
}

deny contains {"message": message, "object": key.ref, "path": _path, "at": ["rotation_period_in_days"]} if {
	key := input.artifacts.terraform.aws_kms_key[_]
	_rotating(key)
	days := object.get(key.value, "rotation_period_in_days", _usual_days)
	not _often(days)
	message := sprintf("%s rotates too seldom; declared is every %d days", [terraform.address(key), _declared])
}

checked contains key.ref if {
	key := input.artifacts.terraform.aws_kms_key[_]
	_rotating(key)
}

# Keys that encrypt; those that sign or compute codes hold no data.
_rotating(key) if {
	object.get(key.value, "key_usage", "ENCRYPT_DECRYPT") == "ENCRYPT_DECRYPT"
	not _in_hsm(key)
}

_in_hsm(key) if {
	input.tenant.spec.security.keys.hsm == true
	key.value.custom_key_store_id != ""
}

_often(days) if terraform.integer(days) <= _declared
