# METADATA
# scope: package
# title: Every page reaches somebody
# description: >-
#   An alert that gets people out of bed must lead to the rota of those who are on call, or nobody gets up.
# custom:
#   id: MER1
#   subject: artifact
#   remediation: "write the page of the rota: `owner: {on_call: https://oncall.meridian.example/care}`"
package meridian.rules.pages_reach_somebody

import rego.v1

_rota := "https://oncall.meridian.example/"

_pages := [alert |
	some alert in input.artifacts.prometheus.alert
	alert.value.labels.severity == "page"
]

deny contains {"message": message, "object": page.ref, "path": ["spec", "owner", "on_call"]} if {
	some page in _pages
	rota := object.get(page.value, ["annotations", "runbook_url"], "nowhere")
	not startswith(rota, _rota)
	message := sprintf("the alert %s leads to %s, but must lead to a rota below %s", [page.name, rota, _rota])
}

checked contains page.ref if some page in _pages
