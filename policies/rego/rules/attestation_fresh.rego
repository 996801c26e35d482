# METADATA
# scope: package
# title: What was done is not too long ago
# description: What no configuration proves, such as a penetration test, has a date, and that is recent enough.
# custom:
#   id: TC491
#   subject: tenant
#   evidence: attested
#   severity: error
#   enforcement: report
#   remediation: >-
#     do it, and write when: each kind under `compliance.attestations` has a `date`, and better `by` and `reference`,
#     too
#   parameters:
#     attestation_days:
#       unit: days
#       default: {}
#       stricter: lower
#       description: The most days since it was done, by kind
#   carried_by: []
#   needs: []
package tenant_compiler.rules.attestation_fresh

import rego.v1

import data.tenant_compiler.lib.dates
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.text

_pointer(kind) := ["spec", "compliance", "attestations", kind]

deny contains finding if {
	some kind, limit in input.parameters.attestation_days
	not settings.filled(_pointer(kind))
	message := sprintf(
		"%s is missing: it must have been done in the last %s",
		[text.path(_pointer(kind)), text.amount(limit, "days")],
	)
	finding := settings.finding(_pointer(kind), message)
}

deny contains finding if {
	some kind, _ in input.parameters.attestation_days
	settings.filled(_pointer(kind))
	some finding in dates.past(_pointer(kind), "date", "age_days")
}

deny contains finding if {
	some kind, limit in input.parameters.attestation_days
	age := settings.value(array.concat(_pointer(kind), ["age_days"]))
	age > limit
	date := array.concat(_pointer(kind), ["date"])
	message := sprintf(
		"%s is %s, %s ago, but it must have been done in the last %s",
		[text.path(date), settings.value(date), text.amount(age, "days"), text.amount(limit, "days")],
	)
	finding := settings.finding(date, message)
}

checked contains _pointer(kind) if some kind, _ in input.parameters.attestation_days
