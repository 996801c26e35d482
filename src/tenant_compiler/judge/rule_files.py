"""Which files of a workspace hold rules and frameworks of its own, and their texts: bounded, and nothing by a link."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.files import read_bytes
from tenant_compiler.read.globs import matching_files
from tenant_compiler.read.workspace import inside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.model.workspace import Workspace

TOO_MUCH: Final = "TC819"

FILES: Final = 1000
"""Files of one kind."""
FILE_BYTES: Final = 256 << 10
BYTES: Final = 4 << 20
"""Of all files of one kind together."""


class RuleFiles(NamedTuple):
    """The files of a workspace's folders of policies, by name relative to the workspace."""

    rego: dict[str, str]
    """Texts; without the tests of rules, ``*_test.rego``."""
    frameworks: dict[str, bytes]
    """What is in the folders' ``frameworks``."""
    problems: tuple[Diagnostic, ...]
    """TC101 a file that cannot be read or is a link, TC102 one that is no UTF-8, TC107 a large one, TC819 too many."""


def read_rule_files(workspace: Workspace) -> RuleFiles:
    """Read all rules, libraries and frameworks of a workspace."""
    problems: list[Diagnostic] = []
    folders = [folder.rstrip("/") for folder in workspace.config["workspace"]["policies"]]
    rego = _read(workspace, [f"{folder}/**/*.rego" for folder in folders], problems)
    endings = ("yaml", "yml")
    yaml = _read(workspace, [f"{folder}/frameworks/**/*.{end}" for folder in folders for end in endings], problems)
    texts = {}
    for file, data in rego.items():
        try:
            texts[file] = data.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            message = f"the file is not UTF-8: byte {error.start + 1}"
            problems.append(Diagnostic("TC102", message, place=Place(file), help="save it as UTF-8"))
    return RuleFiles(texts, yaml, tuple(problems))


def _read(workspace: Workspace, patterns: Sequence[str], problems: list[Diagnostic]) -> dict[str, bytes]:
    """Read the files that fit, without those that are not to be read; then none of them when they are too many."""
    found = matching_files(workspace.root, patterns, {workspace.config["workspace"]["output"].strip("/"), ".git"})
    files = [
        file for file in found if not file.endswith("_test.rego") and inside(workspace.root, os.path.dirname(file))
    ]
    if len(files) > FILES:
        problems.append(_too_much(files[FILES], f"there are more than {FILES:,} such files"))
        return {}
    read: dict[str, bytes] = {}
    left = BYTES
    for file in files:
        try:
            read[file] = read_bytes(os.path.join(workspace.root, file), file, FILE_BYTES)
        except TenantCompileError as error:
            problems += error.diagnostics
            continue
        left -= len(read[file])
        if left < 0:
            problems.append(_too_much(file, f"the files are larger than {BYTES >> 20} MiB together"))
            return {}
    return read


def _too_much(file: str, what: str) -> Diagnostic:
    help_ = "keep what is no rule elsewhere; `workspace.policies` names the folders"
    return Diagnostic(TOO_MUCH, f"{what}, and none of them is read", place=Place(file), help=help_)
