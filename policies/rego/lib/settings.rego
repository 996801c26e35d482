# METADATA
# scope: package
# title: Settings that must be said, be true, or stay within a limit
# description: >-
#   A pointer is an array from the tenant's root: `["spec", "security", "tls", "minimum_version"]`. The functions that
#   judge give an array of findings, empty where the setting is as it should be: `some finding in
#   settings.at_most(...)`.
package tenant_compiler.lib.settings

import rego.v1

import data.tenant_compiler.lib.text

# What the tenant has at a pointer; null where nobody said anything.
value(pointer) := object.get(input.tenant, pointer, null)

# A finding about a pointer, for which only people know what to write.
finding(pointer, message) := {"message": message, "path": pointer}

# A finding about a pointer that a value would end.
fixable(pointer, value, message) := {"message": message, "path": pointer, "fix": {"path": pointer, "value": value}}

# A number that must be said and not be above a limit. The purpose leads to the limit: "a session may be idle for".
at_most(pointer, limit, unit, purpose) := [] if {
	actual := value(pointer)
	is_number(actual)
	actual <= limit
} else := [fixable(pointer, limit, _limited(pointer, concat(" ", [purpose, "at most", text.amount(limit, unit)])))]

# A number that must be said and not be below a limit.
at_least(pointer, limit, unit, purpose) := [] if {
	actual := value(pointer)
	is_number(actual)
	actual >= limit
} else := [fixable(pointer, limit, _limited(pointer, concat(" ", [purpose, "at least", text.amount(limit, unit)])))]

_limited(pointer, demand) := sprintf("%s is missing: %s", [text.path(pointer), demand]) if {
	value(pointer) == null
} else := sprintf("%s is %v, but %s", [text.path(pointer), value(pointer), demand])

# A setting that must have one value. The reason is a sentence of its own: "nobody may change an audit record".
exactly(pointer, wanted, reason) := [] if {
	value(pointer) == wanted
} else := [fixable(pointer, wanted, message)] if {
	message := sprintf(
		"%s is %s, but must be %v: %s",
		[text.path(pointer), text.value(value(pointer)), wanted, reason],
	)
}

# Whether a text, list or map is there and holds something.
filled(pointer) if {
	actual := value(pointer)
	not actual in _nothing
	not _blank(actual)
}

_nothing := {null, [], {}}

_blank(actual) if {
	is_string(actual)
	trim_space(actual) == ""
}

# A text, list or map that must be there and hold something. The reason is a sentence of its own.
said(pointer, reason) := [] if {
	filled(pointer)
} else := [finding(pointer, _unsaid(pointer, reason))]

# The same, with a value that would do.
said_as(pointer, wanted, reason) := [] if {
	filled(pointer)
} else := [fixable(pointer, wanted, _unsaid(pointer, reason))]

_unsaid(pointer, reason) := sprintf("%s is %s: %s", [text.path(pointer), _lack(pointer), reason])

_lack(pointer) := "missing" if {
	value(pointer) == null
} else := "empty"

# What stands at a pointer, inside a sentence.
shown(pointer) := text.value(value(pointer))
