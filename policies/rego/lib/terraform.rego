# METADATA
# scope: package
# title: Reading roots of Terraform
# description: >-
#   What rules over `input.artifacts.terraform` have in common. Nothing here trusts a name: what belongs to a resource
#   is found by the reference that Terraform itself would follow, inside the same root.
package tenant_compiler.lib.terraform

import rego.v1

# The resources of a kind, each with its body as one object. A body that is none is read as empty: it proves nothing.
resources(kind) := [object.union(item, {"value": _body(item.value)}) |
	some item in object.get(input, ["artifacts", "terraform", kind], [])
]

_body(value) := value if {
	is_object(value)
} else := value[0] if {
	is_array(value)
	count(value) == 1
	is_object(value[0])
} else := {}

# The configurations of a cloud's provider: one, or one for each alias.
providers(name) := [object.union(item, {"value": body}) |
	some item in object.get(input, ["artifacts", "terraform", "provider"], [])
	item.name == name
	some body in _bodies(item.value)
]

_bodies(value) := value if {
	is_array(value)
} else := [value]

# The address of a block in its root: `aws_s3_bucket.scans`.
address(item) := trim_prefix(item.ref, concat("", [item.file, "#"]))

# The folder of a root: all its files are one module, and references do not leave it.
root(item) := concat("/", array.slice(parts, 0, count(parts) - 1)) if {
	parts := split(item.file, "/")
}

# Nested blocks, which JSON writes as one object or as a list of them.
blocks(body, name) := [block | some block in found; is_object(block)] if {
	found := object.get(body, name, [])
	is_array(found)
} else := [found] if {
	found := object.get(body, name, [])
	is_object(found)
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
} else := {text | some text in value; is_string(text)} if {
	is_array(value)
} else := set()

# Whether a text is nothing but a reference to an attribute of a resource: `${aws_s3_bucket.scans.id}`.
refers(text, item) if _target(text) == address(item)

_target(text) := concat(".", [parts[0], parts[1]]) if {
	is_string(text)
	startswith(text, "${")
	endswith(text, "}")
	parts := split(trim_suffix(trim_prefix(text, "${"), "}"), ".")
	count(parts) == 3
	regex.match(`^[a-z_]+$`, parts[2])
}

# Resources of a kind in the root of another one, whose field refers to it or says the name that it has in AWS.
beside(kind, field, item) := [other |
	some other in resources(kind)
	root(other) == root(item)
	means(object.get(other.value, field, ""), item)
]

means(text, item) if refers(text, item)

means(text, item) if {
	_name := object.get(item.value, "bucket", "")
	is_string(_name)
	_name != ""
	text == _name
}

# Whether a text refers to a resource of one of some kinds in the root of another one.
refers_to_any(text, kinds, item) if {
	some kind in kinds
	some other in resources(kind)
	root(other) == root(item)
	refers(text, other)
}

# The statements of a policy in JSON; undefined for a text that cannot be read.
statements(text) := blocks(document, "Statement") if {
	is_string(text)
	json.is_valid(text)
	document := json.unmarshal(text)
	is_object(document)
}

# A policy that only Terraform can read, because it makes the JSON itself. Rules can look for words in it, no more.
encoded(text) if {
	is_string(text)
	startswith(text, "${jsonencode(")
}

# Whether a statement is about everybody.
everybody(statement) if object.get(statement, "Principal", "") == "*"

everybody(statement) if "*" in texts(object.get(statement, ["Principal", "AWS"], ""))
