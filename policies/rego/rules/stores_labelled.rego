# METADATA
# scope: package
# title: Emitted stores say what they hold
# description: >-
#   Every declared store that was emitted carries its name and exactly its declared classes of data in its tags, no tag
#   names a store that nobody declares, and none of them keeps card verification data.
# custom:
#   id: TC480
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     remove `sensitive_authentication` from `data_classes`: such data must not be kept. If the tags are not what
#     `data_classes` says, a back-end or plug-in emitted them: upgrade it, or report it to its authors
package tenant_compiler.rules.stores_labelled

import rego.v1

import data.tenant_compiler.lib.terraform

# What holds a store, by the kind of the store.
_kinds := {"object": ["aws_s3_bucket"], "sql": ["aws_db_instance", "aws_rds_cluster"]}

_tag := "data-classes"

deny contains {"message": message, "object": resource.ref, "path": path, "at": ["tags", _tag]} if {
	some [kind, name, resource] in _labelled
	declared := {class | class := input.tenant.spec.data[kind][name].data_classes[_]}
	input.tenant.spec.data[kind][name]
	_classes(resource) != declared
	path := ["spec", "data", kind, name, "data_classes"]
	message := sprintf("the tags of %s do not say what the store %s holds", [terraform.address(resource), name])
}

deny contains {"message": message, "object": resource.ref, "at": ["tags", "store"]} if {
	some [kind, name, resource] in _labelled
	not input.tenant.spec.data[kind][name]
	message := sprintf("%s is the store %v, which nobody declares", [terraform.address(resource), name])
}

deny contains {"message": message, "object": resource.ref, "at": ["tags", _tag]} if {
	some [_, name, resource] in _labelled
	"sensitive_authentication" in _classes(resource)
	message := sprintf("the store %v keeps card verification data", [name])
}

deny contains {"message": message, "path": ["spec", "data", kind, name]} if {
	some name
	terraform.providers != []
	some kind, kinds in _kinds
	input.tenant.spec.data[kind][name]
	not [kind, name] in _emitted
	message := sprintf("no %s is tagged as the store %s", [concat(" or ", kinds), name])
}

checked contains resource.ref if some [_, _, resource] in _labelled

# Resources that say to be a store: the kind of the store, its name, and the resource.
_labelled := [[kind, name, resource] |
	some kind, kinds in _kinds
	some each in kinds
	resource := input.artifacts.terraform[each][_]
	name := resource.value.tags.store
]

_emitted := {[kind, name] | some [kind, name, _] in _labelled}

_classes(resource) := {class | some class in split(resource.value.tags[_tag], "+"); class != ""} if {
	resource.value.tags[_tag]
} else := set()
