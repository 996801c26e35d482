# METADATA
# scope: package
# title: Personal data leaves the European Economic Area on a legal basis
# description: >-
#   Every region and every sub-processor outside the European Economic Area is in a country that an adequacy decision
#   covers, or the tenant says under `compliance.transfers` on which basis data about persons goes there.
# custom:
#   id: TC433
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     write the basis and where its proof is filed: `compliance.transfers: {US: {basis: standard_contractual_clauses,
#     reference: SCC-7}}`
#   parameters: {}
#   carried_by: [TC476]
#   needs: []
package tenant_compiler.rules.transfer_basis

import rego.v1

import data.tenant_compiler.lib.places
import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.text

_transfers := ["spec", "compliance", "transfers"]

_subprocessors := ["spec", "compliance", "subprocessors"]

# Jurisdictions that are one country, which people also write instead of its code.
_countries := {"UK": "GB", "CH": "CH", "US": "US", "CA": "CA"}

_country(code) := object.get(_countries, code, code)

# Everybody outside who gets the data, unless a decision covers their whole country: where that is said, in words, the
# codes of the country, the scope of the decision for it, and where the tenant says on which basis.
_recipients := [object.union(recipient, {"covers": covers, "said": _said(recipient.codes)}) |
	some recipient in array.concat(_regions, _processors)
	covers := _adequacy(recipient.codes)
	covers != "country"
]

_regions := [recipient |
	some place in places.all
	place.jurisdiction != "EU"
	recipient := {
		"pointer": place.pointer,
		"what": sprintf("the region %s", [place.region]),
		"codes": [code | some code in [place.country, place.jurisdiction]; code != ""],
	}
]

_processors := [recipient |
	some name, processor in object.get(input.tenant, _subprocessors, {})
	country := object.get(processor, "country", "")
	country != ""
	not places.in_eea(country)
	recipient := {
		"pointer": array.concat(_subprocessors, [name, "country"]),
		"what": sprintf("the sub-processor %s", [name]),
		"codes": [country],
	}
]

# The scope of the adequacy decision for one of some countries: `country`, `recipients`, or empty without a decision.
_adequacy(codes) := scopes[0] if {
	scopes := [decision.scope |
		some code in codes
		decision := data.tenant_compiler.facts.adequacy.decisions[_country(code)]
	]
	count(scopes) > 0
} else := ""

# What the tenant says about the transfer to one of some countries.
_said(codes) := [pointer |
	some code in codes
	some name in {code, _country(code)}
	pointer := array.concat(_transfers, [name])
	settings.filled(pointer)
]

# Where a transfer has to be written; where nobody knows the country, at the region itself.
_missing(recipient) := array.concat(_transfers, [recipient.codes[0]]) if {
	count(recipient.codes) > 0
} else := recipient.pointer

deny contains finding if {
	scope.holding_personal
	some recipient in _recipients
	count(recipient.said) == 0
	pointer := _missing(recipient)
	message := sprintf(
		"%s (%s) is outside the European Economic Area, and neither an adequacy decision nor %s lets personal data go there",
		[recipient.what, text.path(recipient.pointer), text.path(pointer)],
	)
	finding := settings.finding(pointer, message)
}

deny contains finding if {
	scope.holding_personal
	some recipient in _recipients
	some transfer in recipient.said
	some field in ["basis", "reference"]
	reason := sprintf("personal data goes to %s, so it must be said why it may", [recipient.what])
	some finding in settings.said(array.concat(transfer, [field]), reason)
}

deny contains finding if {
	scope.holding_personal
	some recipient in _recipients
	recipient.covers == ""
	some transfer in recipient.said
	basis := array.concat(transfer, ["basis"])
	settings.value(basis) == "adequacy"
	message := sprintf("%s is adequacy, but no adequacy decision covers %s", [text.path(basis), recipient.what])
	finding := settings.finding(basis, message)
}

checked contains place.pointer if {
	scope.holding_personal
	some place in places.all
}

checked contains array.concat(_subprocessors, [name, "country"]) if {
	scope.holding_personal
	some name, _ in object.get(input.tenant, _subprocessors, {})
}

checked contains pointer if {
	scope.holding_personal
	some recipient in _recipients
	pointer := array.concat(recipient.said, [_missing(recipient)])[0]
}
