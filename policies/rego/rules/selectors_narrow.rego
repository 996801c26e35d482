# METADATA
# scope: package
# title: Emitted network policies let in only who they name
# description: >-
#   No rule of an emitted NetworkPolicy lets in everybody, by an empty list of sources, an empty selector of namespaces
#   or the whole internet; other namespaces are chosen by the name that Kubernetes gives them, which nobody can forge.
#   One of Cilium's names pods by their labels, and a rule of the mesh its callers.
# custom:
#   id: TC487
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a network policy that is too wide; upgrade it, or report it to its authors
package tenant_compiler.rules.selectors_narrow

import rego.v1

import data.tenant_compiler.lib.kubernetes

_name := "kubernetes.io/metadata.name"

_sides := {"egress": "to", "ingress": "from"}

deny contains {"message": message, "object": policy.ref, "at": ["spec", "ingress", index]} if {
	some index
	policy := input.artifacts.kubernetes.NetworkPolicy[_]
	rule := policy.value.spec.ingress[index]
	not rule.from[0]
	message := sprintf("the policy %s lets in everybody: a rule names no source", [kubernetes.name(policy)])
}

deny contains {"message": message, "object": policy.ref, "at": ["spec", "ingress", index, "from", place]} if {
	some index, place
	policy := input.artifacts.kubernetes.NetworkPolicy[_]
	range := policy.value.spec.ingress[index].from[place].ipBlock.cidr
	regex.match(`/[0-7]$`, range)
	message := sprintf("the policy %s lets in everybody: %s", [kubernetes.name(policy), range])
}

deny contains {"message": message, "object": way.ref, "at": way.at} if {
	some way in _ways
	object.keys(way.peer) & {"ipBlock", "namespaceSelector", "podSelector"} == set()
	message := sprintf("the policy %s allows everybody: a peer chooses nothing", [way.policy])
}

deny contains {"message": message, "object": way.ref, "at": way.at} if {
	some way in _ways
	selector := way.peer.namespaceSelector
	not _named(selector)
	message := sprintf("the policy %s chooses namespaces by something else than their name", [way.policy])
}

deny contains {"message": message, "object": policy.ref, "at": ["spec", "ingress", index]} if {
	some index
	policy := input.artifacts.kubernetes.CiliumNetworkPolicy[_]
	rule := policy.value.spec.ingress[index]
	object.keys(rule) - {"authentication", "toPorts"} != {"fromEndpoints"}
	message := sprintf("the policy %s lets in others than pods that it names", [kubernetes.name(policy)])
}

deny contains {"message": message, "object": policy.ref, "at": ["spec", direction, index, side, place]} if {
	some index, place
	policy := input.artifacts.kubernetes.CiliumNetworkPolicy[_]
	some direction, side in {"egress": "toEndpoints", "ingress": "fromEndpoints"}
	selector := policy.value.spec[direction][index][side][place]
	not _chosen(selector)
	message := sprintf("the policy %s allows everybody: a peer chooses nothing by its labels", [kubernetes.name(policy)])
}

deny contains {"message": message, "object": policy.ref, "at": ["spec", "rules", index]} if {
	some index
	policy := input.artifacts.kubernetes.AuthorizationPolicy[_]
	object.get(policy.value, ["spec", "action"], "ALLOW") == "ALLOW"
	rule := policy.value.spec.rules[index]
	not _callers(rule)
	message := sprintf("the policy %s lets in everybody: a rule names no caller", [kubernetes.name(policy)])
}

checked contains item.ref if item := input.artifacts.kubernetes[_kinds[_]][_]

_kinds := ["AuthorizationPolicy", "CiliumNetworkPolicy", "NetworkPolicy"]

# Labels only: an expression such as `Exists` may choose the namespaces of everybody.
_chosen(selector) if {
	count(selector.matchLabels) > 0
	not selector.matchExpressions
}

# Every source is named in full.
_callers(rule) if {
	count(rule.from) > 0
	every source in rule.from { _named_source(source.source) }
}

_named_source(source) if {
	names := array.concat(object.get(source, "principals", []), object.get(source, "namespaces", []))
	count(names) > 0
	every name in names { not contains(name, "*") }
}

# Everything that a policy opens a way to or from.
_ways := [way |
	some index, place
	policy := input.artifacts.kubernetes.NetworkPolicy[_]
	some direction, side in _sides
	peer := policy.value.spec[direction][index][side][place]
	way := {
		"ref": policy.ref,
		"policy": kubernetes.name(policy),
		"at": ["spec", direction, index, side, place],
		"peer": peer,
	}
]

# Further labels and expressions can only narrow a choice.
_named(selector) if selector.matchLabels[_name] != ""

_named(selector) if {
	expression := selector.matchExpressions[_]
	expression.key == _name
	expression.operator == "In"
}
