# METADATA
# scope: package
# title: Nobody shares an account
# description: Every person has an account of their own, and the tenant says so.
# custom:
#   id: TC410
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.identity.shared_accounts` as false
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.unique_accounts

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_shared := ["spec", "security", "identity", "shared_accounts"]

deny contains finding if {
	scope.active
	some finding in settings.exactly(_shared, false, "everybody needs an account of their own")
}

checked contains _shared if scope.active
