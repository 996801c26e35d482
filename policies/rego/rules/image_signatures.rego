# METADATA
# scope: package
# title: Images are signed
# description: The signature of every image is checked before it runs.
# custom:
#   id: TC449
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.images.signatures_required` as true
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.image_signatures

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_signatures := ["spec", "security", "images", "signatures_required"]

deny contains finding if {
	scope.running
	some finding in settings.exactly(_signatures, true, "the signature of an image must be checked before it runs")
}

checked contains _signatures if scope.running
