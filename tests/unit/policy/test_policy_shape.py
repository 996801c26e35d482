"""The shape that references are held against is that of what rules really read."""

from __future__ import annotations

from datetime import date

import pytest

from tenant_compiler.judge.fixtures import Case
from tenant_compiler.judge.lint.shape import ANY, input_shape, keys, resolved_shape, step, tenant_shape
from tenant_compiler.judge.projection import project
from tenant_compiler.model.diagnostic import Place
from tenant_compiler.model.policy import Applied, Demand, Parameter
from tenant_compiler.run.policies.bases import Bases

PARAMETER = Parameter("limits", "days", {"a": 1}, "lower", "")
NAMES = ("agency", "bank", "clinic", "shop", "startup")


def follow(shapes, *way):
    """What stands at the end of a way."""
    for key in way:
        shapes = step(shapes, key)
    return shapes


def strange(value, shapes, way=()):
    """The ways into a value that its shape does not know."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in entries:
        found = step(shapes, key)
        if found:
            yield from strange(below, found, (*way, key))
        else:
            yield (*way, key)


def leafless(value, shapes):
    """Whether a leaf of a value stands where its shape has maps or lists only."""
    kinds = {shape.kind for shape in shapes}
    if isinstance(value, dict):
        return not kinds & {"map", "any"} or any(leafless(below, step(shapes, key)) for key, below in value.items())
    if isinstance(value, list):
        return not kinds & {"list", "any"} or any(leafless(below, step(shapes, 0)) for below in value)
    return not kinds & {"leaf", "any"}


@pytest.fixture(scope="module")
def bases(built_in):
    """The base tenants of the built-in fixtures."""
    return Bases(built_in.bases)


@pytest.mark.parametrize("name", NAMES)
def test_every_input_has_the_shape(bases, name):
    """Each base tenant is compiled and projected; the shape knows every key, and what is a leaf."""
    case = Case("", "", name, "", {}, {}, {}, date(2026, 11, 1), (), (), Place(""))
    result, problem = bases.compile(case, artifacts=True)
    assert problem == ""
    applied = [Applied("hipaa", "", "", hypothetical=False)]
    given = project(result, {"limits": Demand({"a": 1}, "", ())}, date(2026, 11, 1), applied)
    shape = input_shape([PARAMETER])
    assert list(strange(given, shape)) == []
    assert not leafless(given, shape)
    assert sorted(given) == sorted(keys(shape))
    assert list(strange({"metadata": result.resolved.metadata, "spec": result.resolved.spec}, resolved_shape())) == []


def test_amounts_and_dates_are_those_of_the_projection():
    """Fractions have other names, what is unlimited is an object, and days stand beside dates."""
    quotas = follow(tenant_shape(), "spec", "quotas")
    assert "cpu_cores" not in keys(quotas)
    assert keys(step(quotas, "cpu_millicores")) == ["unlimited"]
    assert keys(step(quotas, "concurrent_connections")) == ["unlimited"]
    assert follow(quotas, "cpu_millicores", "unlimited", "x") == ()
    attestation = follow(tenant_shape(), "spec", "compliance", "attestations", "restore_test")
    assert {"date", "age_days"} <= set(keys(attestation))
    assert "age_days" not in keys(follow(resolved_shape(), "spec", "compliance", "attestations", "restore_test"))
    assert "cpu_cores" in keys(follow(resolved_shape(), "spec", "quotas"))


def test_names_of_a_map_must_fit():
    """Contacts have four names; services have any that is a label."""
    contacts = follow(tenant_shape(), "spec", "compliance", "contacts")
    assert step(contacts, "dpo")
    assert step(contacts, "boss") == ()
    assert follow(tenant_shape(), "spec", "services", "web-1", "image")
    assert follow(tenant_shape(), "spec", "services", "Web") == ()


def test_parameters_are_those_that_are_declared():
    """A map has any keys, a number none."""
    shape = input_shape([PARAMETER, PARAMETER._replace(name="least", default=1)])
    assert follow(shape, "parameters", "limits", "x")
    assert follow(shape, "parameters", "least", "x") == ()
    assert follow(shape, "parameters", "most") == ()
    listed = input_shape([PARAMETER._replace(default=["a"])])
    assert follow(listed, "parameters", "limits", 0)
    assert follow(listed, "parameters", "limits", "a") == ()


def test_of_what_may_be_anything_nothing_is_known():
    """Sections of plug-ins, and objects of targets."""
    assert follow(tenant_shape(), "spec", "extensions", "anything") is ANY
    assert follow(input_shape([]), "artifacts", "kubernetes", "Role", 0, "value", "rules") is ANY
