# METADATA
# scope: package
# title: Regulated data is encrypted at rest
# description: >-
#   Stores and volumes with regulated data need a level of encryption above `basic`: a key of the tenant's own, which can
#   be taken away. A store that does not say what it holds, or a service with a volume, is taken to hold all that the
#   tenant holds.
# custom:
#   id: TC401
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.encryption_level` as `enhanced` or higher
#   parameters: {}
#   carried_by: [TC459, TC4103]
#   needs: []
package tenant_compiler.rules.encryption_at_rest

import rego.v1

import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores

_level := ["spec", "security", "encryption_level"]

# Stores, and volumes of services, with data that a regulation protects.
_regulated := array.concat(stores.regulated, stores.regulated_volumes)

deny contains finding if {
	settings.value(_level) == "basic"
	_regulated != []
	message := sprintf(
		"security.encryption_level is basic, but at least enhanced is needed for the regulated data in %s",
		[stores.names(_regulated)],
	)
	finding := settings.fixable(_level, "enhanced", message)
}

checked contains _level if _regulated != []

checked contains store.pointer if some store in _regulated
