# METADATA
# scope: package
# title: Sub-processors are known and bound
# description: >-
#   Every sub-processor has a purpose, a country and an agreement, and every destination outside the platform is one
#   of them under the same name.
# custom:
#   id: TC434
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     list it under `compliance.subprocessors`: `mailco: {name: MailCo, purpose: e-mail delivery, country: DE,
#     agreements: [dpa]}`
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.subprocessors

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.text

_subprocessors := ["spec", "compliance", "subprocessors"]

_egress := ["spec", "security", "network", "egress"]

_reasons := {
	"purpose": "it must be said what the sub-processor does with the tenant's data",
	"country": "it must be said where the sub-processor is",
	"agreements": "an agreement must bind the sub-processor",
}

# Only who holds data that is protected has to name who else gets it.

_listed contains name if some name, _ in object.get(input.tenant, _subprocessors, {})

_reached contains name if some name, _ in object.get(input.tenant, _egress, {})

deny contains finding if {
	scope.holding_regulated
	some name in _listed
	some field, reason in _reasons
	some finding in settings.said(array.concat(_subprocessors, [name, field]), reason)
}

deny contains finding if {
	scope.holding_regulated
	some name in _reached
	not name in _listed
	pointer := array.concat(_subprocessors, [name])
	message := sprintf(
		"%s is missing: the tenant sends data to security.network.egress.%s",
		[text.path(pointer), name],
	)
	finding := settings.finding(pointer, message)
}

checked contains array.concat(_subprocessors, [name]) if {
	scope.holding_regulated
	some name in (_listed | _reached)
}
