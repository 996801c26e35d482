# METADATA
# scope: package
# title: Floods of requests are held off
# description: Floods of requests are held off before they reach a service that clients reach.
# custom:
#   id: TC430
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.network.ddos_protection` as true
#   parameters: {}
#   carried_by: [TC474]
#   needs: [edge.firewall]
package tenant_compiler.rules.denial_of_service

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_setting := ["spec", "security", "network", "ddos_protection"]

deny contains finding if {
	scope.serving
	some finding in settings.exactly(_setting, true, "floods of requests must be held off")
}

checked contains _setting if scope.serving
