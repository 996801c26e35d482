"""Reports of given findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tenant_compiler.report.findings import Collector
from tenant_compiler.report.formats import FORMATS, Report
from tenant_compiler.report.locate import Locator
from tenant_compiler.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tenant_compiler.model.diagnostic import Diagnostic


@pytest.fixture
def report(tmp_path: Path) -> Callable[..., Report]:
    """Make a report of findings about files in an empty folder: ``report(finding, tenants=("acme",))``."""

    def make(*found: Diagnostic, **fields: Any) -> Report:
        locator = Locator(str(tmp_path))
        collector = Collector()
        collector.add(found, "tenants/acme.yaml")
        made = Report(collector.findings(locator), locator, Style(), str)
        return made._replace(**fields)

    return make


@pytest.fixture
def write(report: Callable[..., Report]) -> Callable[..., str]:
    """Write a report in a format: ``write("sarif", finding)``."""

    def written(name: str, *found: Diagnostic, **fields: Any) -> str:
        return FORMATS[name](report(*found, **fields))

    return written
