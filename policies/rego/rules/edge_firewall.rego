# METADATA
# scope: package
# title: Emitted access lists stand before exposed services
# description: >-
#   Where the tenant exposes services and declares a firewall or protection from floods, every region of AWS that serves
#   clients has an access list that is attached to something, blocks known attacks, and limits what one address may ask.
# custom:
#   id: TC474
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted no access list, or one that only counts; upgrade it, or report it to its authors
package tenant_compiler.rules.edge_firewall

import rego.v1

import data.tenant_compiler.lib.terraform

_network := ["spec", "security", "network"]

_said := input.tenant.spec.security.network

_exposed if input.tenant.spec.services[_].expose.hosts[0]

# What is declared.
_declared := {field |
	_exposed
	some field in ["ddos_protection", "web_application_firewall"]
	_said[field] == true
}

# Groups of rules that AWS keeps up to date: attacks by what is asked, and addresses that are known to be bad.
_attacks := ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"]

_addresses := "AWSManagedRulesAmazonIpReputationList"

deny contains {"message": message, "path": array.concat(_network, [field])} if {
	terraform.providers != []
	some field in _declared
	some site in input.sites
	site.cloud == "aws"
	site.role in {"active", "primary"}
	not site.region in {terraform.region(list) | some list in _attached}
	message := sprintf("no access list stands before the services in %s", [site.region])
}

deny contains {"message": message, "object": list.ref, "path": path, "at": ["rule"]} if {
	"web_application_firewall" in _declared
	some list in _lists
	some group in _attacks
	not _blocks(list, group)
	path := array.concat(_network, ["web_application_firewall"])
	message := sprintf("%s does not block by %s", [terraform.address(list), group])
}

deny contains {"message": message, "object": list.ref, "path": path, "at": ["rule"]} if {
	"ddos_protection" in _declared
	some list in _lists
	not _blocks(list, _addresses)
	path := array.concat(_network, ["ddos_protection"])
	message := sprintf("%s does not block by %s", [terraform.address(list), _addresses])
}

deny contains {"message": message, "object": list.ref, "path": path, "at": ["rule"]} if {
	"ddos_protection" in _declared
	is_number(input.tenant.spec.quotas.api_requests_per_minute)
	most := max([_least_limit, input.tenant.spec.quotas.api_requests_per_minute])
	some list in _lists
	not _limits(list, most)
	path := array.concat(_network, ["ddos_protection"])
	message := sprintf("%s does not limit one address to %d requests a minute", [terraform.address(list), most])
}

deny contains {"message": message, "object": list.ref, "path": array.concat(_network, [field]), "at": ["rule"]} if {
	some field in _declared
	some list in _lists
	some rule in terraform.blocks(list.value, "rule")
	some action in terraform.blocks(rule, "action")
	action.allow
	message := sprintf("%s lets some requests past all its other rules", [terraform.address(list)])
}

checked contains list.ref if some list in _lists

checked contains tie.ref if {
	some list in _lists
	some tie in _ties(list)
}

_lists := [list | _declared != set(); list := input.artifacts.terraform.aws_wafv2_web_acl[_]]

_attached := [list | some list in _lists; _ties(list) != []]

_ties(list) := [tie |
	tie := input.artifacts.terraform.aws_wafv2_web_acl_association[_]
	terraform.refers(tie.value.web_acl_arn, "aws_wafv2_web_acl", list)
	terraform.roots[tie.file] == terraform.roots[list.file]
]

# The smallest limit that AWS takes.
_least_limit := 10

# A group blocks unless its rules are only counted. Those against large bodies may be: uploads are large.
_blocks(list, name) if {
	some rule in terraform.blocks(list.value, "rule")
	some statement in terraform.blocks(rule, "statement")
	some group in terraform.blocks(statement, "managed_rule_group_statement")
	group.vendor_name == "AWS"
	group.name == name
	some override in terraform.blocks(rule, "override_action")
	object.keys(override) == {"none"}
	not group.scope_down_statement
	every exception in terraform.blocks(group, "rule_action_override") {
		startswith(exception.name, "SizeRestrictions_")
	}
}

_limits(list, most) if {
	some rule in terraform.blocks(list.value, "rule")
	some statement in terraform.blocks(rule, "statement")
	some rate in terraform.blocks(statement, "rate_based_statement")
	rate.aggregate_key_type == "IP"
	not rate.scope_down_statement
	some action in terraform.blocks(rule, "action")
	object.keys(action) == {"block"}
	window := terraform.integer(object.get(rate, "evaluation_window_sec", 300))
	terraform.integer(rate.limit) * 60 <= most * window
}
