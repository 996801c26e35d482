"""Plans of small tenants."""

from __future__ import annotations

import pytest


@pytest.fixture
def plan(project):
    """Plan a tenant with these settings."""

    def make(**spec):
        project.tenant(**spec)
        result = project.one()
        assert result.environments[0].plan is not None, result.diagnostics
        return result.environments[0].plan

    return make
