# METADATA
# scope: package
# title: Somebody is told when scans do not come
# description: >-
#   Where alerts were emitted and the tenant declares how often it is scanned, an alert for this tenant and environment
#   fires when the last scan is older than that, and when nobody reports any.
# custom:
#   id: TC490
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted alerts, but none that watches `security.scanning.interval_days`; upgrade it, or
#     report it to its authors
package tenant_compiler.rules.scans_watched

import rego.v1

import data.tenant_compiler.lib.alerts

_path := ["spec", "security", "scanning", "interval_days"]

_days := input.tenant.spec.security.scanning.interval_days

_series := "tenant_vulnerability_scan_last_success_timestamp_seconds"

deny contains {"message": message, "path": _path} if {
	_days
	input.artifacts.prometheus.alert[0]
	_watching == []
	message := "no alert notices that the scans do not come"
}

deny contains {"message": message, "object": alert.ref, "path": _path, "at": ["expr"]} if {
	some alert in _watching
	not _soon(alert.value.expr)
	message := sprintf("the alert %s does not fire %d days after the last scan", [alert.name, _days])
}

deny contains {"message": message, "object": alert.ref, "path": _path, "at": ["expr"]} if {
	some alert in _watching
	not contains(alert.value.expr, sprintf("absent(%s{", [_series]))
	message := sprintf("the alert %s is silent when nobody reports a scan", [alert.name])
}

checked contains alert.ref if some alert in _watching

_watching := [alert |
	_days
	some alert in alerts.own
	contains(alert.value.expr, _series)
	contains(alert.value.expr, alerts.selector)
]

# The age that the expression allows, in seconds or as days times the seconds of a day.
_soon(expression) if {
	ages := {age |
		some match in regex.find_all_string_submatch_n(`> ([0-9]+)( \* 86400)?`, expression, -1)
		age := to_number(match[1]) * _factor(match[2])
	}
	ages != set()
	max(ages) <= _days * 86400
}

_factor("") := 1

_factor(text) := 86400 if text != ""
