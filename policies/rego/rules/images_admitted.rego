# METADATA
# scope: package
# title: Emitted images are admitted ones
# description: >-
#   Where the tenant declares registries or digests, every image of an emitted pod obeys, and every emitted namespace
#   has an admission policy that refuses all others, with a binding that denies and without exceptions.
# custom:
#   id: TC489
#   subject: artifact
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     write images as `security.images` asks; if they are so, a back-end or plug-in emitted other ones, or no admission
#     policy: upgrade it, or report it to its authors
package tenant_compiler.rules.images_admitted

import rego.v1

import data.tenant_compiler.lib.kubernetes

_said := input.tenant.spec.security.images

_registries := {concat("", [registry, "/"]) | some registry in _said.registries}

# The settings that are declared.
_declared := {"registries" | _registries != set()} | {"digests_required" | _said.digests_required == true}

# What every pod comes by, however it is made.
_pods := {"pods", "pods/ephemeralcontainers"}

deny contains {"message": message, "object": container.pod.item.ref, "path": _path(setting), "at": at} if {
	some setting in _declared
	some container in kubernetes.containers
	image := object.get(container.value, "image", "")
	not _obeys(setting, image)
	not _of_cluster(container.pod.item, image)
	at := array.concat(kubernetes.at(container), ["image"])
	message := sprintf(
		"the image %s of %s is not what images.%s asks for",
		[image, kubernetes.name(container.pod.item), setting],
	)
}

deny contains {"message": message, "object": home.item.ref, "path": _path(setting)} if {
	some home in kubernetes.homes
	some setting in _declared
	not _held(home, setting)
	message := sprintf("no admission policy holds the namespace %s to images.%s", [home.name, setting])
}

checked contains pod.item.ref if {
	_declared != set()
	some pod in kubernetes.pods
}

checked contains home.item.ref if {
	_declared != set()
	some home in kubernetes.homes
}

checked contains ref if {
	_declared != set()
	some pair in _pairs
	some ref in pair.refs
}

_path(setting) := ["spec", "security", "images", setting]

_obeys("digests_required", image) if regex.match(`@sha256:[0-9a-f]{64}$`, image)

_obeys("registries", image) if {
	some registry in _registries
	startswith(image, registry)
}

# Jobs of the platform's in the namespace: no service of a tenant has a dot in its name.
_of_cluster(item, image) if {
	item.value.kind == "CronJob"
	startswith(item.value.metadata.name, "default.")
	regex.match(`@sha256:[0-9a-f]{64}$`, image)
}

_held(home, setting) if {
	some pair in _pairs
	pair.cluster == home.cluster
	pair.namespace == home.name
	_refuses(setting, pair)
}

# Bindings and policies that hold for all pods of a namespace: no condition, no rule and no object is left out.
_pairs := [pair |
	binding := input.artifacts.kubernetes.ValidatingAdmissionPolicyBinding[_]
	"Deny" in binding.value.spec.validationActions
	resources := binding.value.spec.matchResources
	namespace := resources.namespaceSelector.matchLabels["kubernetes.io/metadata.name"]
	count(resources.namespaceSelector.matchLabels) == 1
	object.keys(resources.namespaceSelector) == {"matchLabels"}
	object.keys(resources) - {"matchPolicy"} == {"namespaceSelector"}
	cluster := kubernetes.clusters[binding.file]
	policy := input.artifacts.kubernetes.ValidatingAdmissionPolicy[_]
	policy.value.metadata.name == binding.value.spec.policyName
	kubernetes.clusters[policy.file] == cluster
	object.get(policy.value.spec, "failurePolicy", "Fail") == "Fail"
	not policy.value.spec.matchConditions[0]
	_covers(policy.value.spec.matchConstraints)
	pair := {
		"refs": [binding.ref, policy.ref],
		"cluster": cluster,
		"namespace": namespace,
		"variables": {variable.name: variable.expression | some variable in policy.value.spec.variables},
		"validations": {validation.expression | some validation in policy.value.spec.validations},
	}
]

_covers(constraints) if {
	object.keys(constraints) - {"matchPolicy"} == {"resourceRules"}
	covered := {resource |
		some rule in constraints.resourceRules
		every operation in ["CREATE", "UPDATE"] {
			operation in rule.operations
		}
		"" in rule.apiGroups
		not rule.resourceNames[0]
		some resource in rule.resources
	}
	_pods - covered == set()
}

# Conditions are in CEL, which no rule can run. So they must be word for word what is known to be right; the registries
# stand in any order.
_refuses("digests_required", pair) if {
	_sees_all(pair.variables)
	concat("", [_each, "image.matches(\"@sha256:[0-9a-f]{64}$\"))"]) in pair.validations
}

_refuses("registries", pair) if {
	_sees_all(pair.variables)
	some expression in pair.validations
	startswith(expression, concat("", [_each, "["]))
	endswith(expression, "].exists(registry, image.startsWith(registry)))")
	listed := trim_suffix(
		trim_prefix(expression, concat("", [_each, "["])),
		"].exists(registry, image.startsWith(registry)))",
	)
	{trim(text, "\"") | some text in split(listed, ", ")} == _registries
}

_each := "variables.images.all(image, image in variables.running || "

_sees_all(variables) if {
	variables.images == _images_of("object")
	_of_platform(variables.running) == _running
}

_running := concat("", ["request.operation == \"CREATE\" ? [] : ", _images_of("oldObject")])

# What the platform runs in the namespace may be named beside it, each image whole and with its digest.
_of_platform(expression) := trim_suffix(regex.replace(expression, _images, ""), ")") if {
	startswith(expression, "[")
} else := expression

_images := `^\["[a-z0-9][a-z0-9.:/_-]*@sha256:[0-9a-f]{64}"(, "[a-z0-9][a-z0-9.:/_-]*@sha256:[0-9a-f]{64}")*\] \+ \(`

# The images of all containers of a pod.
_images_of(pod) := concat(" + ", array.concat(
	[concat("", [pod, ".spec.containers.map(c, c.image)"])],
	[text |
		some kind in ["initContainers", "ephemeralContainers"]
		list := concat("", [pod, ".spec.", kind])
		text := concat("", ["(has(", list, ") ? ", list, ".map(c, c.image) : [])"])
	],
))
