# METADATA
# scope: package
# title: The impact on persons has been assessed
# description: >-
#   Where data of the special categories is held, such as health or biometric data, there is an impact assessment.
# custom:
#   id: TC457
#   subject: tenant
#   evidence: attested
#   severity: error
#   enforcement: report
#   remediation: >-
#     write where it is filed and when it was made: `compliance.impact_assessment: {reference: DPIA-12, date:
#     "2026-02-01"}`
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.impact_assessment

import rego.v1

import data.tenant_compiler.lib.classes
import data.tenant_compiler.lib.dates
import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_assessment := ["spec", "compliance", "impact_assessment"]

_reference := array.concat(_assessment, ["reference"])

_applies if {
	scope.active
	count(classes.held & classes.special) > 0
}

deny contains finding if {
	_applies
	some finding in settings.said(_reference, "data of the special categories needs an impact assessment")
}

deny contains finding if {
	_applies
	settings.filled(_reference)
	some finding in dates.past(_assessment, "date", "age_days")
}

checked contains _assessment if _applies
