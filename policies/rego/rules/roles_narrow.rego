# METADATA
# scope: package
# title: Emitted roles give no more than they name
# description: >-
#   No emitted Role or ClusterRole has a wildcard or a verb by which its holder gives itself more rights, and no binding
#   is to Kubernetes' own groups, users or powerful roles.
# custom:
#   id: TC486
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted rights that are too wide; upgrade it, or report it to its authors. Groups come from
#     `change_control.roles` and from the cluster profile's `operators`
package tenant_compiler.rules.roles_narrow

import rego.v1

import data.tenant_compiler.lib.kubernetes

_verbs := {"bind", "escalate", "impersonate"}

# Roles that hold secrets or everything.
_powerful := {"admin", "cluster-admin", "edit"}

deny contains {"message": message, "object": role.ref, "at": ["rules", index, field]} if {
	some index, field
	some role in kubernetes.roles
	contains(json.marshal(role.value.rules), "*")
	text := role.value.rules[index][field][_]
	contains(text, "*")
	message := sprintf("the role %s has a wildcard in its %s: %s", [kubernetes.name(role), field, text])
}

deny contains {"message": message, "object": role.ref, "at": ["rules", index, "verbs"]} if {
	some index
	some role in kubernetes.roles
	some verb in _verbs
	verb in role.value.rules[index].verbs
	message := sprintf("who has the role %s can give themselves more rights: %s", [kubernetes.name(role), verb])
}

deny contains {"message": message, "object": role.ref, "at": ["aggregationRule"]} if {
	some role in kubernetes.roles
	role.value.aggregationRule
	message := sprintf("the role %s takes its rights from roles that others make", [kubernetes.name(role)])
}

deny contains {"message": message, "object": binding.ref, "at": ["roleRef"]} if {
	some binding in kubernetes.bindings
	role := binding.value.roleRef.name
	_strong(role)
	message := sprintf("%s binds the role %s", [kubernetes.name(binding), role])
}

deny contains {"message": message, "object": binding.ref, "at": ["subjects", index]} if {
	some index
	some binding in kubernetes.bindings
	who := binding.value.subjects[index].name
	startswith(who, "system:")
	message := sprintf("%s gives rights to %s, which is Kubernetes' own", [kubernetes.name(binding), who])
}

deny contains {"message": message, "object": binding.ref, "at": ["subjects", index]} if {
	some index
	binding := input.artifacts.kubernetes.RoleBinding[_]
	binding.value.subjects[index].kind == "ServiceAccount"
	other := binding.value.subjects[index].namespace
	other != binding.value.metadata.namespace
	message := sprintf("%s gives rights to a service account of the namespace %v", [kubernetes.name(binding), other])
}

checked contains role.ref if some role in kubernetes.roles

checked contains binding.ref if some binding in kubernetes.bindings

_strong(role) if role in _powerful

_strong(role) if startswith(role, "system:")
