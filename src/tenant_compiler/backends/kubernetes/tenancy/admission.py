"""ValidatingAdmissionPolicy and its binding: which images may run in the tenant's namespace.

The compiler judges the images that a tenant declares; these two hold the cluster to the same rules, whoever makes a pod
there and however. Both are the cluster's, not the namespace's, so they carry the tenant's name, which no other tenant
has, with a dot that no name of a tenant has.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import NAMESPACE_NAME, made
from tenant_compiler.backends.kubernetes.edge import challenges
from tenant_compiler.backends.kubernetes.operations import platform_images
from tenant_compiler.emit.escape import cel_string
from tenant_compiler.model.artifact import ArtifactObject, Shared

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Lineage

API: Final = "admissionregistration.k8s.io/v1"
_IMAGES: Final[Lineage] = (("spec", "security", "images"),)
_REGISTRIES: Final = (*_IMAGES[0], "registries")
_DIGESTS: Final = (*_IMAGES[0], "digests_required")

# `kubectl debug` adds containers to running pods by a resource of its own.
_PODS: Final = Shared(
    {
        "resourceRules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE", "UPDATE"],
                "resources": ["pods", "pods/ephemeralcontainers"],
            }
        ]
    }
)


def image_policy(here: Scene) -> list[ArtifactObject]:
    """Make the policy and its binding; nothing where the tenant says nothing of images."""
    images = here.plan.images
    made_from: Lineage = (
        *((_REGISTRIES,) if images.registries else ()),
        *((_DIGESTS,) if images.digests_required else ()),
    )
    if not made_from:
        return []
    name, solver = f"{here.plan.name}.images", challenges.image(here)
    platform = (*platform_images(here), *((solver,) if solver else ()))
    meta = {"name": name, "labels": here.labels}
    policy: dict[str, Any] = {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": meta,
        "spec": _policy(images.registries, platform, digests=images.digests_required),
    }
    return [made("ValidatingAdmissionPolicy", policy, made_from), in_namespace(here, name, made_from)]


def in_namespace(here: Scene, policy: str, made_from: Lineage) -> ArtifactObject:
    """Make the binding that lets a policy hold in the tenant's namespace, and in no other."""
    value: dict[str, Any] = {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": policy, "labels": here.labels},
        "spec": {
            "policyName": policy,
            "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": {"matchLabels": {NAMESPACE_NAME: here.plan.name}}},
        },
    }
    return made("ValidatingAdmissionPolicyBinding", value, made_from)


@lru_cache(maxsize=256)
def _policy(registries: tuple[str, ...], platform: tuple[str, ...], *, digests: bool) -> Shared:
    validations = []
    # What the platform runs beside the services is named whole, with its digest.
    running = f'request.operation == "CREATE" ? [] : {_images_of("oldObject")}'
    if platform:
        running = f"[{', '.join(map(cel_string, platform))}] + ({running})"
    if digests:
        validations.append(
            _every('image.matches("@sha256:[0-9a-f]{64}$")', "every image must be pinned by its digest, @sha256:…")
        )
    if registries:
        # The slash is the boundary: without it a host that only starts like an allowed one would do.
        allowed = ", ".join(cel_string(f"{registry}/") for registry in registries)
        validations.append(
            _every(
                f"[{allowed}].exists(registry, image.startsWith(registry))",
                f"every image must come from {' or '.join(registries)}",
            )
        )
    return Shared(
        {
            "failurePolicy": "Fail",
            "matchConstraints": _PODS,
            "variables": [
                {"name": "images", "expression": _images_of("object")},
                # A pod that runs may keep its images: else nobody could take a finalizer from one that is older than
                # the policy.
                {"name": "running", "expression": running},
            ],
            "validations": validations,
        }
    )


def _every(condition: str, message: str) -> dict[str, str]:
    expression = f"variables.images.all(image, image in variables.running || {condition})"
    return {"expression": expression, "message": message, "reason": "Forbidden"}


def _images_of(pod: str) -> str:
    """The images of all containers of a pod, in CEL."""
    others = (
        f"(has({pod}.spec.{kind}) ? {pod}.spec.{kind}.map(c, c.image) : [])"
        for kind in ("initContainers", "ephemeralContainers")
    )
    return " + ".join((f"{pod}.spec.containers.map(c, c.image)", *others))
