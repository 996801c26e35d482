"""What schema and lints find on boards that somebody else may have made."""

from __future__ import annotations

import copy

import pytest

from tenant_compiler.backends.grafana.backend import GrafanaBackend
from tenant_compiler.backends.grafana.lints import PACK
from tenant_compiler.model.artifact import Artifact

BACKEND = GrafanaBackend()
OWN = 'namespace="t-acme-health-production"'


@pytest.fixture
def content(make_plan, make_context):
    """A sound board that may be changed."""
    [artifact] = BACKEND.lower(make_plan(), make_context())
    return copy.deepcopy(artifact.content)


@pytest.fixture
def checked(make_plan, make_context):
    """Return a function that gives the messages of a board's schema findings."""

    def check(value):
        artifact = Artifact("own.json", "json", value, ())
        found = list(BACKEND.check([artifact], make_plan(), make_context()))
        assert {finding.code for finding in found} <= {"TC550"}
        return [finding.message for finding in found]

    return check


@pytest.fixture
def linted(make_plan, make_context):
    """Return a function that gives the codes of a board's lints."""

    def lint(value):
        artifact = Artifact("own.json", "json", value, ())
        return [found.code for rule in PACK.rules for found in rule.check([artifact], make_plan(), make_context())]

    return lint


def test_a_sound_board_passes(content, checked, linted):
    """The board that the other tests break has no findings."""
    assert checked(content) == []
    assert linted(content) == []


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda board: board.pop("templating"), "templating"),
        (lambda board: board.update(titel="x"), "titel"),
        (lambda board: board.update(uid="x" * 41), "uid"),
        (lambda board: board["panels"][1].update(type="graph"), "panels[1].type"),
        (lambda board: board["panels"][1].update(tittle="x"), "tittle"),
        (lambda board: board["panels"][1]["gridPos"].update(w=25), "panels[1].gridPos.w"),
        (lambda board: board["panels"][1]["targets"][0].pop("expr"), "expr"),
        (lambda board: board["panels"][0].pop("panels"), "panels[0]"),
    ],
)
def test_what_grafana_does_not_know_is_found(content, checked, change, part):
    """TC550 names the place in the board, down into the panel."""
    change(content)
    messages = checked(content)
    assert messages
    assert any(part in message for message in messages)


@pytest.mark.parametrize("key", ["title", "description"])
def test_panels_without_words_are_found(content, linted, key):
    """TC551: a panel says what it shows."""
    content["panels"][1][key] = ""
    assert linted(content) == ["TC551"]


def test_panels_without_unit_are_found(content, linted):
    """TC551: a number without unit says little."""
    del content["panels"][1]["fieldConfig"]["defaults"]["unit"]
    assert linted(content) == ["TC551"]


def test_overlapping_panels_are_found(content, linted):
    """TC552: also when a tall panel reaches into a lower row."""
    content["panels"][1]["gridPos"]["h"] += 1
    assert "TC552" in linted(content)


@pytest.mark.parametrize(
    "expression",
    ["sum(", "up", 'up{namespace="$tenant"}', 'up{namespace=~"t-acme-health-production"}', f"up{{{OWN}}} / up"],
)
def test_queries_of_others_are_found(content, linted, expression):
    """TC553: a query that is none, or one that a variable or a missing matcher opens to other tenants."""
    content["panels"][1]["targets"][0]["expr"] = expression
    assert linted(content) == ["TC553"]


@pytest.mark.parametrize(
    ("expression", "codes"),
    [
        (f"rate(up{{{OWN}}}[5m])", ["TC554"]),
        (f"sum(increase(up{{{OWN}}}[$__interval]))", ["TC554"]),
        (f"rate(up{{{OWN}}}[$__rate_interval]) + irate(up{{{OWN}}}[1m])", ["TC554"]),
        (f"rate(up{{{OWN}}}[${{__rate_interval}}])", []),
        (f"increase(up{{{OWN}}}[$__range])", []),
        (f"rate(up{{{OWN}}}[$__rate_interval]) / max_over_time(up{{{OWN}}}[1h])", []),
    ],
)
def test_fixed_ranges_of_rates_are_found(content, linted, expression, codes):
    """TC554: the range of a rate follows the zoom; other functions may look back as far as they like."""
    content["panels"][1]["targets"][0]["expr"] = expression
    assert linted(content) == codes


def test_two_panels_of_one_number_are_found(content, linted):
    """TC555: Grafana keeps one of them."""
    content["panels"][2]["id"] = content["panels"][1]["id"]
    assert linted(content) == ["TC555"]


@pytest.mark.parametrize("source", [None, "Prometheus", {"type": "prometheus", "uid": "P1809F7CD0C75ACF3"}])
def test_fixed_data_sources_are_found(content, linted, source):
    """TC556: a board works in every Grafana."""
    content["panels"][1]["datasource"] = source
    assert linted(content) == ["TC556"]


def test_boards_that_can_be_changed_are_found(content, linted):
    """TC557: the next build would undo it."""
    content["editable"] = True
    assert linted(content) == ["TC557"]


def test_panels_in_a_folded_row_are_judged(content, linted):
    """What a row hides is part of the board."""
    folded = content["panels"].pop()
    folded["title"] = ""
    row = next(panel for panel in content["panels"] if panel["type"] == "row")
    row["panels"].append(folded)
    assert linted(content) == ["TC551"]


def test_other_files_are_left_alone(linted):
    """A JSON file that is no board is somebody else's business."""
    assert linted({"apiVersion": 1}) == []


def test_other_languages_are_not_read_as_promql(content, linted):
    """A query to another kind of data source is none of these rules' business."""
    loki = {"type": "loki", "uid": "${loki}"}
    content["panels"][1]["targets"] = [{"refId": "A", "datasource": loki, "expr": '{app="x"} |= "error"'}]
    content["panels"][2]["targets"] = [{"refId": "A", "rawSql": "select 1"}]
    assert linted(content) == []


def test_a_panel_without_a_place_is_the_schemas_business(content, checked, linted):
    """The lints do not stumble over what the schema refuses."""
    del content["panels"][1]["gridPos"]
    assert checked(content)
    assert linted(content) == []
