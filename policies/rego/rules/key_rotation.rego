# METADATA
# scope: package
# title: Keys are changed in time
# description: >-
#   Where regulated data is stored, its key gets new material before it is too old. Keys of the provider change when
#   the provider likes, so they do not count.
# custom:
#   id: TC403
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     lower `security.keys.rotation_days`; with keys of the provider, write `security.keys.custody` as
#     `customer_managed`
#   parameters:
#     key_rotation_days:
#       unit: days
#       default: 365
#       stricter: lower
#       description: The most days between two changes of a key
#   carried_by: [TC461]
#   needs: [keys.customer_managed]
package tenant_compiler.rules.key_rotation

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.text

_custody := ["spec", "security", "keys", "custody"]

_rotation := ["spec", "security", "keys", "rotation_days"]

deny contains finding if {
	scope.storing_regulated
	some finding in settings.at_most(_rotation, input.parameters.key_rotation_days, "days", "a key may be used for")
}

deny contains finding if {
	scope.storing_regulated
	settings.value(_custody) != "customer_managed"
	message := sprintf(
		"security.keys.custody is %s, and nobody promises that such a key changes after at most %s",
		[settings.value(_custody), text.amount(input.parameters.key_rotation_days, "days")],
	)
	finding := settings.fixable(_custody, "customer_managed", message)
}

checked contains pointer if {
	scope.storing_regulated
	some pointer in [_custody, _rotation]
}
