# METADATA
# scope: package
# title: Emitted gateways refuse plain text and old TLS
# description: >-
#   Every listener of an emitted Gateway that takes requests speaks TLS, for a host that it names and for routes of its
#   own namespace, and what is emitted for its clients refuses a TLS that is older than declared.
# custom:
#   id: TC497
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a gateway that takes plain text, somebody else's routes, or a TLS older than
#     `security.tls.minimum_version`; upgrade it, or report it to its authors
package tenant_compiler.rules.edge_tls

import rego.v1

import data.tenant_compiler.lib.kubernetes
import data.tenant_compiler.lib.tls

_path := ["spec", "security", "tls", "minimum_version"]

_declared := input.tenant.spec.security.tls.minimum_version

_gateways := [item | item := input.artifacts.kubernetes.Gateway[_]]

_policies := [item | item := input.artifacts.kubernetes.ClientTrafficPolicy[_]]

deny contains {"message": message, "object": gateway.ref, "path": _path, "at": ["spec", "listeners", index]} if {
	some gateway in _gateways
	some index, listener in gateway.value.spec.listeners
	not listener.protocol in {"HTTPS", "TCP", "TLS"}
	message := sprintf("the gateway %s takes plain text, by %s", [kubernetes.name(gateway), listener.name])
}

deny contains {"message": message, "object": gateway.ref, "path": _path, "at": ["spec", "listeners", index]} if {
	some gateway in _gateways
	some index, listener in gateway.value.spec.listeners
	listener.protocol != "TCP"
	not _named(listener)
	message := sprintf("the gateway %s takes any host, by %s", [kubernetes.name(gateway), listener.name])
}

deny contains {"message": message, "object": gateway.ref, "path": _path, "at": ["spec", "listeners", index]} if {
	some gateway in _gateways
	some index, listener in gateway.value.spec.listeners
	object.get(listener, ["allowedRoutes", "namespaces", "from"], "Same") != "Same"
	message := sprintf("the gateway %s takes routes of others, by %s", [kubernetes.name(gateway), listener.name])
}

deny contains {"message": message, "object": policy.ref, "path": _path, "at": ["spec", "tls"]} if {
	some policy in _policies
	not _recent(policy)
	message := sprintf("clients may use a TLS older than %s, by %s", [_declared, kubernetes.name(policy)])
}

checked contains item.ref if some item in array.concat(_gateways, _policies)

_named(listener) if {
	listener.hostname
	not startswith(listener.hostname, "*")
}

_recent(policy) if tls.number(policy.value.spec.tls.minVersion) >= tls.number(_declared)
