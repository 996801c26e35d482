"""What a tenant writes stays text in every format, and no report grows with it."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import xmlschema
from markdown_it import MarkdownIt
from report_samples import HOSTILE, SCHEMAS, hostile
from test_report_github import parse

from tenant_compiler.report.formats import FORMATS, Waived
from tenant_compiler.report.markdown import COMMENT
from tenant_compiler.report.rules import RuleText
from tenant_compiler.report.verdicts import VerdictRow

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 200_000
"""Bytes that a report of one finding with texts of a million characters may have."""
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0041]")
XSD = xmlschema.XMLSchema(os.path.join(SCHEMAS, "junit-10.xsd"))


@pytest.fixture
def written(report: Callable[..., Any]) -> Callable[[str, str], str]:
    """Write a report that has a hostile text everywhere."""

    def made(name: str, text: str) -> str:
        full = report(hostile(text), hostile(text)._replace(place=None, code="XY1"))
        row = VerdictRow(text, text, text, text, text, "fail", (text, text))
        rule = RuleText(text, text, text, text, text, (text,))
        full = full._replace(
            tenants=(text,),
            verdicts=[row],
            waived=[Waived(full.findings[0], text, text)],
            workspace=text,
            rules={"XY1": rule},
        )
        shown = FORMATS[name](full)
        assert len(shown.encode("utf-8", "replace")) < SIZE
        return shown

    return made


def test_every_format_is_tested_here() -> None:
    """A new one needs a test of its own."""
    tested = {name.removeprefix("test_").partition("_")[0] for name in globals() if name.startswith("test_")}
    assert set(FORMATS) <= tested


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_shows_it_on_one_line_without_commands(written: Callable[[str, str], str], text: str) -> None:
    """No escape sequence, no line of its own, nothing that a runner of continuous integration obeys."""
    shown = written("text", text)
    assert not INVISIBLE.search(shown)
    assert not re.search(r"##[\w.]*\[", shown)
    allowed = re.compile(r"(error\[|info\[| *(-->|:::|\||=|\d+ \|)|$)")
    assert [line for line in shown.split("\n") if not allowed.match(line)] == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_json_gives_the_same_text_back(written: Callable[[str, str], str], text: str) -> None:
    """Character by character, as long as it is not cut."""
    shown = written("json", text)
    assert shown.isascii()
    assert not INVISIBLE.search(shown)
    made = json.loads(shown)
    for told in made["diagnostics"]:
        assert told["message"] == text or (len(text) > 4_000 and told["message"].startswith(text[:4_000]))
    assert made["verdicts"][0]["tenant"][:300] == text[:300]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_sarif_stays_valid_and_has_no_placeholder_or_link_of_theirs(
    written: Callable[[str, str], str], text: str
) -> None:
    """Readers of messages know `{0}` and `[text](target)`; the only links are ours."""
    with open(os.path.join(SCHEMAS, "sarif-2.1.0-rtm.5.json"), encoding="utf-8") as file:
        schema = json.load(file)
    shown = written("sarif", text)
    assert shown.isascii()
    log = json.loads(shown)
    jsonschema.Draft4Validator(schema).validate(log)
    assert not re.search(r"(?<!\\)\\ud", shown)
    for result in log["runs"][0]["results"]:
        lines = result["message"]["text"].split("\n")
        assert re.sub(r"\{\{|\}\}", "", result["message"]["text"]).count("{") == 0
        links = [line for line in lines if re.search(r"(?<!\\)\]\(", line)]
        assert all(re.fullmatch(r"see: \[(?:[^\[\]\\]|\\.)*\]\(1\)", link) for link in links)
        assert len(lines) <= 8
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", uri)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_junit_stays_valid_with_as_many_elements(written: Callable[[str, str], str], text: str) -> None:
    """No text ends an element or an attribute, and what XML cannot say is shown."""
    shown = written("junit", text)
    XSD.validate(shown)
    root = ET.fromstring(shown)
    assert not INVISIBLE.search("".join(root.itertext()).replace("\n", ""))
    assert len(root.findall("testsuite")) == 1
    assert len(root.findall("testsuite/testcase")) == 4
    assert len(list(root.iter("failure"))) == 3


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_github_has_one_command_a_finding(written: Callable[[str, str], str], text: str) -> None:
    """Every line is a command of ours with the properties that we gave it."""
    shown = written("github", text)
    assert not INVISIBLE.search(shown)
    lines = shown.splitlines()
    assert len(lines) == 2
    for line in lines:
        kind, properties, message = parse(line)
        assert kind == "error"
        assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert not re.search(r"^::", message.replace(text, ""), re.MULTILINE)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_has_our_elements_only(written: Callable[[str, str], str], text: str) -> None:
    """Outside of fences and code there is no link, no picture, no emphasis, no element, and no `@` or `#` of theirs."""
    shown = written("markdown", text)
    assert len(shown.encode()) <= COMMENT
    assert not INVISIBLE.search(shown)
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = parser.parse(shown)
    blocks = [token.type for token in tokens if not token.type.startswith(("table", "thead", "tbody", "tr_", "t"))]
    assert set(blocks) <= {"heading_open", "inline", "heading_close", "html_block", "fence"}
    assert blocks.count("fence") == 2
    assert blocks.count("html_block") == 4
    assert sum(token.type == "tr_open" for token in tokens) == 5
    inside = "".join(token.content for token in tokens if token.type != "fence")
    prose = re.sub(r"<code>([A-Za-z0-9 \\\u0080-\U0010ffff]|&#\d+;)*</code>", "", inside)
    assert re.sub(r"</?(details|summary)>", "", prose).count("<") == 0
    assert not re.search("[@`*\\[\\]]", prose)
    for token in tokens:
        kinds = {child.type for child in token.children or ()}
        assert kinds <= {"text", "html_inline", "softbreak", "text_special"}
