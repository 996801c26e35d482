# METADATA
# scope: package
# title: Declared keys are taken out of all that leaves the cluster
# description: >-
#   Where the tenant names keys whose values may not leave the cluster, and it has a collector, every pipeline of the
#   collector has a processor that takes them out of each part of spans, metrics and records, in any case and at the end of
#   longer keys, and drops what it cannot read.
# custom:
#   id: TC499
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     a back-end or plug-in emitted a collector that lets through what `monitoring.logging.redact` names; upgrade it, or
#     report it to its authors
package tenant_compiler.rules.traces_redacted

import rego.v1

import data.tenant_compiler.lib.kubernetes

_path := ["spec", "monitoring", "logging", "redact"]

_keys := {key | key := input.tenant.spec.monitoring.logging.redact[_]}

_collectors := [item | _keys != set(); item := input.artifacts.kubernetes.OpenTelemetryCollector[_]]

# What a pipeline handles, with the parts of it that have attributes.
_parts := {
	"logs": {"log", "resource"},
	"metrics": {"datapoint", "resource"},
	"traces": {"resource", "span", "spanevent"},
}

deny contains {"message": message, "object": each.ref, "path": _path, "at": each.at} if {
	some each in _pipelines
	some context in _parts[each.signal]
	lost := _keys - {key | some key in _keys; some pattern in each.patterns[context]; _takes(pattern, key)}
	lost != set()
	message := sprintf(
		"the pipeline %s of %s lets %s through in the part %s",
		[each.pipeline, each.name, concat(" and ", sort(lost)), context],
	)
}

deny contains {"message": message, "object": each.ref, "path": _path, "at": each.at} if {
	some each in _pipelines
	not _parts[each.signal]
	message := sprintf("nobody knows what the pipeline %s of %s lets through", [each.pipeline, each.name])
}

deny contains {"message": message, "object": item.ref, "path": _path, "at": ["spec", "config"]} if {
	some item in _collectors
	not item.ref in {each.ref | some each in _pipelines}
	message := sprintf("the collector %s has no pipeline that takes anything out", [kubernetes.name(item)])
}

# The setting, too: without a collector nothing has shown that it is heard.
checked contains _path if _keys != set()

checked contains item.ref if some item in _collectors

# Every pipeline with the patterns of the keys that its processors delete, by part.
_pipelines := [each |
	some item in _collectors
	some pipeline, value in item.value.spec.config.service.pipelines
	signal := split(pipeline, "/")[0]
	each := {
		"ref": item.ref,
		"name": kubernetes.name(item),
		"pipeline": pipeline,
		"signal": signal,
		"at": ["spec", "config", "service", "pipelines", pipeline],
		"patterns": _patterns(item.value.spec.config, value, signal),
	}
]

_patterns(config, pipeline, signal) := {context: {pair[1] | some pair in found; pair[0] == context} |
	found := [[group.context, match[1]] |
		some name in pipeline.processors
		split(name, "/")[0] == "transform"
		processor := config.processors[name]

		# Otherwise what a statement fails on goes out as it came.
		_stops(processor)
		some group in processor[concat("", [trim_suffix(signal, "s"), "_statements"])]
		_stops(group)
		not group.conditions
		some statement in group.statements
		some match in regex.find_all_string_submatch_n(_delete, statement, -1)
	]
	some [context, _] in found
}

_stops(processor) if object.get(processor, "error_mode", "propagate") == "propagate"

_delete := `^delete_matching_keys\(attributes, "((?:[^"\\]|\\\\)+)"\)$`

# Whether a pattern deletes a key, in capitals too, and at the end of a longer key. The collector expands `$`, and the
# language of its statements reads `\`, so two of either stand for one.
_takes(pattern, key) if {
	written := replace(replace(pattern, "$$", "$"), `\\`, `\`)
	every text in [key, upper(key), concat("", ["http.request.header.", key])] {
		regex.match(written, text)
	}
}
