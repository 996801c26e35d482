# METADATA
# scope: package
# title: Emitted volumes are backed up with their namespace, as declared
# description: >-
#   Where the tenant declares a schedule and Velero makes backups, every emitted volume lies in a namespace that a
#   schedule of its cluster takes whole, at exactly the declared times and not more seldom than the recovery point allows,
#   into an emitted location below the tenant's own name, for the declared time.
# custom:
#   id: TC492
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     where `placement.disaster_recovery.recovery_point_minutes` is shorter than `backup.schedule` leaves between two
#     backups, change one of them; else a back-end or plug-in emitted other backups than declared: upgrade it, or report
#     it to its authors
package tenant_compiler.rules.namespaces_backed_up

import rego.v1

import data.tenant_compiler.lib.cron
import data.tenant_compiler.lib.intervals
import data.tenant_compiler.lib.kubernetes

_schedule := ["spec", "backup", "schedule"]

_retention := ["spec", "backup", "retention_days"]

_point := ["spec", "placement", "disaster_recovery", "recovery_point_minutes"]

_declared := input.tenant.spec.backup.schedule

# The schedules of Velero, each with its cluster.
_schedules := [{"item": item, "name": kubernetes.name(item), "cluster": kubernetes.clusters[item.file]} |
	_declared
	item := input.artifacts.kubernetes.Schedule[_]
	startswith(item.value.apiVersion, "velero.io/")
]

# The volumes, each with its namespace. None where Velero makes no backups: nobody has shown that any are made then.
_volumes := [{"item": item, "home": home} |
	_schedules[0]
	some home in kubernetes.keeping
	some item in kubernetes.inside("PersistentVolumeClaim", home)
]

deny contains {"message": message, "object": volume.item.ref, "path": _schedule} if {
	some volume in _volumes
	not [volume.home.cluster, volume.home.name] in _whole
	message := sprintf("no schedule of Velero backs up the volume %s", [kubernetes.name(volume.item)])
}

deny contains {"message": message, "object": each.item.ref, "path": _schedule, "at": ["spec", "schedule"]} if {
	some each in _schedules
	cron.times(object.get(each.item.value.spec, "schedule", "")) != _times
	message := sprintf("the schedule %s does not run at the times of backup.schedule, %s", [each.name, _declared])
}

deny contains {"message": message, "object": each.item.ref, "path": _retention, "at": ["spec", "template", "ttl"]} if {
	days := input.tenant.spec.backup.retention_days
	some each in _schedules
	not _kept(each.item.value.spec, days)
	message := sprintf("the schedule %s does not keep backups for the declared %d days", [each.name, days])
}

deny contains {"message": message, "object": each.item.ref, "path": _schedule, "at": ["spec", "template"]} if {
	some each in _schedules
	location := object.get(each.item.value.spec, ["template", "storageLocation"], "")
	not [each.cluster, object.get(each.item.value.metadata, "namespace", ""), location] in _locations
	message := sprintf("the schedule %s keeps backups in no emitted location of the tenant's own", [each.name])
}

deny contains {"message": message, "object": each.item.ref, "path": _point, "at": ["spec", "schedule"]} if {
	point := input.tenant.spec.placement.disaster_recovery.recovery_point_minutes
	_volumes[0]
	some each in _schedules
	gap := intervals.minutes(each.item.value.spec.schedule)
	gap > point
	message := sprintf("the schedule %s leaves %d minutes between two backups, more than %d", [each.name, gap, point])
}

checked contains each.item.ref if some each in _schedules

checked contains volume.item.ref if some volume in _volumes

checked contains location.ref if {
	_schedules[0]
	location := input.artifacts.kubernetes.BackupStorageLocation[_]
}

_times := cron.times(_declared)

# The namespaces of which a schedule that is on takes everything, with what is on the disks.
_whole contains [each.cluster, name] if {
	some each in _schedules
	spec := each.item.value.spec
	object.get(spec, "paused", false) == false
	spec.template.snapshotMoveData == true
	object.get(spec.template, "snapshotVolumes", true) == true
	object.keys(spec.template) & _narrowing == set()
	name := spec.template.includedNamespaces[_]
}

# What leaves something out, or may.
_narrowing := {
	"excludedClusterScopedResources",
	"excludedNamespaceScopedResources",
	"excludedNamespaces",
	"excludedResources",
	"includedClusterScopedResources",
	"includedNamespaceScopedResources",
	"includedResources",
	"labelSelector",
	"orLabelSelectors",
	"resourcePolicy",
}

_kept(spec, days) if _hours(spec.template) == days * 24

# How long backups are kept; Velero's own time where nothing is said. Undefined for what is no number of whole hours.
_hours(template) := to_number(trim_suffix(text, "h")) if {
	text := trim_suffix(trim_suffix(object.get(template, "ttl", "720h"), "0s"), "0m")
	regex.match(`^[0-9]+h$`, text)
}

# Locations below the name of a namespace of the tenant's own, by cluster, namespace and name.
_locations contains [home.cluster, location.value.metadata.namespace, location.value.metadata.name] if {
	_schedules[0]
	location := input.artifacts.kubernetes.BackupStorageLocation[_]
	some home in kubernetes.homes
	home.cluster == kubernetes.clusters[location.file]
	split(location.value.spec.objectStorage.prefix, "/")[0] == home.name
}
