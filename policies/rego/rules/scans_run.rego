# METADATA
# scope: package
# title: Emitted jobs scan every image often enough
# description: >-
#   Where the tenant declares how often it is scanned and a job for it was emitted, each namespace with pods in a cluster of
#   the primary site has one that is on, comes often enough, and looks at the image of every container of the tenant's.
# custom:
#   id: TC4101
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted jobs that scan more seldom, or less, than `security.scanning.interval_days` and the
#     services declare; upgrade it, or report it to its authors
package tenant_compiler.rules.scans_run

import rego.v1

import data.tenant_compiler.lib.intervals
import data.tenant_compiler.lib.kubernetes

_path := ["spec", "security", "scanning", "interval_days"]

_days := input.tenant.spec.security.scanning.interval_days

_name := "default.scan"

_scans := [{"item": item, "cluster": kubernetes.clusters[item.file], "space": item.value.metadata.namespace} |
	_days
	item := input.artifacts.kubernetes.CronJob[_]
	item.value.metadata.name == _name
]

# Where the tenant runs for real: sites that stand by are scanned when they take over.
_primary := {site.cluster | some site in input.sites; site.role == "primary"}

# The tenant's containers there. Jobs of the platform have a dot in their name, which no service has.
_containers := [{"value": container.value, "item": item, "home": home} |
	_scans[0]
	some container in kubernetes.containers
	item := container.pod.item
	not _platform(item)
	home := [kubernetes.clusters[item.file], object.get(item.value.metadata, "namespace", "")]
	home[0] in _primary
]

_platform(item) if {
	item.value.kind == "CronJob"
	contains(kubernetes.name(item), ".")
}

deny contains {"message": message, "object": container.item.ref, "path": _path} if {
	some container in _containers
	image := object.get(container.value, "image", "")
	not [container.home, image] in _looked_at
	message := sprintf("no job scans the image %s", [image])
}

deny contains {"message": message, "object": scan.item.ref, "path": _path, "at": ["spec", "schedule"]} if {
	some scan in _scans
	gap := intervals.longest(scan.item.value.spec.schedule)
	gap > _days * 24
	message := sprintf("the job %s leaves %d hours between two scans, more than %d days", [_name, gap, _days])
}

checked contains scan.item.ref if some scan in _scans

checked contains container.item.ref if some container in _containers

# Namespaces with the images that a job which is on looks at.
_looked_at contains [[scan.cluster, scan.space], image] if {
	some scan in _scans
	object.get(scan.item.value.spec, "suspend", false) == false
	some container in scan.item.value.spec.jobTemplate.spec.template.spec.containers
	some image in container.args
}
