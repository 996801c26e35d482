# METADATA
# scope: package
# title: What was emitted survives the loss of a zone
# description: >-
#   Every emitted workload of several replicas is spread over zones where its site has several, runs as many replicas as
#   declared, and every database that is declared as highly available has its standby.
# custom:
#   id: TC483
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a workload or database that is lost with its zone; upgrade it, or report it to its
#     authors. `data.sql.NAME.high_availability` and `placement.regions.NAME.zones` say what is wanted
package tenant_compiler.rules.zones_spread

import rego.v1

import data.tenant_compiler.lib.kubernetes
import data.tenant_compiler.lib.terraform

_zone := "topology.kubernetes.io/zone"

deny contains {"message": message, "object": pod.item.ref, "at": at} if {
	some pod in kubernetes.pods
	_replicated(pod.item)
	not _spread(pod)
	at := array.concat(pod.at, ["topologySpreadConstraints"])
	message := sprintf("pods of %s are not spread over zones", [kubernetes.name(pod.item)])
}

deny contains {"message": message, "object": item.ref, "path": path, "at": ["spec", "replicas"]} if {
	some kind in _kinds
	item := input.artifacts.kubernetes[kind][_]
	wanted := _wanted(item)
	_least(item) < wanted
	name := kubernetes.name(item)
	path := ["spec", "services", _service(item), "scaling"]
	message := sprintf("%s runs %d pods, fewer than the declared %d", [name, _least(item), wanted])
}

deny contains {"message": message, "object": store.ref, "path": path, "at": ["multi_az"]} if {
	store := input.artifacts.terraform.aws_db_instance[_]
	_doubled(store)
	not terraform.yes(store.value, "multi_az")
	path := ["spec", "data", "sql", store.value.tags.store, "high_availability"]
	message := sprintf("%s has no standby in a second zone", [terraform.address(store)])
}

checked contains pod.item.ref if {
	some pod in kubernetes.pods
	_replicated(pod.item)
}

checked contains item.ref if {
	some kind in _kinds
	item := input.artifacts.kubernetes[kind][_]
	_wanted(item)
}

checked contains store.ref if {
	store := input.artifacts.terraform.aws_db_instance[_]
	_doubled(store)
}

_kinds := ["Deployment", "StatefulSet", "Rollout"]

# What has more than one pod in a cluster with more than one zone.
_replicated(item) if {
	kubernetes.zones(item) > 1
	_most(item) > 1
}

# The service that a workload runs, which its label names: where two versions run, objects have other names.
_service(item) := object.get(item.value, ["metadata", "labels", "app.kubernetes.io/name"], kubernetes.name(item))

# A version to come, which gets a part of the requests, runs as many replicas as that part needs.
_partial(item) if {
	object.get(item.value, ["metadata", "labels", "tenant-compiler.dev/track"], "") == "variant"
	input.tenant.spec.services[_service(item)].rollout.strategy == "canary"
}

# How many replicas are declared for the service that a workload runs, where it is more than one.
_wanted(item) := wanted if {
	not _partial(item)
	scaling := input.tenant.spec.services[_service(item)].scaling
	wanted := object.get(scaling, "fixed", object.get(scaling, "minimum", 1))
	wanted > 1
}

# The database of a store that is declared as highly available.
_doubled(store) if input.tenant.spec.data.sql[store.value.tags.store].high_availability == true

# The autoscaler's numbers stand above the workload's own.
_most(item) := max([bounds.most | some bounds in _scalers(item)]) if {
	_scalers(item) != []
} else := object.get(item.value.spec, "replicas", 1)

_least(item) := min([bounds.least | some bounds in _scalers(item)]) if {
	_scalers(item) != []
} else := object.get(item.value.spec, "replicas", 1)

# What each autoscaler of a workload may set, with the bounds that its kind has when it says none.
_scalers(item) := [bounds |
	some kind, said in {
		"HorizontalPodAutoscaler": {"least": ["minReplicas", 1], "most": ["maxReplicas", 1]},
		"ScaledObject": {"least": ["minReplicaCount", 0], "most": ["maxReplicaCount", 100]},
	}
	scaler := input.artifacts.kubernetes[kind][_]
	bounds := {bound: object.get(scaler.value.spec, field[0], field[1]) | some bound, field in said}
	scaler.value.spec.scaleTargetRef.name == item.value.metadata.name
	object.get(scaler.value.spec.scaleTargetRef, "kind", "Deployment") == item.value.kind
	scaler.value.metadata.namespace == item.value.metadata.namespace
	kubernetes.clusters[scaler.file] == kubernetes.clusters[item.file]
]

_spread(pod) if {
	constraint := pod.spec.topologySpreadConstraints[_]
	constraint.topologyKey == _zone
	constraint.maxSkew == 1
	constraint.labelSelector.matchLabels != {}
	object.subset(pod.labels, constraint.labelSelector.matchLabels)
}
