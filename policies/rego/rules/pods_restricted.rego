# METADATA
# scope: package
# title: Emitted pods have no privileges
# description: >-
#   Every pod that any emitted object describes keeps to Kubernetes' restricted standard: no root, no capabilities, no
#   way to more rights, nothing of its node. Every emitted namespace enforces the same standard.
# custom:
#   id: TC485
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a pod with more rights than the restricted standard allows; upgrade it, or report it
#     to its authors
package tenant_compiler.rules.pods_restricted

import rego.v1

import data.tenant_compiler.lib.kubernetes

_enforce := "pod-security.kubernetes.io/enforce"

_volumes := {
	"configMap",
	"csi",
	"downwardAPI",
	"emptyDir",
	"ephemeral",
	"name",
	"persistentVolumeClaim",
	"projected",
	"secret",
}

_profiles := {"Localhost", "RuntimeDefault"}

deny contains {"message": message, "object": home.item.ref, "at": ["metadata", "labels", _enforce]} if {
	some home in kubernetes.homes
	not home.item.value.metadata.labels[_enforce] == "restricted"
	message := sprintf("the namespace %s does not enforce restricted pods", [home.name])
}

deny contains {"message": message, "object": pod.item.ref, "at": array.concat(pod.at, [flag])} if {
	some pod in kubernetes.pods
	some flag in ["hostIPC", "hostNetwork", "hostPID"]
	pod.spec[flag] != false
	message := sprintf("pods of %s share something with their node: %s", [kubernetes.name(pod.item), flag])
}

deny contains {"message": message, "object": pod.item.ref, "at": array.concat(pod.at, ["volumes", index])} if {
	some index
	some pod in kubernetes.pods
	some kind in object.keys(pod.spec.volumes[index]) - _volumes
	message := sprintf("pods of %s mount a volume of kind %s", [kubernetes.name(pod.item), kind])
}

deny contains {"message": message, "object": container.pod.item.ref, "at": kubernetes.at(container)} if {
	some [container, wrong] in _wrong
	who := object.get(container.value, "name", "?")
	message := sprintf("the container %v of %s %s", [who, kubernetes.name(container.pod.item), wrong])
}

checked contains home.item.ref if some home in kubernetes.homes

checked contains pod.item.ref if some pod in kubernetes.pods

# Containers, each with what is wrong with it in words that follow its name.
_wrong contains [container, "is privileged"] if {
	some container in kubernetes.containers
	container.value.securityContext.privileged != false
}

_wrong contains [container, "may gain more rights: allowPrivilegeEscalation is not false"] if {
	some container in kubernetes.containers
	not container.value.securityContext.allowPrivilegeEscalation == false
}

_wrong contains [container, "may run as root: runAsNonRoot is not true"] if {
	some container in kubernetes.containers
	not _shared(container, ["runAsNonRoot"]) == true
}

_wrong contains [container, "runs as root: runAsUser is 0"] if {
	some container in kubernetes.containers
	_shared(container, ["runAsUser"]) == 0
}

_wrong contains [container, "has no seccomp profile"] if {
	some container in kubernetes.containers
	not _shared(container, ["seccompProfile", "type"]) in _profiles
}

_wrong contains [container, "keeps capabilities: it does not drop ALL"] if {
	some container in kubernetes.containers
	not _drops_all(container.value)
}

_wrong contains [container, "adds capabilities"] if {
	some container in kubernetes.containers
	container.value.securityContext.capabilities.add[_] != "NET_BIND_SERVICE"
}

_wrong contains [container, "sees more of /proc"] if {
	some container in kubernetes.containers
	container.value.securityContext.procMount != "Default"
}

_wrong contains [container, "takes a port of its node"] if {
	some container in kubernetes.containers
	container.value.ports[_].hostPort != 0
}

_drops_all(container) if "ALL" in container.securityContext.capabilities.drop

# What a container says itself stands above what its pod says.
_shared(container, path) := object.get(
	object.get(container.value, "securityContext", {}), path,
	object.get(object.get(container.pod.spec, "securityContext", {}), path, null),
)
