# METADATA
# scope: package
# title: Exposed services are watched
# description: Every service that clients reach has an objective, from which alerts are made.
# custom:
#   id: TC455
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     write an objective for the service: `monitoring.slos: {portal-availability: {service: portal, objective_percent:
#     99.9}}`
#   parameters: {}
#   carried_by: [TC481]
#   needs: [slo]
package tenant_compiler.rules.monitoring_alerts

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.text

_slos := ["spec", "monitoring", "slos"]

_watching(service) := {name |
	some name, slo in object.get(input.tenant, _slos, {})
	slo.service == service
}

# Where an objective has to be written.
_missing(service) := array.concat(_slos, [sprintf("%s-availability", [service])])

deny contains finding if {
	some service in scope.exposed
	count(_watching(service)) == 0
	message := sprintf(
		"%s is missing: clients reach the service %s, so it needs an objective, from which alerts are made",
		[text.path(_missing(service)), service],
	)
	finding := settings.fixable(_missing(service), {"service": service, "objective_percent": 99}, message)
}

checked contains array.concat(_slos, [name]) if {
	some service in scope.exposed
	some name in _watching(service)
}

checked contains _missing(service) if {
	some service in scope.exposed
	count(_watching(service)) == 0
}
