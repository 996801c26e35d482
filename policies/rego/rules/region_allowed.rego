# METADATA
# scope: package
# title: Data is in allowed jurisdictions
# description: >-
#   Every region of the tenant, and every region where its backups, audit trail and logs are kept, lies in an allowed
#   jurisdiction, and in one that the tenant itself allows.
# custom:
#   id: TC432
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: choose a region inside; `placement.residency.jurisdictions` says what the tenant allows
#   parameters:
#     jurisdictions:
#       unit: jurisdictions
#       default: [EU, US, UK, CH, CA, APAC]
#       stricter: subset
#       description: Where data may be
#   carried_by: [TC476]
#   needs: []
package tenant_compiler.rules.region_allowed

import rego.v1

import data.tenant_compiler.lib.places
import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.text

_parameter := {jurisdiction | some jurisdiction in input.parameters.jurisdictions}

_residency := {jurisdiction | some jurisdiction in input.tenant.spec.placement.residency.jurisdictions}

# A tenant that names no jurisdictions of its own allows all.
_allowed := _parameter if {
	count(_residency) == 0
} else := _parameter & _residency

_lies_in("") := "no known jurisdiction"

_lies_in(jurisdiction) := jurisdiction if jurisdiction != ""

_only := "nowhere" if {
	count(_allowed) == 0
} else := concat(" ", ["only in", text.list(sort(_allowed))])

deny contains finding if {
	scope.active
	some place in places.all
	not place.jurisdiction in _allowed
	message := sprintf(
		"the region %s (%s) lies in %s, but data may be %s",
		[place.region, text.path(place.pointer), _lies_in(place.jurisdiction), _only],
	)
	finding := settings.finding(place.pointer, message)
}

checked contains place.pointer if {
	scope.active
	some place in places.all
}
