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

# The region that a resource is made in: its own, or that of the provider that it chooses; undefined when none is said.
region(item) := item.value.region if {
	item.value.region
} else := _regions[[roots[item.file], trim_prefix(object.get(item.value, "provider", "aws."), "aws.")]]

_regions := {[roots[provider.item.file], object.get(provider.value, "alias", "")]: provider.value.region |
	some provider in providers
}

# The address of a block in its root: `aws_s3_bucket.scans`.
address(item) := trim_prefix(item.ref, concat("", [item.file, "#"]))

# Nested blocks, which JSON writes as one object or as a list of them.
blocks(body, name) := body[name] if {
	is_array(body[name])
} else := [body[name]] if {
	is_object(body[name])
} else := []

# A flag of a body that is really set; an expression is not.
yes(body, flag) if body[flag] in {true, "true"}

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
	is_string(text)
	startswith(text, "${")
	endswith(text, "}")
	parts := split(trim_prefix(text, "${"), ".")
	count(parts) == 3
	parts[0] in kinds
	[roots[item.file], parts[0], parts[1]] in _resources
}

_resources := {[roots[item.file], kind, item.name] |
	some kind
	item := input.artifacts.terraform[kind][_]
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

# Databases with the parameters that they refer to.
parametrised := [{"store": store, "group": group} |
	some kind, names in _parameters
	store := input.artifacts.terraform[kind][_]
	group := input.artifacts.terraform[names.group][_]
	refers(store.value[names.field], names.group, group)
	roots[group.file] == roots[store.file]
]

# Databases without such parameters, each with the field that should name them.
unparametrised := [{"store": store, "field": names.field} |
	some kind, names in _parameters
	store := input.artifacts.terraform[kind][_]
	not store.ref in {pair.store.ref | some pair in parametrised}
]

_parameters := {
	"aws_db_instance": {"field": "parameter_group_name", "group": "aws_db_parameter_group"},
	"aws_rds_cluster": {"field": "db_cluster_parameter_group_name", "group": "aws_rds_cluster_parameter_group"},
}

# All that a group says of a parameter.
parameter(group, name) := {each.value |
	some each in blocks(group.value, "parameter")
	each.name == name
}

# After how many days the rules of a lifecycle that are on and hold for the whole bucket do something.
after(lifecycle, action, field) := {days |
	some rule in blocks(lifecycle.value, "rule")
	rule.status == "Enabled"
	_whole(rule)
	some done in blocks(rule, action)
	days := integer(done[field])
}

_whole(rule) if {
	object.get(rule, "prefix", "") == ""
	every filter in blocks(rule, "filter") {
		object.keys(filter) - {"prefix"} == set()
		object.get(filter, "prefix", "") == ""
	}
}

# Trails of the account, each with the bucket that it writes to.
trails := [{"trail": trail, "bucket": bucket} |
	trail := input.artifacts.terraform.aws_cloudtrail[_]
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
	refers(trail.value.s3_bucket_name, "aws_s3_bucket", bucket)
	roots[bucket.file] == roots[trail.file]
]

# The statements of a resource's policy in JSON; undefined for a text that cannot be read.
statements(item) := blocks(document, "Statement") if {
	json.is_valid(item.value.policy)
	document := json.unmarshal(item.value.policy)
	is_object(document)
}

# A policy that only Terraform can read, because it makes the JSON itself. Rules can look for words in it, no more.
encoded(item) if startswith(item.value.policy, "${jsonencode(")

# Whether a statement is about everybody.
everybody(statement) if statement.Principal == "*"

everybody(statement) if "*" in texts(statement.Principal.AWS)
