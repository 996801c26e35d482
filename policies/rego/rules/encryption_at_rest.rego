# METADATA
# scope: package
# title: Regulated data is encrypted at rest
# description: >-
#   Stores with regulated data need a level of encryption above `basic`: a key of the tenant's own, which can be taken
#   away. A store that does not say what it holds is taken to hold all that the tenant holds.
# custom:
#   id: TC401
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.encryption_level` as `enhanced` or higher
#   parameters: {}
#   carried_by: [TC459]
#   needs: []
package tenant_compiler.rules.encryption_at_rest

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores

_level := ["spec", "security", "encryption_level"]

deny contains finding if {
	settings.value(_level) == "basic"
	scope.storing_regulated
	message := sprintf(
		"security.encryption_level is basic, but at least enhanced is needed for the regulated data in %s",
		[stores.names(stores.regulated)],
	)
	finding := settings.fixable(_level, "enhanced", message)
}

checked contains _level if scope.storing_regulated

checked contains store.pointer if some store in stores.regulated
