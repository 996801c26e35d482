# METADATA
# scope: package
# title: Card numbers are masked
# description: Where payment card numbers are held, people see a part of them at most.
# custom:
#   id: TC442
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `compliance.masking.primary_account_number` as `first6_last4`, `last4` or `hidden`
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.card_masking

import rego.v1

import data.tenant_compiler.lib.classes
import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_masking := ["spec", "compliance", "masking", "primary_account_number"]

_applies if {
	scope.active
	"cardholder" in classes.held
}

deny contains finding if {
	_applies
	some finding in settings.said_as(_masking, "last4", "people may see a part of a card number at most")
}

checked contains _masking if _applies
