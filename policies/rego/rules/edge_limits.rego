# METADATA
# scope: package
# title: Emitted limits of requests are the declared ones
# description: >-
#   Where the tenant's requests a minute are bounded, every emitted policy with a limit by the minute lets through no
#   more than that, of all clients together.
# custom:
#   id: TC493
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted another limit than `quotas.api_requests_per_minute`; upgrade it, or report it to its
#     authors
package tenant_compiler.rules.edge_limits

import rego.v1

import data.tenant_compiler.lib.kubernetes

_path := ["spec", "quotas", "api_requests_per_minute"]

_most := input.tenant.spec.quotas.api_requests_per_minute

# Limits by the minute; others, such as those of a day, are for something else.
_limits := [{"policy": policy, "limit": limit} |
	is_number(_most)
	policy := input.artifacts.kubernetes.BackendTrafficPolicy[_]
	some kind in ["global", "local"]
	limit := policy.value.spec.rateLimit[kind].rules[_]
	limit.limit.unit == "Minute"
]

deny contains {"message": message, "object": policy.ref, "path": _path, "at": ["spec", "rateLimit"]} if {
	some policy in {entry.policy | some entry in _limits}
	not _bounds(policy)
	message := sprintf("%s does not limit clients to %d requests a minute", [kubernetes.name(policy), _most])
}

checked contains entry.policy.ref if some entry in _limits

# A limit for some clients is none for the others, and one that is only counted is none at all.
_bounds(policy) if {
	some entry in _limits
	entry.policy.ref == policy.ref
	not entry.limit.clientSelectors
	not entry.limit.shadowMode
	entry.limit.limit.requests <= max([1, _most])
}
