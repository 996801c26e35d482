# METADATA
# scope: package
# title: Contracts are signed and in force
# description: The agreements that are asked for are signed by a named party and have not run out.
# custom:
#   id: TC453
#   subject: tenant
#   evidence: attested
#   severity: error
#   enforcement: report
#   remediation: >-
#     write the contract: `compliance.agreements: {dpa: {counterparty: ACME Health GmbH, signed: "2026-01-10",
#     expires: "2028-01-10"}}`
#   parameters:
#     agreements: {unit: agreements, default: [], stricter: superset, description: The agreements that are asked for}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.agreements

import rego.v1

import data.tenant_compiler.lib.dates
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.text

_pointer(agreement) := ["spec", "compliance", "agreements", agreement]

_there contains agreement if {
	some agreement in input.parameters.agreements
	settings.filled(_pointer(agreement))
}

deny contains finding if {
	some agreement in input.parameters.agreements
	some finding in settings.said(_pointer(agreement), "the agreement must be signed and in force")
}

deny contains finding if {
	some agreement in _there
	counterparty := array.concat(_pointer(agreement), ["counterparty"])
	some finding in settings.said(counterparty, "it must be said with whom the agreement is")
}

deny contains finding if {
	some agreement in _there
	some finding in dates.past(_pointer(agreement), "signed", "signed_age_days")
}

deny contains finding if {
	some agreement in _there
	left := settings.value(array.concat(_pointer(agreement), ["expires_in_days"]))
	is_number(left)
	left < 0
	expires := array.concat(_pointer(agreement), ["expires"])
	message := sprintf(
		"%s is %s: the agreement has run out, but must be in force",
		[text.path(expires), settings.value(expires)],
	)
	finding := settings.finding(expires, message)
}

checked contains _pointer(agreement) if some agreement in input.parameters.agreements
