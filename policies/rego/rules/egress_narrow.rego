# METADATA
# scope: package
# title: Emitted network policies let out only what is declared
# description: >-
#   A rule of an emitted NetworkPolicy or CiliumNetworkPolicy that reaches all addresses leaves out the private ones, and
#   opens only the ports of declared hosts, or that of object stores. Other public ranges are declared ones, with their
#   ports; private ranges are reached on the ports of databases only. A host name is a declared one, on its ports, or one
#   of the cloud's own where there are object stores. A scan of images that the tenant asks for reaches registries on
#   port 443.
# custom:
#   id: TC473
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     declare the destination below `security.network.egress` with its ports; if nobody asked for it, a back-end or
#     plug-in emitted a way out that is too wide: upgrade it, or report it to its authors
package tenant_compiler.rules.egress_narrow

import rego.v1

import data.tenant_compiler.lib.kubernetes

_path := ["spec", "security", "network", "egress"]

_declared := input.tenant.spec.security.network.egress

# Private ranges, and those with the metadata services of clouds; what reaches every address must leave them out.
_inner := {
	"0.0.0.0/0": {
		"10.0.0.0/8",
		"100.64.0.0/10",
		"127.0.0.0/8",
		"168.63.129.16/32",
		"169.254.0.0/16",
		"172.16.0.0/12",
		"192.168.0.0/16",
	},
	"::/0": {"fc00::/7", "fe80::/10"},
}

# Where databases may be: never in the ranges of metadata services.
_private := {"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}

# Where a node tells a pod who it is in the cloud, which object stores ask.
_agents := {"169.254.169.252/32": 988, "169.254.170.23/32": 80}

_host_ports := {port | some said in _declared; said.host; port := said.ports[_]} | _ai_ports

_ai := object.get(input.tenant.spec, ["ai"], {})

# The managed service for AI, and the aggregator of federated learning: `https://HOST:PORT/…`.
_ai_ports := {port |
	some port in array.concat(
		[443 | _ai.endpoint],
		[_port_of(_ai.federation.aggregator) | _ai.federated_learning],
	)
}

_port_of(url) := to_number(port) if {
	[_, port] := split(split(url, "/")[2], ":")
} else := 443

_object_ports := {443 | input.tenant.spec.data.object[_]}

_sql_ports := {5432 | input.tenant.spec.data.sql[_]}

deny contains {"message": message, "object": policy.ref, "path": _path, "at": ["spec", "egress", index]} if {
	some index
	policy := input.artifacts.kubernetes.NetworkPolicy[_]
	rule := policy.value.spec.egress[index]
	not rule.to[0]
	message := sprintf("the policy %s lets out to everywhere: a rule names no destination", [kubernetes.name(policy)])
}

deny contains {"message": message, "object": way.ref, "path": _path, "at": way.at} if {
	some way in _ways
	some left in _inner[way.cidr]
	not left in way.holes
	message := sprintf(
		"the policy %s lets out to %s without leaving out %s",
		[way.policy, way.cidr, left],
	)
}

deny contains {"message": message, "object": way.ref, "path": _path, "at": way.at} if {
	some way in _ways
	some port in way.ports
	not _allowed(way.cidr, port)
	not _of_scans(way, port)
	message := sprintf(
		"the policy %s lets out to %s, %s, which nobody declares",
		[way.policy, way.cidr, _shown(port)],
	)
}

deny contains {"message": message, "object": name.ref, "path": _path, "at": name.at} if {
	some name in _names
	some port in name.ports
	not _named(name.pattern, port)
	message := sprintf(
		"the policy %s lets out to %s, %s, which nobody declares",
		[name.policy, name.pattern, _shown(port)],
	)
}

deny contains {"message": message, "object": policy.ref, "path": _path, "at": ["spec", "egress", index]} if {
	some index
	policy := input.artifacts.kubernetes.CiliumNetworkPolicy[_]
	rule := policy.value.spec.egress[index]
	not object.keys(rule) - {"authentication", "toPorts"} in _readable
	message := sprintf("the policy %s opens ways out that cannot be judged", [kubernetes.name(policy)])
}

# Other kinds of policies add to what is allowed, in words that this rule does not read.
deny contains {"message": message, "object": policy.ref, "path": _path} if {
	some policy in _others
	_opens(policy.value)
	message := sprintf("the policy %s opens ways out that cannot be judged", [kubernetes.name(policy)])
}

checked contains policy.ref if {
	policy := input.artifacts.kubernetes[_egress_kinds[_]][_]
	policy.value.spec.egress[0]
}

checked contains policy.ref if some policy in _others

_egress_kinds := ["CiliumNetworkPolicy", "NetworkPolicy"]

# What a rule of Cilium's may say about where to; it combines no two of them.
_readable := {{"toCIDRSet"}, {"toEndpoints"}, {"toFQDNs"}}

_others := array.concat(
	[policy |
		some kind in ["AdminNetworkPolicy", "CiliumClusterwideNetworkPolicy"]
		policy := input.artifacts.kubernetes[kind][_]
	],
	[policy |
		policy := input.artifacts.kubernetes.CiliumNetworkPolicy[_]
		policy.value.specs
	],
)

_opens(value) if value.spec.egress[_]

_opens(value) if value.specs[_].egress[_]

# The ways to addresses that policies open.
_ways := array.concat(_plain, _cilium)

_plain := [way |
	some index, place
	policy := input.artifacts.kubernetes.NetworkPolicy[_]
	rule := policy.value.spec.egress[index]
	block := rule.to[place].ipBlock
	way := {
		"ref": policy.ref,
		"policy": kubernetes.name(policy),
		"pods": object.get(policy.value.spec, "podSelector", {}),
		"at": ["spec", "egress", index, "to", place],
		"cidr": block.cidr,
		"holes": object.get(block, "except", []),
		"ports": _ports(rule),
	}
]

_cilium := [way |
	some index, place
	policy := input.artifacts.kubernetes.CiliumNetworkPolicy[_]
	rule := policy.value.spec.egress[index]
	block := rule.toCIDRSet[place]
	way := {
		"ref": policy.ref,
		"policy": kubernetes.name(policy),
		"at": ["spec", "egress", index, "toCIDRSet", place],
		"cidr": object.get(block, "cidr", "a group of ranges"),
		"holes": object.get(block, "except", []),
		"ports": _cilium_ports(rule),
	}
]

# The ways to host names.
_names := [name |
	some index, place
	policy := input.artifacts.kubernetes.CiliumNetworkPolicy[_]
	rule := policy.value.spec.egress[index]
	said := rule.toFQDNs[place]
	name := {
		"ref": policy.ref,
		"policy": kubernetes.name(policy),
		"at": ["spec", "egress", index, "toFQDNs", place],
		"pattern": object.get(said, "matchName", object.get(said, "matchPattern", "*")),
		"ports": _cilium_ports(rule),
	}
]

# The platform's scan of images reaches its registries, where the tenant asks for it; no service can be called so.
_of_scans(way, 443) if {
	input.tenant.spec.security.vulnerability_scanning
	way.pods == {"matchLabels": {"app.kubernetes.io/name": "default.scan"}}
}

# A rule without ports, or with a range of them, opens some that it does not name: 0.
_ports(rule) := {port | some said in rule.ports; port := _port(said)} if {
	rule.ports[0]
} else := {0}

_port(said) := 0 if {
	said.endPort
} else := object.get(said, "port", 0)

_cilium_ports(rule) := {port | some said in rule.toPorts[_].ports; port := _cilium_port(said)} if {
	rule.toPorts[0].ports[0]
} else := {0}

# Texts here, and a name of a port may be any.
_cilium_port(said) := 0 if {
	said.endPort
} else := to_number(said.port) if {
	regex.match(`^[0-9]+$`, said.port)
} else := 0

_shown(0) := "all ports"

_shown(port) := sprintf("port %v", [port]) if port != 0

# The ports that may be open towards a range.
_allowed(cidr, port) if {
	_inner[cidr]
	port in _host_ports | _object_ports
}

_allowed(cidr, port) if {
	not _inner[cidr]
	[cidr, port] in _declared_ranges
}

# Where pods ask who they are in the cloud.
_allowed(cidr, port) if {
	port == _agents[cidr]
	_object_ports != set()
}

_allowed(cidr, port) if {
	not _inner[cidr]
	not cidr in _ranges
	port in _sql_ports
	some range in _private
	net.cidr_contains(range, cidr)
}

# The resolver on every node, where the cluster's profile gives its address: a name's question and nothing else.
_allowed(cidr, 53) if {
	not _inner[cidr]
	net.cidr_contains("169.254.0.0/16", cidr)
}

_ranges := {said.cidr | some said in _declared}

_declared_ranges := {[said.cidr, port] | some said in _declared; port := said.ports[_]}

_declared_hosts := {[said.host, port] | some said in _declared; port := said.ports[_]}

_named(pattern, port) if [pattern, port] in _declared_hosts

_named(pattern, port) if {
	_ai.federated_learning
	url := _ai.federation.aggregator
	pattern == split(split(url, "/")[2], ":")[0]
	port == _port_of(url)
}

# The end points of clouds' services for AI.
_named(pattern, 443) if {
	_ai.endpoint
	regex.match(`^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|googleapis\.com|azure\.(com|us))$`, pattern)
}

_named(pattern, 443) if {
	_object_ports[443]
	regex.match(`^[a-z0-9*.-]+\.(amazonaws\.com(\.cn)?|googleapis\.com)$`, pattern)
}

_named(pattern, 443) if {
	_object_ports[443]
	regex.match(`^(\*\.(blob|dfs)\.core\.(windows|usgovcloudapi)\.net|login\.microsoftonline\.(com|us))$`, pattern)
}
