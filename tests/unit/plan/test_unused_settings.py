"""What a service says without effect is said back."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({"scaling": {"fixed": 2, "maximum": 8}}, ["scaling.maximum"]),
        ({"scaling": {"fixed": 2, "minimum": 1, "cpu_percent": 60}}, ["scaling.minimum"]),
        ({"schedule": "15 2 * * *"}, ["schedule"]),
        ({"kind": "cron", "schedule": "15 2 * * *"}, []),
        ({"scaling": {"minimum": 1, "maximum": 2}}, []),
    ],
)
def test_a_setting_without_effect_is_a_warning(project, service, said, pointers):
    """A range beside a fixed number, and the schedule of what is no cron job, are told as TC316."""
    project.tenant(services={"a": service(**said)})
    found = [finding for finding in project.one().diagnostics if finding.code == "TC316"]

    assert [finding.severity for finding in found] == ["warning"] * len(pointers)
    assert [".".join(map(str, finding.pointer[3:])) for finding in found] == pointers
