# METADATA
# scope: package
# title: Emitted changes wait for the declared times
# description: >-
#   Where the tenant says in which times changes are applied and Argo CD applies them, its project lets changes in at
#   exactly these times, by hand neither, and every application belongs to such a project.
# custom:
#   id: TC4100
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a project that lets changes in at other times than
#     `change_control.maintenance_windows`; upgrade it, or report it to its authors
package tenant_compiler.rules.changes_in_windows

import rego.v1

import data.tenant_compiler.lib.cron
import data.tenant_compiler.lib.kubernetes

_path := ["spec", "change_control", "maintenance_windows"]

_windows := {name: window |
	some name, said in input.tenant.spec.change_control.maintenance_windows
	window := [cron.times(_started(said)), _lasting(said), said.timezone]
}

_projects := [item |
	count(_windows) > 0
	item := input.artifacts.kubernetes.AppProject[_]
	startswith(item.value.apiVersion, "argoproj.io/")
]

_applications := [item |
	_projects[0]
	item := input.artifacts.kubernetes.Application[_]
	startswith(item.value.apiVersion, "argoproj.io/")
]

deny contains {"message": message, "object": item.ref, "path": array.concat(_path, [name])} if {
	some item in _projects
	some name, window in _windows
	not window in {each.window | some each in _allowed(item)}
	message := sprintf("the project %s does not let changes in at the time %s", [kubernetes.name(item), name])
}

deny contains {"message": message, "object": item.ref, "path": _path, "at": ["spec", "syncWindows", each.index]} if {
	some item in _projects
	some each in _allowed(item)
	not each.window in {window | some window in _windows}
	message := sprintf("the project %s lets changes in at a time that nobody declared", [kubernetes.name(item)])
}

# Out of its time, a window with `manualSync` lets through what people start; one that is not for all applications lets
# the others through at any time.
deny contains {"message": message, "object": item.ref, "path": _path, "at": ["spec", "syncWindows", index]} if {
	some item in _projects
	some index, window in item.value.spec.syncWindows
	object.get(window, "kind", "allow") != "deny"
	_loose(window)
	message := sprintf("the project %s lets some changes in at any time", [kubernetes.name(item)])
}

deny contains {"message": message, "object": item.ref, "path": _path, "at": ["spec", "project"]} if {
	some item in _applications
	not [kubernetes.clusters[item.file], object.get(item.value.spec, "project", "default")] in _held
	message := sprintf("the application %s is in no project that holds changes back", [kubernetes.name(item)])
}

# The settings, too: where Argo CD applies nothing, nothing has shown that changes wait.
checked contains array.concat(_path, [name]) if some name, _ in _windows

checked contains item.ref if some item in array.concat(_projects, _applications)

_held := {[kubernetes.clusters[item.file], item.value.metadata.name] | some item in _projects}

_allowed(item) := [{"index": index, "window": window} |
	some index, said in object.get(item.value.spec, "syncWindows", [])
	object.get(said, "kind", "allow") != "deny"
	times := cron.times(object.get(said, "schedule", ""))
	window := [times, _minutes(object.get(said, "duration", "")), object.get(said, "timeZone", "UTC")]
]

_loose(window) if object.get(window, "manualSync", false) != false

_loose(window) if object.get(window, "applications", []) != ["*"]

_loose(window) if object.get(window, "useAndOperator", false) != false

# Minutes of a duration as Go writes it; -1, which no window has, for one that is neither whole minutes nor hours.
_minutes(duration) := to_number(trim_suffix(duration, "m")) if {
	regex.match(`^[1-9][0-9]*m$`, duration)
} else := to_number(trim_suffix(duration, "h")) * 60 if {
	regex.match(`^[1-9][0-9]*h$`, duration)
} else := -1

_started(said) := sprintf("%d %d * * %s", [minute, hour, concat(",", said.days)]) if {
	hour := _two(substring(said.start, 0, 2))
	minute := _two(substring(said.start, 3, 2))
}

# From the start to the end, on the next day if that is not later.
_lasting(said) := _clock(said.end) - _clock(said.start) if {
	_clock(said.end) > _clock(said.start)
} else := (_clock(said.end) + (24 * 60)) - _clock(said.start)

# Minutes since midnight. Digit by digit: a number with a zero before it is none.
_clock(time) := (_two(substring(time, 0, 2)) * 60) + _two(substring(time, 3, 2))

_two(digits) := (to_number(substring(digits, 0, 1)) * 10) + to_number(substring(digits, 1, 1))
