# METADATA
# scope: package
# title: Quotas bound what the tenant uses
# description: Every quota is a number, so that one tenant cannot take what others need, and growth is noticed.
# custom:
#   id: TC456
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write a number in place of `unlimited`
#   parameters: {}
#   carried_by: [TC482]
#   needs: []
package tenant_compiler.rules.capacity

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

# Quotas that rules read in smaller units, by the names that tenants write.
_written := {
	"cpu_millicores": "cpu_cores",
	"memory_mib": "memory_gb",
	"storage_mib": "storage_gb",
	"network_bandwidth_kbps": "network_bandwidth_mbps",
}

_pointer(name) := ["spec", "quotas", object.get(_written, name, name)]

deny contains finding if {
	scope.active
	some name, quota in input.tenant.spec.quotas
	not is_number(quota)
	message := sprintf(
		"quotas.%s is unlimited, but a number is needed, so that the tenant cannot take what others need",
		[_pointer(name)[2]],
	)
	finding := settings.finding(_pointer(name), message)
}

checked contains _pointer(name) if {
	scope.active
	some name, _ in input.tenant.spec.quotas
}
