# METADATA
# scope: package
# title: Nobody can change the audit trail
# description: Records of the audit trail can be neither changed nor deleted before their time.
# custom:
#   id: TC423
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.audit.immutable` as true
#   parameters: {}
#   carried_by: [TC471]
#   needs: [audit.trail]
package tenant_compiler.rules.audit_immutable

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_immutable := ["spec", "security", "audit", "immutable"]

deny contains finding if {
	scope.active
	some finding in settings.exactly(_immutable, true, "nobody may change or delete an audit record before its time")
}

checked contains _immutable if scope.active
