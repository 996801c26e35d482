# METADATA
# scope: package
# title: Idle sessions end
# description: >-
#   Sessions at services that clients reach end when nobody uses them; those with more rights may end sooner. The limit is
#   emitted for the edge, but a token that says itself when it ends overrules it: so no artifact proves it.
# custom:
#   id: TC411
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: lower `security.identity.session_idle_minutes` and `privileged_session_idle_minutes`
#   parameters:
#     session_idle_minutes:
#       unit: minutes
#       default: 15
#       stricter: lower
#       description: The most minutes that a session is idle
#     privileged_session_idle_minutes:
#       unit: minutes
#       default: 15
#       stricter: lower
#       description: The most minutes that a session with more rights is idle
#   carried_by: []
#   needs: [edge.sign_on]
package tenant_compiler.rules.idle_timeout

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_idle := ["spec", "security", "identity", "session_idle_minutes"]

_privileged := ["spec", "security", "identity", "privileged_session_idle_minutes"]

deny contains finding if {
	scope.serving
	limit := input.parameters.session_idle_minutes
	some finding in settings.at_most(_idle, limit, "minutes", "a session may be idle for")
}

deny contains finding if {
	scope.serving
	limit := input.parameters.privileged_session_idle_minutes
	some finding in settings.at_most(_privileged, limit, "minutes", "a session with more rights may be idle for")
}

checked contains pointer if {
	scope.serving
	some pointer in [_idle, _privileged]
}
