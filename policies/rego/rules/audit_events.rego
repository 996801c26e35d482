# METADATA
# scope: package
# title: The audit trail has all kinds of events
# description: The audit trail records every kind of event that is asked for.
# custom:
#   id: TC421
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: add the missing kinds to `security.audit.events`
#   parameters:
#     audit_events:
#       unit: kinds of events
#       default: [authentication, authorization, data_access, configuration, privileged]
#       stricter: superset
#       description: What the audit trail records at least
#   carried_by: [TC469]
#   needs: [audit.trail]
package tenant_compiler.rules.audit_events

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.text

_events := ["spec", "security", "audit", "events"]

deny contains finding if {
	scope.active
	recorded := {event | some event in object.get(input.tenant, _events, [])}
	wanted := {event | some event in input.parameters.audit_events}
	missing := wanted - recorded
	count(missing) > 0
	message := sprintf(
		"security.audit.events lacks %s, which the audit trail must record",
		[text.list(sort(missing))],
	)
	finding := settings.fixable(_events, sort(recorded | wanted), message)
}

checked contains _events if scope.active
