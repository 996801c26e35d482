"""What all tests share: tests marked with a tool run where the tool is, and must run in CI."""

from __future__ import annotations

import importlib.util
import os
import shutil

import pytest
from hypothesis import settings

# A busy machine is no reason to fail. In CI the examples are the same every time: what is found at random is found
# where somebody can look into it.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")


PACKAGES = {"opa-embedded": "opa_bindings"}
"""Tools that are Python packages: what is imported of them."""


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests neither use nor fill the cache of the person who runs them."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is missing; in CI a missing tool is a failure, so that no proof is lost unseen."""
    for marker in item.iter_markers("tool"):
        for name in marker.args:
            found = importlib.util.find_spec(PACKAGES[name]) if name in PACKAGES else shutil.which(name)
            if found is None:
                reason = f"{name} is not installed"
                if os.environ.get("CI") == "true":
                    pytest.fail(f"{reason}, but CI must have it")
                pytest.skip(reason)
