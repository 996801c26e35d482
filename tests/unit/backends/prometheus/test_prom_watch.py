"""Alerts on scans and backups that do not come."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.prometheus.backend import PrometheusBackend
from tenant_compiler.backends.prometheus.lints import PACK
from tenant_compiler.model.plan import Backup, Scanning

BACKEND = PrometheusBackend()
INTERVAL = ("spec", "security", "scanning", "interval_days")
SCHEDULE = ("spec", "backup", "schedule")
SCANNING = Scanning(7, (INTERVAL,))
BACKUP = Backup("0 */4 * * *", 2, "eu-west-1", 35, immutable=True, made_from=(SCHEDULE, ("spec", "backup", "copies")))


@pytest.fixture
def lowered(make_plan, make_context, make_sql_store):
    """Lower a tenant that is scanned and backed up, and give its files by path."""

    def lower(**overrides):
        fields = {"scanning": SCANNING, "backup": BACKUP, "sql": (make_sql_store(),), **overrides}
        return {artifact.path: artifact for artifact in BACKEND.lower(make_plan(**fields), make_context())}

    return lower


@pytest.fixture
def rules(lowered):
    """The rules of such a tenant by name."""
    return lambda **overrides: {
        item.value["alert"]: item for item in lowered(**overrides)["security.rules.yaml"].objects
    }


def test_a_scan_that_is_too_old_or_unknown_is_an_alert(rules):
    """It fires after the tenant's interval, and also when nobody reports a scan."""
    series = 'tenant_vulnerability_scan_last_success_timestamp_seconds{namespace="t-acme-health-production"}'

    rule = rules()["VulnerabilityScanStale"].value

    assert rule["expr"] == f"time() - min by (namespace) ({series}) > 7 * 86400 or absent({series})"
    assert "in the last 7 days" in rule["annotations"]["summary"]
    assert rule["labels"]["severity"] == "ticket"
    assert rule["labels"]["team"] == "care-platform"


def test_a_backup_may_be_a_day_late(rules):
    """Every four hours by the schedule, so the alert comes after twenty-eight."""
    rule = rules()["BackupStale"].value

    assert "> 28 * 3600 or absent(" in rule["expr"]
    assert "at least every 4 hours" in rule["annotations"]["description"]


def test_alerts_lead_back_to_what_they_watch(rules):
    """The interval or the schedule, and the owner whose team gets them; the tests lead to the same."""
    found = rules()

    assert found["VulnerabilityScanStale"].made_from == (INTERVAL, ("spec", "owner"))
    assert found["BackupStale"].made_from == (SCHEDULE, ("spec", "owner"))


def test_only_what_is_promised_is_watched(lowered, rules):
    """No scans, no alert on scans; no stores, nothing to back up; neither, no file."""
    assert set(rules(backup=None)) == {"VulnerabilityScanStale"}
    assert set(rules(scanning=None)) == {"BackupStale"}
    assert set(rules(sql=())) == {"VulnerabilityScanStale"}
    assert lowered(scanning=None, sql=()) == {}
    assert lowered(scanning=None, backup=None) == {}


def test_objectives_have_files_of_their_own(lowered, make_objective):
    """Both sorts stand side by side; the rules of objectives are as they were."""
    both = lowered(objectives=(make_objective(),))
    alone = lowered(objectives=(make_objective(),), scanning=None, backup=None)

    assert list(both) == ["slo.rules.yaml", "slo.tests.yaml", "security.rules.yaml", "security.tests.yaml"]
    assert both["slo.rules.yaml"] == alone["slo.rules.yaml"]


def test_tenant_text_is_no_template(rules, lowered):
    """What the tenant is called is escaped in the rules and plain in the tests, which see what people get."""
    name = "{{ $value }}"

    assert '{{"{{"}} $value' in rules(display_name=name)["BackupStale"].value["annotations"]["summary"]
    fired = lowered(display_name=name)["security.tests.yaml"].objects[0].value["alert_rule_test"][0]["exp_alerts"][0]
    assert fired["exp_annotations"]["summary"].startswith("{{ $value }}, production")


def test_checks_and_lints_find_nothing(make_plan, make_context, make_sql_store):
    """The expressions parse and read only the tenant's own series; the files come apart by their objects' ids."""
    plan = make_plan(scanning=SCANNING, backup=BACKUP, sql=(make_sql_store(),))
    artifacts = BACKEND.lower(plan, make_context())

    assert list(BACKEND.check(artifacts, plan, make_context())) == []
    assert [finding for rule in PACK.rules for finding in rule.check(artifacts, plan, make_context())] == []
    for artifact in artifacts:
        assert list(BACKEND.index(artifact.content)) == [item.id for item in artifact.objects]


def test_scans_are_honoured(make_plan, make_context, make_need):
    """The need that somebody watches is met; that backups are made at all is another target's business."""
    plan = make_plan(scanning=SCANNING, backup=BACKUP)

    assert BACKEND.supports(make_need("scanning"), plan, make_context()) == "honoured"
    assert BACKEND.supports(make_need("backup"), plan, make_context()) == "elsewhere"
