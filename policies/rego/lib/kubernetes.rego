# METADATA
# scope: package
# title: Reading manifests of Kubernetes
# description: >-
#   What rules over `input.artifacts.kubernetes` have in common. Rules over artifacts run for every tenant of every
#   build: references are many times faster than functions, and what several rules need is worked out here once.
package tenant_compiler.lib.kubernetes

import rego.v1

# The cluster that each file is for: what stands behind the target, a folder or a file without its ending. What delivers
# a cluster's folder stands in a file of its name in a folder beside it.
clusters := {file: trim_suffix(trim_suffix(named, ".yaml"), ".json") |
	some file in {item.file | item := input.artifacts.kubernetes[_][_]}
	named := [part | some part in array.slice(split(file, "/"), 1, 3); part != "0-delivery"][0]
}

# The emitted namespaces: the object, its name and its cluster.
homes := [{"item": item, "name": item.value.metadata.name, "cluster": clusters[item.file]} |
	item := input.artifacts.kubernetes.Namespace[_]
]

# The emitted namespaces in which something keeps files on a disk.
keeping := [home |
	input.artifacts.kubernetes.PersistentVolumeClaim[0]
	some home in homes
	count(inside("PersistentVolumeClaim", home)) > 0
]

# The objects of a kind in a namespace.
inside(kind, home) := [item |
	item := input.artifacts.kubernetes[kind][_]
	item.value.metadata.namespace == home.name
	clusters[item.file] == home.cluster
]

# Every pod that any object describes, whatever its kind: where in the object, and what.
pods := array.concat(_controlled, array.concat(_bare, _scheduled))

_controlled := [{"item": item, "at": ["spec", "template", "spec"], "spec": spec, "labels": labels} |
	item := input.artifacts.kubernetes[_][_]
	spec := item.value.spec.template.spec
	labels := object.get(item.value, ["spec", "template", "metadata", "labels"], {})
]

_scheduled := [{"item": item, "at": ["spec", "jobTemplate", "spec", "template", "spec"], "spec": spec, "labels": {}} |
	item := input.artifacts.kubernetes[_][_]
	spec := item.value.spec.jobTemplate.spec.template.spec
]

_bare := array.concat(
	[{"item": item, "at": ["spec"], "spec": item.value.spec, "labels": {}} |
		item := input.artifacts.kubernetes.Pod[_]
	],
	[{"item": item, "at": ["template", "spec"], "spec": item.value.template.spec, "labels": {}} |
		item := input.artifacts.kubernetes.PodTemplate[_]
	],
)

# Every container of these pods.
containers := [{"pod": pod, "list": list, "index": index, "value": value} |
	some index
	some pod in pods
	some list in ["initContainers", "containers", "ephemeralContainers"]
	value := pod.spec[list][index]
]

roles := [role | some kind in ["ClusterRole", "Role"]; role := input.artifacts.kubernetes[kind][_]]

bindings := [binding |
	some kind in ["ClusterRoleBinding", "RoleBinding"]
	binding := input.artifacts.kubernetes[kind][_]
]

# Where a container stands in its object.
at(container) := array.concat(container.pod.at, [container.list, container.index])

# What a message calls an object: a name that is missing must not keep a rule from denying.
name(item) := object.get(item.value, ["metadata", "name"], "?")

# Over how many zones the site of an object is: as many as any of the tenant's when its file is for no cluster of them.
zones(item) := _zones[clusters[item.file]] if {
	_zones[clusters[item.file]]
} else := max([site.zones | some site in input.sites; site.role != "backup"])

# Two regions in one cluster are one site of it, the first one.
_zones := {cluster: [site.zones | some site in input.sites; site.cluster == cluster][0] |
	some cluster in {site.cluster | some site in input.sites; site.role != "backup"}
}

# Kubernetes' amounts of CPU in thousandths of a core; undefined for other texts.
millicores(amount) := amount * 1000 if {
	is_number(amount)
} else := to_number(amount) * 1000 if {
	regex.match(`^[0-9]+$`, amount)
} else := to_number(trim_suffix(amount, "m")) if {
	regex.match(`^[0-9]+m$`, amount)
}

# Kubernetes' amounts of memory in MiB; undefined for other texts.
mebibytes(amount) := to_number(trim_suffix(amount, unit)) * factor if {
	is_string(amount)
	regex.match(`^[0-9]+[MGT]i$`, amount)
	some unit, factor in {"Mi": 1, "Gi": 1024, "Ti": 1048576}
	endswith(amount, unit)
}
