"""The tiers and profiles that a workspace has, by name: its own before the built-in ones.

Names from documents are looked up here and never joined to a path, so ``tier: ../../x`` is just an unknown tier.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tenant_compiler.data import data_folder
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.jsonnet_files import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.workspace import Workspace

_SUFFIXES = (".jsonnet", ".yaml", ".yml")


class Catalogue(NamedTuple):
    """Files by name; as paths relative to the workspace, or below ``<built-in>/``."""

    tiers: Mapping[str, str]
    profiles: Mapping[str, str]


def read_catalogue(workspace: Workspace) -> Catalogue:
    """List the built-in tiers and profiles, and those of the workspace, which replace built-in ones of their name."""
    presets = data_folder("tier_presets")
    layout = workspace.config["workspace"]
    tiers = dict(_files(presets, f"{BUILT_IN}tier_presets", (".jsonnet",), deep=False))
    profiles = dict(_files(os.path.join(presets, "profiles"), f"{BUILT_IN}tier_presets/profiles", _SUFFIXES))
    own_tiers = os.path.join(workspace.root, layout["tier_presets"])
    tiers.update(_files(own_tiers, layout["tier_presets"].rstrip("/"), (".jsonnet",), deep=False))
    own_profiles = os.path.join(workspace.root, layout["profiles"])
    profiles.update(_files(own_profiles, layout["profiles"].rstrip("/"), _SUFFIXES))
    return Catalogue(tiers, profiles)


def _files(
    folder: str, shown: str, suffixes: tuple[str, ...], *, deep: bool = True, below: str = ""
) -> Iterator[tuple[str, str]]:
    """Give (name, file) for every file below a folder; a folder that does not exist has none."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if deep and not entry.name.startswith("."):
                yield from _files(entry.path, f"{shown}/{entry.name}", suffixes, below=f"{below}{entry.name}/")
            continue
        stem, suffix = os.path.splitext(entry.name)
        if suffix in suffixes:
            yield below + stem, f"{shown}/{entry.name}"
