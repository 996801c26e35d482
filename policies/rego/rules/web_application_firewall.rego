# METADATA
# scope: package
# title: A firewall that knows attacks stands before services
# description: Requests of clients pass a firewall that knows attacks before they reach a service.
# custom:
#   id: TC429
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.network.web_application_firewall` as true
#   parameters: {}
#   carried_by: [TC474]
#   needs: [edge.firewall]
package tenant_compiler.rules.web_application_firewall

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_setting := ["spec", "security", "network", "web_application_firewall"]

deny contains finding if {
	scope.serving
	some finding in settings.exactly(_setting, true, "requests of clients must pass a firewall that knows attacks")
}

checked contains _setting if scope.serving
