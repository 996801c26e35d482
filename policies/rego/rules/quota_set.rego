# METADATA
# scope: package
# title: Emitted quotas are the declared ones
# description: >-
#   Every emitted namespace has a ResourceQuota with exactly the CPU and memory that the tenant declares, for requests
#   and for limits.
# custom:
#   id: TC482
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted another quota than `quotas` declares, or none; upgrade it, or report it to its
#     authors
package tenant_compiler.rules.quota_set

import rego.v1

import data.tenant_compiler.lib.kubernetes

# Lines of a quota, each with the field that it comes from and the amount that is declared, in the smallest unit.
_lines := {
	"limits.cpu": {"field": "cpu_cores", "declared": object.get(_quotas, "cpu_millicores", {})},
	"limits.memory": {"field": "memory_gb", "declared": object.get(_quotas, "memory_mib", {})},
	"requests.cpu": {"field": "cpu_cores", "declared": object.get(_quotas, "cpu_millicores", {})},
	"requests.memory": {"field": "memory_gb", "declared": object.get(_quotas, "memory_mib", {})},
}

_quotas := input.tenant.spec.quotas

# What is unlimited has no line.
_wanted := {line: said | some line, said in _lines; is_number(said.declared)}

deny contains {"message": message, "object": home.item.ref, "path": ["spec", "quotas", said.field]} if {
	some home in kubernetes.homes
	quotas := _quotas_of(home)
	some line, said in _wanted
	not _says(quotas, line)
	message := sprintf("the namespace %s has no quota with %s", [home.name, line])
}

deny contains {"message": message, "object": quota.ref, "path": path, "at": ["spec", "hard", line]} if {
	some home in kubernetes.homes
	some quota in _quotas_of(home)
	some line, said in _wanted
	amount := quota.value.spec.hard[line]
	not _is(line, amount, said.declared)
	path := ["spec", "quotas", said.field]
	message := sprintf("%s of the quota is %v, not what quotas.%s declares", [line, amount, said.field])
}

checked contains item.ref if {
	_wanted != {}
	some home in kubernetes.homes
	some item in array.concat([home.item], _quotas_of(home))
}

# A quota with a scope counts only some of the pods.
_quotas_of(home) := [quota |
	some quota in kubernetes.inside("ResourceQuota", home)
	not quota.value.spec.scopes
	not quota.value.spec.scopeSelector
]

_says(quotas, line) if {
	some quota in quotas
	quota.value.spec.hard[line]
}

_is(line, amount, declared) if {
	endswith(line, "cpu")
	kubernetes.millicores(amount) == declared
}

_is(line, amount, declared) if {
	endswith(line, "memory")
	kubernetes.mebibytes(amount) == declared
}
