# METADATA
# scope: package
# title: The emitted audit trail records what is declared
# description: >-
#   Where databases are to log, every emitted one exports its logs and logs connections and changes. Where a trail is
#   declared, it is on, covers all regions, proves its records unchanged, and records every declared kind of event.
# custom:
#   id: TC469
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted no audit trail, or one that records less than `security.audit.events`; upgrade it,
#     or report it to its authors
package tenant_compiler.rules.audit_trail

import rego.v1

import data.tenant_compiler.lib.terraform

_logging := ["spec", "security", "audit_logging"]

_retention := ["spec", "security", "audit", "retention_days"]

_events := ["spec", "security", "audit", "events"]

_logs if input.tenant.spec.security.audit_logging == true

_declared if input.tenant.spec.security.audit.retention_days

_exports := "enabled_cloudwatch_logs_exports"

# What the parameters of a database must say.
_parameters := {"log_connections": {"1"}, "log_disconnections": {"1"}, "log_statement": {"all", "mod"}}

deny contains {"message": message, "object": store.ref, "path": _logging, "at": [_exports]} if {
	_logs
	some store in _databases
	not _exported(store)
	message := sprintf("%s keeps its logs to itself", [terraform.address(store)])
}

deny contains {"message": message, "object": bare.store.ref, "path": _logging, "at": [bare.field]} if {
	_logs
	some bare in terraform.unparametrised
	message := sprintf("%s has no parameters of this root that would make it log", [terraform.address(bare.store)])
}

deny contains {"message": message, "object": pair.group.ref, "path": _logging, "at": ["parameter"]} if {
	_logs
	some pair in terraform.parametrised
	some name, values in _parameters
	not _within(terraform.parameter(pair.group, name), values)
	message := sprintf("%s does not make its database log: %s", [terraform.address(pair.group), name])
}

deny contains {"message": message, "path": _retention} if {
	_declared
	terraform.providers != []
	not input.artifacts.terraform.aws_cloudtrail[0]
	message := "there is no trail that would record anything"
}

deny contains {"message": message, "object": trail.ref, "path": _retention, "at": [flag]} if {
	_declared
	trail := input.artifacts.terraform.aws_cloudtrail[_]
	some flag, usual in {
		"enable_log_file_validation": false,
		"enable_logging": true,
		"include_global_service_events": true,
		"is_multi_region_trail": false,
	}
	not object.get(trail.value, flag, usual) in {true, "true"}
	message := sprintf("%s has gaps: %s is not true", [terraform.address(trail), flag])
}

deny contains {"message": message, "object": trail.ref, "path": _retention, "at": ["s3_bucket_name"]} if {
	_declared
	trail := input.artifacts.terraform.aws_cloudtrail[_]
	not trail.ref in {pair.trail.ref | some pair in terraform.trails}
	message := sprintf("%s writes to no bucket of this root", [terraform.address(trail)])
}

deny contains {"message": message, "object": trail.ref, "path": _events, "at": ["advanced_event_selector"]} if {
	_declared
	trail := input.artifacts.terraform.aws_cloudtrail[_]
	some event in input.tenant.spec.security.audit.events
	not _recorded(event)
	message := sprintf("%s does not record %s", [terraform.address(trail), event])
}

checked contains store.ref if {
	_logs
	some store in _databases
}

checked contains pair.group.ref if {
	_logs
	some pair in terraform.parametrised
}

checked contains trail.ref if {
	_declared
	trail := input.artifacts.terraform.aws_cloudtrail[_]
}

_databases := [store |
	some kind in ["aws_db_instance", "aws_rds_cluster"]
	store := input.artifacts.terraform[kind][_]
]

_exported(store) if "postgresql" in store.value[_exports]

_within(found, values) if {
	found != set()
	found - values == set()
}

# Starts, stops and errors of the stores are in the databases' own logs.
_recorded("system") := true

_recorded("data_access") if _missed == []

_recorded(event) if {
	event in {"authentication", "authorization", "configuration", "privileged"}
	some selector in _selectors
	object.keys(selector) == {"eventCategory"}
	"Management" in selector.eventCategory.equals
}

# Buckets of stores whose objects no trail watches.
_missed := [bucket |
	bucket := input.artifacts.terraform.aws_s3_bucket[_]
	bucket.value.tags.store
	not _watched(bucket)
]

_watched(bucket) if {
	some selector in _selectors
	object.keys(selector) - {"eventCategory", "resources.ARN", "resources.type"} == set()
	"Data" in selector.eventCategory.equals
	"AWS::S3::Object" in selector["resources.type"].equals
	concat("", ["${aws_s3_bucket.", bucket.name, ".arn}/"]) in selector["resources.ARN"].starts_with
}

# The selectors of all trails, each as its fields by name. Any further field leaves something out.
_selectors := [fields |
	trail := input.artifacts.terraform.aws_cloudtrail[_]
	some selector in terraform.blocks(trail.value, "advanced_event_selector")
	fields := {each.field: each | some each in terraform.blocks(selector, "field_selector")}
]
