# METADATA
# scope: package
# title: Databases are audited
# description: Databases record connections and statements that change data.
# custom:
#   id: TC420
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.audit_logging` as true
#   parameters: {}
#   carried_by: [TC469]
#   needs: [audit]
package tenant_compiler.rules.audit_enabled

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_logging := ["spec", "security", "audit_logging"]

deny contains finding if {
	scope.active
	some finding in settings.exactly(_logging, true, "what happens in the databases must be recorded")
}

checked contains _logging if scope.active
