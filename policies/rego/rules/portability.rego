# METADATA
# scope: package
# title: Personal data can be taken along
# description: Where data about persons is kept, it is given out in a common format on request.
# custom:
#   id: TC441
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `compliance.retention.export` as true
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.portability

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_export := ["spec", "compliance", "retention", "export"]

deny contains finding if {
	scope.storing_personal
	some finding in settings.exactly(_export, true, "personal data must be given out in a common format on request")
}

checked contains _export if scope.storing_personal
