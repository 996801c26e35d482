# METADATA
# scope: package
# title: Users sign on at one provider
# description: Services that clients reach let users in by single sign-on, so that accounts are kept in one place.
# custom:
#   id: TC409
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     write `security.identity.sso` with the provider's `issuer`, a `client_id` and where the `client_secret` is
#   parameters: {}
#   carried_by: [TC465]
#   needs: [edge.sign_on]
package tenant_compiler.rules.single_sign_on

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_sso := ["spec", "security", "identity", "sso"]

deny contains finding if {
	scope.serving
	some finding in settings.said(_sso, "users of exposed services must sign on at one provider")
}

checked contains _sso if scope.serving
