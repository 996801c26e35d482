"""What the lints hand each other: findings by code, and ways into objects whose shape nobody has checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from tenant_compiler.model.artifact import ArtifactObject

_EMPTY: Final[dict[str, Any]] = {}
_KEPT: Final = 4096

Memory: TypeAlias = dict[int, Shared]
"""Constant sub-trees that a lint found clean, by identity. They are kept alive here, so no identity is used twice."""


class Found:
    """The findings of one walk, by code."""

    __slots__ = ("by_code",)

    def __init__(self) -> None:
        self.by_code: dict[str, list[Diagnostic]] = {}

    def add(self, code: str, item: ArtifactObject, message: str, advice: str) -> None:
        """Note an error of an object, at the first node that it was made from."""
        self.note(about(code, item, message, advice))

    def note(self, finding: Diagnostic) -> None:
        """Note a finding."""
        self.by_code.setdefault(finding.code, []).append(finding)


def about(code: str, item: ArtifactObject, message: str, advice: str) -> Diagnostic:
    """Make the finding that an object has an error, at the first node that it was made from."""
    return Diagnostic(code, f"{item.id}: {message}", pointer=item.made_from[0], help=advice, object=item.id)


def remember(memory: Memory, value: Shared) -> None:
    """Keep a clean sub-tree; a memory that is full starts again."""
    if len(memory) >= _KEPT:
        memory.clear()
    memory[id(value)] = value


def mapping(value: Any) -> dict[str, Any]:
    """Take a map as it is, anything else as an empty one: its shape is the schema's business."""
    return value if isinstance(value, dict) else _EMPTY


def mappings(value: Any) -> list[dict[str, Any]]:
    """Take a list's maps; anything else as none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: Any) -> list[str]:
    """Take a list's texts; anything else as none."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def within(value: Any, *keys: str) -> dict[str, Any]:
    """Go down a path of maps; a missing or strange step gives an empty map."""
    for key in keys:
        if not isinstance(value, dict):
            return _EMPTY
        value = value.get(key)
    return value if isinstance(value, dict) else _EMPTY


def shown(path: tuple[str | int, ...]) -> str:
    """Print a path inside an object: ``spec.template.spec.containers[0].name``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)[1:]
