# METADATA
# scope: package
# title: Only known images run
# description: >-
#   Images come from named registries only, and each is pinned by its digest, so that nobody can replace it.
# custom:
#   id: TC448
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.images.digests_required` as true and list `security.images.registries`
#   parameters: {}
#   carried_by: [TC489]
#   needs: []
package tenant_compiler.rules.image_admission

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_digests := ["spec", "security", "images", "digests_required"]

_registries := ["spec", "security", "images", "registries"]

deny contains finding if {
	scope.running
	some finding in settings.exactly(_digests, true, "nobody may replace an image under its name")
}

deny contains finding if {
	scope.running
	some finding in settings.said(_registries, "images must come from registries that are named")
}

checked contains pointer if {
	scope.running
	some pointer in [_digests, _registries]
}
