# METADATA
# scope: package
# title: Schedules
# description: >-
#   When something runs, as sets of minutes, hours and days, so that five fields of cron and six of AWS can be compared.
#   Undefined for a text that is no such schedule.
package tenant_compiler.lib.cron

import rego.v1

_names := {"SUN": "0", "MON": "1", "TUE": "2", "WED": "3", "THU": "4", "FRI": "5", "SAT": "6"}

_months := {
	"JAN": "1",
	"FEB": "2",
	"MAR": "3",
	"APR": "4",
	"MAY": "5",
	"JUN": "6",
	"JUL": "7",
	"AUG": "8",
	"SEP": "9",
	"OCT": "10",
	"NOV": "11",
	"DEC": "12",
}

# When five fields of cron run. Where both kinds of days are said, either of them is enough: two entries.
times(schedule) := {entry |
	fields := split(schedule, " ")
	count(fields) == 5
	some days in _days(fields[2], fields[4])
	entry := _entry(fields[0], fields[1], days[0], fields[3], days[1])
}

# When an expression of AWS runs: `cron(0 2 * * ? *)`. Its weekdays are read by name, because its numbers begin with 1.
aws_times(expression) := {_entry(fields[0], fields[1], fields[2], fields[3], fields[4])} if {
	regex.match(`^cron\([^()]*\)$`, expression)
	fields := split(trim_suffix(trim_prefix(expression, "cron("), ")"), " ")
	count(fields) == 6
	fields[5] == "*"
	not regex.match(`[0-9]`, fields[4])
} else := set()

_days(day, weekday) := [[day, "*"]] if {
	_every(weekday)
} else := [["*", weekday]] if {
	_every(day)
} else := [[day, "*"], ["*", weekday]]

_every(field) if count({"*", "*/1"} & {part | some part in split(field, ",")}) > 0

_entry(minute, hour, day, month, weekday) := {
	"minute": _values(minute, 0, 59),
	"hour": _values(hour, 0, 23),
	"day": _values(day, 1, 31),
	"month": _values(strings.replace_n(_months, upper(month)), 1, 12),
	"weekday": _values(strings.replace_n(_names, upper(weekday)), 0, 6),
}

# The hours that the second field stands for, where nobody asks for the rest.
hours(field) := _values(field, 0, 23)

# The minutes that the first field stands for.
minutes(field) := _values(field, 0, 59)

_values(field, low, high) := {number | some number in numbers.range(low, high)} if {
	field in {"*", "?"}
} else := {number |
	some part in split(field, ",")
	[first, last] := _bounds(split(part, "/")[0], low, high, contains(part, "/"))
	step := _step(part)
	some number in numbers.range(first, last)
	(number - first) % step == 0
}

_bounds(text, low, high, stepped) := [low, high] if {
	text in {"*", "?"}
} else := [to_number(text), high] if {
	stepped
	regex.match(`^[0-9]+$`, text)
} else := [to_number(text), to_number(text)] if {
	regex.match(`^[0-9]+$`, text)
} else := [to_number(ends[0]), to_number(ends[1])] if {
	regex.match(`^[0-9]+-[0-9]+$`, text)
	ends := split(text, "-")
}

_step(part) := to_number(split(part, "/")[1]) if {
	regex.match(`/[1-9][0-9]*$`, part)
} else := 1
