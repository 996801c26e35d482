"""Where the references of each kind stand: what the rules for references and for the order of objects read.

A row is a path to what refers (``*`` is every entry of a list), and the kinds that are judged, the first of them meant
where a reference names none. What a reference names beside these belongs to the platform, or to nobody that we know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCALED: Final = "Deployment StatefulSet ReplicaSet Rollout"
_ROUTES: Final = "HTTPRoute GRPCRoute TCPRoute TLSRoute"
_BACKENDS: Final = (("spec.parentRefs.*", "Gateway"), ("spec.rules.*.backendRefs.*", "Service"))
_ANALYSES: Final = tuple(
    (f"spec.strategy.{where}", "AnalysisTemplate")
    for where in (
        "blueGreen.prePromotionAnalysis.templates.*",
        "blueGreen.postPromotionAnalysis.templates.*",
        "canary.analysis.templates.*",
        "canary.steps.*.analysis.templates.*",
        "canary.steps.*.experiment.analyses.*",
    )
)
_SERVICES: Final = tuple(
    (f"spec.strategy.{where}", "Service")
    for where in ("blueGreen.activeService", "blueGreen.previewService", "canary.stableService", "canary.canaryService")
)
_PLUGIN: Final = "spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI"
# No route may be open, even for a moment, before what protects it.
_POLICY: Final = tuple(
    (f"spec.{where}", kinds) for where in ("targetRefs.*", "targetRef") for kinds in (f"^{_ROUTES}", "~Gateway Service")
)
_GROUPS: Final = tuple(
    (f"{spec}.{direction}.*.{side}CIDRSet.*.cidrGroupRef", "CiliumCIDRGroup")
    for spec in ("spec", "specs.*")
    for direction, side in (("ingress", "from"), ("ingressDeny", "from"), ("egress", "to"), ("egressDeny", "to"))
)

_WRITTEN: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": (
        ("spec.policyName", "ValidatingAdmissionPolicy"),
    ),
    "argoproj.io/Application": (("spec.project", "AppProject"),),
    "argoproj.io/Rollout": (
        ("spec.workloadRef", _SCALED),
        *_SERVICES,
        *_ANALYSES,
        # Routes lead to the services that a rollout shifts between, so they come behind it.
        (f"{_PLUGIN}.httpRoute", "~HTTPRoute"),
        (f"{_PLUGIN}.httpRoutes.*", "~HTTPRoute"),
        (f"{_PLUGIN}.grpcRoutes.*", "~GRPCRoute"),
    ),
    "autoscaling/HorizontalPodAutoscaler": (("spec.scaleTargetRef", _SCALED),),
    "autoscaling.k8s.io/VerticalPodAutoscaler": (("spec.targetRef", f"{_SCALED} CronJob"),),
    "cert-manager.io/Certificate": (("spec.issuerRef", "Issuer"),),
    "cilium.io/CiliumNetworkPolicy": _GROUPS,
    "external-secrets.io/ExternalSecret": (
        ("spec.secretStoreRef", "SecretStore"),
        ("spec.data.*.sourceRef.storeRef", "SecretStore"),
        ("spec.dataFrom.*.sourceRef.storeRef", "SecretStore"),
    ),
    "gateway.envoyproxy.io/BackendTrafficPolicy": _POLICY,
    "gateway.envoyproxy.io/ClientTrafficPolicy": _POLICY,
    "gateway.envoyproxy.io/SecurityPolicy": _POLICY,
    # Roots of authorities are put into namespaces by others.
    "gateway.networking.k8s.io/BackendTLSPolicy": (("spec.targetRefs.*", "Service"),),
    "gateway.networking.k8s.io/GRPCRoute": _BACKENDS,
    "gateway.networking.k8s.io/HTTPRoute": (
        *_BACKENDS,
        ("spec.rules.*.filters.*.requestMirror.backendRef", "Service"),
    ),
    "gateway.networking.k8s.io/TCPRoute": _BACKENDS,
    "keda.sh/ScaledObject": (
        ("spec.scaleTargetRef", _SCALED),
        ("spec.triggers.*.authenticationRef", "TriggerAuthentication"),
    ),
    "kustomize.toolkit.fluxcd.io/Kustomization": (("spec.sourceRef", "GitRepository"),),
    "opentelemetry.io/OpenTelemetryCollector": (("spec.serviceAccount", "ServiceAccount"),),
    "rbac.authorization.k8s.io/RoleBinding": (("roleRef", "Role"), ("subjects.*", "ServiceAccount")),
}

_PODS: Final = (
    ("serviceAccountName", "ServiceAccount"),
    ("containers.*.envFrom.*.configMapRef", "ConfigMap"),
    ("containers.*.env.*.valueFrom.configMapKeyRef", "ConfigMap"),
    ("initContainers.*.envFrom.*.configMapRef", "ConfigMap"),
    ("initContainers.*.env.*.valueFrom.configMapKeyRef", "ConfigMap"),
    ("volumes.*.configMap", "ConfigMap"),
    ("volumes.*.projected.sources.*.configMap", "ConfigMap"),
    ("volumes.*.persistentVolumeClaim.claimName", "PersistentVolumeClaim"),
    ("volumes.*.csi.volumeAttributes.secretProviderClass", "SecretProviderClass"),
)


Order: TypeAlias = Literal["target", "reference", "any"]
_ORDERS: Final[Mapping[str, Order]] = {"~": "any", "^": "reference"}
"""What stands before the kinds of a row; most references need their target first."""


class Way(NamedTuple):
    """A place where references of a kind stand."""

    path: tuple[str, ...]
    """To a map with a name (which Argo Rollouts calls `templateName`), or to a name itself."""
    kind: str
    """What is meant where a reference names no kind."""
    kinds: frozenset[str]
    """What is judged."""
    order: Order
    """Which of the two must be there first."""


def _way(path: str, kinds: str) -> Way:
    words = kinds.lstrip("~^").split()
    return Way(tuple(path.split(".")), words[0], frozenset(words), _ORDERS.get(kinds[0], "target"))


WAYS: Final[Mapping[str, tuple[str, tuple[Way, ...]]]] = {
    name.rpartition("/")[2]: (name.rpartition("/")[0], tuple(_way(*row) for row in rows))
    for name, rows in _WRITTEN.items()
}
"""By kind: the group of its API, and its rows."""
OF_PODS: Final = tuple(_way(*row) for row in _PODS)
"""The rows of what makes pods, below the pods' spec."""
