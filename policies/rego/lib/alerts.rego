# METADATA
# scope: package
# title: Reading alerts of Prometheus
# description: What rules over `input.artifacts.prometheus` have in common.
package tenant_compiler.lib.alerts

import rego.v1

# The alerts of this tenant in this environment.
own := [alert |
	alert := input.artifacts.prometheus.alert[_]
	alert.value.labels.tenant == input.tenant.metadata.name
	alert.value.labels.environment == input.environment
]

# How expressions that read series of this tenant and environment alone end the name of the namespace.
selector := sprintf("%s-%s\"", [input.tenant.metadata.name, input.environment])
