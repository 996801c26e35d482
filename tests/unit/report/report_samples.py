"""Findings for the tests of reports, and texts that try to break out of them."""

from __future__ import annotations

import os
from typing import Any

from tenant_compiler.model.diagnostic import Diagnostic, Label, Place, Span

SCHEMAS = os.path.join(os.path.dirname(__file__), "..", "..", "fixtures", "schemas")

HOSTILE = (
    "{{ .Values.x }} {0} ${{ secrets.TOKEN }}",
    "%s %d %(x)s %25 %0A",
    "first\nsecond\r\nthird\u2028fourth\x85fifth",
    "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x07",
    "::error::not ours",
    "\n::add-mask::x",
    "##[add-mask]x ##vso[task.complete]",
    "=cmd|' /C calc'!A0",
    "]]> <![CDATA[ </failure></testcase></testsuites>",
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "` `` ``` ```` \n```\n~~~",
    "| a | b |\n| --- | --- |",
    "</code></summary></details>",
    "@everyone #1 GH-2 owner/repo#3 https://evil.example www.evil.example :smile: **bold** [x](javascript:y) [y](1)",
    "lone \ud800 and \udfff, \ufffe \uffff, nul \x00, bidi \u202e\u2066, tag \U000e0041",
    "\\",
    "\"'&<>;,:=",
    "x" * 1_000_000,
    "` " * 100_000,
)
"""What a tenant might write to break a report."""


def finding(code: str = "TC511", message: str = "too little", **fields: Any) -> Diagnostic:
    """A finding of a tenant at a line of its file."""
    place = Place("tenants/acme.yaml", ("spec", "quotas"), span=Span(3, 5, 9))
    base = Diagnostic(code, message, place=place, help="write more", tenant="acme", environment="production")
    return base._replace(**fields)


def hostile(text: str) -> Diagnostic:
    """A finding that has a text wherever text can be."""
    file = text[:100].replace("/", "-") + ".yaml"
    return Diagnostic(
        "TC511",
        text,
        place=Place(file, ("spec", text), span=Span(1, 1, 2)),
        pointer=("spec", text),
        help=text,
        notes=(text, text),
        label=text,
        related=(Label(Place(file, (text,), span=Span(2, 1, 2)), text),),
        tenant=text,
        environment=text,
        target=text,
        object=text,
    )
