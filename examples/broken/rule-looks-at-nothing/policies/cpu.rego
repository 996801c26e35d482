# METADATA
# scope: package
# title: A tenant has a hundred CPUs
# description: Less is not worth the work.
# custom:
#   id: ACME2
#   subject: tenant
#   remediation: raise `quotas.cpu_cores`
package acme.rules.cpu

import rego.v1

deny contains {"message": "too small", "path": path} if {
	path := ["spec", "quotas", "cpu_millicores"]
	input.tenant.spec.quotas.cpu_millicores < 100000
}

checked contains ["spec", "quotas", "cpu_cores"]
