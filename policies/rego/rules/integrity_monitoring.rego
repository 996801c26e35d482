# METADATA
# scope: package
# title: Unexpected changes of files are noticed
# description: Changes of files that should not change are noticed.
# custom:
#   id: TC450
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.scanning.integrity_monitoring` as true
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.integrity_monitoring

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_monitoring := ["spec", "security", "scanning", "integrity_monitoring"]

deny contains finding if {
	scope.running
	some finding in settings.exactly(_monitoring, true, "somebody must notice when files change that should not")
}

checked contains _monitoring if scope.running
