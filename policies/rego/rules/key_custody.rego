# METADATA
# scope: package
# title: Regulated data has a key of the tenant's own
# description: >-
#   Stores and volumes with regulated data are encrypted with a key of the tenant's own, not with one that the provider shares
#   between all tenants of an account.
# custom:
#   id: TC402
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.keys.custody` as `customer_managed`, or raise `security.encryption_level`
#   parameters: {}
#   carried_by: [TC460, TC4103]
#   needs: [keys.customer_managed]
package tenant_compiler.rules.key_custody

import rego.v1

import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores

_custody := ["spec", "security", "keys", "custody"]

# Stores, and volumes of services, with data that a regulation protects.
_regulated := array.concat(stores.regulated, stores.regulated_volumes)

deny contains finding if {
	settings.value(_custody) != "customer_managed"
	_regulated != []
	message := sprintf(
		"security.keys.custody is %s, but the regulated data in %s needs a key of the tenant's own",
		[settings.value(_custody), stores.names(_regulated)],
	)
	finding := settings.fixable(_custody, "customer_managed", message)
}

checked contains _custody if _regulated != []

checked contains store.pointer if some store in _regulated
