# METADATA
# scope: package
# title: Card verification data is not kept
# description: >-
#   Where a tenant has to do with payment cards, none of its stores holds sensitive authentication data, not even
#   encrypted.
# custom:
#   id: TC445
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: take `sensitive_authentication` out of the store and out of its `data_classes`
#   parameters: {}
#   carried_by: [TC480]
#   needs: []
package tenant_compiler.rules.no_sensitive_authentication_data

import rego.v1

import data.tenant_compiler.lib.classes
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores
import data.tenant_compiler.lib.text

_pointer(store) := array.concat(store.pointer, ["data_classes"])

deny contains finding if {
	some store in stores.all
	"sensitive_authentication" in store.classes
	message := sprintf(
		"%s holds sensitive_authentication data, which nobody may keep after a payment is authorised",
		[text.path(store.pointer)],
	)
	rest := sort(store.classes - {"sensitive_authentication"})
	finding := settings.fixable(_pointer(store), rest, message)
}

checked contains _pointer(store) if {
	count(classes.held & classes.cards) > 0
	some store in stores.all
}
