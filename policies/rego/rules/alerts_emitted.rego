# METADATA
# scope: package
# title: Every objective has its alerts
# description: >-
#   Where alerts were emitted, every declared service level objective has at least one, which reads the series of that
#   objective of this tenant in this environment.
# custom:
#   id: TC481
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted alerts, but none for an objective below `monitoring.slos`; upgrade it, or report it
#     to its authors
package tenant_compiler.rules.alerts_emitted

import rego.v1

import data.tenant_compiler.lib.alerts

_objectives := input.tenant.spec.monitoring.slos

deny contains {"message": message, "path": ["spec", "monitoring", "slos", name]} if {
	input.artifacts.prometheus.alert[0]
	some name, _ in _objectives
	not name in {alert.value.labels.slo | some alert in alerts.own}
	message := sprintf("no alert watches the objective %s", [name])
}

deny contains {"message": message, "object": alert.ref, "path": path, "at": ["expr"]} if {
	some alert in alerts.own
	name := alert.value.labels.slo
	_objectives[name]
	not _reads(alert, name)
	path := ["spec", "monitoring", "slos", name]
	message := sprintf("the alert %s does not read the series of the objective %s", [alert.name, name])
}

checked contains alert.ref if {
	some alert in alerts.own
	_objectives[alert.value.labels.slo]
}

_reads(alert, name) if {
	expression := alert.value.expr
	contains(expression, sprintf("slo=\"%s\"", [name]))
	contains(expression, alerts.selector)
	contains(expression, ">")
}
