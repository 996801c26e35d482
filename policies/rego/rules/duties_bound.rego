# METADATA
# scope: package
# title: Emitted rights keep duties apart
# description: >-
#   In every emitted namespace, each declared duty is bound to exactly the declared groups; whoever may change what runs
#   is a declared deployer, whatever the binding is called, and is no approver.
# custom:
#   id: TC467
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     name different groups below `change_control.roles`; if they are different, a back-end or plug-in emitted a binding
#     that mixes them: upgrade it, or report it to its authors
package tenant_compiler.rules.duties_bound

import rego.v1

import data.tenant_compiler.lib.kubernetes

_roles := input.tenant.spec.change_control.roles

# The declared duties, each with its groups and the name of its role.
_duties := {duty: {"groups": {group | some group in _roles[duty]}, "role": replace(duty, "_", "-")} |
	some duty in ["approvers", "database_admins", "deployers"]
	_roles[duty][0]
}

# What runs pods: who may change one of these decides what runs.
_running := {"*", "cronjobs", "daemonsets", "deployments", "jobs", "pods", "replicasets", "statefulsets"}

# Deleting a pod only restarts it.
_changing := {"*", "create", "patch", "update"}

deny contains {"message": message, "object": home.item.ref, "path": _path(duty)} if {
	some home in kubernetes.homes
	some duty, said in _duties
	not [home.cluster, home.name, said.role] in _filled
	message := sprintf("nobody is bound to the role %s in the namespace %s", [said.role, home.name])
}

deny contains {"message": message, "object": bound.ref, "path": _path(duty), "at": ["subjects"]} if {
	some bound in _bound
	some duty, said in _duties
	bound.role[2] == said.role
	bound.who != said.groups
	message := sprintf(
		"the role %s is bound to %s instead of %s",
		[said.role, concat(", ", bound.who), concat(", ", said.groups)],
	)
}

deny contains {"message": message, "object": bound.ref, "path": _path("deployers"), "at": ["subjects"]} if {
	some bound in _changers
	strangers := (bound.who - {group | some group in object.get(_roles, "deployers", [])}) - _emergency
	strangers != set()
	message := sprintf(
		"%s lets %s change what runs, who is not among the deployers",
		[bound.name, concat(", ", strangers)],
	)
}

deny contains {"message": message, "object": bound.ref, "path": _path("approvers"), "at": ["subjects"]} if {
	some bound in _changers
	both := bound.who & {group | some group in object.get(_roles, "approvers", [])}
	both != set()
	message := sprintf(
		"%s lets the approvers %s change what runs",
		[bound.name, concat(", ", both)],
	)
}

checked contains home.item.ref if {
	_duties != {}
	some home in kubernetes.homes
}

checked contains bound.ref if {
	some bound in _bound
	some said in _duties
	bound.role[2] == said.role
}

checked contains bound.ref if some bound in _changers

# The account whose token ends by itself, where access in an emergency is declared.
_emergency := {"ServiceAccount break.glass" | input.tenant.spec.change_control.break_glass.roles[0]}

_path(duty) := ["spec", "change_control", "roles", duty]

# Every binding in a namespace: to which role of which namespace and cluster, and who. Subjects of other
# kinds than groups are shown with their kind: they are never declared.
_bound := [bound |
	item := input.artifacts.kubernetes.RoleBinding[_]
	bound := {
		"ref": item.ref,
		"name": kubernetes.name(item),
		"kind": item.value.roleRef.kind,
		"role": [kubernetes.clusters[item.file], item.value.metadata.namespace, item.value.roleRef.name],
		"who": {_who(subject) | subject := item.value.subjects[_]},
	}
]

_filled := {bound.role | some bound in _bound}

_who(subject) := subject.name if {
	subject.kind == "Group"
} else := concat(" ", [object.get(subject, "kind", "?"), object.get(subject, "name", "?")])

# The bindings, whatever they are called, of roles that change what runs.
_changers := array.concat(
	[bound |
		_duties != {}
		some bound in _bound
		bound.kind == "Role"
		bound.role in _strong
	],
	[bound |
		_duties != {}
		some item in kubernetes.bindings
		item.value.roleRef.kind == "ClusterRole"
		some role in input.artifacts.kubernetes.ClusterRole
		role.value.metadata.name == item.value.roleRef.name
		_changes(role.value.rules)
		who := {_who(subject) | subject := item.value.subjects[_]}
		bound := {"ref": item.ref, "name": kubernetes.name(item), "who": who}
	],
)

_strong := {[kubernetes.clusters[role.file], role.value.metadata.namespace, role.value.metadata.name] |
	role := input.artifacts.kubernetes.Role[_]
	_changes(role.value.rules)
}

_changes(rules) if {
	rule := rules[_]
	rule.verbs[_] in _changing
	rule.resources[_] in _running
}
