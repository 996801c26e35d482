# METADATA
# scope: package
# title: Every emitted way in is shut for addresses and countries that are not let in
# description: >-
#   Where the tenant has an IP allow-list that is on, or a geo fence, the policy of every emitted route lets in only
#   clients from the listed ranges and countries, and nobody from those that are kept out.
# custom:
#   id: TC496
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a way in that is wider than `security.ip_whitelist` or `security.geo_restriction`;
#     upgrade it, or report it to its authors
package tenant_compiler.rules.edge_origins

import rego.v1

import data.tenant_compiler.lib.edge
import data.tenant_compiler.lib.kubernetes

_said := input.tenant.spec.security

_ranges := {range | _said.ip_whitelist_enabled == true; range := _said.ip_whitelist[_]}

_countries := {country | country := _said.geo_restriction.countries[_]}

_fence := {"allow": "geo_restriction", "deny": "geo_restriction"}[_said.geo_restriction.mode]

# What is declared.
_declared contains "ip_whitelist" if _ranges != set()

_declared contains _fence

deny contains {"message": message, "object": route.ref, "path": ["spec", "security", field]} if {
	some field in _declared
	some route in array.concat(edge.unguarded, edge.unguarded_connections)
	message := sprintf("the route %s is open to clients from anywhere", [kubernetes.name(route)])
}

deny contains {"message": message, "object": guard.ref, "path": path, "at": ["spec", "authorization"]} if {
	"ip_whitelist" in _declared
	some guard in edge.guards
	not _lists(guard)
	path := ["spec", "security", "ip_whitelist"]
	message := sprintf("the policy %s lets in clients from other addresses than declared", [kubernetes.name(guard)])
}

deny contains {"message": message, "object": guard.ref, "path": path, "at": ["spec", "authorization"]} if {
	"geo_restriction" in _declared
	some guard in edge.guards
	not _fences(guard, _said.geo_restriction.mode)
	path := ["spec", "security", "geo_restriction"]
	message := sprintf("the policy %s lets in clients from other countries than declared", [kubernetes.name(guard)])
}

checked contains item.ref if {
	_declared != set()
	some item in array.concat(edge.routes, array.concat(edge.connections, edge.guards))
}

_lists(guard) if {
	guard.value.spec.authorization.defaultAction == "Deny"
	every rule in edge.allowing(guard) {
		rule.principal.clientCIDRs[0]
		{range | some range in rule.principal.clientCIDRs} - _ranges == set()
	}
}

_fences(guard, "allow") if {
	guard.value.spec.authorization.defaultAction == "Deny"
	every rule in edge.allowing(guard) {
		rule.principal.clientIPGeoLocations[0]
		{place.country | some place in rule.principal.clientIPGeoLocations} - _countries == set()
		every place in rule.principal.clientIPGeoLocations {
			place.country
		}
	}
}

# The first rule that fits decides, so those from these countries are refused before anybody is let in, whatever else
# they are.
_fences(guard, "deny") if {
	rules := guard.value.spec.authorization.rules
	some index, rule in rules
	rule.action == "Deny"
	object.keys(rule.principal) == {"clientIPGeoLocations"}
	not rule.operation
	_countries - {place.country | some place in rule.principal.clientIPGeoLocations; count(place) == 1} == set()
	every earlier in array.slice(rules, 0, index) {
		earlier.action == "Deny"
	}
}
