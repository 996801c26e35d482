# METADATA
# scope: package
# title: Reading roots of Terraform
# description: >-
#   What rules over `input.artifacts.terraform` have in common. Nothing here trusts a name: what belongs to a resource
#   is found by the reference that Terraform itself would follow, inside the same root. A body that is no object has no
#   attribute that could prove anything.
package tenant_compiler.lib.terraform

import rego.v1

# The folder of each file: all files of a folder are one root, and references do not leave it.
roots := {file: concat("/", array.slice(parts, 0, count(parts) - 1)) |
	some file in {item.file | item := input.artifacts.terraform[_][_]}
	parts := split(file, "/")
}

# The configurations of the cloud's provider: one, or one for each alias.
providers := array.concat(
	[{"item": item, "value": item.value} |
		item := input.artifacts.terraform.provider[_]
		item.name == "aws"
		is_object(item.value)
	],
	[{"item": item, "value": value} |
		item := input.artifacts.terraform.provider[_]
		item.name == "aws"
		is_array(item.value)
		value := item.value[_]
	],
)

# The address of a block in its root: `aws_s3_bucket.scans`.
address(item) := trim_prefix(item.ref, concat("", [item.file, "#"]))

# Nested blocks, which JSON writes as one object or as a list of them.
blocks(body, name) := body[name] if {
	is_array(body[name])
} else := [body[name]] if {
	is_object(body[name])
} else := []

# A flag that is really set; an expression is not.
yes(value) if value in {true, "true"}

# A number, which Terraform also takes as text; undefined for anything else.
integer(value) := value if {
	is_number(value)
} else := to_number(value) if {
	is_string(value)
	regex.match(`^[0-9]+$`, value)
}

# One text or a list of them, as a set.
texts(value) := {value} if {
	is_string(value)
} else := {text | text := value[_]} if {
	is_array(value)
} else := set()

# Whether a text is nothing but a reference to an attribute of a resource: `${aws_kms_key.tenant.arn}`.
refers(text, kind, item) if {
	is_string(text)
	startswith(text, concat("", ["${", kind, ".", item.name, "."]))
	regex.match(`^\$\{[a-z0-9_]+\.[A-Za-z0-9_-]+\.[a-z_]+\}$`, text)
}

# Whether a text refers to a resource of one of some kinds in the root of another one.
refers_to_any(text, kinds, item) if {
	some kind in kinds
	other := input.artifacts.terraform[kind][_]
	refers(text, kind, other)
	roots[other.file] == roots[item.file]
}

# Resources of a kind that are settings of a bucket: they refer to it, or say the name that it has in AWS.
of_bucket(kind, bucket) := [item |
	names := {
		concat("", ["${aws_s3_bucket.", bucket.name, ".id}"]),
		concat("", ["${aws_s3_bucket.", bucket.name, ".bucket}"]),
		object.get(bucket.value, "bucket", ""),
	}
	item := input.artifacts.terraform[kind][_]
	item.value.bucket in names
	roots[item.file] == roots[bucket.file]
]

# The statements of a policy in JSON; undefined for a text that cannot be read.
statements(text) := blocks(document, "Statement") if {
	json.is_valid(text)
	document := json.unmarshal(text)
	is_object(document)
}

# A policy that only Terraform can read, because it makes the JSON itself. Rules can look for words in it, no more.
encoded(text) if startswith(text, "${jsonencode(")

# Whether a statement is about everybody.
everybody(statement) if statement.Principal == "*"

everybody(statement) if "*" in texts(statement.Principal.AWS)
