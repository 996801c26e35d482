"""What the Kubernetes back-end emits, in the hands of the real tools."""

from __future__ import annotations

import importlib.util
import os
import subprocess

import pytest

from kubectl import decoded
from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.model.plan import Duties, Identity, ImagePolicy
from tenant_compiler.run.passes import encode

BACKEND = KubernetesBackend()
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
POINTER = (("spec", "security"),)
PROTECTION = {
    "images": ImagePolicy(
        ("registry.acme.example", "on"), digests_required=True, signatures_required=False, made_from=POINTER
    ),
    "duties": Duties(("grp: yes", "NO"), ("grp-lead",), ("1e3",), POINTER),
    "identity": Identity(
        "https://id.acme.example/a#b",
        "on",
        "secret/no/client-secret",
        "https://x/k",
        True,
        ("webauthn",),
        15,
        10,
        POINTER,
    ),
}
CUSTOM = {"BackendTrafficPolicy", "GRPCRoute", "HTTPRoute", "SecurityPolicy"}
"""Kinds that no release of Kubernetes has; our bundle's schemas of them are asked by the unit tests."""
HOSTILE = "NO: {{ .Values }} ${HOME} $(VAR) %s\n  - # y\t\"'\u2028"


def _factory():
    """The fixtures of the unit tests are plain functions behind their names: take the module."""
    path = os.path.join(ROOT, "tests", "unit", "backends", "conftest.py")
    spec = importlib.util.spec_from_file_location("backends_factory", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def lowered():
    """The files of a tenant with objects of every kind and with hostile text, in a format."""
    factory = _factory()
    plan = factory._plan(
        workloads=(
            factory._workload("portal", calls=("search",), uses=("records", "scans"), env={"A": HOSTILE, "B": "NO"}),
            factory._workload("search", callers=("portal",), protocol="grpc", command=("run", HOSTILE, "1e3")),
            factory._workload("mail", kind="worker"),
            factory._workload("nightly", kind="cron"),
        ),
        sql=(factory._sql_store(),),
        objects=(factory._object_store(),),
        egress=(factory._egress(reason="on, off: 0o14"), factory._egress("six", cidr="2001:db8:1::/48")),
        display_name="yes",
        **PROTECTION,
    )
    gateway = {"namespace": "gateway", "kind": "envoy-gateway", "name": "public"}
    clusters = {"shared-eu": {**factory.CLUSTER, "gateway": gateway}}

    def lower(format_):
        targets = {"kubernetes": {**factory.CONFIG["targets"]["kubernetes"], "format": format_}}
        return BACKEND.lower(plan, factory._context(targets=targets, cluster=clusters))

    return lower


def _write(artifacts, folder):
    """Write the files as a build does."""
    for artifact in artifacts:
        path = folder / artifact.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encode(artifact))


@pytest.mark.tool("kubectl")
@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_kubectl_decodes_every_object_as_it_was_made(lowered, tmp_path, format_):
    """The decoder of kubectl gives the same values for every object, in both formats, hostile text included."""
    artifacts = lowered(format_)
    _write(artifacts, tmp_path)

    for artifact in artifacts[:-1]:
        read = {
            f"{value['kind']}/{value['metadata']['name']}": value for value in decoded(str(tmp_path / artifact.path))
        }
        assert read == {item.id: item.value for item in artifact.objects}


@pytest.mark.tool("kubectl")
@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_kustomize_builds_the_folder(lowered, tmp_path, format_):
    """`kubectl kustomize` loads all files, so the ids of their objects are distinct, and gives all of them back."""
    artifacts = lowered(format_)
    _write(artifacts, tmp_path)

    run = subprocess.run(
        ["kubectl", "kustomize", str(tmp_path / "shared-eu")], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    count = sum(len(artifact.objects) for artifact in artifacts)
    assert run.stdout.count("\nkind: ") + run.stdout.startswith("kind: ") == count > 20


def test_the_package_behind_our_bundle_finds_no_fault(lowered):
    """kubernetes-validate, with its full schemas in strict mode, accepts an object of every kind of Kubernetes."""
    if importlib.util.find_spec("kubernetes_validate") is None and os.environ.get("CI") != "true":
        pytest.skip("kubernetes-validate is not installed")
    import kubernetes_validate

    by_kind = {item.value["kind"]: item.value for artifact in lowered("yaml") for item in artifact.objects}

    assert len(by_kind) > 12
    assert set(by_kind) > CUSTOM
    for kind, value in by_kind.items():
        if kind not in CUSTOM:
            kubernetes_validate.validate(value, "1.34", strict=True)
