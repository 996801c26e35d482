# METADATA
# scope: package
# title: People can review what a model decides
# description: >-
#   Where data about persons is held, it is said of every model who decides on what it says, and a person can have people
#   look at what a model alone has decided.
# custom:
#   id: TC498
#   subject: tenant
#   evidence: attested
#   severity: error
#   enforcement: report
#   remediation: >-
#     say who decides, and that people review it: `ai.custom_models.NAME: {decision: automatic, human_review: true}`
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.automated_decisions

import rego.v1

import data.tenant_compiler.lib.classes
import data.tenant_compiler.lib.settings

_models := ["spec", "ai", "custom_models"]

_personal if count(classes.held & classes.personal) > 0

_judged contains name if {
	_personal
	some name, _ in object.get(input.tenant, _models, {})
}

deny contains finding if {
	some name in _judged
	pointer := array.concat(_models, [name, "decision"])
	some finding in settings.said(pointer, "data about persons is held, so it must be known who decides")
}

deny contains finding if {
	some name in _judged
	settings.value(array.concat(_models, [name, "decision"])) == "automatic"
	pointer := array.concat(_models, [name, "human_review"])
	some finding in settings.exactly(pointer, true, "a person can have people look at what a machine alone decided")
}

checked contains array.concat(_models, [name]) if some name in _judged
