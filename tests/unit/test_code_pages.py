"""Every code has a page, every page a code, and all pages the same shape."""

from __future__ import annotations

import os
import re

import pytest

from tenant_compiler.data import data_folder

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SOURCE = os.path.join(ROOT, "src", "tenant_compiler")
PAGES = sorted(name[:-3] for name in os.listdir(data_folder("codes")) if re.fullmatch(r"TC\d{3}\.md", name))


def page(code):
    """The text of a code's page."""
    with open(os.path.join(data_folder("codes"), f"{code}.md"), encoding="utf-8") as file:
        return file.read()


@pytest.fixture(scope="module")
def used():
    """The codes that stand as text in the source, without the ids of policies' rules, which have pages of their own."""
    found = set()
    for folder, _, names in os.walk(SOURCE):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    found |= set(re.findall(r"[\"'](TC[0-35-9]\d\d)[\"']", file.read()))
    return found


def test_every_code_has_a_page_and_every_page_a_code(used):
    """A finding can always be explained, and no page explains what cannot happen."""
    assert used == set(PAGES)


@pytest.mark.parametrize("code", PAGES)
def test_a_page_says_what_why_wrong_and_right(code):
    """A page has its code and a short title, four sections in order, and an example of each kind."""
    text = page(code)
    assert re.match(rf"# {code}: \S.{{5,90}}\n", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["What", "Why", "Wrong", "Right"]
    for section in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]:
        assert section.strip()
    wrong, right = re.split(r"^## (?:Wrong|Right)$", text, flags=re.MULTILINE)[1:]
    assert wrong.count("\n```") == 2
    assert right.count("\n```") == 2
    assert len(text.splitlines()) <= 45


def test_titles_are_unique():
    """No two codes are called the same."""
    titles = [page(code).splitlines()[0].partition(": ")[2].lower() for code in PAGES]
    assert sorted(set(titles)) == sorted(titles)


def test_titles_are_no_sentences():
    """A title starts in lower case, unless with a name, and has no full stop."""
    titles = [page(code).splitlines()[0].partition(": ")[2] for code in PAGES]
    assert [title for title in titles if title.endswith(".")] == []
    assert [title for title in titles if title.split()[0] in {"A", "An", "The"}] == []
