# METADATA
# scope: package
# title: What was emitted stays in the tenant's regions
# description: >-
#   Every region that an emitted provider, resource, copy or state names is one of the tenant's regions, or one where it
#   sends backups, the audit trail or logs; a state, or the platform's bucket for backups of namespaces, may also be in
#   another region of an allowed jurisdiction. Manifests are for clusters of the tenant's regions only.
# custom:
#   id: TC476
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     declare the region below `placement.regions`, `backup.region`, or as a sink, or move the state with
#     `[targets.terraform.state]` of the workspace; if nobody asked for the region, a back-end or plug-in emitted it:
#     upgrade it, or report it to its authors
package tenant_compiler.rules.regions_inside

import rego.v1

import data.tenant_compiler.lib.kubernetes
import data.tenant_compiler.lib.places
import data.tenant_compiler.lib.terraform

_path := ["spec", "placement", "regions"]

_regions := {place.region | some place in places.all}

# Where data may be by jurisdiction; empty: anywhere.
_jurisdictions := {each |
	input.tenant.spec.placement.residency.strict
	each := input.tenant.spec.placement.residency.jurisdictions[_]
}

deny contains {"message": message, "object": where.ref, "path": _path, "at": where.at} if {
	some where in _named
	not where.region in _regions
	message := sprintf("%s is in the region %v, which is none of the tenant's", [where.what, where.region])
}

deny contains {"message": message, "path": _path} if {
	some root in _making - _somewhere
	message := sprintf("nothing says in which region the resources in %s are made", [root])
}

deny contains {"message": message, "object": where.ref, "path": _path, "at": where.at} if {
	some where in array.concat(_named, _platforms)
	_outside(where.region)
	allowed := concat(", ", _jurisdictions)
	message := sprintf("%s is in the region %v, outside of %s", [where.what, where.region, allowed])
}

deny contains {"message": message, "object": where.ref, "path": _path, "at": where.at} if {
	some where in _platforms
	_jurisdictions == set()
	not where.region in _regions
	not places.jurisdiction(where.region) in {place.jurisdiction | some place in places.all}
	message := sprintf("%s is in the region %v, far from the tenant's", [where.what, where.region])
}

deny contains {"message": message, "object": copy.ref, "path": ["spec", "backup", "region"], "at": ["rule"]} if {
	some copy in _copies
	not terraform.refers_to_any(copy.target, {"aws_backup_vault", "aws_s3_bucket"}, copy.item)
	message := sprintf(
		"%s copies to %v, which is no vault or bucket of this root",
		[terraform.address(copy.item), copy.target],
	)
}

deny contains {"message": message, "object": home.item.ref, "path": _path} if {
	some home in kubernetes.homes
	not home.cluster in {site.cluster | some site in input.sites}
	message := sprintf("%s is for a cluster of none of the tenant's regions", [home.item.file])
}

checked contains where.ref if some where in array.concat(_named, _platforms)

checked contains copy.ref if some copy in _copies

checked contains home.item.ref if some home in kubernetes.homes

_outside(region) if {
	_jurisdictions != set()
	not places.jurisdiction(region) in _jurisdictions
}

# Regions that providers and resources name. A provider without one takes whatever its surroundings say.
_named := array.concat(
	[where |
		some provider in terraform.providers
		where := _where(provider.item, object.get(provider.value, "region", null))
	],
	[where |
		some kind
		resource := input.artifacts.terraform[kind][_]
		region := resource.value.region
		not kind in {"data", "output", "provider", "terraform", "variable"}
		where := _where(resource, region)
	],
)

# Roots that make something, and roots with a provider.
_making := {terraform.roots[item.file] |
	some kind, items in input.artifacts.terraform
	startswith(kind, "aws_")
	item := items[_]
}

_somewhere := {terraform.roots[provider.item.file] | some provider in terraform.providers}

_where(item, region) := {"ref": item.ref, "at": ["region"], "region": region, "what": terraform.address(item)}

# What the platform keeps where it likes.
_platforms := array.concat(_states, _buckets)

_buckets := [where |
	item := input.artifacts.kubernetes.BackupStorageLocation[_]
	where := {
		"ref": item.ref,
		"at": ["spec", "config", "region"],
		"region": item.value.spec.config.region,
		"what": sprintf("the location of backups %s", [kubernetes.name(item)]),
	}
]

_states := [where |
	root := input.artifacts.terraform.terraform[_]
	some kinds in terraform.blocks(root.value, "backend")
	some kind, _ in kinds
	some settings in terraform.blocks(kinds, kind)
	where := {
		"ref": root.ref,
		"at": ["backend", kind, "region"],
		"region": object.get(settings, "region", null),
		"what": "the state of Terraform",
	}
]

# Copies to somewhere else, each with the text that says where. A vault or bucket of the same root has a provider or a
# region of its own, which is judged there.
_copies := array.concat(
	[copy |
		plan := input.artifacts.terraform.aws_backup_plan[_]
		some rule in terraform.blocks(plan.value, "rule")
		some action in terraform.blocks(rule, "copy_action")
		copy := {"ref": plan.ref, "item": plan, "target": object.get(action, "destination_vault_arn", "")}
	],
	[copy |
		replication := input.artifacts.terraform.aws_s3_bucket_replication_configuration[_]
		some rule in terraform.blocks(replication.value, "rule")
		some destination in terraform.blocks(rule, "destination")
		copy := {"ref": replication.ref, "item": replication, "target": object.get(destination, "bucket", "")}
	],
)
