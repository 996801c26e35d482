# METADATA
# scope: package
# title: Every emitted namespace denies all traffic by default
# description: >-
#   Every emitted namespace, and every namespace that something emitted runs in, has a NetworkPolicy over all its pods
#   that denies both directions. What is allowed beyond that is named by other policies.
# custom:
#   id: TC484
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a namespace without the policy that denies everything; upgrade it, or report it to
#     its authors
package tenant_compiler.rules.default_deny

import rego.v1

import data.tenant_compiler.lib.kubernetes

deny contains {"message": message, "object": home.item.ref} if {
	some home in kubernetes.homes
	not [home.cluster, home.name] in _denied
	message := sprintf("the namespace %s has no NetworkPolicy that denies both directions", [home.name])
}

deny contains {"message": message, "object": item.ref} if {
	some item in _homeless
	namespace := object.get(item.value, ["metadata", "namespace"], "default")
	not [kubernetes.clusters[item.file], namespace] in _denied
	message := sprintf(
		"%s runs in the namespace %v, which has no NetworkPolicy that denies both directions",
		[kubernetes.name(item), namespace],
	)
}

checked contains home.item.ref if some home in kubernetes.homes

checked contains policy.ref if some policy in _policies

checked contains item.ref if some item in _homeless

_policies := [policy |
	policy := input.artifacts.kubernetes.NetworkPolicy[_]
	policy.value.spec.podSelector == {}
	{direction | direction := policy.value.spec.policyTypes[_]} == {"Egress", "Ingress"}
	not policy.value.spec.ingress[0]
	not policy.value.spec.egress[0]
]

# Clusters and namespaces in which everything is denied.
_denied := {[kubernetes.clusters[policy.file], policy.value.metadata.namespace] | some policy in _policies}

# What runs in a namespace that nothing emitted makes, such as the default one.
_homeless := [pod.item |
	some pod in kubernetes.pods
	not object.get(pod.item.value, ["metadata", "namespace"], "default") in _names
]

_names := {home.name | some home in kubernetes.homes}
