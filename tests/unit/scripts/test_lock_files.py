"""The lock files: they fit pyproject.toml, agree with each other, and name no package index."""

from __future__ import annotations

import os
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
LOCKS = ("dev.txt", "runtime.txt", "kapitan.txt", "oracle.txt")

with open(os.path.join(ROOT, "pyproject.toml"), "rb") as _file:
    PYPROJECT = tomllib.load(_file)


def _text(lock: str) -> str:
    with open(os.path.join(ROOT, "requirements", lock), encoding="utf-8") as file:
        return file.read()


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;]+)", _text(lock), re.MULTILINE))


def _wanted(*names: str) -> list[str]:
    project = PYPROJECT["project"]
    extras, groups = project["optional-dependencies"], PYPROJECT["dependency-groups"]
    return [line for name in names for line in (extras.get(name) or groups.get(name) or project[name])]


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("dev.txt", ("dependencies", "fast", "models", "dev")),
        ("runtime.txt", ("dependencies", "fast")),
        ("kapitan.txt", ("kapitan",)),
        ("oracle.txt", ("oracle", "opa")),
    ],
)
def test_every_requirement_is_locked_within_its_bounds(lock, wanted):
    """A requirement that was added or tightened without `make lock` fails here."""
    pins = _pins(lock)

    for line in _wanted(*wanted):
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), line


def test_users_get_what_the_tests_ran_with():
    """Every version in the lock of the wheel's environment is the one of the developers' lock."""
    assert _pins("runtime.txt").items() <= _pins("dev.txt").items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_index_is_named(lock):
    """A lock file works with whatever index the machine is set up for, and trusts none of them."""
    entries = re.split(r"^(?=[a-z])", _text(lock), flags=re.MULTILINE)[1:]

    assert len(entries) == len(_pins(lock))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in _text(lock)
    assert "--index" not in _text(lock)
