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

_held(home, setting) if {
	some pair in _pairs
	pair.cluster == home.cluster
	pair.namespace == home.name
	_refuses(setting, pair.validations)
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
		"validations": policy.value.spec.validations,
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

# The expressions are CEL, which no rule can run. What is looked for: all images, the digest, and the very registries.
_refuses("digests_required", validations) if {
	some validation in validations
	contains(validation.expression, "images.all(")
	contains(validation.expression, "matches(\"@sha256:[0-9a-f]{64}$\")")
}

_refuses("registries", validations) if {
	some validation in validations
	contains(validation.expression, "images.all(")
	contains(validation.expression, "startsWith(")
	quoted := {trim(text, "\"") | some text in regex.find_n(`"[^"]*"`, validation.expression, -1)}
	quoted == _registries
}
