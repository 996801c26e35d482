# METADATA
# scope: package
# title: There is a record of processing
# description: Where data about persons is held, it is said what it is for, whom it is about, and who gets it.
# custom:
#   id: TC454
#   subject: tenant
#   evidence: attested
#   severity: error
#   enforcement: block
#   remediation: write `purposes`, `data_subjects` and `recipients` under `compliance.processing`
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.processing_record

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_reasons := {
	"purposes": "it must be said what the personal data is for",
	"data_subjects": "it must be said whom the personal data is about",
	"recipients": "it must be said who gets the personal data",
}

_pointer(field) := ["spec", "compliance", "processing", field]

deny contains finding if {
	scope.holding_personal
	some field, reason in _reasons
	some finding in settings.said(_pointer(field), reason)
}

checked contains _pointer(field) if {
	scope.holding_personal
	some field, _ in _reasons
}
