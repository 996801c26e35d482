"""The collector: what is the same once, in order, with the gravest severity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenant_compiler.model.diagnostic import Diagnostic, Place, Span
from tenant_compiler.model.result import EnvironmentResult, TenantResult
from tenant_compiler.report.findings import Collector
from tenant_compiler.report.locate import Locator

if TYPE_CHECKING:
    from pathlib import Path


def result(tenant: str, *found: Diagnostic, file: str = "t.yaml") -> TenantResult:
    """A tenant with two environments and findings."""
    environments = (EnvironmentResult("production"), EnvironmentResult("staging"))
    return TenantResult(tenant, file, 0, environments, found)


def finding(environment: str = "production", tenant: str = "acme", **fields: object) -> Diagnostic:
    """A finding in a tenant's file."""
    base = Diagnostic("TC301", "m", place=Place("t.yaml", span=Span(3, 1, 2)), tenant=tenant, environment=environment)
    return base._replace(**fields)  # type: ignore[arg-type]


@pytest.fixture
def locator(tmp_path: Path) -> Locator:
    """A locator of an empty folder."""
    return Locator(str(tmp_path))


def test_the_same_finding_in_two_environments_is_one(locator: Locator) -> None:
    """The place says all when every environment of the tenant has it."""
    collector = Collector()
    collector.take(result("acme", finding("production"), finding("staging")))
    (found,) = collector.findings(locator)
    assert found.owners == (("acme", "production"), ("acme", "staging"))
    assert found.told
    assert collector.count("error") == 1


def test_a_finding_in_one_of_two_environments_says_which(locator: Locator) -> None:
    """The line alone does not tell in which environment it is wrong."""
    collector = Collector()
    collector.take(result("acme", finding("staging")))
    assert not collector.findings(locator)[0].told


def test_a_line_of_an_environment_needs_no_name_beside_it(locator: Locator) -> None:
    """What stands below `environments.staging` is about staging."""
    place = Place("t.yaml", ("spec", "environments", "staging", "tier"), span=Span(3, 1, 2))
    collector = Collector()
    collector.take(result("acme", finding("staging", place=place)))
    assert collector.findings(locator)[0].told


def test_a_finding_in_a_shared_file_names_its_tenants(locator: Locator) -> None:
    """A profile's line does not say whose build it breaks."""
    place = Place("profiles/p.yaml", span=Span(1, 1, 2))
    collector = Collector()
    for name in ("a", "b"):
        both = (finding(e, name, place=place) for e in ("production", "staging"))
        collector.take(result(name, *both, file=f"{name}.yaml"))
    (found,) = collector.findings(locator)
    assert not found.told
    assert [tenant for tenant, _ in found.owners] == ["a", "a", "b", "b"]


def test_findings_are_sorted_by_file_line_and_code(locator: Locator) -> None:
    """Those of no file come first."""
    collector = Collector()
    collector.add(
        [
            finding(place=Place("b.yaml", span=Span(1, 1, 2))),
            finding(place=Place("a.yaml", span=Span(10, 1, 2))),
            finding(place=Place("a.yaml", span=Span(9, 4, 5))),
            finding(place=Place("a.yaml", span=Span(9, 4, 5)), code="TC201"),
            finding(place=None),
        ]
    )
    shown = [
        (
            f.located.file if f.located else "",
            f.located.span.line if f.located and f.located.span else 0,
            f.diagnostic.code,
        )
        for f in collector.findings(locator)
    ]
    assert shown == [
        ("", 0, "TC301"),
        ("a.yaml", 9, "TC201"),
        ("a.yaml", 9, "TC301"),
        ("a.yaml", 10, "TC301"),
        ("b.yaml", 1, "TC301"),
    ]


@pytest.mark.parametrize(
    ("code", "severity", "expected"),
    [("TC103", "error", 2), ("TC704", "error", 2), ("TC203", "error", 0), ("TC103", "info", 0)],
)
def test_input_that_cannot_be_read_makes_exit_code_two(code: str, severity: str, expected: int) -> None:
    """So does a plug-in that does not work; other findings are left to `--fail-on`."""
    collector = Collector()
    collector.add([finding(code=code, severity=severity)])
    assert collector.exit_code == expected


def test_the_worst_severity_is_known() -> None:
    """None while there is no finding."""
    collector = Collector()
    assert collector.worst() is None
    collector.add([finding(severity="info")])
    assert collector.worst() == "info"
    collector.add([finding(severity="warning")])
    assert collector.worst() == "warning"


def test_a_file_of_the_output_is_meant_as_a_whole(tmp_path: Path) -> None:
    """Its first line has nothing to do with the finding."""
    (tmp_path / "x.yaml").write_text("a: 1\n")
    collector = Collector()
    collector.add([finding(code="TC606", place=Place("x.yaml"))])
    (found,) = collector.findings(Locator(str(tmp_path)))
    assert found.located is not None
    assert found.located.span is None


def test_infos_that_are_only_counted_are_looked_up_nowhere():
    """They concern every tenant of a large fleet, and each look-up reads a file and keeps it."""

    class Nowhere:
        def locate(self, place):
            raise AssertionError(place)

    collector = Collector()
    place = Place("tenants/acme.yaml", ("spec",))
    collector.add([Diagnostic("TC521", "not built yet", "info", place=place, tenant="acme")])
    (finding,) = collector.findings(Nowhere(), counted=True)
    assert (finding.located, finding.owners) == (None, (("acme", ""),))
