"""Findings as workflow commands: escaped, at most ten of a kind, and the rest is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from report_samples import finding

from tenant_compiler.model.diagnostic import Label, Place, Span

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def parse(line: str) -> tuple[str, dict[str, str], str]:
    """Read a command as the runner does: kind, properties, message."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    properties = dict(part.split("=", 1) for part in found[2].split(","))
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%25", "%")):
        properties = {name: value.replace(code, character) for name, value in properties.items()}
    return found[1], properties, found[3].replace("%0A", "\n").replace("%25", "%")


def test_a_finding_is_an_annotation_at_its_line(write: Callable[..., str]) -> None:
    """With its code and title above, and what to write instead below."""
    related = (Label(Place("profiles/eu.yaml", span=Span(2, 3, 4)), "set here"),)
    line, said = write("github", finding(related=related), summary=["1 tenant checked: 1 error"]).splitlines()
    assert parse(line) == (
        "error",
        {
            "file": "tenants/acme.yaml",
            "line": "3",
            "endLine": "3",
            "col": "5",
            "endColumn": "9",
            "title": "TC511: the services do not fit into the quota",
        },
        "too little\nhelp: write more\nsee profiles/eu.yaml:2:3: set here",
    )
    assert said == "1 tenant checked: 1 error"


def test_paths_are_the_repositorys_and_escaped(write: Callable[..., str]) -> None:
    """The runner looks from the repository's root."""
    place = Place("tenants/a,b:c%2C.yaml", span=Span(1, 1, 2))
    (line,) = write("github", finding(place=place), source_path=lambda file: f"fleet/{file}").splitlines()
    assert "file=fleet/tenants/a%2Cb%3Ac%252C.yaml,line" in line
    assert parse(line)[1]["file"] == "fleet/tenants/a,b:c%2C.yaml"


def test_a_finding_of_no_file_has_no_place(write: Callable[..., str]) -> None:
    """Nor has one of a file that ships with the compiler; its message says where."""
    (line,) = write("github", finding(place=None, severity="warning")).splitlines()
    assert line.startswith("::warning title=TC511%3A the services")
    inside = Place("<built-in>/tier_presets/free.jsonnet", span=Span(4, 2, 3))
    (line,) = write("github", finding(place=inside)).splitlines()
    _, properties, message = parse(line)
    assert "file" not in properties
    assert message.endswith("at <built-in>/tier_presets/free.jsonnet:4:2")


def test_ten_of_a_kind_are_shown_and_the_rest_is_told(write: Callable[..., str]) -> None:
    """GitHub drops the eleventh without a word; the gravest come first."""
    found: list[Any] = [finding(message=f"w{n}", severity="warning") for n in range(12)]
    found += [finding(message=f"e{n}") for n in range(11)] + [finding(message="i", severity="info")]
    lines = write("github", *found).splitlines()
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error"] * 10 + ["::warning"] * 10 + ["::notice"]
    rest = "… and 1 error, 2 warnings more: "
    assert lines[-1] == f"{rest}not shown here; `--output-format sarif=FILE` or `json=FILE` has them all"
    lines = write("github", *found, brief=True, elsewhere="the step summary").splitlines()
    assert lines[-1] == "… and 1 error, 2 warnings, 1 info more: see the step summary"
    assert len(write("github", *found, limit=1).splitlines()) == 4
    assert write("github") == ""
