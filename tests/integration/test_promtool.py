"""The emitted rules and their unit tests, judged by promtool itself."""

from __future__ import annotations

import subprocess

import pytest

from tenant_compiler.backends.prometheus.backend import PrometheusBackend
from tenant_compiler.emit.yaml import dump_all
from tenant_compiler.model.backend import Context
from tenant_compiler.model.plan import Backup, Objective, Owner, Plan, Scanning, Workload

pytestmark = pytest.mark.tool("promtool")

HOSTILE = 'Evil {{ $value }} {{{{ "x" }} {{ template "y" }} ${z} \\"q\\" \'s\' äß'
CONTEXT = Context({}, {})


def workload(name, protocol):
    """Make a service that is called."""
    return Workload(**{**dict.fromkeys(Workload._fields), "name": name, "kind": "web", "protocol": protocol})


def plan(objectives, name="acme", text="ACME GmbH", **more):
    """Make a tenant with an HTTP and a gRPC service."""
    fields = {
        "tenant": name,
        "environment": "production",
        "name": f"t-{name}-production",
        "tier": "enterprise",
        "display_name": text,
        "owner": Owner("care-platform", "", "", f"https://oncall.example/{text.replace(' ', '+')}"),
        "workloads": (workload("portal", "http"), workload("rpc", "grpc")),
        "objectives": tuple(objectives),
        **more,
    }
    # Rules are made from these; whatever else a plan has must not matter.
    return Plan(**{**dict.fromkeys(Plan._fields), **fields})


def objective(number, percent, days, service="portal"):
    """Make an objective with a name of its own."""
    name = f"slo-{number}"
    return Objective(name, service, percent, days, "availability", (("spec", "monitoring", "slos", name),))


def promtool(folder, *arguments):
    """Run promtool, which must accept."""
    run = subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def write(folder, tenant):
    """Write a tenant's files as a build does."""
    for artifact in PrometheusBackend().lower(tenant, CONTEXT):
        (folder / artifact.path).write_text(dump_all(artifact.content), encoding="utf-8")


@pytest.mark.parametrize("percent", ["50", "90", "99.9", "99.95", "99.999"])
def test_rules_and_tests_of_every_period_pass(tmp_path, percent):
    """Rules pass all lints and their own unit tests, for periods whose factors have an end and those that have none."""
    write(tmp_path, plan(objective(days, percent, days) for days in (7, 28, 30, 31, 90)))
    assert "SUCCESS" in promtool(tmp_path, "check", "rules", "--lint=all", "--lint-fatal", "slo.rules.yaml")
    promtool(tmp_path, "test", "rules", "slo.tests.yaml")


@pytest.mark.parametrize("service", ["portal", "rpc"])
def test_tenant_text_comes_out_as_it_was_written(tmp_path, service):
    """The unit tests compare annotations word for word, so templates in a tenant's text are proved to stay text."""
    write(tmp_path, plan([objective(1, "99.95", 30, service)], text=HOSTILE))
    promtool(tmp_path, "check", "rules", "--lint=all", "--lint-fatal", "slo.rules.yaml")
    promtool(tmp_path, "test", "rules", "slo.tests.yaml")


def test_the_unit_tests_notice_a_wrong_rule(tmp_path):
    """A threshold that is out by a factor of a hundred thousand fails, so the emitted tests do test."""
    write(tmp_path, plan([objective(1, "99.95", 30)]))
    path = tmp_path / "slo.rules.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("(14.4 * 0.0005)", "(144 * 0.5)"), encoding="utf-8")
    run = subprocess.run(
        ["promtool", "test", "rules", "slo.tests.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode != 0


def test_a_quiet_night_weighs_little(tmp_path):
    """The ratio over a period is a share of requests: an hour with one failed request of ten does not spoil a day."""
    write(tmp_path, plan([objective(1, "99.9", 7)]))
    labels = 'namespace="t-acme-production",slo="slo-1"'
    service = 'namespace="t-acme-production",service="portal"'
    (tmp_path / "night.yaml").write_text(
        f"""
rule_files: [slo.rules.yaml]
evaluation_interval: 5m
tests:
  - interval: 1m
    input_series:
      - series: 'http_requests_total{{code="200",{service}}}'
        values: '0+6000x600 3600001+9x60'
      - series: 'http_requests_total{{code="500",{service}}}'
        values: '0+0x600 1+1x60'
    promql_expr_test:
      - expr: slo:sli_error:ratio_rate7d{{{labels}}} < bool 0.0001
        eval_time: 660m
        exp_samples: [{{labels: '{{{labels},tenant="acme",environment="production"}}', value: 1}}]
      - expr: slo:sli_error:ratio_rate30m{{{labels}}} > bool 0.09
        eval_time: 660m
        exp_samples: [{{labels: '{{{labels},tenant="acme",environment="production"}}', value: 1}}]
""",
        encoding="utf-8",
    )
    promtool(tmp_path, "test", "rules", "night.yaml")


def watched(days, schedule, text="ACME GmbH"):
    """Make a tenant that is scanned and backed up."""
    backup = Backup(schedule, 1, "", 35, immutable=False, made_from=(("spec", "backup", "schedule"),))
    scanning = Scanning(days, (("spec", "security", "scanning", "interval_days"),))
    return plan((), text=text, scanning=scanning, backup=backup, sql=("records",))


@pytest.mark.parametrize(("days", "schedule"), [(1, "0 */4 * * *"), (7, "15 2 * * *"), (365, "0 0 1 1 *")])
def test_scans_and_backups_that_do_not_come_are_noticed(tmp_path, days, schedule):
    """Rules pass all lints and their own unit tests: too old, missing, in time; with hostile text word for word."""
    write(tmp_path, watched(days, schedule, HOSTILE))
    assert "SUCCESS" in promtool(tmp_path, "check", "rules", "--lint=all", "--lint-fatal", "security.rules.yaml")
    promtool(tmp_path, "test", "rules", "security.tests.yaml")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("> 7 * 86400", "> 7.1 * 86400"),
        ("> 7 * 86400", "> 6.9 * 86400"),
        (" or absent(", " and absent("),
        ("min by", "max by"),
    ],
)
def test_the_unit_tests_notice_a_wrong_alert(tmp_path, right, wrong):
    """Too late, too early, never when nobody reports, or never while one of several is fresh: the tests do test."""
    write(tmp_path, watched(7, "15 2 * * *"))
    path = tmp_path / "security.rules.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    run = subprocess.run(
        ["promtool", "test", "rules", "security.tests.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
