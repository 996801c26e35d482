"""Finds the distributions on the path that bring plug-ins."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "tenant_compiler"
"""The group of entry points that plug-ins stand in."""


def any_installed() -> bool:
    """Whether any distribution on the path may have an entry point of ours.

    A look at the files that entry points are read from. importlib.metadata would answer too, but importing it costs a
    third of the start-up of a hook, and most environments have no plug-in.
    """
    for folder in sys.path:
        try:
            with os.scandir(folder or ".") as found:
                entries = [(entry.name, entry.path) for entry in found]
        except NotADirectoryError:
            return True  # a zip file, which only importlib.metadata reads
        except OSError:
            continue
        if any(name.endswith(".egg") or _has_entry_point(name, path) for name, path in entries):
            return True
    return False


def _has_entry_point(name: str, path: str) -> bool:
    if not name.endswith((".dist-info", ".egg-info")):
        return False
    try:
        with open(os.path.join(path, "entry_points.txt"), "rb") as file:
            return f"[{GROUP}]".encode() in file.read()
    except OSError:
        return False


def installed() -> list[EntryPoint]:
    """Find the entry points of plug-ins, in the order of their distributions' names."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - dear, and only with plug-ins

    return sorted(entry_points(group=GROUP), key=lambda point: (distribution_of(point), point.name))


def distribution_of(entry_point: EntryPoint) -> tuple[str, str]:
    """Name and version of a plug-in's distribution; ``?`` for what a damaged one does not say."""
    if entry_point.dist is None:
        return "?", "?"
    metadata = entry_point.dist.metadata
    said = {key.lower(): metadata[key] for key in metadata}
    return said.get("name", "?"), said.get("version", "?")
