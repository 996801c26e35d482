# METADATA
# scope: package
# title: Every emitted way in asks for a sign-on
# description: >-
#   Where the tenant declares single sign-on, every emitted route has a policy that sends clients to the declared
#   provider, and nothing emitted leads past the routes: no other kind of route, no ingress, no open port.
# custom:
#   id: TC465
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a way in without sign-on; upgrade it, or report it to its authors.
#     `security.identity.sso` says which provider it should ask
package tenant_compiler.rules.edge_single_sign_on

import rego.v1

import data.tenant_compiler.lib.edge
import data.tenant_compiler.lib.kubernetes

_path := ["spec", "security", "identity", "sso"]

_declared := input.tenant.spec.security.identity.sso

deny contains {"message": message, "object": route.ref, "path": _path} if {
	_declared
	some route in edge.unguarded
	message := sprintf("the route %s asks for no sign-on", [kubernetes.name(route)])
}

deny contains {"message": message, "object": guard.ref, "path": _path, "at": ["spec", "oidc"]} if {
	_declared
	some guard in edge.guards
	not _asks(guard)
	message := sprintf("the policy %s does not send clients to %s", [kubernetes.name(guard), _declared.issuer])
}

deny contains {"message": message, "object": item.ref, "path": _path} if {
	_declared
	some item in _past
	message := sprintf("%s %s leads clients past the sign-on", [item.value.kind, kubernetes.name(item)])
}

checked contains item.ref if {
	_declared
	some item in array.concat(edge.routes, edge.guards)
}

checked contains item.ref if {
	_declared
	some item in _past
}

_asks(guard) if {
	oidc := guard.value.spec.oidc
	oidc.provider.issuer == _declared.issuer
	oidc.clientID == _declared.client_id
}

# What brings in clients before anybody has asked who they are: other kinds of routes, and ports of their own.
_past := array.concat(
	[item |
		some kind in ["Ingress", "TCPRoute", "TLSRoute", "UDPRoute"]
		item := input.artifacts.kubernetes[kind][_]
	],
	[item |
		item := input.artifacts.kubernetes.Service[_]
		_open(item.value.spec)
	],
)

_open(spec) if spec.type in {"LoadBalancer", "NodePort"}

_open(spec) if spec.externalIPs[0]
