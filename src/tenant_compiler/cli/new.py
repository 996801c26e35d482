"""``tenant-compile new``: another tenant."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.init import SCHEMAS
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.read.suggest import near

if TYPE_CHECKING:
    from tenant_compiler.model.workspace import Workspace

_NAME = re.compile(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?")


@click.command()
@click.argument("name")
@options.folder
@click.option("--tier", metavar="TIER", required=True, help="One of the built-in tiers or of your own.")
@click.option("--team", metavar="TEAM", default="platform", show_default=True, help="Who answers for the tenant.")
def new(name: str, folder: str | None, tier: str, team: str) -> int:
    """Add a tenant called NAME to the workspace, in a file of its own."""
    frame = Frame(options.Printing())
    return conclude(frame, lambda: _new(frame, folder, name, (tier, team)))


def _new(frame: Frame, folder: str | None, name: str, given: tuple[str, str]) -> Outcome:
    workspace = frame.open(folder)
    tier, team = given
    _check_name("the name", name)
    _check_name("the team", team)
    _check_tier(workspace, tier)
    file = _file(workspace, name)
    _check_free(frame, workspace, name)
    whole = os.path.join(workspace.root, file)
    try:
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "x", encoding="utf-8", newline="\n") as target:
            target.write(_text(workspace, file, name, given))
    except FileExistsError:
        raise WrongUseError(f"{frame.shown_path(file)} exists already; choose another name") from None
    except OSError as error:
        message = f"{frame.shown_path(file)} cannot be written: {(error.strerror or '').lower()}"
        raise WrongUseError(message) from error
    where = f" -C {folder}" if folder else ""
    return Outcome(f"{frame.shown_path(file)}\nnext\n  tenant-compile check{where} -t {name}\n")


def _check_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise WrongUseError(
            f"{what} `{name}` is no DNS label of at most 40 characters; use lower-case letters, digits and dashes,"
            " and begin with a letter"
        )


def _check_tier(workspace: Workspace, tier: str) -> None:
    from tenant_compiler.resolve.catalogue import read_catalogue  # noqa: PLC0415 - not for a wrong option

    tiers = read_catalogue(workspace).tiers
    if tier not in tiers:
        meant = near(tier, tiers)
        hint = f"did you mean `{meant}`?" if meant else f"there are {', '.join(tiers)}"
        raise WrongUseError(f"there is no tier `{tier}`; {hint}")


def _check_free(frame: Frame, workspace: Workspace, name: str) -> None:
    """No tenant of the fleet has the name, and the platform does not want it for itself."""
    from tenant_compiler.plan.references import RESERVED  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.run.discovery import tenant_files  # noqa: PLC0415

    if name in RESERVED or name.startswith("kube-"):
        raise WrongUseError(f"the name `{name}` is reserved for the platform itself; choose another name")
    session = frame.session(workspace)
    for path in tenant_files(workspace):
        for document in session.files.read(path)[0]:
            if document.value["metadata"]["name"] == name:
                raise WrongUseError(f"there is a tenant `{name}` already, in {frame.shown_path(path)}")


def _file(workspace: Workspace, name: str) -> str:
    """The file that the first glob of tenants has room for: wildcards that must match something become the name."""
    pattern = workspace.config["workspace"]["tenants"][0]
    if "?" in pattern:
        raise WrongUseError(f"the first of workspace.tenants, {pattern}, has a `?`: make the file for {name} yourself")
    *folders, last = pattern.split("/")
    kept = [part.replace("*", name) for part in folders if part != "**"]
    return "/".join([*kept, last.replace("*", name)])


def _text(workspace: Workspace, file: str, name: str, given: tuple[str, str]) -> str:
    from tenant_compiler.cli.templates import BRANDING, EMAIL, TENANT, modeline  # noqa: PLC0415 - when all is checked

    tier, team = given
    schema = "../" * file.count("/") + f"{SCHEMAS}/tenant.schema.json"
    return TENANT.format(
        modeline=modeline(schema),
        name=name,
        tier=tier,
        team=team,
        email=EMAIL.format(name=name) if tier in _WITH_EMAIL else "",
        placement=_placement(workspace),
        branding=BRANDING.format(name=name) if tier == "white_label" else "",
    )


_WITH_EMAIL = ("enterprise", "enterprise_plus", "white_label")
"""The built-in tiers that require `owner.email`; what a tier of your own requires, a check says."""


def _placement(workspace: Workspace) -> str:
    """Where the tenant runs: left out when the workspace says it, else the first cluster's place."""
    from tenant_compiler.cli.templates import PLACEMENT  # noqa: PLC0415 - when all is checked

    defaults: Any = workspace.written.get("defaults", {}).get("placement", {})
    if defaults.get("cloud") and defaults.get("regions"):
        return ""
    clusters = [cluster for cluster in workspace.config["cluster"].values() if "region" in cluster]
    fitting = [cluster for cluster in clusters if defaults.get("cloud") in (None, cluster.get("cloud"))]
    first: Any = next(iter(fitting), {})
    cloud = defaults.get("cloud") or first.get("cloud", "aws")
    return PLACEMENT.format(cloud=cloud, region=first.get("region", "eu-central-1"))
