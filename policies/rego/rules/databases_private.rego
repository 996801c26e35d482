# METADATA
# scope: package
# title: Emitted databases have no way in from outside
# description: >-
#   Every emitted database has no public address, is placed into named subnets behind named security groups, and no
#   security group that was emitted lets in the whole internet.
# custom:
#   id: TC475
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a database that can be reached from outside; upgrade it, or report it to its authors
package tenant_compiler.rules.databases_private

import rego.v1

import data.tenant_compiler.lib.terraform

# Databases with the attributes that place them.
_databases := {
	"aws_db_instance": ["db_subnet_group_name", "vpc_security_group_ids"],
	"aws_elasticache_replication_group": ["subnet_group_name", "security_group_ids"],
	"aws_rds_cluster": ["db_subnet_group_name", "vpc_security_group_ids"],
}

_ranges := ["cidr_blocks", "cidr_ipv4", "cidr_ipv6", "ipv6_cidr_blocks"]

deny contains {"message": message, "object": store.ref, "at": ["publicly_accessible"]} if {
	some kind in ["aws_db_instance", "aws_rds_cluster_instance"]
	store := input.artifacts.terraform[kind][_]
	not object.get(store.value, "publicly_accessible", false) in {false, "false"}
	message := sprintf("%s has a public address", [terraform.address(store)])
}

deny contains {"message": message, "object": store.ref, "at": [attribute]} if {
	some kind, attributes in _databases
	store := input.artifacts.terraform[kind][_]
	some attribute in attributes
	object.get(store.value, attribute, "") in {"", null, []}
	message := sprintf("%s is in the cloud's default network: %s is empty", [terraform.address(store), attribute])
}

deny contains {"message": message, "object": group.ref, "at": ["ingress"]} if {
	group := input.artifacts.terraform.aws_security_group[_]
	some ingress in terraform.blocks(group.value, "ingress")
	some field in _ranges
	some range in terraform.texts(ingress[field])
	_wide(range)
	message := sprintf("%s lets in everybody: %s", [terraform.address(group), range])
}

deny contains {"message": message, "object": rule.ref, "at": [field]} if {
	some rule in _rules
	some field in _ranges
	some range in terraform.texts(rule.value[field])
	_wide(range)
	message := sprintf("%s lets in everybody: %s", [terraform.address(rule), range])
}

checked contains store.ref if {
	some kind, _ in _databases
	store := input.artifacts.terraform[kind][_]
}

# A database that is declared and not emitted is somewhere that nobody has seen.
checked contains ["spec", "data", "sql", name] if some name, _ in input.tenant.spec.data.sql

checked contains item.ref if item := input.artifacts.terraform.aws_rds_cluster_instance[_]

checked contains item.ref if item := input.artifacts.terraform.aws_security_group[_]

checked contains rule.ref if some rule in _rules

_rules := array.concat(
	[rule | rule := input.artifacts.terraform.aws_vpc_security_group_ingress_rule[_]],
	[rule |
		rule := input.artifacts.terraform.aws_security_group_rule[_]
		object.get(rule.value, "type", "") != "egress"
	],
)

# A range of so few fixed bits is the internet, or a large part of it.
_wide(range) if regex.match(`/[0-7]$`, range)
