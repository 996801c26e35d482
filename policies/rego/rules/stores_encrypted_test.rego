package tenant_compiler.rules_test.stores_encrypted

import rego.v1

import data.tenant_compiler.rules.stores_encrypted

_configuration := "aws_s3_bucket_server_side_encryption_configuration"

_encrypted := {
	"bucket": "${aws_s3_bucket.scans.id}",
	"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}],
}

_input(file) := {"artifacts": {"terraform": {
	"aws_s3_bucket": [{
		"ref": "terraform/main.tf.json#aws_s3_bucket.scans",
		"file": "terraform/main.tf.json",
		"name": "scans",
		"value": {"bucket": "acme-scans"},
	}],
	_configuration: [{
		"ref": concat("", [file, "#", _configuration, ".scans"]),
		"file": file,
		"name": "scans",
		"value": _encrypted,
	}],
}}}

# No fixture can add a file.
test_a_second_file_of_the_same_root_counts if {
	count(stores_encrypted.deny) == 0 with input as _input("terraform/more.tf.json")
	count(stores_encrypted.checked) == 2 with input as _input("terraform/more.tf.json")
}

test_a_reference_does_not_leave_its_root if {
	found := [each.object | some each in stores_encrypted.deny] with input as _input("own/main.tf.json")
	found == ["terraform/main.tf.json#aws_s3_bucket.scans"]
}
