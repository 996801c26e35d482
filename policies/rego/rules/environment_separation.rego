# METADATA
# scope: package
# title: Production stands apart
# description: Production shares no cluster and no store with other environments.
# custom:
#   id: TC419
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `change_control.separate_environments` as true
#   parameters: {}
#   carried_by: [TC468]
#   needs: []
package tenant_compiler.rules.environment_separation

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_separate := ["spec", "change_control", "separate_environments"]

deny contains finding if {
	scope.active
	some finding in settings.exactly(_separate, true, "production must share nothing with other environments")
}

checked contains _separate if scope.active
