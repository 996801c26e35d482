# METADATA
# scope: package
# title: It is known whom to write to
# description: The tenant names the contacts that are asked for, such as a data protection officer.
# custom:
#   id: TC452
#   subject: tenant
#   evidence: attested
#   severity: error
#   enforcement: block
#   remediation: write an e-mail address for it under `compliance.contacts`
#   parameters:
#     contacts: {unit: contacts, default: [], stricter: superset, description: The contacts that are asked for}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.contacts

import rego.v1

import data.tenant_compiler.lib.settings

_pointer(contact) := ["spec", "compliance", "contacts", contact]

_reasons := {
	"dpo": "somebody must answer for the protection of data",
	"security_incident": "it must be known whom to tell of an incident",
	"breach_notification": "it must be known who reports a breach",
	"eu_representative": "somebody in the European Union must speak for the tenant",
}

deny contains finding if {
	some contact in input.parameters.contacts
	reason := object.get(_reasons, contact, "it must be known whom to write to")
	some finding in settings.said(_pointer(contact), reason)
}

checked contains _pointer(contact) if some contact in input.parameters.contacts
