"""No dead knobs: every leaf of the vocabulary changes what is built, or what is found.

Each leaf of the schemas is changed to other valid values, one at a time, in tenants that use everything. What comes out
must differ: an object in a file, a finding (its code, its weight, its place), or the files that there are. Plain echoes
are masked: labels, annotations, tags, titles and the public settings repeat what they are told and prove nothing. The
few leaves that are meant as an echo, or that another test watches, stand in the lists below with their reason.
"""

from __future__ import annotations

import copy
import itertools
import json
import os
import re

import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.model.document import Document
from tenant_compiler.model.workspace import Workspace
from tenant_compiler.read import schema
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import CHECK, run_passes
from tenant_compiler.run.session import Session, keep_all

MASKED = {"labels", "annotations", "tags", "title", "description"}
"""Keys below which things are called or described, in any target."""

ECHOES: dict[str, str] = {}
"""Leaves of a tenant that are meant as an echo: the mask hides all that they do."""

ELSEWHERE: dict[str, str] = {}
"""Leaves of the workspace whose readers are not the passes."""
