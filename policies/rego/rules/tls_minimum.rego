# METADATA
# scope: package
# title: TLS of stores is recent enough
# description: Stores, and gateways before services, refuse connections with a version of TLS that is older than allowed.
# custom:
#   id: TC404
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.tls.minimum_version` as "1.2" or newer
#   parameters:
#     tls_minimum: {unit: tenths of a version, default: 12, stricter: higher, description: The oldest version of TLS}
#   carried_by: [TC462]
#   needs: [edge.tls]
package tenant_compiler.rules.tls_minimum

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.tls

_version := ["spec", "security", "tls", "minimum_version"]

deny contains finding if {
	scope.storing
	tls.number(settings.value(_version)) < input.parameters.tls_minimum
	least := tls.version(input.parameters.tls_minimum)
	message := sprintf(
		"security.tls.minimum_version is %s, but at least %s is needed",
		[settings.value(_version), least],
	)
	finding := settings.fixable(_version, least, message)
}

checked contains _version if scope.storing
