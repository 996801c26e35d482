"""The benchmark's parts: the fleet, the peers' programs, the measuring."""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenant_compiler.data import data_folder
from tenant_compiler.read.jsonnet import Job, JsonnetEvaluator

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
FOLDER = os.path.join(ROOT, "tests", "performance")


@pytest.fixture(scope="module")
def parts() -> Any:
    """The harness' modules; they lie side by side, as scripts do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FOLDER)
        names = ("fleet", "peers", "measure", "bench")
        yield {name: importlib.import_module(name) for name in names}


def test_the_fleet_depends_on_its_size_alone(parts, tmp_path):
    """Two fleets of one size are equal byte for byte, and a larger one starts with the same tenants."""
    for name, count in (("one", 20), ("two", 20), ("large", 30)):
        parts["fleet"].write(str(tmp_path / name), count)

    def texts(name: str) -> dict[str, str]:
        return {str(path.relative_to(tmp_path / name)): path.read_text() for path in (tmp_path / name).rglob("*.*")}

    assert texts("one") == texts("two")
    assert texts("one").items() <= texts("large").items()


def test_tenants_are_of_the_size_that_the_targets_speak_of(parts):
    """A tenant has about 60 lines and 1.5 KB, and all tenants have the same keys."""
    fleet = parts["fleet"]
    for number, name in enumerate(fleet.names(100)):
        text = fleet.tenant(number, name)
        assert 55 <= text.count("\n") <= 65
        assert 1300 <= len(text) <= 1700
    assert len({fleet.choice(number) for number in range(75)}) == 75


def test_every_document_of_the_fleet_is_yaml(parts, tmp_path):
    """Tenants and profiles parse, and are of the kinds that a workspace has."""
    parts["fleet"].write(str(tmp_path / "fleet"), 3)

    kinds = [yaml.safe_load(path.read_text())["kind"] for path in sorted((tmp_path / "fleet").rglob("*.yaml"))]
    assert kinds == ["Profile"] * 10 + ["Tenant"] * 3


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.text(max_size=6),
    st.sampled_from(["NAME", "t-NAME-x", "NO", "1e3", "$(X)", 'it\'s "q"\n']),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shared=VALUES,
    by_tier=st.fixed_dictionaries({"bronze": VALUES, "gold": VALUES}),
    own=st.lists(VALUES, min_size=4, max_size=4),
)
def test_the_jsonnet_program_gives_the_same_objects(parts, tmp_path_factory, shared, by_tier, own):
    """Whatever the objects hold, the program that was worked out from them gives them back."""
    names = [f"tenant-{number:05d}" for number in range(4)]
    choices = {
        name: {"tier": ("bronze", "gold")[number % 2], "region": "eu", "regulation": "none"}
        for number, name in enumerate(names)
    }
    objects = {
        name: json.loads(
            json.dumps(
                [{"shared": shared, "again": [shared], "tier": by_tier[choices[name]["tier"]], "own": own[number]}]
            ).replace("NAME", name)
        )
        for number, name in enumerate(names)
    }
    folder = str(tmp_path_factory.mktemp("jsonnet") / "program")

    program = parts["peers"].generalise(objects, choices)
    parts["peers"].write_jsonnet(program, folder)
    with open(os.path.join(folder, "main.jsonnet"), encoding="utf-8") as file:
        text = file.read().replace("std.manifestYamlStream(", "(function(x, c_document_end, quote_keys) x)(")
    with open(os.path.join(folder, "plain.jsonnet"), "w", encoding="utf-8") as file:
        file.write(text)
    # In a child, as the compiler does: a process that has loaded Go's runtime cannot fork any more.
    (made,) = JsonnetEvaluator.of(folder, data_folder("tier_presets")).evaluate([Job("plain.jsonnet")])

    assert {f"{name}.yaml": each for name, each in objects.items()} == made.value, made.diagnostics


def test_values_of_a_preset_are_no_parameters_of_tenants(parts):
    """What depends on the tier stands in its preset once, and what holds the tenant's name needs no parameter."""
    names = [f"tenant-{number:05d}" for number in range(6)]
    choices = {
        n: {"tier": ("a", "b")[i % 2], "region": ("x", "y", "z")[i % 3], "regulation": "r"} for i, n in enumerate(names)
    }
    objects = {
        n: [{"cpu": choices[n]["tier"] * 2, "zone": choices[n]["region"], "n": f"t-{n}", "own": i}]
        for i, n in enumerate(names)
    }

    program = parts["peers"].generalise(objects, choices)

    assert program.presets["tier"] == {"a": {"cpu_0": "aa"}, "b": {"cpu_0": "bb"}}
    assert program.presets["region"] == {key: {"zone_1": key} for key in "xyz"}
    assert program.tenants[names[3]] == {**choices[names[3]], "own_2": 3}


def test_equal_means_equal_as_json(parts):
    """A peer that turns 1 into true, or into 1.0, gives other objects."""
    same = parts["peers"].same

    assert same({"a": 1, "b": [True]}, {"b": [True], "a": 1})
    assert not same({"a": 1}, {"a": True})
    assert not same([1], [1.0])


def test_run_measures_the_command_and_its_children(parts, tmp_path):
    """CPU time of a child counts, the memory is that of the largest process, and our own memory does not count."""
    child = "x = bytearray(80 << 20); sum(range(3_000_000))"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    ballast = bytearray(150 << 20)

    sample = parts["measure"].run([sys.executable, "-c", code], str(tmp_path), str(tmp_path / "log"))
    small = parts["measure"].run([sys.executable, "-c", ""], str(tmp_path), str(tmp_path / "log"))

    assert len(ballast) > 0
    assert sample.memory > 80
    assert sample.cpu > small.cpu
    assert small.memory < 80


def test_a_failing_command_is_told_with_its_output(parts, tmp_path):
    """A measured command that fails stops the benchmark and shows what it said."""
    command = [sys.executable, "-c", "import sys; print('no luck'); sys.exit(3)"]

    with pytest.raises(parts["measure"].CommandError, match="ended with 3\nno luck"):
        parts["measure"].run(command, str(tmp_path), str(tmp_path / "log"))


def test_rounds_are_interleaved_and_the_minimum_counts(parts, tmp_path, monkeypatch):
    """Commands take turns, each round is prepared with its number, and each figure is the least of its column."""
    measure = parts["measure"]
    order: list[str] = []

    def fake(arguments, folder, log):
        order.append(arguments[0])
        return measure.Sample(5 - len(order), len(order), 7)

    monkeypatch.setattr(measure, "run", fake)
    one = measure.Command(
        "one", lambda number: [f"one-{number}"], str(tmp_path), lambda number: order.append(f"ready-{number}")
    )
    two = measure.Command("two", lambda number: [f"two-{number}"], str(tmp_path))

    result = measure.interleave([(one, 2), (two, 1)], str(tmp_path))

    assert order == ["ready-0", "one-0", "two-0", "ready-1", "one-1"]
    assert result["one"] == measure.Sample(0, 2, 7)


def test_the_table_says_what_was_missed_and_what_was_not_measured(parts):
    """Each figure with a target says whether it was met; without Go the table says so instead of a ratio."""
    bench, sample = parts["bench"], parts["measure"].Sample
    results = {
        "build": sample(0.3, 0.3, 50.0),
        "large": sample(5, 5, 75.0),
        "baseline": sample(0.1, 0.1, 20),
        "version": sample(0.01, 0.02, 10),
        "check": sample(0.1, 0.15, 30),
        "kapitan": sample(15, 20, 300),
    }

    text = bench.table(bench.rows(results, bench._options([])))

    lines = {" ".join(line.split()) for line in text.splitlines()}
    assert "500 tenants x 12 objects, cold: wall 0.30 s <= 0.4 s met" in lines
    assert "jsonnet -S -m not measured: Go is not installed" in lines
    assert "Kapitan: wall by ours 50 x >= 20 x met" in lines
    assert "memory above that of the small fleet 25 MiB <= 20 MiB missed" in lines
    assert "check of one file: CPU 150 ms <= 110 ms missed" in lines
    assert "check of one file: multiple of that python 1.50" in lines
