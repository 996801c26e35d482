# METADATA
# scope: package
# title: Emitted services let in only who proves who it is
# description: >-
#   Every emitted namespace with services that others call has Istio's demand for certificates of all its pods, or each of
#   the policies that let somebody in are Cilium's and demand a proof of the caller's identity.
# custom:
#   id: TC494
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     name a cluster profile with a mesh; if it has one, a back-end or plug-in emitted a way into a service without a
#     proof: upgrade it, or report it to its authors
package tenant_compiler.rules.services_prove_themselves

import rego.v1

import data.tenant_compiler.lib.kubernetes

# Only who asks for it is judged.
_asked if input.tenant.spec.security.tls.mutual == true

deny contains {"message": message, "object": home.item.ref, "path": ["spec", "security", "tls", "mutual"]} if {
	_asked
	some home in _homes
	not home.strict
	not home.proving
	message := sprintf("nothing in the namespace %s demands certificates of callers", [home.name])
}

deny contains {"message": message, "object": way.ref, "path": ["spec", "security", "tls", "mutual"], "at": way.at} if {
	_asked
	some home in _homes
	not home.strict
	home.proving
	some way in home.unproved
	message := sprintf("the policy %s lets in callers that prove nothing", [way.policy])
}

checked contains home.item.ref if {
	_asked
	some home in _homes
}

checked contains policy.ref if {
	_asked
	some home in _homes
	some policy in home.policies
}

# The namespaces with a service, and how they demand proofs.
_homes := [found |
	some home in kubernetes.homes
	count(kubernetes.inside("Service", home)) > 0
	certificates := [item |
		some item in kubernetes.inside("PeerAuthentication", home)
		item.value.spec.mtls.mode == "STRICT"
		not item.value.spec.selector
		not item.value.spec.portLevelMtls
	]
	proofs := [item |
		some item in kubernetes.inside("CiliumNetworkPolicy", home)
		item.value.spec.ingress[0]
	]
	found := {
		"item": home.item,
		"name": home.name,
		"strict": count(certificates) > 0,
		"proving": count(proofs) > 0,
		"policies": array.concat(certificates, proofs),
		"unproved": array.concat(_plain(home), _unproved(proofs)),
	}
]

_plain(home) := [way |
	some item in kubernetes.inside("NetworkPolicy", home)
	some index, _ in object.get(item.value.spec, "ingress", [])
	way := {"ref": item.ref, "policy": kubernetes.name(item), "at": ["spec", "ingress", index]}
]

_unproved(proofs) := [way |
	some item in proofs
	some index, rule in item.value.spec.ingress
	object.get(rule, ["authentication", "mode"], "disabled") != "required"
	way := {"ref": item.ref, "policy": kubernetes.name(item), "at": ["spec", "ingress", index]}
]
