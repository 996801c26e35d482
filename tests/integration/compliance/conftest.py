"""Workspaces to judge."""

from __future__ import annotations

import os
import shutil

import pytest
from clinics import Clinic

from tenant_compiler.data import data_folder


@pytest.fixture
def clinic(tmp_path, capsys):
    """A workspace with the tenant `clinic`, which satisfies GDPR and HIPAA."""
    base = os.path.join(data_folder("policies"), "fixtures", "bases", "clinic")
    return Clinic(shutil.copytree(base, tmp_path / "clinic"), capsys)
