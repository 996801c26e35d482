"""What tenants and rules of a pull request write reaches reports as text: in every format, end to end, and bounded."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET

import jsonschema
import pytest
import xmlschema
from clinics import DAY, waiver
from markdown_it import MarkdownIt

from tenant_compiler.report.formats import FORMATS

SCHEMAS = os.path.join(os.path.dirname(__file__), "..", "..", "fixtures", "schemas")
with open(os.path.join(SCHEMAS, "sarif-2.1.0-rtm.5.json"), encoding="utf-8") as _file:
    SARIF = jsonschema.Draft4Validator(json.load(_file))
JUNIT = xmlschema.XMLSchema(os.path.join(SCHEMAS, "junit-10.xsd"))
SIZE = 1_000_000
"""Bytes of a report about one tenant, however long its texts are."""
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\U000e0041]")

LINES = (
    "{{ .Values.x }} {0} ${{ secrets.TOKEN }}",
    "%s %d %(x)s %25 %0A",
    "::error::not ours",
    "##[add-mask]x ##vso[task.complete]",
    "=cmd|' /C calc'!A0",
    "]]></failure></testsuites><script>alert(1)</script><img src=x>",
    "`` | @everyone #1 [x](javascript:y) **bold** </code></summary>",
    "bidi \u202e\u2066, tag \U000e0041",
    "\\ \"'&<>;,:=",
)
"""What the vocabulary takes for one line of text."""
BLOCKS = ("first\nsecond\r\n::error::third", "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x07", "\u2028::x")
"""What only a rule can write: the reader refuses it in tenants."""

RULE = """# METADATA
# scope: package
# title: {title}
# description: {title}
# custom:
#   id: ACME1
#   subject: tenant
#   enforcement: report
#   remediation: {title}
package clinic.rules.hostile

import rego.v1

_texts contains input.tenant.spec.compliance.subprocessors.mailco.purpose

_texts contains input.tenant.spec.security.network.egress.mailco.reason

_texts contains group if some group in input.tenant.spec.change_control.roles.approvers

_texts contains {block}

deny contains {{"message": text, "path": path, "fix": {{"path": path, "value": text}}}} if {{
	some number, text in [each | some each in _texts]
	path := ["spec", "domains", number]
}}

deny contains {{"message": text, "path": ["spec", "owner", "team"]}} if some text in _texts

checked contains ["spec", "change_control", "approvals"]
"""
FRAMEWORK = """apiVersion: tenant-compiler.dev/v1
kind: Framework
metadata: {{name: own}}
spec:
  title: {text}
  version: "1"
  date: "2026-11-01"
  source: https://policies.clinic.example/
  proves: {text}
  controls:
    A-1: {{title: {text}, text: {text}, evidence: attested, rules: [hostile], note: {text}}}
    A-2: {{title: {text}, text: {text}, evidence: manual}}
"""


@pytest.fixture(params=range(len(LINES)))
def hostile(request, clinic):
    """The clinic with a hostile text wherever somebody may write one; a part of what is denied is waived."""
    text, block = LINES[request.param], BLOCKS[request.param % len(BLOCKS)]
    quoted = json.dumps(text, ensure_ascii=False)
    clinic.texts = {text, block}
    clinic.change("purpose: e-mail delivery", f"purpose: {quoted}")
    clinic.change("reason: e-mail delivery", f"reason: {quoted}")
    clinic.change("approvers: [grp-care-lead]", f"approvers: [{quoted}]")
    clinic.change(
        'counterparty: Clinic GmbH, signed: "2026-01-10", expires: "2028-01-10"}\n      baa',
        f'counterparty: {quoted}, signed: "2025-01-10", expires: "2026-01-10"}}\n      baa',
    )
    clinic.change("session_idle_minutes: 15\n", "session_idle_minutes: 60\n")
    clinic.change("hipaa: {}}", "hipaa: {}, own: {}}")
    title = json.dumps(f"{text} {block}", ensure_ascii=False).replace("\u2028", "\\u2028")
    clinic.write("policies/hostile.rego", RULE.format(title=title, block=json.dumps(block)))
    clinic.write("policies/frameworks/own.yaml", FRAMEWORK.format(text=quoted))
    clinic.write(
        "waivers/w.yaml", waiver(control='"own:A-1"', path="owner.team", owner=quoted, reason=quoted, ticket=quoted)
    )
    return clinic


def reports(clinic, verb="check", *arguments):
    """A report in every format of one run, which ends with exit code 1."""
    files = {name: clinic.root / f"report.{name}" for name in FORMATS}
    ran = clinic.call(verb, DAY, *(f"--output-format={name}={file}" for name, file in files.items()), *arguments)
    assert ran.code == 1, ran.out + ran.err
    said = {name: file.read_bytes().decode() for name, file in files.items()}
    assert {name: len(text) for name, text in said.items() if len(text.encode()) > SIZE} == {}
    return said


def harmless(text):
    """Whether a text drives no terminal and no runner of continuous integration."""
    commands = re.compile(r"^\s*::|##[\w.]*\[", re.MULTILINE)
    return not INVISIBLE.search(text) and not commands.search(re.sub(r"^ +(\||=|:::) ", "", text, flags=re.MULTILINE))


def test_every_format_stays_what_it_is(hostile):
    """No command, no element, no link and no line of theirs, and every text is there to be read."""
    said = reports(hostile, "check", "--matrix", "--statistics")
    assert harmless(said["text"])
    assert not re.search(r"##[\w.]*\[|^\s*::(?!(error|warning|notice) [^:]*::)", said["github"], re.MULTILINE)
    assert not INVISIBLE.search(said["github"])
    assert not INVISIBLE.search(said["markdown"])
    document = json.loads(said["json"])
    assert said["json"].isascii()
    denied = [each for each in document["diagnostics"] if each["code"] == "ACME1"]
    assert {each["message"] for each in denied} == hostile.texts
    SARIF.validate(json.loads(said["sarif"]))
    JUNIT.validate(said["junit"])
    assert not INVISIBLE.search("".join(ET.fromstring(said["junit"]).itertext()))
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(said["markdown"])
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "html_inline", "softbreak", "text_special"}
    elements = {child.content for child in inline if child.type == "html_inline"}
    elements |= {
        part for token in tokens if token.type == "html_block" for part in re.findall(r"</?\w+[^>]*>", token.content)
    }
    assert elements <= {f"<{end}{name}>" for name in ("code", "details", "summary") for end in ("", "/")}


def test_what_explains_stays_text(hostile):
    """A rule's words about itself, a control's, and the settings that it looks at."""
    for what in (["ACME1"], ["own:A-1"], ["own:A-1", "-t", "clinic"], ["hipaa:164.312(a)(2)(iii)", "-t", "clinic"]):
        ran = hostile.call("explain", *what)
        assert ran.code == 0, ran.err
        assert harmless(ran.out), ran.out
    ran = hostile.call("baseline", "create", DAY)
    assert harmless(ran.out + ran.err)


HUGE = """_text := concat("", ["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" |
	some _ in numbers.range(1, 20000)
])

deny contains {"message": _text, "path": ["spec", "owner", "team"], "fix": {"path": ["spec"], "value": _text}}

deny contains {"message": sprintf("%d", [number]), "path": ["spec", "domains", number]} if {
	some number in numbers.range(1, 900)
}

checked contains ["spec", "owner", "team"]
"""


def test_reports_do_not_grow_with_what_a_rule_writes(clinic):
    """Neither with a message of a million characters, nor with thousands of denials at one line."""
    clinic.rules(huge=HUGE)
    said = reports(clinic)
    assert "x" * 100 in said["text"]
    assert "x" * 5_000 not in "".join(said.values())


def test_a_rule_that_denies_more_than_anybody_reads_is_an_error(clinic):
    """Each would be a finding in every report."""
    clinic.rules(huge=HUGE.replace("900", "3000"))
    ran = clinic.run()
    assert ran.code == 1
    assert "it denies 3,001 things, but may deny at most 1,000" in ran.said("TC850")[0]


def test_a_rule_that_writes_more_than_anybody_reads_is_an_error(clinic):
    """Its results are bounded, too."""
    clinic.rules(huge=HUGE.replace("20000", "200000"))
    ran = clinic.run()
    assert ran.code == 1
    assert re.search(r"its results are \d+ characters of JSON, but must be at most 4194304", ran.said("TC850")[0])


@pytest.mark.parametrize("field", ["purpose: e-mail delivery", "reason: e-mail delivery", "dpo: dpo@clinic.example"])
def test_a_setting_of_a_megabyte_is_refused_in_few_words(clinic, field):
    """At its line, whichever format is asked for."""
    key, _, _ = field.partition(":")
    clinic.change(field, f"{key}: {'x' * 1_000_000}")
    said = reports(clinic)
    assert "x" * 5_000 not in "".join(said.values())
    (found,) = [each for each in json.loads(said["json"])["diagnostics"] if each["severity"] == "error"]
    assert found["code"].startswith("TC2")
    assert found["line"] == clinic.line("x" * 1_000_000)
