# METADATA
# scope: package
# title: Changes are tested
# description: A change is tested before it is rolled out.
# custom:
#   id: TC417
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `change_control.tests_required` as true
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.change_testing

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_tests := ["spec", "change_control", "tests_required"]

deny contains finding if {
	scope.active
	some finding in settings.exactly(_tests, true, "a change must be tested before it is rolled out")
}

checked contains _tests if scope.active
