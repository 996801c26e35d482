# METADATA
# scope: package
# title: Emitted volumes and their backups are encrypted with the tenant's own key
# description: >-
#   Where the tenant declares a key of its own outside of an HSM, every emitted volume has a storage class that was emitted
#   for its cluster and names a key, and so does every location of backups whose provider knows keys.
# custom:
#   id: TC4103
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     for backups, set `backup.key_prefix` in the cluster's profile; else a back-end or plug-in emitted a volume that does
#     not use the tenant's key: upgrade it, or report it to its authors. `security.keys.custody` says whether the tenant
#     has a key of its own
package tenant_compiler.rules.volumes_own_key

import rego.v1

import data.tenant_compiler.lib.kubernetes

_custody := ["spec", "security", "keys", "custody"]

# The class of a key in an HSM is the platform's, which nothing emitted shows.
_own if {
	input.tenant.spec.security.keys.custody == "customer_managed"
	not input.tenant.spec.security.keys.hsm == true
}

# How drivers of disks and plug-ins of Velero call the key.
_drivers := {
	"disk.csi.azure.com": "diskEncryptionSetID",
	"ebs.csi.aws.com": "kmsKeyId",
	"pd.csi.storage.gke.io": "disk-encryption-kms-key",
}

_providers := {"aws": "kmsKeyId", "gcp": "kmsKeyName"}

_volumes := [item | _own; item := input.artifacts.kubernetes.PersistentVolumeClaim[_]]

_classes := [item | _volumes[0]; item := input.artifacts.kubernetes.StorageClass[_]]

# A provider that knows no keys has none to name.
_locations := [item |
	_own
	item := input.artifacts.kubernetes.BackupStorageLocation[_]
	_providers[item.value.spec.provider]
]

deny contains {"message": message, "object": item.ref, "path": _custody, "at": ["spec", "storageClassName"]} if {
	some item in _volumes
	class := object.get(item.value.spec, "storageClassName", "")
	not [kubernetes.clusters[item.file], class] in _keyed
	message := sprintf(
		"the volume %s is of the class %s, and nothing emitted shows that the tenant's key encrypts it",
		[kubernetes.name(item), class],
	)
}

deny contains {"message": message, "object": item.ref, "path": _custody, "at": ["spec", "config"]} if {
	some item in _locations
	object.get(item.value.spec, ["config", _providers[item.value.spec.provider]], "") == ""
	message := sprintf("backups in %s are not encrypted with the tenant's key", [kubernetes.name(item)])
}

checked contains item.ref if some item in array.concat(_volumes, array.concat(_classes, _locations))

_keyed contains [kubernetes.clusters[item.file], item.value.metadata.name] if {
	some item in _classes
	driver := item.value.provisioner
	object.get(item.value, ["parameters", _drivers[driver]], "") != ""
	_on(driver, item.value.parameters)
}

# EBS takes the key only where it is told to encrypt.
_on(driver, parameters) if {
	driver == "ebs.csi.aws.com"
	parameters.encrypted == "true"
}

_on(driver, _) if driver != "ebs.csi.aws.com"
