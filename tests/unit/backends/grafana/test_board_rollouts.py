"""Boards of a service that is two versions, or that no Deployment of its name runs."""

from __future__ import annotations

import json
import re

import pytest

from rollouts import rollout
from tenant_compiler.backends.grafana.backend import GrafanaBackend


@pytest.fixture(scope="module")
def expressions(make_plan, make_workload, make_context):
    """All queries of the boards of a tenant with one service."""

    def queries(how):
        plan = make_plan(workloads=(make_workload(rollout=how),))
        text = json.dumps([artifact.content for artifact in GrafanaBackend().lower(plan, make_context())])
        return [json.loads(f'"{found}"') for found in re.findall(r'"expr": "((?:[^"\\]|\\.)*)"', text)]

    return queries


def test_replicas_of_every_version_are_shown(expressions):
    """Replica sets stand behind Deployments and Rollouts alike, and those of other services do not match."""
    (found,) = {each for each in expressions(rollout()) if "kube_replicaset_status_ready_replicas" in each}
    pattern = re.search(r'replicaset=~"([^"]*)"', found).group(1)

    for name in ("portal-5d4f8c7b9", "portal-stable-5d4f8c7b9", "portal-variant-abc12"):
        assert re.fullmatch(pattern, name)
    assert not re.fullmatch(pattern, "portal-archive-5d4f8c7b9")
    assert any('deployment="portal"' in each for each in expressions(None))


def test_requests_of_both_versions_are_shown_while_they_share_them(expressions):
    """With one version there is one Service to look at."""
    assert any('service=~"portal|portal-variant"' in each for each in expressions(rollout()))
    assert not any("portal-variant" in each for each in expressions(rollout(variant="")) if "http_requests" in each)


def test_the_second_version_is_no_instance_of_a_model(expressions):
    """Deployments beside the declared services are counted, and both of a service are declared."""
    (found,) = {each for each in expressions(rollout()) if "deployment!~" in each}
    assert 'deployment!~"portal|portal-stable|portal-variant"' in found
