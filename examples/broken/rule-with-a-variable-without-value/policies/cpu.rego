# METADATA
# scope: package
# title: A tenant has two CPUs
# description: Less is not worth the work.
# custom:
#   id: ACME1
#   subject: tenant
#   remediation: raise `quotas.cpu_cores`
package acme.rules.cpu

import rego.v1

deny contains {"message": "too small", "path": path} if {
	path := ["spec", "quotas", "cpu_cores"]
	input.tenant.spec.quotas.cpu_millicores < limit
}

checked contains ["spec", "quotas", "cpu_cores"]
