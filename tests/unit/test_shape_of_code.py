"""The shape of our own code: short functions and files, no blanket excepts, nothing left to do, tests that speak."""

from __future__ import annotations

import ast
import os
import re
from functools import cache

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FUNCTION, FILE = 60, 600
SHORT, SHARE = 35, 0.9
BORDERS = {"plugins.py", "plugin_border.py", "run/passes.py"}
"""Where code of others is called, so that any exception is theirs."""
FRONT = "cli/app.py"
"""Where `main` turns a bug into exit code 70."""


def files(*folders):
    """Python files below folders of the project, as path and text."""
    for folder in folders:
        for where, _, names in os.walk(os.path.join(ROOT, folder)):
            for name in sorted(names):
                if name.endswith(".py"):
                    path = os.path.join(where, name)
                    with open(path, encoding="utf-8") as file:
                        yield os.path.relpath(path, ROOT).replace(os.sep, "/"), file.read()


@cache
def trees(folder):
    """The syntax trees of a folder's files by path."""
    return {path: ast.parse(text) for path, text in files(folder)}


def functions(folder="src"):
    """Every function of ours with where it stands and how long it is."""
    for path, tree in trees(folder).items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_no_function_is_longer_than_a_screen():
    """Sixty lines at most, nine in ten under thirty-five."""
    lengths = dict(functions())
    assert len(lengths) > 300
    assert {where: length for where, length in lengths.items() if length > FUNCTION} == {}
    assert sum(length < SHORT for length in lengths.values()) >= SHARE * len(lengths)


def test_no_file_is_too_long_to_read():
    """Six hundred lines at most."""
    assert [path for path, text in files("src", "plugins", "scripts") if text.count("\n") > FILE] == []


def test_exceptions_are_caught_by_name_but_at_the_borders():
    """A blanket `except` elsewhere would hide our bugs as findings; to tidy up and raise again hides nothing."""
    found = []
    for path, tree in trees("src").items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            named = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else {""}
            again = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if named & {"", "Exception", "BaseException"} and not again:
                found.append(path.removeprefix("src/tenant_compiler/"))
    assert set(found) - BORDERS - {FRONT} == set()


def test_nothing_is_left_to_do():
    """No reminders and no stubs: what is not built yet is an issue."""
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    here = os.path.relpath(__file__, ROOT).replace(os.sep, "/")
    found = [path for path, text in files("src", "plugins", "scripts", "tests") if words.search(text) and path != here]
    assert found == []
    bodies = [
        f"{path}:{node.lineno}"
        for path, tree in trees("src").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(isinstance(step, ast.Pass) for step in node.body)
    ]
    assert bodies == []


@pytest.mark.parametrize("folder", ["tests/unit", "tests/integration", "plugins"])
def test_every_test_says_in_a_sentence_what_holds(folder):
    """A docstring that starts with a capital letter and ends with a full stop."""
    seen, silent = 0, []
    for path, tree in trees(folder).items():
        if not os.path.basename(path).startswith("test_"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                seen += 1
                sentence = (ast.get_docstring(node) or "").strip()
                if not sentence or not sentence.rstrip("`\"'").endswith((".", "?", "!")):
                    silent.append(f"{path}:{node.lineno} {node.name}")
    assert seen
    assert silent == []


def test_every_file_with_code_reads_annotations_late():
    """So that type hints cost nothing at start-up."""
    late = "from __future__ import annotations"
    assert [path for path, text in files("src") if late not in text and len(ast.parse(text).body) > 1] == []
