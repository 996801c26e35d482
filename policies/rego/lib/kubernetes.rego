# METADATA
# scope: package
# title: Reading manifests of Kubernetes
# description: What rules over `input.artifacts.kubernetes` have in common.
package tenant_compiler.lib.kubernetes

import rego.v1

# The objects of a kind.
objects(kind) := object.get(input, ["artifacts", "kubernetes", kind], [])

# The cluster that a file is for: its name without folder and ending. The files of all back-ends for one cluster agree.
cluster(item) := trim_suffix(trim_suffix(parts[count(parts) - 1], ".yaml"), ".json") if {
	parts := split(item.file, "/")
}

name(item) := text(item.value, ["metadata", "name"])

namespace(item) := text(item.value, ["metadata", "namespace"])

labels(item) := _object(object.get(item.value, ["metadata", "labels"], {}))

spec(item) := _object(object.get(item.value, "spec", {}))

# The text at a path of a map; empty when there is none.
text(value, path) := found if {
	found := object.get(value, path, "")
	is_string(found)
} else := ""

# The maps in a list at a path of a map; nothing when there is no list.
maps(value, path) := [each | some each in found; is_object(each)] if {
	found := object.get(value, path, [])
	is_array(found)
} else := []

# The texts in a list at a path of a map.
texts(value, path) := {each | some each in found; is_string(each)} if {
	found := object.get(value, path, [])
	is_array(found)
} else := set()

# Whether two objects are in the same namespace of the same cluster.
together(one, other) if {
	cluster(one) == cluster(other)
	namespace(one) == namespace(other)
}

# Whether an object is in a Namespace that was emitted beside it.
inside(item, home) if {
	cluster(item) == cluster(home)
	namespace(item) == name(home)
}

# Over how many zones the site of an object is: as many as any of the tenant's when its file is for no cluster of them.
zones(item) := there[0] if {
	there := [site.zones | some site in input.sites; site.role != "backup"; site.cluster == cluster(item)]
	count(there) > 0
} else := max([site.zones | some site in input.sites; site.role != "backup"])

# Every pod that any object describes, whatever its kind: where in the object, and what.
pods := [{"item": item, "at": path, "spec": pod, "labels": _object(object.get(item.value, _labels_of(path), {}))} |
	some kind, items in object.get(input, ["artifacts", "kubernetes"], {})
	some item in items
	some path in _pod_paths(kind)
	pod := object.get(item.value, path, null)
	is_object(pod)
]

_pod_paths("Pod") := [["spec"]]

_pod_paths("PodTemplate") := [["template", "spec"]]

_pod_paths(kind) := [["spec", "template", "spec"], ["spec", "jobTemplate", "spec", "template", "spec"]] if {
	not kind in {"Pod", "PodTemplate"}
}

_labels_of(path) := array.concat(array.slice(path, 0, count(path) - 1), ["metadata", "labels"])

# The containers of a pod, each with where it stands in it.
containers(pod) := [{"at": array.concat(pod.at, [list, index]), "value": container} |
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some index, container in maps(pod.spec, list)
]

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

_object(value) := value if {
	is_object(value)
} else := {}
