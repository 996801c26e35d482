# METADATA
# scope: package
# title: Emitted secrets are brought from outside, and none is written down
# description: >-
#   No emitted Secret holds a value, and where something brings secrets into a cluster, every Secret with its key that a pod
#   there reads is one that it brings.
# custom:
#   id: TC4102
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a secret in plain text, or a pod that reads one which never comes; upgrade it, or report
#     it to its authors. Secrets of people belong into `services.NAME.secrets`
package tenant_compiler.rules.secrets_not_plain

import rego.v1

import data.tenant_compiler.lib.kubernetes

_plain := [item |
	item := input.artifacts.kubernetes.Secret[_]
	count(object.get(item.value, "data", {})) + count(object.get(item.value, "stringData", {})) > 0
]

# What brings Secrets: keys by cluster, namespace and name. Files from a SecretProviderClass are no Secrets.
_brought := {[kubernetes.clusters[each.item.file], each.item.value.metadata.namespace, each.name, key] |
	some each in array.concat(_external, _sealed)
	some key in each.keys
}

_external := [{"item": item, "name": name, "keys": keys} |
	item := input.artifacts.kubernetes.ExternalSecret[_]
	name := object.get(item.value.spec, ["target", "name"], item.value.metadata.name)
	keys := {key | key := item.value.spec.data[_].secretKey}
]

_sealed := [{"item": item, "name": item.value.metadata.name, "keys": keys} |
	item := input.artifacts.kubernetes.SealedSecret[_]
	keys := object.keys(item.value.spec.encryptedData)
]

_bringing := {kubernetes.clusters[each.item.file] | some each in array.concat(_external, _sealed)}

# What pods read, each with the container.
_read := [{"item": item, "at": at, "name": name, "key": key} |
	count(_bringing) > 0
	some container in kubernetes.containers
	item := container.pod.item
	kubernetes.clusters[item.file] in _bringing
	some index, variable in container.value.env
	reference := variable.valueFrom.secretKeyRef
	name := reference.name
	key := reference.key
	at := array.concat(kubernetes.at(container), ["env", index])
]

deny contains {"message": message, "object": item.ref, "path": ["spec", "services"]} if {
	some item in _plain
	message := sprintf("the Secret %s holds values in plain text", [kubernetes.name(item)])
}

deny contains {"message": message, "object": read.item.ref, "path": ["spec", "services"], "at": read.at} if {
	some read in _read
	where := [kubernetes.clusters[read.item.file], object.get(read.item.value.metadata, "namespace", "")]
	not array.concat(where, [read.name, read.key]) in _brought
	message := sprintf("nothing brings the key %s of the Secret %s, which a pod reads", [read.key, read.name])
}

deny contains {"message": message, "object": item.ref, "path": ["spec", "services"], "at": at} if {
	count(_bringing) > 0
	some container in kubernetes.containers
	item := container.pod.item
	kubernetes.clusters[item.file] in _bringing
	some index, whole in container.value.envFrom
	where := [kubernetes.clusters[item.file], object.get(item.value.metadata, "namespace", ""), whole.secretRef.name]
	not where in {array.slice(one, 0, 3) | some one in _brought}
	at := array.concat(kubernetes.at(container), ["envFrom", index])
	message := sprintf("nothing brings the Secret %s, which a pod reads", [whole.secretRef.name])
}

checked contains item.ref if some item in _plain

checked contains each.item.ref if some each in array.concat(_external, _sealed)

checked contains read.item.ref if some read in _read
