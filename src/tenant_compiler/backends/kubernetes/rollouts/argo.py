"""Rollout of Argo Rollouts: it runs a service's pods in a Deployment's place, and brings a new version step by step.

The pods stand in the Rollout itself, so that one controller has them and no Deployment is left beside it. Two Services
lead to them; the controller adds to their selectors which version each means. Routes name both, and the controller's
plug-in for the Gateway API moves their weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made
from tenant_compiler.backends.kubernetes.edge.routes import kind_of, names
from tenant_compiler.backends.kubernetes.rollouts.analysis import MEASURE_SECONDS, run
from tenant_compiler.backends.kubernetes.rollouts.answers import routed
from tenant_compiler.backends.kubernetes.services.backends import header
from tenant_compiler.backends.kubernetes.services.pods import template
from tenant_compiler.backends.kubernetes.services.workloads import SURGE, running
from tenant_compiler.backends.kubernetes.tenancy.nodes import scheduled_from
from tenant_compiler.model.rollout import variant_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.services.tracks import Track
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Workload
    from tenant_compiler.model.rollout import Rollout

_PLUGIN: Final = "argoproj-labs/gatewayAPI"
_LISTS: Final = {"HTTPRoute": "httpRoutes", "GRPCRoute": "grpcRoutes", "TCPRoute": "tcpRoutes"}
_COHORT: Final = "cohort"
"""The rule that the plug-in adds to a route for the requests of an A/B test."""
_OLD_SECONDS: Final = 600
"""The old version stays so long after a switch when nobody says how long."""
_BACK: Final = 3
"""So many versions back one gets without the steps."""


def rollout_object(here: Scene, track: Track, digest: str) -> ArtifactObject:
    """Make what runs a service's pods and brings its new versions."""
    workload = track.workload
    rollout = workload.rollout
    spec = running(here, track)
    spec["rollbackWindow"] = {"revisions": _BACK}
    if rollout is not None:
        if rollout.automatic_rollback:
            spec["progressDeadlineAbort"] = True
        if rollout.strategy == "blue_green":
            spec["strategy"] = {"blueGreen": _blue_green(workload, rollout)}
        else:
            spec["strategy"] = {"canary": _canary(here, workload, rollout)}
    spec["template"] = template(here, track.meta, workload, digest)
    value = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": track.meta, "spec": spec}
    said = rollout.made_from if rollout is not None else ()
    return made("Rollout", value, (*workload.made_from, *said, *here.site.made_from, *scheduled_from(here, workload)))


def _blue_green(workload: Workload, rollout: Rollout) -> dict[str, Any]:
    """The old version has all requests until somebody promotes the new one, and stays for the way back."""
    preview = variant_name(workload.name)
    kept = _OLD_SECONDS if rollout.pause_minutes is None else rollout.pause_minutes * 60
    said: dict[str, Any] = {
        "activeService": workload.name,
        "previewService": preview,
        "autoPromotionEnabled": False,
    }
    if rollout.measured:
        # The measures after the switch end when the old version goes, so it waits for them.
        kept = max(kept, MEASURE_SECONDS)
        said["prePromotionAnalysis"] = run(workload.name, preview)
        said["postPromotionAnalysis"] = run(workload.name, workload.name)
    said["scaleDownDelaySeconds"] = kept
    return said


def _canary(here: Scene, workload: Workload, rollout: Rollout) -> dict[str, Any]:
    said: dict[str, Any] = {"maxSurge": SURGE, "maxUnavailable": 0}
    if workload.port is not None:
        said["canaryService"] = variant_name(workload.name)
    if routed(here, workload):
        said["stableService"] = workload.name
        said["trafficRouting"] = _routing(here, workload, rollout)
    said["steps"] = list(_steps(workload, rollout))
    return said


def _routing(here: Scene, workload: Workload, rollout: Rollout) -> dict[str, Any]:
    cohort = rollout.strategy == "ab_test"
    routes = [{"name": name, "useHeaderRoutes": True} if cohort else {"name": name} for name in names(workload)]
    listed = {"namespace": here.plan.name, _LISTS[kind_of(workload)]: routes}
    routing: dict[str, Any] = {"plugins": {_PLUGIN: listed}}
    if cohort:
        routing["managedRoutes"] = [{"name": _COHORT}]
    return routing


def _steps(workload: Workload, rollout: Rollout) -> Iterator[dict[str, Any]]:
    pause = {} if rollout.pause_minutes is None else {"duration": f"{rollout.pause_minutes}m"}
    waits = rollout.pause_minutes is not None or not rollout.measured
    measures = {"analysis": run(workload.name, variant_name(workload.name))}
    if rollout.match is not None and rollout.strategy == "ab_test":
        # How many clients there are is not known, and one of them may be all.
        yield {"setCanaryScale": {"weight": 100}}
        yield {"setHeaderRoute": {"name": _COHORT, "match": [_match(rollout)]}}
        yield from [{"pause": pause}] if waits else []
        yield from [measures] if rollout.measured else []
        return
    for percent in rollout.steps_percent:
        yield {"setWeight": percent}
        yield from [{"pause": pause}] if waits else []
        yield from [measures] if rollout.measured else []


def _match(rollout: Rollout) -> dict[str, Any]:
    if rollout.match is None:
        return {}
    found = header(rollout.match)
    return {"headerName": found.name, "headerValue": {"exact" if found.kind == "Exact" else "regex": found.value}}
