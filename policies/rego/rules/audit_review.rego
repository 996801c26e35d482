# METADATA
# scope: package
# title: Somebody looks at the audit trail
# description: A program looks at every record of the audit trail, or people look at it often enough.
# custom:
#   id: TC425
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.audit.review.every_days`, or `security.audit.review.automated` as true
#   parameters:
#     audit_review_days:
#       unit: days
#       default: 7
#       stricter: lower
#       description: The most days between two reviews by people
#   carried_by: []
#   needs: []
package tenant_compiler.rules.audit_review

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_automated := ["spec", "security", "audit", "review", "automated"]

_every := ["spec", "security", "audit", "review", "every_days"]

deny contains finding if {
	scope.active
	not settings.value(_automated) == true
	limit := input.parameters.audit_review_days
	purpose := "unless a program looks at every audit record, people must do so after"
	some finding in settings.at_most(_every, limit, "days", purpose)
}

checked contains _automated if {
	scope.active
	settings.value(_automated) == true
}

checked contains _every if {
	scope.active
	not settings.value(_automated) == true
}
