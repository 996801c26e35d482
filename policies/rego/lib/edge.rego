# METADATA
# scope: package
# title: Ways in and what guards them
# description: >-
#   The routes by which clients reach services, and the policies of the gateway that are attached to them. A policy
#   guards a route that it names in the same namespace of the same cluster.
package tenant_compiler.lib.edge

import rego.v1

import data.tenant_compiler.lib.kubernetes

_kinds := ["GRPCRoute", "HTTPRoute"]

routes := [route | some kind in _kinds; some route in kubernetes.objects(kind)]

# The policies that guard a whole route. One for a section of it is no guard of the others.
guards(route) := [guard |
	some guard in kubernetes.objects("SecurityPolicy")
	some target in _targets(guard)
	object.get(target, "sectionName", "") == ""
	_is(guard, target, route)
]

# All policies that touch a route: each of them decides for some of its requests.
all_guards := [guard |
	some guard in kubernetes.objects("SecurityPolicy")
	count([1 | some target in _targets(guard); some route in routes; _is(guard, target, route)]) > 0
]

_targets(guard) := array.concat(
	kubernetes.maps(guard.value, ["spec", "targetRefs"]),
	[target | target := object.get(guard.value, ["spec", "targetRef"], null); is_object(target)],
)

_is(guard, target, route) if {
	kubernetes.together(guard, route)
	object.get(target, "kind", "") == route.value.kind
	object.get(target, "name", "") == kubernetes.name(route)
}
