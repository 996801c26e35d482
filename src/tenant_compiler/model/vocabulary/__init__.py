"""The vocabulary of a tenant and of a workspace, declared once.

Every field is an ``Annotated`` entry of a ``TypedDict``: type and bounds (``annotated-types``), unit, meaning, example
and default (`annotations.Info`). mypy checks every access against them; ``scripts/generate_schemas.py`` turns them into
``schemas/*.schema.json``. Nothing here is imported while a tenant is checked or built: resolved tenants are plain dicts.

A field enters together with what reads it; there is no field that nothing reads.
"""

from __future__ import annotations
