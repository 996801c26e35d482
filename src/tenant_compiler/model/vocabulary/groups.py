"""Groups of people, as identity providers call them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from annotated_types import MaxLen

from tenant_compiler.model.vocabulary.annotations import GROUP, Info

Group: TypeAlias = Annotated[str, MaxLen(253), Info("A group.", "grp-platform-operators", pattern=GROUP)]
