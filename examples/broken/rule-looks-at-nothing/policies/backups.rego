# METADATA
# scope: package
# title: Backups are kept somewhere else
# description: There are two copies of every backup.
# custom:
#   id: ACME1
#   subject: tenant
#   remediation: raise `backup.copies`
package acme.rules.backups

import rego.v1

deny contains {"message": "one copy burns with the building", "path": ["spec", "backup", "copies"]} if {
	object.get(input.tenant.spec, ["backup", "copeis"], 2) < 2
}

checked contains ["spec", "backup", "copeis"]
