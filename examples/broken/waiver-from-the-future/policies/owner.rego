# METADATA
# scope: package
# title: Every tenant has an owner
# description: The owner is a team that exists.
# custom:
#   id: ACME1
#   subject: tenant
#   remediation: write another team
package acme.rules.owner

import rego.v1

deny contains {"message": "the team is unknown", "path": path} if {
	path := ["spec", "owner", "team"]
	input.tenant.spec.owner.team == "care"
}

checked contains ["spec", "owner", "team"]
