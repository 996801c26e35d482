"""Finding and opening a workspace: its configuration, checked, complete, and with every path inside."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.diagnostic import Diagnostic, Place, Span, TenantCompileError
from tenant_compiler.model.pointer import show
from tenant_compiler.model.workspace import Workspace
from tenant_compiler.read import files, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.pointer import Pointer

CONFIG: Final = "tenant-compile.toml"
PYPROJECT: Final = "pyproject.toml"
SECTION: Final[Pointer] = ("tool", "tenant-compile")

_ERROR_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)")


def open_workspace(start: str) -> Workspace:
    """Open the workspace that a path lies in.

    Args:
        start: a folder or a file in it. The configuration is looked for there and upwards, not past the folder that
            holds ``.git``.

    Raises:
        TenantCompileError: TC130 no workspace; TC131 the configuration cannot be read; TC132 a path leads outside;
            TC2xx the configuration does not fit its schema. Exit code 2.
    """
    root, file = find_workspace(start)
    section: Pointer = SECTION if file == PYPROJECT else ()
    table = _load(root, file)
    for key in section:
        table = table[str(key)]
    findings = schema.check(table, "workspace", file, base=section)
    if findings:
        raise TenantCompileError(findings)
    config: Any = schema.fill_workspace(table)
    workspace = Workspace(root, file, section, config, table)
    outside = list(_outside(workspace))
    if outside:
        raise TenantCompileError(outside)
    return workspace


def inside(root: str, relative: str) -> bool:
    """Whether a path, with all links followed, lies inside a folder (or is it)."""
    real = os.path.realpath(os.path.join(root, relative))
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def find_workspace(start: str) -> tuple[str, str]:
    """Find the workspace that a path lies in: its root, links resolved, and the name of its configuration's file.

    Raises:
        TenantCompileError: TC130 there is none; TC131 or TC102 a pyproject.toml on the way cannot be read.
    """
    folder = os.path.realpath(start)
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    first = folder
    while True:
        if os.path.isfile(os.path.join(folder, CONFIG)):
            return folder, CONFIG
        if os.path.isfile(os.path.join(folder, PYPROJECT)) and _has_section(folder):
            return folder, PYPROJECT
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            message = f"there is no {CONFIG} in {first} or above it"
            help_ = "`tenant-compile init` makes a workspace; `-C FOLDER` names one that is elsewhere"
            raise TenantCompileError([Diagnostic("TC130", message, help=help_)])
        folder = parent


def _has_section(folder: str) -> bool:
    with open(os.path.join(folder, PYPROJECT), "rb") as file:
        # Most pyproject.toml say nothing of us: no need to parse those.
        return b"tool.tenant-compile" in file.read() and bool(_load(folder, PYPROJECT).get("tool", {}).get(SECTION[1]))


def _load(root: str, file: str) -> Mapping[str, Any]:
    import tomllib  # noqa: PLC0415 - not for --version and --help

    data = files.read_bytes(os.path.join(root, file), file)
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        message = f"{file} is not UTF-8: byte {error.start}"
        raise TenantCompileError([Diagnostic("TC102", message, place=Place(file), help="save it as UTF-8")]) from error
    except tomllib.TOMLDecodeError as error:
        found = _ERROR_POSITION.search(str(error))
        span = Span(int(found[1]), int(found[2]), int(found[2]) + 1) if found else None
        message = f"{file} is no TOML: {_ERROR_POSITION.sub('', str(error)).strip().lower()}"
        place = Place(file, span=span)
        raise TenantCompileError([Diagnostic("TC131", message, place=place, help="see https://toml.io")]) from error


def _paths(workspace: Workspace) -> Iterator[tuple[Pointer, str]]:
    layout = workspace.config["workspace"]
    for key in ("profiles", "tier_presets", "baseline", "output"):
        yield ("workspace", key), layout[key]
    for index, folder in enumerate(layout["policies"]):
        yield ("workspace", "policies", index), folder
    for key, patterns in (("tenants", layout["tenants"]), ("waivers", layout["waivers"])):
        for index, pattern in enumerate(patterns):
            yield ("workspace", key, index), re.split(r"[*?]", pattern)[0]
    for name, cluster in workspace.config["cluster"].items():
        for index, pattern in enumerate(cluster["crds"]):
            yield ("cluster", name, "crds", index), re.split(r"[*?]", pattern)[0]
    for name, environment in workspace.config["environments"].items():
        if "values" in environment:
            yield ("environments", name, "values"), environment["values"]


def _outside(workspace: Workspace) -> Iterator[Diagnostic]:
    for pointer, path in _paths(workspace):
        if not inside(workspace.root, path):
            yield Diagnostic(
                "TC132",
                f"{show(pointer)} leads outside the workspace: {path}",
                place=Place(workspace.file, (*workspace.section, *pointer)),
                help="every path of the configuration lies inside the workspace; copy or mount what is needed",
            )
