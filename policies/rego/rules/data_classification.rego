# METADATA
# scope: package
# title: It is known what stores and services hold
# description: >-
#   Every store, and every service that uses one, says which classes of data it has, and the tenant lists all of these
#   classes.
# custom:
#   id: TC451
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `data_classes` for the store or service, and list its classes in `compliance.data_classes`
#   parameters: {}
#   carried_by: [TC480]
#   needs: []
package tenant_compiler.rules.data_classification

import rego.v1

import data.tenant_compiler.lib.classes
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores

_declared := ["spec", "compliance", "data_classes"]

_stores := [array.concat(store.pointer, ["data_classes"]) | some store in stores.all]

_services := [["spec", "services", name, "data_classes"] |
	some name, service in input.tenant.spec.services
	count(service.uses) > 0
]

deny contains finding if {
	some pointer in array.concat(_stores, _services)
	some finding in settings.said(pointer, "it must be known what kind of data this is")
}

deny contains finding if {
	some pointer in array.concat(_stores, _services)
	some index, class in object.get(input.tenant, pointer, [])
	not class in classes.declared
	message := sprintf("compliance.data_classes lacks %s, which %s", [class, _whose(pointer)])
	finding := {
		"message": message,
		"path": array.concat(pointer, [index]),
		"fix": {"path": _declared, "value": sort(classes.held)},
	}
}

_whose(pointer) := sprintf("the service %s has", [pointer[2]]) if {
	pointer[1] == "services"
} else := sprintf("the store %s holds", [pointer[3]])

checked contains pointer if some pointer in array.concat(_stores, _services)
