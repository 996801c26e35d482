# METADATA
# scope: package
# title: How seldom a schedule comes
# description: The longest time between two runs of a schedule of five cron fields, in hours, rounded up, or in minutes.
package tenant_compiler.lib.intervals

import rego.v1

import data.tenant_compiler.lib.cron

_a_year := 8784

# The longest time between two runs, in hours. A schedule that leaves out months counts as a year; days of the month
# are counted in one of 31 days. Where both kinds of days are said, either of them is enough for a run.
longest(schedule) := max([_within(hours), (24 + min(hours)) - max(hours)]) if {
	# Most schedules are for every day: then only the hours have to be read, which is much less work.
	fields := split(schedule, " ")
	array.slice(fields, 2, 5) == ["*", "*", "*"]
	hours := cron.hours(fields[1])
	count(hours) > 0
} else := min(gaps) if {
	gaps := {_gap(entry) | some entry in cron.times(schedule)}
	count(gaps) > 0
} else := _a_year

# The same in minutes: within an hour, or from the last minute of one to the first of the next with runs. Undefined for
# a text that is no such schedule.
minutes(schedule) := max([_within(chosen), ((longest(schedule) * 60) + min(chosen)) - max(chosen)]) if {
	chosen := cron.minutes(split(schedule, " ")[0])
	count(chosen) > 0
}

_gap(entry) := _a_year if {
	count(entry.month) < 12
} else := max([_within(entry.hour), ((_days(entry) * 24) + min(entry.hour)) - max(entry.hour)])

# The longest time between two days with runs.
_days(entry) := _around(entry.weekday, 7) if {
	count(entry.day) == 31
} else := _around(entry.day, 31)

# The longest way from one of some days to the next, around a week or month.
_around(days, length) := max([_within(days), (length + min(days)) - max(days)])

# The longest step from one of some numbers to the next larger one; 0 for a single number.
_within(numbers) := max(steps) if {
	steps := {step |
		some number in numbers
		step := min({other | some other in numbers; other > number}) - number
	}
	count(steps) > 0
} else := 0
