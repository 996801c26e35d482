"""The benchmark's part about policies: its fleet, the comparison of what judges find, and its lines of the table."""

from __future__ import annotations

import importlib
import os
from datetime import date
from typing import Any

import pytest
import yaml

import tenant_compiler

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


@pytest.fixture(scope="module")
def parts() -> Any:
    """The harness' modules; they lie side by side, as scripts do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(os.path.join(ROOT, "tests", "performance"))
        names = ("regulated", "judges", "measure", "policies", "table", "bench")
        yield {name: importlib.import_module(name) for name in names}


def test_the_fleet_depends_on_its_arguments_alone(parts, tmp_path):
    """Two fleets of the same arguments are equal byte for byte."""
    for name in ("one", "two"):
        parts["regulated"].write(str(tmp_path / name), 3, prefix="x", flawed=True)

    def texts(name: str) -> dict[str, str]:
        return {str(path.relative_to(tmp_path / name)): path.read_text() for path in (tmp_path / name).rglob("*.*")}

    assert texts("one") == texts("two")
    assert sorted(texts("one"))[1:] == [f"tenants/x-tenant-0000{number}.yaml" for number in range(3)]


def test_tenants_are_under_the_frameworks_that_are_asked_for(parts):
    """All six, some, or none."""
    regulated = parts["regulated"]
    for wanted in (tuple(regulated.FRAMEWORKS), regulated.THREE, ()):
        said = yaml.safe_load(regulated.tenant(7, "acme", wanted))["spec"]["compliance"]["frameworks"]
        assert tuple(said) == wanted


def test_nothing_is_wrong_with_the_tenants(parts, tmp_path):
    """What is timed is the way of sound tenants: no errors and no warnings, under any number of frameworks."""
    regulated = parts["regulated"]
    for number, frameworks in enumerate((tuple(regulated.FRAMEWORKS), regulated.THREE, ())):
        regulated.write(str(tmp_path / str(number)), 1, frameworks)
        judging = tenant_compiler.Judging(judged_on=date.fromisoformat(regulated.DAY))
        report = tenant_compiler.open_workspace(str(tmp_path / str(number)), judging=judging).check()
        assert [each.message for each in report.diagnostics if each.severity != "info"] == []


def test_every_flaw_changes_a_tenant(parts):
    """What is to be replaced stands in the document, and what becomes of it is YAML."""
    text = parts["regulated"].tenant(0, "acme")
    for before, after in parts["regulated"].FLAWS:
        assert text.count(before) == 1, before
        assert yaml.safe_load(text.replace(before, after)) != yaml.safe_load(text)


DENIED = {"message": "no", "path": ["spec"]}
ANSWERS = {
    "acme": {"one": {"deny": [DENIED], "checked": [["b"], ["a"]], "_helper": 1}, "two": {"deny": [], "checked": []}}
}


def test_findings_are_compared_without_order_and_helpers(parts):
    """Engines give sets in any order, and some give what a rule keeps for itself; the loop's time is no tenant."""
    judges = parts["judges"]
    other = {
        "": 0.5,
        "acme": {"two": {"checked": [], "deny": []}, "one": {"checked": [["a"], ["b"]], "deny": [DENIED]}},
    }
    assert judges.first_difference(judges.normal(ANSWERS), judges.normal(other)) == ""


@pytest.mark.parametrize(
    ("other", "where"),
    [
        ({}, ": ['acme'] against []"),
        ({"acme": {"one": ANSWERS["acme"]["one"]}}, "/acme: ['two'] against []"),
        (
            {"acme": {**ANSWERS["acme"], "two": {"deny": [], "checked": [["c"]]}}},
            "/acme/two/checked: [] against ['[\"c\"]']",
        ),
    ],
)
def test_a_difference_is_told_with_its_place(parts, other, where):
    """A tenant, a rule or a finding that one has and the other has not stops the benchmark."""
    judges = parts["judges"]
    assert judges.first_difference(judges.normal(ANSWERS), judges.normal(other)) == where


def test_what_other_judges_print_is_read(parts):
    """`opa exec` gives answers by file, and conftest messages, each once."""
    judges = parts["judges"]
    found = judges.normal(ANSWERS)
    executed = {"result": [{"path": "/documents/acme.json", "result": ANSWERS["acme"]}]}
    tested = [{"filename": "documents/acme.json", "failures": [{"msg": "one: no"}]}, {"filename": "other.json"}]
    assert judges.normal(judges.of_exec(executed)) == found
    assert judges.of_conftest(tested) == {"acme": ["one: no"], "other": []}
    assert judges.messages(found) == {"acme": ["one: no"]}


def test_judges_that_differ_stop_the_benchmark(parts, tmp_path, monkeypatch):
    """Nothing is timed that does not do the same."""
    judges = parts["judges"]
    out = judges.Judges(str(tmp_path))
    (tmp_path / "findings.json").write_text('{"acme": {"one": {"deny": [], "checked": []}}}')
    command = parts["measure"].Command("judge", lambda _: ["true"], str(tmp_path))
    monkeypatch.setattr(judges.Judges, "commands", lambda _: {"judge": command})
    (tmp_path / "judge.json").write_text('{"acme": {"one": {"deny": [], "checked": []}}, "": 0.1}')
    assert (out.compare(), out.loop("judge")) == (0, 0.1)

    (tmp_path / "judge.json").write_text('{"acme": {"one": {"deny": [1], "checked": []}}}')
    with pytest.raises(SystemExit, match="judge finds something else than tenant-compile: /acme/one/deny"):
        out.compare()


def test_the_time_of_judging_is_read(parts, tmp_path):
    """It is one of the passes' times; a file without it stops the benchmark."""
    (tmp_path / "times").write_text("resolve 0.1 s, comply 2.5 s")
    assert parts["policies"].comply(str(tmp_path / "times")) == 2.5
    (tmp_path / "other").write_text("resolve 0.1 s")
    with pytest.raises(SystemExit, match="does not say"):
        parts["policies"].comply(str(tmp_path / "other"))


def lines_of(parts, samples, loops):
    """The table's lines."""
    options = parts["bench"]._options(["--regulated", "1000", "--documents", "200"])
    sample = parts["measure"].Sample
    measured = parts["policies"].Measured({name: sample(*each) for name, each in samples.items()}, 2.5, loops, 31)
    text = parts["table"].table(parts["policies"].rows(measured, options))
    return {" ".join(line.split()) for line in text.splitlines()}


SAMPLES = {
    "baseline": (0.05, 0.05, 20),
    "three": (0.1, 0.12, 40),
    "zero": (0.08, 0.1, 40),
    "six": (9, 9, 60),
    "none": (6, 6, 50),
    "judge": (1, 1, 40),
}


def test_the_table_sets_our_figures_beside_those_of_other_judges(parts):
    """Each ratio says whether ours is ahead; the loop alone is compared where it can be told apart."""
    others = {"conftest": (2, 2, 100), "opa exec": (3, 3, 90), "opa server": (0.5, 3, 80)}
    lines = lines_of(parts, SAMPLES | others, {"judge": 0.9, "opa server": 1.8})
    assert "check of one file under 3 frameworks: CPU 120 ms <= 130 ms met" in lines
    assert "check of one file under them: multiple of that python 2.40" in lines
    assert "1000 tenants under 6 frameworks: judging a tenant 2.5 ms <= 3 ms met" in lines
    assert "the same, as the difference to no frameworks: CPU 20 ms" in lines
    assert "the same, as the difference to no frameworks: CPU 3.0 ms" in lines
    assert "conftest: wall by ours 2.0 x > 1 x met" in lines
    assert "opa server: wall by ours 0.5 x > 1 x missed" in lines
    assert "opa server: loop alone by ours 2.0 x > 1 x met" in lines
    assert "findings in these documents, the same by all 31" in lines


def test_without_go_the_table_says_what_was_not_measured(parts):
    """Our own figures stand alone."""
    lines = lines_of(parts, SAMPLES, {"judge": 0.9})
    assert "conftest, opa not measured: Go is not installed" in lines
