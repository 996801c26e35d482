"""Findings as text, in the shape of rustc's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenant_compiler.model.diagnostic import Diagnostic, Label, Place, Span
from tenant_compiler.report.findings import Collector, Finding
from tenant_compiler.report.formats import FORMATS, Report
from tenant_compiler.report.locate import Located, Locator
from tenant_compiler.report.style import Style, use_color
from tenant_compiler.report.text import write_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ABOVE = Diagnostic(
    "TC304",
    "quotas.cpu_cores is 64, above the limit 32 of the tier `own`",
    place=Place("acme.yaml", ("spec", "quotas", "cpu_cores")),
    label="more than 32",
    help="write at most 32, or choose a larger tier",
    notes=("limits are the tier's",),
    related=(Label(Place("own.yaml", ("limits", "quotas", "cpu_cores")), "the tier's limit is 32"),),
)


def written(root: Path, *found: Diagnostic, **fields: object) -> str:
    """The report of findings about files in a folder."""
    locator = Locator(str(root))
    collector = Collector()
    collector.add(found)
    report = Report(collector.findings(locator), locator, Style(), lambda file: file)
    return FORMATS["text"](report._replace(**fields))  # type: ignore[arg-type]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a tenant and what stands for its tier."""
    (tmp_path / "acme.yaml").write_text("spec:\n" + "  # a comment\n" * 8 + "  quotas: {cpu_cores: 64}\n")
    (tmp_path / "own.yaml").write_text("limits:\n  quotas: {cpu_cores: 32}\n")
    return tmp_path


def test_a_finding_shows_its_line_the_reason_and_what_to_write(root: Path) -> None:
    """Carets, a second label in another file, help and notes stand below each other, as rustc has them."""
    assert written(root, ABOVE) == (
        "error[TC304]: quotas.cpu_cores is 64, above the limit 32 of the tier `own`\n"
        "  --> acme.yaml:10:23\n"
        "   |\n"
        "10 |   quotas: {cpu_cores: 64}\n"
        "   |                       ^^ more than 32\n"
        "   |\n"
        "  ::: own.yaml:2:23\n"
        "   |\n"
        " 2 |   quotas: {cpu_cores: 32}\n"
        "   |                       -- the tier's limit is 32\n"
        "   |\n"
        "   = help: write at most 32, or choose a larger tier\n"
        "   = note: limits are the tier's\n"
    )


def test_a_finding_of_no_file_has_only_its_message_and_help(root: Path) -> None:
    """There is nothing to point at."""
    text = written(root, Diagnostic("TC130", "there is no workspace", help="make one"))
    assert text == "error[TC130]: there is no workspace\n  = help: make one\n"


def test_a_computed_value_says_so(root: Path) -> None:
    """A jsonnet file without a line is not just named."""
    label = Label(Place("own.jsonnet", ("limits", "cpu_cores")), "the tier's limit is 32")
    text = written(root, ABOVE._replace(related=(label,)))
    assert "  ::: own.jsonnet\n   | the tier's limit is 32 (computed)\n" in text


def test_text_of_a_tenant_cannot_reach_the_terminal(root: Path) -> None:
    """Escape sequences and line ends in messages, help, labels and paths are shown as text."""
    evil = "\x1b[2J\nerror[TC999]: forged"
    place = Place(f"{evil}.yaml")
    found = Diagnostic("TC301", evil, place=place, help=evil, notes=(evil,), object=evil, label=evil)
    text = written(root, found)
    assert "\x1b" not in text
    assert all(not line.startswith("error[TC999]") for line in text.splitlines())


def test_many_tenants_with_one_finding_are_named_up_to_five(root: Path) -> None:
    """The rest is counted."""
    place = Place("own.yaml", ("limits",))
    found = [Diagnostic("TC205", "m", place=place, tenant=f"t{n}", environment="production") for n in range(8)]
    note = "in t0 (production), also in t1 (production), t2 (production), t3 (production), t4 (production) and 3 more"
    assert f"= note: {note}\n" in written(root, *found)
    assert "= note: in t0 (production)\n" in written(root, found[0])


def test_the_object_of_an_artifact_is_named(root: Path) -> None:
    """With its target."""
    found = Diagnostic("TC503", "m", place=Place("own.yaml"), object="Deployment/portal", target="kubernetes")
    assert "= note: found in Deployment/portal of the target kubernetes\n" in written(root, found)


def test_findings_beyond_the_limit_are_counted_by_severity(root: Path) -> None:
    """Nothing is left out silently; the summary comes last."""
    found = [Diagnostic("TC203", f"m{n:02}", place=Place("own.yaml"), severity="error") for n in range(4)]
    found += [Diagnostic("TC523", f"n{n:02}", place=Place("own.yaml"), severity="warning") for n in range(2)]
    text = written(root, *found, limit=3, summary=["done"])
    assert text.count("error[") == 3
    assert "… and 1 error, 2 warnings more (--max-diagnostics)\n" in text
    assert text.endswith("\n\ndone\n")


def test_fifty_findings_are_shown_unless_somebody_asks_for_more(root: Path) -> None:
    """The default limit."""
    found = [Diagnostic("TC203", f"m{n:02}", place=Place("own.yaml")) for n in range(60)]
    text = written(root, *found)
    assert text.count("error[") == 50
    assert "… and 10 errors more" in text


def test_colors_are_escape_sequences_around_the_same_text(root: Path) -> None:
    """Without them the text is the same."""
    colored = written(root, ABOVE, style=Style(colored=True))
    assert "\x1b[1;31merror[TC304]\x1b[0m" in colored
    plain = colored
    for code in ("0", "1", "1;31", "1;34"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert plain == written(root, ABOVE)


@pytest.mark.parametrize(
    ("when", "terminal", "environment", "expected"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_the_option_then_no_color_then_force_color_then_the_terminal(
    when: str, environment: Mapping[str, str], *, terminal: bool, expected: bool
) -> None:
    """The order in which somebody's wish about colours counts."""
    assert use_color(when, terminal=terminal, environment=environment) is expected  # type: ignore[arg-type]


def _policies(count: int) -> list[Finding]:
    """What a policy says in the same words of several tenants."""
    base = Diagnostic("TC411", "idle for too long", help="lower it", rule="idle_timeout")
    found = []
    for number in range(count):
        located = Located(f"tenants/t{number}.yaml", Span(3, 5, 8), ("spec",))
        found.append(Finding(base, located, (), ((f"t{number}", "production"),), told=True))
    return found


def _text_of(findings: list[Finding], tmp_path: Path, **fields: object) -> str:
    report = Report(findings, Locator(str(tmp_path)), Style(), str)
    return write_text(report._replace(**fields))  # type: ignore[arg-type]


def test_what_a_policy_says_of_several_tenants_is_said_once(tmp_path: Path) -> None:
    """With the places of the others, each with its tenant."""
    text = _text_of(_policies(3), tmp_path)
    assert text.count("error[TC411]") == 1
    assert "= also: tenants/t1.yaml:3:5 (t1)\n" in text
    assert "= also: tenants/t2.yaml:3:5 (t2)\n" in text


def test_very_many_places_are_counted(tmp_path: Path) -> None:
    """A fleet of a thousand tenants with one mistake is still read on one screen."""
    text = _text_of(_policies(100), tmp_path)
    assert text.count("= also: tenants/") == 8
    assert "= also: in 91 more places\n" in text


def test_the_limit_counts_what_is_not_shown(tmp_path: Path) -> None:
    """Groups beyond it are told by the number of their findings."""
    other = [finding._replace(diagnostic=finding.diagnostic._replace(message="another")) for finding in _policies(5)]
    text = _text_of([*_policies(2), *other], tmp_path, limit=1)
    assert text.count("error[TC411]") == 1
    assert "… and 5 errors more" in text


def test_lints_in_the_same_words_are_shown_each(tmp_path: Path) -> None:
    """Only policies ask the same of everybody."""
    lints = [finding._replace(diagnostic=finding.diagnostic._replace(rule="")) for finding in _policies(3)]
    assert _text_of(lints, tmp_path).count("error[TC411]") == 3
