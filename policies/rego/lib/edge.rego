# METADATA
# scope: package
# title: Ways in and what guards them
# description: >-
#   The routes by which clients reach services, and the policies of the gateway that are attached to them. A policy
#   guards a route that it names in the same namespace of the same cluster.
package tenant_compiler.lib.edge

import rego.v1

import data.tenant_compiler.lib.kubernetes

routes := [route |
	some kind in ["GRPCRoute", "HTTPRoute"]
	route := input.artifacts.kubernetes[kind][_]
]

# Routes that no policy guards as a whole: one for a section of it is no guard of the others.
unguarded := [route |
	some route in routes
	not route.ref in _guarded
]

# Ways in for connections that are no requests, which only some policies guard.
connections := [route | route := input.artifacts.kubernetes.TCPRoute[_]]

unguarded_connections := [route |
	some route in connections
	not route.ref in _guarded
]

_guarded := {tie.route.ref | some tie in _ties; tie.whole}

# All policies that touch a route: each of them decides for some of its requests.
guards := [guard |
	guard := input.artifacts.kubernetes.SecurityPolicy[_]
	guard.ref in _tied
]

_tied := {tie.guard.ref | some tie in _ties}

_ties := [{"guard": guard, "route": route, "whole": object.get(target, "sectionName", "") == ""} |
	guard := input.artifacts.kubernetes.SecurityPolicy[_]
	some target in _targets(guard.value.spec)
	route := input.artifacts.kubernetes[target.kind][_]
	target.kind in {"GRPCRoute", "HTTPRoute", "TCPRoute"}
	route.value.metadata.name == target.name
	route.value.metadata.namespace == guard.value.metadata.namespace
	kubernetes.clusters[route.file] == kubernetes.clusters[guard.file]
]

_targets(spec) := array.concat([target | target := spec.targetRefs[_]], [target | target := spec.targetRef])

# The rules of a policy that let clients in.
allowing(guard) := [rule |
	rule := guard.value.spec.authorization.rules[_]
	object.get(rule, "action", "") != "Deny"
]

# Whether a policy takes tokens from one provider only, and those that are for one client.
trusts(guard, sso) if {
	jwt := guard.value.spec.jwt
	jwt.providers[0]
	not jwt.optional
	every provider in jwt.providers {
		provider.issuer == sso.issuer
		provider.audiences == [sso.client_id]
		startswith(provider.remoteJWKS.uri, sso.issuer)
	}
}
