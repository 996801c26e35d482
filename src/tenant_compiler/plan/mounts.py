"""What a service gets from outside its image: secrets and volumes; and the checks of both."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.plan_data import SecretUse, Volume
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan, Workload
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.services import Service

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sql": ("host", "port", "database", "url"),
    "object": ("bucket", "region"),
}
"""What is known of a store once it is made, by the sort of store."""

_TAKEN: Final = ("/bin", "/dev", "/etc", "/lib", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr", "/var/run")  # noqa: S108 - a folder in the container
"""Folders of the container that a volume must not hide."""


def secrets(name: str, service: Service) -> tuple[SecretUse, ...]:
    """Give the variables of a service that come from secrets, in the order in which they are said."""
    found = []
    for variable, said in service["secrets"].items():
        kind, holder, key = said["from"].split("/")
        at: Pointer = ("spec", "services", name, "secrets", variable, "from")
        found.append(SecretUse(variable, "store" if kind == "store" else "secret", holder, key, (at,)))
    return tuple(found)


def volumes(name: str, service: Service) -> tuple[Volume, ...]:
    """Give the volumes of a service."""
    return tuple(
        Volume(volume, said["mount"], said["size_gb"], (("spec", "services", name, "storage", volume),))
        for volume, said in service["storage"].items()
    )


def check_secrets(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Stores and fields that secrets name exist, and are used (TC343); no variable is said twice (TC345)."""
    del context
    for workload in plan.workloads:
        for use in workload.secrets:
            if use.variable in workload.env:
                message = f"the variable {use.variable} of the service `{workload.name}` is in `env` and in `secrets`"
                pointer = ("spec", "services", workload.name, "env", use.variable)
                yield Diagnostic("TC345", message, pointer=pointer, help="keep it in `secrets` only")
            if use.kind == "store":
                yield from _store(plan, workload, use)


def _store(plan: Plan, workload: Workload, use: SecretUse) -> Iterator[Diagnostic]:
    kinds = {store.name: "sql" for store in plan.sql} | {store.name: "object" for store in plan.objects}
    pointer = use.made_from[0]
    if use.name not in kinds:
        hint = did_you_mean(use.name, kinds) or f"there are {', '.join(sorted(kinds)) or 'none'}"
        yield Diagnostic("TC343", f"there is no store `{use.name}`", pointer=pointer, help=hint)
        return
    fields = FIELDS[kinds[use.name]]
    if use.key not in fields:
        help_ = f"there are {', '.join(fields)}; a password is a secret of its own: `secret/{use.name}-login/password`"
        message = f"nobody knows a field `{use.key}` of the store `{use.name}`"
        yield Diagnostic("TC343", message, pointer=pointer, help=help_)
    if use.name not in workload.uses:
        help_ = f"add `{use.name}` to `uses`, which lets the service through to it"
        message = f"the service `{workload.name}` reads of the store `{use.name}`, which it does not use"
        yield Diagnostic("TC343", message, pointer=pointer, help=help_)


def check_volumes(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Volumes stand beside each other, and hide nothing of the container (TC345); no two versions want one (TC346)."""
    del context
    for workload in plan.workloads:
        for volume in workload.volumes:
            if any(_within(volume.mount, folder) or _within(folder, volume.mount) for folder in _TAKEN):
                message = f"the volume `{volume.name}` of the service `{workload.name}` would hide {volume.mount}"
                pointer: Pointer = (*volume.made_from[0], "mount")
                yield Diagnostic("TC345", message, pointer=pointer, help="mount it at a folder of its own: `/data`")
        if workload.volumes and workload.rollout is not None and workload.replicas.maximum == 1:
            message = f"the service `{workload.name}` has a volume for one pod, but rolls out two versions at a time"
            help_ = "write `rollout: {strategy: rolling}`: the old pod goes before the new one comes"
            yield Diagnostic("TC346", message, pointer=workload.volumes[0].made_from[0], help=help_)
        for one, other in combinations(workload.volumes, 2):
            if _within(one.mount, other.mount) or _within(other.mount, one.mount):
                message = f"the volumes `{one.name}` and `{other.name}` of the service `{workload.name}` overlap"
                pointer = (*other.made_from[0], "mount")
                yield Diagnostic("TC345", message, pointer=pointer, help="mount them beside each other")


def _within(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder}/")
