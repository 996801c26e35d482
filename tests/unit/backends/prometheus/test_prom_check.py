"""What the check and the lints find in rules that somebody else may have written."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.prometheus.backend import PrometheusBackend
from tenant_compiler.backends.prometheus.lints import PACK
from tenant_compiler.model.artifact import Artifact, ArtifactObject

BACKEND = PrometheusBackend()
OWN = 'up{namespace="t-acme-health-production"}'


def file(*rules, **group):
    """Make a file of one group."""
    content = [{"groups": [{"name": "g", **group, "rules": list(rules)}]}]
    objects = tuple(ArtifactObject(f"g/{number}", rule, (("spec", "x"),)) for number, rule in enumerate(rules))
    return Artifact("own.yaml", "yaml", content, objects)


def alert(**change):
    """Make a sound alert."""
    return {"alert": "Down", "expr": f"{OWN} == 0", "for": "5m", "labels": {"severity": "page"}, **change}


def record(**change):
    """Make a sound recording."""
    return {"record": "job:up:sum", "expr": f"sum({OWN})", **change}


@pytest.fixture
def checked(make_plan, make_context):
    """Return a function that gives the codes and messages of a file's findings."""

    def check(*artifacts, plan=None):
        plan = plan or make_plan()
        return [(found.code, found.message) for found in BACKEND.check(artifacts, plan, make_context())]

    return check


@pytest.fixture
def linted(make_plan, make_context):
    """Return a function that gives the codes of a file's lints."""

    def lint(*artifacts):
        return [found.code for rule in PACK.rules for found in rule.check(artifacts, make_plan(), make_context())]

    return lint


def test_sound_rules_pass(checked, linted):
    """A recording and an alert of the tenant's own series have no findings."""
    artifact = file(alert(), record(), interval="1m")
    assert checked(artifact) == []
    assert linted(artifact) == []


@pytest.mark.parametrize("expression", ["rate(", f"rate({OWN})", "sum by (x", ""])
def test_what_does_not_parse_is_found(checked, expression):
    """TC540 says why an expression is none."""
    [(code, message)] = checked(file(record(expr=expression)))
    assert code == "TC540"
    assert message.startswith("the expression does not parse: ")


@pytest.mark.parametrize(
    "expression",
    [
        "sum(up)",
        'up{namespace="t-other-production"}',
        'up{namespace=~"t-acme-health-production"}',
        'up{namespace!="t-acme-health-production"}',
        'up{namespace="acme-health"}',
        'up{tenant="t-acme-health-production"}',
        f"{OWN} / on (pod) group_left () up",
        'max_over_time(up{job="x"}[1h:5m])',
        'up{namespace="t-acme-health-production" or job="x"}',
        'up{namespace="%tenant-namespace"}',
    ],
)
def test_other_tenants_series_are_found(checked, expression):
    """TC541 finds every selector that is not held to the tenant, wherever it stands."""
    [(code, message)] = checked(file(record(expr=expression)))
    assert code == "TC541"
    assert "%tenant-namespace" not in message or "%tenant-namespace" in expression


@pytest.mark.parametrize(
    "expression", [OWN, 'up{tenant="acme-health"}', "vector(1)", f'label_replace({OWN}, "a", "b", "c", "")']
)
def test_either_name_of_the_tenant_will_do(checked, expression):
    """Namespace and tenant are unique in the fleet, and a constant reads nobody's series."""
    assert checked(file(record(expr=expression))) == []


def test_findings_do_not_leak_between_tenants(checked, make_plan):
    """An expression that is clean for one tenant is not for the next, though it is examined once."""
    other = make_plan(tenant="other", name="t-other-production")
    assert checked(file(record())) == []
    assert [code for code, _ in checked(file(record()), plan=other)] == ["TC541"]
    assert checked(file(record(expr='sum(up{namespace="t-other-production"})')), plan=other) == []


@pytest.mark.parametrize(
    ("artifact", "part"),
    [
        (file(record(record="1up")), "no name of a series"),
        (file(record(labels={"a-b": "x"})), "a-b is no name of a label"),
        (file(record(labels={"__x": "x"})), "__x is no name of a label"),
        (file(alert(annotations={"run book": "x"})), "run book is no name of a label"),
        (file(alert(**{"for": "5 minutes"})), "`for` is 5 minutes"),
        (file(alert(keep_firing_for="1m1h")), "`keep_firing_for` is 1m1h"),
        (file(record(), interval="often"), "the interval often is no duration"),
        (file(record(), labels={"a": "b"}), "the key labels, which Prometheus 2.42"),
        (file(record(), query_offset="1m"), "the key query_offset"),
        (file(record(**{"for": "5m"})), "the key for"),
        (file(record(alert="Both")), "either `record` or `alert`"),
    ],
)
def test_what_prometheus_would_refuse_is_found(checked, artifact, part):
    """TC542 holds names, labels, durations and keys to what Prometheus 2.42 knows."""
    [(code, message)] = checked(artifact)
    assert code == "TC542"
    assert part in message


def test_groups_of_one_name_are_found(checked):
    """TC542: Prometheus refuses a file with two groups of one name."""
    first = file(record())
    content = [{"groups": first.content[0]["groups"] * 2}]
    assert [code for code, _ in checked(first._replace(content=content))] == ["TC542"]


@pytest.mark.parametrize(("objective", "rest"), [("90", "a ticket at most"), ("50", "no alert at all")])
def test_objectives_that_never_page_are_found(make_plan, make_context, make_objective, objective, rest):
    """TC543 warns of an objective so low that not even a full outage pages anybody."""
    plan = make_plan(objectives=(make_objective(objective=objective, window_days=90),))
    [found] = BACKEND.check(BACKEND.lower(plan, make_context()), plan, make_context())
    assert (found.code, found.severity) == ("TC543", "warning")
    assert found.pointer == ("spec", "monitoring", "slos", "portal-availability", "objective_percent")
    assert rest in found.message


def test_a_value_in_a_label_is_found(linted):
    """TC544: a label that changes with the value makes a new alert each time."""
    assert linted(file(alert(labels={"now": "{{ $value }}"}))) == ["TC544"]
    assert linted(file(alert(labels={"now": "{{ .Value | humanize }}"}))) == ["TC544"]
    assert linted(file(alert(labels={"job": "{{ $labels.job }}"}))) == []


@pytest.mark.parametrize(
    ("expression", "codes"),
    [
        (f"rate({OWN[:-1]}}}[5m]) > 1", ["TC545"]),
        ("slo:sli_error:ratio_rate5m > 1", ["TC545"]),
        ("slo:sli_error:ratio_rate1h > 1 and slo:sli_error:ratio_rate5m > 1", ["TC545"]),
        ("slo:sli_error:ratio_rate1h > 1", []),
        (f"{OWN} == 0", []),
    ],
)
def test_waiting_longer_than_the_window_is_found(linted, expression, codes):
    """TC545: a burst that has left the window ends the waiting."""
    assert linted(file(alert(expr=expression, **{"for": "10m"}))) == codes


def test_a_rule_that_stands_twice_is_found(linted):
    """TC546: the same series from two rules; another label makes it another series."""
    assert linted(file(record(), record())) == ["TC546"]
    assert linted(file(record(), record(labels={"a": "b"}))) == []
    assert linted(file(alert(), alert())) == ["TC546"]
