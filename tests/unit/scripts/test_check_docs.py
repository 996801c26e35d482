"""The check of the documentation's links."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


@pytest.fixture(scope="module")
def script() -> Any:
    """The script, loaded from its file as a module."""
    spec = importlib.util.spec_from_file_location("check_docs", os.path.join(ROOT, "scripts", "check_docs.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def site(tmp_path) -> Any:
    """A folder with a few sound pages."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "guide.md").write_text("# The guide\n\n## What's `new`?\n\n## Twice\n\n## Twice\n")
    return tmp_path


def test_sound_links_pass(script, site, capsys):
    """Files, folders, headings, repeated headings, other sites, titles, images and definitions are all fine."""
    (site / "README.md").write_text(
        "# Top\n[a](docs/guide.md) [b](docs/guide.md#whats-new) [c](#top) [d](https://example.com/x) [e](docs/)\n"
        '[f](docs/guide.md#twice-1 "again") ![g](<docs/guide.md>) [h](mailto:a@b.example)\n\n[i]: docs/guide.md\n'
    )

    assert script.main([str(site)]) == 0
    assert capsys.readouterr().out == "2 pages, 0 broken links\n"


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("[a](docs/gone.md)", "docs/gone.md does not exist"),
        ("[a](docs/guide.md#gone)", "docs/guide.md#gone names a heading that is not there"),
        ("[a](#gone)", "#gone names a heading that is not there"),
        ("[a](/etc/passwd)", "/etc/passwd starts at the root of a disk; write a relative link"),
        ("[a](..)", ".. leads out of the repository"),
        ("[a]: docs/gone.md", "docs/gone.md does not exist"),
        ("![a](gone.svg)", "gone.svg does not exist"),
    ],
)
def test_a_broken_link_is_told_with_its_line(script, site, capsys, link, problem):
    """A broken link makes the exit code 1 and names page, line and target."""
    (site / "README.md").write_text(f"# Top\n\n{link}\n")

    assert script.main([str(site)]) == 1
    assert capsys.readouterr().out.splitlines()[0] == f"README.md:3: {problem}"


def test_code_holds_no_links(script, site):
    """What looks like a link inside a fence or a code span is left alone, and links after it are not."""
    (site / "README.md").write_text("````md\n[a](gone.md)\n```\n[a](gone.md)\n````\n`[b](gone.md)` [c](gone2.md)\n")

    assert script.broken(str(site)) == ["README.md:6: gone2.md does not exist"]


def test_the_projects_own_links_resolve(script):
    """No page of this repository has a broken link."""
    assert script.broken(ROOT) == []
