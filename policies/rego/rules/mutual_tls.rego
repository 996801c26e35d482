# METADATA
# scope: package
# title: Services prove to each other who they are
# description: Traffic between the tenant's services is encrypted, and both ends show a certificate.
# custom:
#   id: TC405
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.tls.mutual` as true
#   parameters: {}
#   carried_by: [TC494]
#   needs: [network.mutual_tls]
package tenant_compiler.rules.mutual_tls

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_mutual := ["spec", "security", "tls", "mutual"]

deny contains finding if {
	scope.running
	some finding in settings.exactly(_mutual, true, "services must prove to each other who they are")
}

checked contains _mutual if scope.running
