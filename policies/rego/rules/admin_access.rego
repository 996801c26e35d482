# METADATA
# scope: package
# title: Administrators do not come over the open internet
# description: It is said how administrators reach stores and machines, and none of these ways is open to everybody.
# custom:
#   id: TC431
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.network.admin_access` as `vpn`, `bastion`, `private_endpoint` or `none`
#   parameters: {}
#   carried_by: [TC475]
#   needs: []
package tenant_compiler.rules.admin_access

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_access := ["spec", "security", "network", "admin_access"]

_closed := {"vpn", "bastion", "private_endpoint", "none"}

deny contains finding if {
	scope.active
	not settings.value(_access) in _closed
	message := sprintf(
		"security.network.admin_access is %s, but must be vpn, bastion, private_endpoint or none",
		[settings.shown(_access)],
	)
	finding := settings.finding(_access, message)
}

checked contains _access if scope.active
