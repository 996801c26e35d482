# METADATA
# scope: package
# title: Emitted network policies let in only who they name
# description: >-
#   No rule of an emitted NetworkPolicy lets in everybody, by an empty list of sources, an empty selector of namespaces
#   or the whole internet; other namespaces are chosen by the name that Kubernetes gives them, which nobody can forge.
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

checked contains item.ref if item := input.artifacts.kubernetes.NetworkPolicy[_]

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
