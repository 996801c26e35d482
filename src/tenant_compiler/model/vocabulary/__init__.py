"""The vocabulary of a tenant and of a workspace, declared once.

Every field is an ``Annotated`` entry of a ``TypedDict``: type and bounds (``annotated-types``), unit, meaning, example
and default (`annotations.Info`). mypy checks every access against them; ``scripts/generate_schemas.py`` turns them into
``schemas/*.schema.json``. Nothing here is imported while tenants are checked or built: a resolved one is a plain dict.

A field enters together with what reads it; there is no field that nothing reads.
"""

from __future__ import annotations
