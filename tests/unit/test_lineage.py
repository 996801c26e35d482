"""Lineage: every node of a plan and every object of every target leads back to a line that somebody wrote."""

from __future__ import annotations

import os
from datetime import date

import pytest

from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.report.locate import Locator
from tenant_compiler.resolve.origin import place_of
from tenant_compiler.run.bench import Judging
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import CHECK
from tenant_compiler.run.session import Session

FLEET = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "examples", "fleet"))


@pytest.fixture(scope="module")
def session():
    """A run over the example fleet, which has every kind of layer, cloud and target."""
    return Session(open_workspace(FLEET), cache="", judging=Judging(judged_on=date(2026, 11, 24)))


@pytest.fixture(scope="module")
def environments(session):
    """Every tenant in every environment."""
    results = list(session.stream(Selectors(), CHECK))
    assert all(result.ok for result in results)
    return [each for result in results for each in result.environments]


def objects(environment):
    """The objects of all targets, as name and lineage."""
    for target, artifacts in environment.artifacts.items():
        for artifact in artifacts:
            for item in artifact.objects:
                yield f"{target}/{artifact.path} {item.id}", item.made_from


def nodes(value, name="plan"):
    """The nodes of a plan that carry a lineage, and its needs with their pointer."""
    if hasattr(value, "_fields"):
        if hasattr(value, "made_from"):
            yield f"{name} {value[0]}", value.made_from
        elif hasattr(value, "pointer"):
            yield f"{name} {value[0]}", (value.pointer,)
        for field in value._fields:
            yield from nodes(getattr(value, field), field)
    elif isinstance(value, tuple):
        for item in value:
            yield from nodes(item, name)


def everything(environment):
    """Objects and nodes of one environment."""
    return [*objects(environment), *nodes(environment.plan)]


def at(value, pointer):
    """The node at a pointer.

    Raises:
        LookupError: there is none.
    """
    for part in pointer:
        value = value[part]
    return value


def test_every_target_makes_objects_of_the_fleet(environments):
    """So that the tests below are about something."""
    targets = {name.partition("/")[0] for each in environments for name, _ in objects(each)}
    assert targets == {"kubernetes", "terraform", "prometheus", "grafana"}
    assert sum(len(everything(each)) for each in environments) > 500


def test_everything_was_made_from_something(environments):
    """An object that nobody asked for must not exist."""
    assert [name for each in environments for name, made_from in everything(each) if not made_from] == []


def test_every_pointer_leads_to_a_node_of_the_resolved_tenant(environments):
    """None is misspelt, none leads into another tenant."""
    lost = []
    for each in environments:
        document = {"metadata": each.resolved.metadata, "spec": each.resolved.spec}
        for name, made_from in everything(each):
            for pointer in made_from:
                try:
                    at(document, pointer)
                except LookupError:
                    lost.append((each.plan.name, name, pointer))
    assert lost == []


def test_every_object_is_the_part_of_the_file_that_it_says(environments):
    """Identifiers are unique in their file, and the values are those that are written."""
    for each in environments:
        for artifacts in each.artifacts.values():
            for artifact in artifacts:
                ids = [item.id for item in artifact.objects]
                assert len(ids) == len(set(ids)), artifact.path
                if artifact.format == "yaml":
                    parts = {id(part) for document in artifact.content for part in walk(document)}
                    assert all(id(item.value) in parts for item in artifact.objects), artifact.path


def walk(value):
    """Every map in a value."""
    if isinstance(value, dict):
        yield value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(below)


def test_every_pointer_leads_to_a_line(environments):
    """In the tenant, a profile or an environment's values; a section of a preset leads at least to the preset."""
    locator = Locator(FLEET)
    seen, lost = set(), []
    for each in environments:
        for name, made_from in everything(each):
            for pointer in made_from:
                place = place_of(each.resolved, pointer)
                if place in seen:
                    continue
                seen.add(place)
                found = locator.locate(place)
                in_preset = place.file.endswith(".jsonnet")
                if not (found.span or in_preset) or (place.pointer and not (found.pointer or in_preset)):
                    lost.append((each.plan.name, name, place))
    assert lost == []
    assert {os.path.splitext(place.file)[1] for place in seen} >= {".yaml", ".jsonnet"}


def test_a_value_of_a_preset_leads_to_its_literal(environments, session):
    """The quota that an object was made from stands in the tier's file, at the very number."""
    locator = Locator(FLEET, session.evaluator)
    pointer = ("spec", "quotas", "cpu_cores")
    (each,) = (each for each in environments if each.plan.name == "t-fjordbank-production")
    assert any(pointer[:2] == made[:2] for _, made_from in objects(each) for made in made_from)
    place = place_of(each.resolved, pointer)
    found = locator.locate(place)
    assert found.file == "<built-in>/tier_presets/enterprise_plus.jsonnet"
    line = locator.line(found.file, found.span.line)
    assert line.strip() == "cpu_cores: 128,"
    assert line[found.span.column - 1 : found.span.end - 1] == "128"


def test_what_only_the_tenant_says_leads_into_the_tenants_own_document(environments):
    """A service's objects point at the file of the tenant that declares it, at the service."""
    checked = 0
    for each in environments:
        for _, made_from in everything(each):
            for pointer in made_from:
                if pointer[:2] == ("spec", "services"):
                    place = place_of(each.resolved, pointer)
                    assert (place.file, place.document) == (each.resolved.file, each.resolved.document)
                    assert "services" in place.pointer
                    checked += 1
    assert checked > 100
