# METADATA
# scope: package
# title: Emitted limits of requests are the declared ones
# description: >-
#   Where the tenant's requests a minute are bounded and the gateway takes policies, no emitted limit lets more through
#   than declared, and routes that have one are counted.
# custom:
#   id: TC499
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

_policies := [item | is_number(_most); item := input.artifacts.kubernetes.BackendTrafficPolicy[_]]

deny contains {"message": message, "object": policy.ref, "path": _path, "at": ["spec", "rateLimit"]} if {
	some policy in _policies
	not _bounds(policy)
	message := sprintf("%s does not limit clients to %d requests a minute", [kubernetes.name(policy), _most])
}

checked contains policy.ref if some policy in _policies

# A limit for some clients is none for the others, and one that is only counted is none at all.
_bounds(policy) if {
	some kind in ["global", "local"]
	some rule in policy.value.spec.rateLimit[kind].rules
	not rule.clientSelectors
	not rule.shadowMode
	rule.limit.unit == "Minute"
	rule.limit.requests <= max([1, _most])
}
