# METADATA
# scope: package
# title: Schedules of five cron fields
# description: >-
#   How long the time between two runs can be. Names of weekdays are understood, names of months need not be.
package tenant_compiler.lib.cron

import rego.v1

_weekdays := {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}

_a_year := 8784

# The longest time between the hours of two runs, in hours. A schedule that leaves out months counts as a year; days of
# the month are counted in one of 31 days.
longest_gap(schedule) := max([_gap_within(hours), ((_days_between(fields) * 24) + min(hours)) - max(hours)]) if {
	fields := _fields(schedule)
	fields[3] == "*"
	hours := _numbers(fields[1], 0, 23)
} else := _a_year

_fields(schedule) := [field | some field in split(lower(schedule), " "); field != ""]

# The longest time between two runs of one day; 0 with a single run.
_gap_within(hours) := max(gaps) if {
	gaps := {gap |
		some hour in hours
		gap := min({other | some other in hours; other > hour}) - hour
	}
	count(gaps) > 0
} else := 0

# The longest time between two days with runs. Where both fields name days, either of them is enough for a run.
_days_between(fields) := 1 if {
	fields[2] == "*"
	fields[4] == "*"
} else := _round(_numbers(fields[2], 1, 31), 31) if {
	fields[4] == "*"
} else := _round(_numbers(fields[4], 0, 6), 7) if {
	fields[2] == "*"
} else := min([_round(_numbers(fields[2], 1, 31), 31), _round(_numbers(fields[4], 0, 6), 7)])

# The longest way from one of some days to the next, around a week or month.
_round(days, length) := max([_gap_within(days), (length + min(days)) - max(days)])

# The numbers that a field stands for.
_numbers(field, low, high) := {number |
	some part in split(field, ",")
	[range, step] := _step(part)
	[first, last] := _bounds(range, step, low, high)
	some number in numbers.range(first, last)
	(number - first) % step == 0
}

_step(part) := [range, to_number(step)] if {
	[range, step] := split(part, "/")
} else := [part, 1]

_bounds("*", _, low, high) := [low, high]

_bounds(range, step, _, high) := [_number(first), last] if {
	range != "*"
	parts := split(range, "-")
	first := parts[0]
	last := _last(parts, step, high)
}

# `5/15` goes on to the end of its range; `5` is 5 alone.
_last(parts, step, high) := _number(parts[1]) if {
	count(parts) == 2
} else := high if {
	step > 1
} else := _number(parts[0])

_number(text) := to_number(text) if {
	regex.match(`^[0-9]+$`, text)
} else := _weekdays[text]
