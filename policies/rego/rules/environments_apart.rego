# METADATA
# scope: package
# title: What was emitted belongs to one environment
# description: >-
#   Every emitted namespace has the tenant and the environment in its name and labels, everything that lives in a
#   namespace lives in one of these or, where a controller of the platform wants it in its own, carries the name of one,
#   and Terraform tags resources with the environment and keeps its state apart.
# custom:
#   id: TC468
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted something for another environment or another tenant; upgrade it, or report it to its
#     authors
package tenant_compiler.rules.environments_apart

import rego.v1

import data.tenant_compiler.lib.kubernetes
import data.tenant_compiler.lib.terraform

_tenant := input.tenant.metadata.name

_labels := {"tenant-compiler.dev/environment": input.environment, "tenant-compiler.dev/tenant": _tenant}

_tags := {"environment": input.environment, "tenant": _tenant}

deny contains {"message": message, "object": home.item.ref, "at": ["metadata", "name"]} if {
	some home in kubernetes.homes
	suffix := sprintf("%s-%s", [_tenant, input.environment])
	not endswith(home.name, suffix)
	message := sprintf("the namespace %s is not named after tenant and environment, %s", [home.name, suffix])
}

deny contains {"message": message, "object": home.item.ref, "at": ["metadata", "labels", label]} if {
	some home in kubernetes.homes
	some label, value in _labels
	not home.item.value.metadata.labels[label] == value
	message := sprintf("the namespace %s has not the label %s: %s", [home.name, label, value])
}

deny contains {"message": message, "object": item.ref, "at": ["metadata", "namespace"]} if {
	_names != set()
	item := input.artifacts.kubernetes[_][_]
	home := item.value.metadata.namespace
	not home in _names
	not _for_us(item)
	message := sprintf("%s is in the namespace %v of somebody else", [kubernetes.name(item), home])
}

deny contains {"message": message, "object": item.ref, "at": ["spec", "template", "includedNamespaces"]} if {
	_names != set()
	item := input.artifacts.kubernetes.Schedule[_]
	included := {name | some name in object.get(item.value, ["spec", "template", "includedNamespaces"], [])}
	not included == {item.value.metadata.name}
	message := sprintf("%s backs up other namespaces than the tenant's", [kubernetes.name(item)])
}

deny contains {"message": message, "object": item.ref, "at": ["spec", "destination", "namespace"]} if {
	_names != set()
	item := input.artifacts.kubernetes.Application[_]
	not object.get(item.value, ["spec", "destination", "namespace"], "") in _names
	message := sprintf("%s applies to other namespaces than the tenant's", [kubernetes.name(item)])
}

deny contains {"message": message, "object": item.ref, "at": ["spec", "project"]} if {
	_names != set()
	item := input.artifacts.kubernetes.Application[_]
	project := object.get(item.value, ["spec", "project"], "")
	not project in {each.value.metadata.name | each := input.artifacts.kubernetes.AppProject[_]}
	message := sprintf("%s is in the project %v, which is not the tenant's own", [kubernetes.name(item), project])
}

deny contains {"message": message, "object": item.ref, "at": ["spec", list]} if {
	_names != set()
	item := input.artifacts.kubernetes.AppProject[_]
	some list in ["sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist"]
	walk(object.get(item.value, ["spec", list], "*"), [_, said])
	is_string(said)
	contains(said, "*")
	message := sprintf("%s lets anything in: %s has no bounds", [kubernetes.name(item), list])
}

deny contains {"message": message, "object": provider.item.ref, "at": ["default_tags"]} if {
	some provider in terraform.providers
	some tag, value in _tags
	not value in {tags.tags[tag] | some tags in terraform.blocks(provider.value, "default_tags")}
	message := sprintf("%s does not tag resources with %s: %s", [terraform.address(provider.item), tag, value])
}

deny contains {"message": message, "object": root.ref, "at": ["backend"]} if {
	root := input.artifacts.terraform.terraform[_]
	some kinds in terraform.blocks(root.value, "backend")
	some kind, _ in kinds
	some settings in terraform.blocks(kinds, kind)
	not _both_in(settings)
	message := sprintf("the state is not kept under %s and %s", [_tenant, input.environment])
}

checked contains home.item.ref if some home in kubernetes.homes

checked contains item.ref if {
	_names != set()
	item := input.artifacts.kubernetes[_][_]
	item.value.metadata.namespace
}

checked contains provider.item.ref if some provider in terraform.providers

checked contains root.ref if {
	root := input.artifacts.terraform.terraform[_]
	root.value.backend
}

_both_in(settings) if {
	words := split(replace(settings.key, ".", "/"), "/")
	_tenant in words
	input.environment in words
}

# What a platform's own controllers look for in their own namespaces only. It carries the name of ours.
_elsewhere := {"AppProject", "Application", "BackupStorageLocation", "Kustomization", "Schedule"}

_for_us(item) if {
	item.value.kind in _elsewhere
	# What delivers to several clusters has the cluster behind a dot, which no name of a namespace has.
	split(item.value.metadata.name, ".")[0] in _names
}

_names := {home.name | some home in kubernetes.homes}
