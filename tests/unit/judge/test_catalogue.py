"""The packed rules and frameworks: what is in the sources, and quick to load."""

from __future__ import annotations

import json
import os
import time

import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.judge import catalogue
from tenant_compiler.judge.catalogue import framework_names, load_catalogue, load_framework, pack
from tenant_compiler.judge.engines.regorus import Regorus
from tenant_compiler.judge.rego import outline
from tenant_compiler.model.policy import id_order


def test_rules_come_by_name_in_the_order_of_their_ids():
    """With all that their metadata say."""
    rules = load_catalogue().rules
    ids = [rule.id for rule in rules.values()]
    assert ids == sorted(ids, key=id_order)
    assert len(ids) > 80
    tls = rules["tls_minimum"]
    assert (tls.id, tls.package) == ("TC404", "tenant_compiler.rules.tls_minimum")
    assert tls.file == "<built-in>/policies/rego/rules/tls_minimum.rego"
    (parameter,) = tls.parameters
    assert (parameter.name, parameter.default, parameter.stricter) == ("tls_minimum", 12, "higher")
    assert tls.carried_by == ("TC462",)


def test_lines_are_those_of_the_sources():
    """An error of the engine names the line of the file in the repository."""
    loaded = load_catalogue()
    for rule in loaded.rules.values():
        path = os.path.join(data_folder("policies"), rule.file.partition("policies/")[2])
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        packed = loaded.modules[rule.file].split("\n")
        assert len(packed) == len(lines)
        assert packed[rule.line - 1] == lines[rule.line - 1] == f"package {rule.package}"


def test_packing_and_loading_are_each_others_opposite(monkeypatch):
    """Nothing is lost on the way."""
    loaded = load_catalogue()
    text = json.dumps(pack(loaded))
    monkeypatch.setattr(catalogue, "_load", lambda _: json.loads(text))
    assert load_catalogue.__wrapped__() == loaded


def test_an_engine_can_load_what_a_few_rules_need():
    """The rules and the libraries below them, and nothing else."""
    loaded = load_catalogue()
    assert set(loaded.needed(loaded.rules)) == set(loaded.modules)
    for name, rule in loaded.rules.items():
        needed = loaded.needed([name])
        assert rule.file in needed
        packages = {outline(source).package for source in needed.values()}
        for source in needed.values():
            wanted = {each.path[1:] for each in outline(source).imports if each.path[:2] == ("data", "tenant_compiler")}
            assert {path for path in wanted if path[1] == "lib"} <= packages
    one = loaded.needed(["tls_minimum"])
    assert len(one) < len(loaded.modules) / 5
    engine = Regorus()
    engine.load(one, loaded.data)
    assert engine.evaluate("data.tenant_compiler.rules.tls_minimum.deny", "{}") == []


def test_facts_stand_below_our_package():
    """Each file of policies/data by its name, with the day of which it is."""
    facts = load_catalogue().data["tenant_compiler"]["facts"]
    named = {name.removesuffix(".yaml") for name in os.listdir(os.path.join(data_folder("policies"), "data"))}
    assert set(facts) == named
    assert all(each["date"] for each in facts.values())


def test_frameworks_are_loaded_by_name():
    """Those of the sources; another one is a bug of the caller."""
    sources = os.listdir(os.path.join(data_folder("policies"), "frameworks"))
    assert framework_names() == tuple(sorted(name.removesuffix(".yaml") for name in sources))
    for name in framework_names():
        assert load_framework(name).name == name
    with pytest.raises(KeyError):
        load_framework("../hipaa")


def test_loading_takes_some_milliseconds_at_most():
    """One file of JSON; ten times the measured time here, since the machine may be busy."""
    times = []
    for _ in range(5):
        begun = time.process_time()
        load_catalogue.__wrapped__()
        times.append(time.process_time() - begun)
    assert min(times) < 0.02
