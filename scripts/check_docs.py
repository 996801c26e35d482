"""Check the links of the documentation: every relative link leads to a file, every #fragment to a heading of it.

    python scripts/check_docs.py [FOLDER]

Reads the Markdown files at the top of FOLDER (default: the current one), and those below docs, examples, plugins and
schemas. Links to other sites are not followed.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = ("docs", "examples", "plugins", "schemas")

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?")
_ANCHOR = re.compile(r'<a id="([^"]+)">')
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


def pages(root: str) -> list[str]:
    """The Markdown files to check, relative to ``root``."""
    found = [name for name in os.listdir(root) if name.endswith(".md")]
    for folder in FOLDERS:
        for path, _, names in os.walk(os.path.join(root, folder)):
            found += [os.path.relpath(os.path.join(path, name), root) for name in names if name.endswith(".md")]
    return sorted(found)


def prose(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines that are no code: fenced blocks left out."""
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and line.strip() == mark[1]:
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            yield number, line


def links(text: str) -> Iterator[tuple[int, str]]:
    """The link targets of a page with their lines; code spans hold none."""
    for number, line in prose(text):
        plain = _CODE.sub("", line)
        for match in (*_LINK.finditer(plain), *_DEFINITION.finditer(plain)):
            yield number, match[1]


def anchors(text: str) -> set[str]:
    """The fragments that lead somewhere: ``## Whose turn`` is ``whose-turn``, as on GitHub, and ``<a id="x">`` is x."""
    found: set[str] = set()
    for _, line in prose(text):
        found.update(_ANCHOR.findall(line))
        match = _HEADING.match(line)
        if match:
            title = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", match[1])
            slug = base = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            count = 0
            while slug in found:
                count += 1
                slug = f"{base}-{count}"
            found.add(slug)
    return found


def broken(root: str) -> list[str]:
    """The links that lead nowhere, as ``file:line: what is wrong``."""
    found = []
    for page in pages(root):
        for line, target in links(_read(os.path.join(root, page))):
            problem = "" if _ELSEWHERE.match(target) else _problem(root, page, target)
            if problem:
                found.append(f"{page}:{line}: {problem}")
    return found


def main(arguments: list[str]) -> int:
    """Run the command line; 1 when a link is broken."""
    root = arguments[0] if arguments else "."
    problems = broken(root)
    for problem in problems:
        print(problem)
    print(f"{len(pages(root))} pages, {len(problems)} broken links")
    return 1 if problems else 0


def _problem(root: str, page: str, target: str) -> str:
    path, _, fragment = unquote(target).partition("#")
    if path.startswith("/"):
        return f"{target} starts at the root of a disk; write a relative link"
    whole = os.path.normpath(os.path.join(root, os.path.dirname(page), path)) if path else os.path.join(root, page)
    if not os.path.exists(whole):
        return f"{target} does not exist"
    if os.path.relpath(os.path.realpath(whole), os.path.realpath(root)).startswith(".."):
        return f"{target} leads out of the repository"
    if fragment and whole.endswith(".md") and fragment not in anchors(_read(whole)):
        return f"{target} names a heading that is not there"
    return ""


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
