# METADATA
# scope: package
# title: Ways out have a reason and are narrow
# description: >-
#   Every destination outside the platform says why the tenant talks to it, and names no large part of the internet.
# custom:
#   id: TC428
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: give the destination a `reason`, and a `host` or a range of at most a /16 (IPv6, a /32)
#   parameters: {}
#   carried_by: [TC473]
#   needs: [egress.host, egress.cidr]
package tenant_compiler.rules.egress_declared

import rego.v1

import data.tenant_compiler.lib.settings

_egress := ["spec", "security", "network", "egress"]

_names contains name if some name, _ in object.get(input.tenant, _egress, {})

# The shortest prefix that is narrow enough.
_shortest(cidr) := 32 if {
	contains(cidr, ":")
} else := 16

_narrow(cidr) if {
	[_, bits] := split(cidr, "/")
	to_number(bits) >= _shortest(cidr)
}

deny contains finding if {
	some name in _names
	reason := array.concat(_egress, [name, "reason"])
	some finding in settings.said(reason, "nobody says why the tenant talks to this destination")
}

deny contains finding if {
	some name in _names
	pointer := array.concat(_egress, [name, "cidr"])
	cidr := settings.value(pointer)
	cidr != null
	not _narrow(cidr)
	message := sprintf(
		"security.network.egress.%s.cidr is %s, but a range of at most /%d is allowed as a way out",
		[name, cidr, _shortest(cidr)],
	)
	finding := settings.finding(pointer, message)
}

checked contains array.concat(_egress, [name]) if some name in _names
