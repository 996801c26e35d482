# METADATA
# scope: package
# title: How rules say things
# description: Pointers, values, amounts and lists inside a sentence.
package tenant_compiler.lib.text

import rego.v1

# A pointer as people write it, without the leading `spec`: ["spec", "quotas", "cpu_cores"] is "quotas.cpu_cores". Plain
# names, and most are, are looked at together: name by name takes five times as long.
path(pointer) := concat(".", _shown(pointer)) if {
	regex.match(`^\["[A-Za-z0-9_/-]+"(,"[A-Za-z0-9_/-]+")*\]$`, json.marshal(_shown(pointer)))
} else := trim_prefix(concat("", [_step(part) | some part in _shown(pointer)]), ".")

_shown(pointer) := array.slice(pointer, 1, count(pointer)) if {
	pointer[0] == "spec"
} else := pointer

_step(part) := sprintf("[%d]", [part]) if {
	is_number(part)
} else := concat("", [".", part]) if {
	regex.match(`^[A-Za-z0-9_/-]+$`, part)
} else := concat("", [`."`, replace(replace(part, `\`, `\\`), `"`, `\"`), `"`])

# A value of a tenant inside a sentence.
value(null) := "missing"

value(x) := sprintf("%v", [x]) if x != null

# A number with its unit, which is given in the plural: "1 day", "15 minutes".
amount(number, unit) := sprintf("%v %s", [number, trim_suffix(unit, "s")]) if {
	number == 1
} else := sprintf("%v %s", [number, unit])

# Texts in a row: "a", "a and b", "a, b and c".
list(items) := concat(" and ", [concat(", ", array.slice(items, 0, count(items) - 1)), items[count(items) - 1]]) if {
	count(items) > 1
} else := concat("", items)

# Pointers in a row.
paths(pointers) := list([path(pointer) | some pointer in pointers])
