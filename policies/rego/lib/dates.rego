# METADATA
# scope: package
# title: Dates of records
# description: Whether a record has a date, and whether that day has come.
package tenant_compiler.lib.dates

import rego.v1

import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.text

# The days since a record's date, which stand beside it. A date that is missing or has not come is a finding.
past(record, field, age) := [settings.finding(pointer, message)] if {
	pointer := array.concat(record, [field])
	settings.value(pointer) == null
	message := sprintf("%s is missing: what has no date proves nothing", [text.path(pointer)])
} else := [settings.finding(pointer, message)] if {
	pointer := array.concat(record, [field])
	settings.value(array.concat(record, [age])) < 0
	message := sprintf("%s is %s, which has not come yet", [text.path(pointer), settings.value(pointer)])
} else := []
