# METADATA
# scope: package
# title: Every emitted way in ends sessions in time
# description: >-
#   Where the tenant declares how long a session may be idle, the policy of every emitted route ends a session after no
#   more than that, whether it is used or not, and does not prolong it. Where the provider sends a lifetime of its own
#   with its tokens, the gateway takes that one: it must not be longer, which nothing emitted can prove.
# custom:
#   id: TC466
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a way in whose sessions last longer than `security.identity.session_idle_minutes` or
#     `privileged_session_idle_minutes`; upgrade it, or report it to its authors
package tenant_compiler.rules.edge_idle_timeout

import rego.v1

import data.tenant_compiler.lib.edge
import data.tenant_compiler.lib.kubernetes

_identity := input.tenant.spec.security.identity

_limits := {field: minutes |
	_identity.sso
	some field in ["privileged_session_idle_minutes", "session_idle_minutes"]
	minutes := _identity[field]
}

deny contains {"message": message, "object": route.ref, "path": _path(field)} if {
	some field, _ in _limits
	some route in edge.unguarded
	message := sprintf("the route %s ends no session", [kubernetes.name(route)])
}

deny contains {"message": message, "object": guard.ref, "path": _path(field), "at": ["spec", "oidc"]} if {
	some field, minutes in _limits
	some guard in edge.guards
	not _ends(guard, minutes)
	message := sprintf(
		"sessions under the policy %s may last longer than the %d minutes that %s declares",
		[kubernetes.name(guard), minutes, field],
	)
}

checked contains item.ref if {
	_limits != {}
	some item in array.concat(edge.routes, edge.guards)
}

_path(field) := ["spec", "security", "identity", field]

_ends(guard, minutes) if {
	oidc := guard.value.spec.oidc
	oidc.refreshToken == false
	_seconds(oidc.defaultTokenTTL) <= minutes * 60
}

_seconds(duration) := to_number(trim_suffix(duration, unit)) * seconds if {
	regex.match(`^[0-9]+[hms]$`, duration)
	some unit, seconds in {"h": 3600, "m": 60, "s": 1}
	endswith(duration, unit)
}
