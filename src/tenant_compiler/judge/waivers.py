"""Waivers: findings that somebody accepts for one tenant, in one framework, until a day.

A waiver that is malformed, expired or wrong in any other way waives nothing: what it would hide comes back.
"""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.pointer import parse, show
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import files, schema, yaml
from tenant_compiler.read.globs import matching_files
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from typing import Self

    from tenant_compiler.model.document import Document
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.policy import Denial
    from tenant_compiler.model.workspace import Workspace

UNCLEAR: Final = "TC830"
UNKNOWN: Final = "TC831"
PATH: Final = "TC832"
UNUSED: Final = "TC838"
ELSEWHERE: Final = "TC113"

IDLE: Final = "until this is mended the waiver waives nothing"
"""The note of every finding that takes a waiver out."""


class Waiver(NamedTuple):
    """A waiver as it is written."""

    name: str
    rule: str
    """An id or a name as written; once it is checked, the id. Empty for a waiver of a control."""
    framework: str
    """Empty for a rule of the workspace that is judged beside all frameworks."""
    control: str
    """The identifier without its framework; empty for a waiver of a rule."""
    tenant: str
    environment: str
    """Empty: all of the tenant's."""
    path: Pointer
    """Into the resolved tenant; empty: wherever the finding is."""
    owner: str
    reason: str
    ticket: str
    approver: str
    created: date
    expires: date
    """The last day on which it holds."""
    file: str
    document: int

    def place(self, *keys: str) -> Place:
        """Give the place of a field, or of the whole waiver."""
        return Place(self.file, ("spec", *keys) if keys else ("metadata", "name"), document=self.document)

    @property
    def subject(self) -> str:
        """What it is about: ``TC404 in hipaa``, ``hipaa:164.312(e)(1)``."""
        if self.control:
            return f"{self.framework}:{self.control}"
        return f"{self.rule} in {self.framework}" if self.framework else self.rule

    def covers(self, framework: str, control: str, denial: Denial, environment: str) -> bool:
        """Whether it is about a finding of its tenant."""
        return (
            self.framework == framework
            and (self.control == control if self.control else self.rule == denial.rule)
            and self.environment in ("", environment)
            and denial.pointer[: len(self.path)] == self.path
        )


class Waivers:
    """The waivers that hold, and which of them were needed.

    Args:
        waivers: checked (`waiver_checks`): of every one the rule is an id, and the day of the run is within its time.
    """

    def __init__(self, waivers: Iterable[Waiver]) -> None:
        self._by_tenant: dict[str, list[Waiver]] = {}
        for waiver in sorted(waivers, key=lambda each: each.name):
            self._by_tenant.setdefault(waiver.tenant, []).append(waiver)
        self._used: set[str] = set()

    def named(self, name: str) -> Waiver | None:
        """Find a waiver by its name."""
        return next((each for several in self._by_tenant.values() for each in several if each.name == name), None)

    @classmethod
    def none(cls) -> Self:
        """No waivers at all: the auditor's run."""
        return cls(())

    def covers(self, framework: str, control: str, denial: Denial, tenant: str, environment: str) -> Waiver | None:
        """Find the waiver of a denial under one control, the first by name.

        Args:
            framework: the control's; empty for a rule of the workspace that no framework uses.
            control: its identifier.
            denial: what a rule refuses.
            tenant: whose it is.
            environment: in which environment.
        """
        found = None
        for waiver in self._by_tenant.get(tenant, ()):
            if waiver.covers(framework, control, denial, environment):
                # All that cover it count as used: a waiver and its renewal may overlap.
                self._used.add(waiver.name)
                found = found or waiver
        return found

    def unused(self, tenants: Collection[str] | None = None) -> Iterator[Diagnostic]:
        """Find waivers that were not needed; only for a run in which every tenant was judged.

        Args:
            tenants: the names of all tenants; None when they are not known, because a file could not be read.

        Returns:
            TC838 for waivers that covered nothing, TC831 for those of a tenant that does not exist.
        """
        for name, several in self._by_tenant.items():
            for waiver in several:
                if waiver.name in self._used:
                    continue
                known = tenants is None or name in tenants
                yield _unused(waiver) if known else _of_nobody(waiver, tenants or ())


def _of_nobody(waiver: Waiver, tenants: Collection[str]) -> Diagnostic:
    message = f"the waiver {waiver.name} is for `{waiver.tenant}`, which is no tenant of the fleet"
    help_ = did_you_mean(waiver.tenant, tenants) or "remove the waiver when the tenant has left the fleet"
    return Diagnostic(UNKNOWN, message, place=waiver.place("tenant"), help=help_)


def _unused(waiver: Waiver) -> Diagnostic:
    where = f" in {waiver.environment}" if waiver.environment else ""
    return Diagnostic(
        UNUSED,
        f"the waiver {waiver.name} covers nothing: {waiver.tenant} has no finding of {waiver.subject}{where}",
        "warning",
        place=waiver.place(),
        help="remove it when what it was written for is mended; else look at its rule, framework, path and environment",
    )


def read_waivers(workspace: Workspace) -> tuple[list[Waiver], list[Diagnostic]]:
    """Read the waivers of a workspace, wherever its globs find some.

    Returns:
        The well-formed ones in the order of their files, and a finding for everything else that stands there: TC1xx
        for files that cannot be read, TC2xx for documents that do not fit the schema, TC832 for what is no path
        of a tenant.
        None of those is a waiver.
    """
    found: list[Waiver] = []
    problems: list[Diagnostic] = []
    layout = workspace.config["workspace"]
    outputs = {layout["output"].strip("/"), ".git", ".tenant-compile"}
    for file in matching_files(workspace.root, layout["waivers"], outputs):
        try:
            reading = yaml.read_documents(files.read_bytes(os.path.join(workspace.root, file), file), file)
        except TenantCompileError as error:
            problems += error.diagnostics
            continue
        problems += reading.diagnostics
        for document in reading.documents:
            wrong = _check(document)
            problems += (problem._replace(notes=(*problem.notes, IDLE)) for problem in wrong)
            if not wrong:
                found.append(_waiver(document))
    return found, problems


def _check(document: Document) -> list[Diagnostic]:
    kind = document.value.get("kind") if isinstance(document.value, dict) else None
    if isinstance(kind, str) and kind != "Waiver":
        place = Place(document.file, ("kind",), document=document.index)
        help_ = did_you_mean(kind, ["Waiver"]) or "write `kind: Waiver`; workspace.waivers says where waivers are"
        message = f"a document of kind `{kind}` stands among the waivers"
        return [Diagnostic(ELSEWHERE, message, place=place, help=help_)]
    wrong = schema.check(document.value, "waiver", document.file, document.index)
    return wrong or list(_unclear(document))


def _unclear(document: Document) -> Iterator[Diagnostic]:
    """Find what no schema says of a waiver's fields beside each other."""
    spec: Mapping[str, Any] = document.value["spec"]

    def unclear(key: str, message: str, help_: str, code: str = UNCLEAR) -> Diagnostic:
        pointer = ("spec", key) if key else ("spec",)
        return Diagnostic(code, message, place=Place(document.file, pointer, document=document.index), help=help_)

    control = spec.get("control")
    if ("rule" in spec) == (control is not None):
        how = "both a rule and a control" if control is not None else "neither a rule nor a control"
        help_ = "write `rule: TC404` with its `framework`, or `control: hipaa:164.312(e)(1)`"
        yield unclear("control" if control is not None else "", f"the waiver names {how}", help_)
    elif control is not None and ":" not in control:
        message = f"the control `{control}` has no framework before it"
        yield unclear("control", message, "write the framework and a colon before it: `hipaa:164.312(e)(1)`")
    elif control is not None and "framework" in spec:
        yield unclear("framework", f"the control `{control}` names its framework already", "leave `framework` out")
    if "path" in spec:
        pointer = _pointer(spec["path"])
        if not pointer:
            yield unclear("path", f"`{spec['path']}` is no path", "write it as `security.tls.minimum_version`", PATH)
        elif wrong := _nowhere(pointer):
            yield unclear("path", *wrong, PATH)


def _nowhere(pointer: Pointer) -> tuple[str, str] | None:
    """What is wrong with a path that no tenant has, and what helps."""
    from tenant_compiler.judge.tenant_paths import stranger  # noqa: PLC0415 - reads the schema of a whole tenant

    lost = stranger(pointer)
    if lost is None:
        return None
    there, known = lost
    help_ = did_you_mean(str(there[-1]), known) or "`tenant-compile show` prints a tenant with all its paths"
    return f"the waiver is for {show(pointer)}, but no tenant has {show(there)}", help_


def _pointer(path: str) -> Pointer:
    """A path as a pointer; empty for what is none."""
    try:
        return parse(path.strip())
    except ValueError:
        return ()


def _waiver(document: Document) -> Waiver:
    spec: Mapping[str, Any] = document.value["spec"]
    framework, _, control = spec.get("control", "").partition(":")
    return Waiver(
        name=document.value["metadata"]["name"],
        rule=spec.get("rule", ""),
        framework=framework or spec.get("framework", ""),
        control=control,
        tenant=spec["tenant"],
        environment=spec.get("environment", ""),
        path=_pointer(spec.get("path", "")),
        owner=spec["owner"],
        reason=spec["reason"],
        ticket=spec["ticket"],
        approver=spec["approver"],
        created=date.fromisoformat(spec["created"]),
        expires=date.fromisoformat(spec["expires"]),
        file=document.file,
        document=document.index,
    )
