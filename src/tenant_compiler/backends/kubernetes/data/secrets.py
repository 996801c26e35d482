"""Secrets of a tenant in a cluster: which there are, what brings them, and how pods read them.

What the compiler writes holds no secret: an ExternalSecret names one, a SealedSecret has it sealed for one namespace,
and where the platform brings none, the Secret must be there. A Secret with what is known of a store is called
``store.NAME``: no secret of people has a dot in its name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made, metadata
from tenant_compiler.backends.kubernetes.data import files, remote
from tenant_compiler.backends.kubernetes.services import keda
from tenant_compiler.backends.kubernetes.support import HONOURED, Answer, called
from tenant_compiler.model.artifact import ArtifactObject, Shared
from tenant_compiler.model.backend import Lack
from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Lineage, Need, Workload
    from tenant_compiler.model.plan_data import SecretUse
    from tenant_compiler.model.pointer import Pointer

_SIGN_ON: Final = ("spec", "security", "identity", "sso", "client_secret", "from")
_REFRESH: Final = "1h"
"""How often the operator of external secrets looks whether one has changed."""


class Wanted(NamedTuple):
    """One Secret that a tenant's objects refer to."""

    kind: str
    """``secret`` or ``store``."""
    name: str
    keys: tuple[str, ...]
    made_from: Lineage


def wanted(here: Scene) -> list[Wanted]:
    """List the Secrets of a tenant, each with all keys that somebody reads."""
    found: dict[tuple[str, str], dict[str, Lineage]] = {}
    for workload in here.plan.workloads:
        for use in workload.secrets:
            keys = found.setdefault((use.kind, use.name), {})
            keys[use.key] = (*keys.get(use.key, ()), *use.made_from)
        if workload.triggers is not None:
            for name, key, at in _of_queue(here, workload):
                keys = found.setdefault(("secret", name), {})
                keys[key] = (*keys.get(key, ()), at)
    identity = here.plan.identity
    if identity is not None and any(workload.hosts for workload in here.plan.workloads):
        kind, name, key = identity.client_secret.split("/")
        keys = found.setdefault((kind, name), {})
        keys[key] = (*keys.get(key, ()), _SIGN_ON)
    return [
        Wanted(kind, name, tuple(keys), tuple(pointer for pointers in keys.values() for pointer in pointers))
        for (kind, name), keys in found.items()
    ]


def _of_queue(here: Scene, workload: Workload) -> Iterator[tuple[str, str, Pointer]]:
    """Give the secret, its key and where it is named, by which KEDA finds the queue of a service."""
    queue = workload.triggers.queue if workload.triggers is not None else None
    if queue is not None and queue.address and keda.followed(here, workload):
        _, name, key = queue.address.split("/")
        yield name, key, (*workload.made_from[0], "scaling", "queue", "address", "from")


def kind_of(here: Scene) -> str:
    """Say what brings secrets into a cluster."""
    said = here.cluster.get("secrets")
    return "none" if said is None else said["kind"]


def objects(here: Scene) -> Iterator[ArtifactObject]:
    """Make what brings a tenant's secrets; nothing where people do, or nobody reads one."""
    kind = kind_of(here)
    if kind == "none":
        return
    secrets = wanted(here)
    if not secrets:
        return
    if kind == "external-secrets":
        yield from remote.store(here, tuple(pointer for secret in secrets for pointer in secret.made_from))
        for secret in secrets:
            yield _external(here, secret)
    elif kind == "sealed-secrets":
        for secret in secrets:
            if secret.kind == "secret" and secret.name in here.plan.sealed:
                yield _sealed(here, secret)
    else:
        for workload in here.plan.workloads:
            if workload.secrets:
                yield files.provider_class(here, workload)


def secret_name(kind: str, name: str) -> str:
    """Name a Secret."""
    return name if kind == "secret" else f"store.{name}"


def variables(here: Scene, workload: Workload) -> list[Shared]:
    """Give the variables of a service that come from secrets.

    A pod reads them when it starts. A secret that changes is seen by pods that start later: the next rollout, or a
    restart by the operators.
    """
    if kind_of(here) == "csi":
        return [files.variable(use.variable) for use in workload.secrets]
    return [_variable(use) for use in workload.secrets]


@lru_cache(maxsize=1024)
def _variable(use: SecretUse) -> Shared:
    reference = {"name": secret_name(use.kind, use.name), "key": use.key}
    return Shared({"name": use.variable, "valueFrom": {"secretKeyRef": reference}})


def _external(here: Scene, secret: Wanted) -> ArtifactObject:
    name = secret_name(secret.kind, secret.name)
    at = remote.key(here, name)
    spec: dict[str, Any] = {
        "refreshInterval": _REFRESH,
        "secretStoreRef": {"kind": "SecretStore", "name": remote.STORE},
        # The Secret goes with this object, and stays when somebody deletes what it was fetched from.
        "target": {"name": name, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
        "data": [{"secretKey": key, "remoteRef": {"key": at, "property": key}} for key in secret.keys],
    }
    value = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": metadata(here, name),
        "spec": spec,
    }
    return made("ExternalSecret", value, secret.made_from)


def _sealed(here: Scene, secret: Wanted) -> ArtifactObject:
    """Pass on what a tenant sealed. Without an annotation the scope is strict: another name or namespace opens none."""
    sealed = here.plan.sealed[secret.name]
    value: dict[str, Any] = {
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": metadata(here, secret.name),
        "spec": {
            "encryptedData": {key: sealed[key] for key in secret.keys if key in sealed},
            "template": {"metadata": {"labels": here.labels}, "type": "Opaque"},
        },
    }
    at = ("spec", "security", "sealed_secrets", secret.name)
    return made("SealedSecret", value, (*secret.made_from, at))


def support(here: Scene, need: Need) -> Answer:
    """Say whether a secret can be brought: what refers to one that never comes does not start."""
    found = _named(here, need)
    fault = None if found is None else _fault(here, *found)
    if fault is None:
        return HONOURED
    return Answer("cannot", Lack(f"{need.what} {fault[0].format(cluster=called(here))}", fault[1], "error"))


def _named(here: Scene, need: Need) -> tuple[str, str, str] | None:
    """Find the kind, name and key that a need is about."""
    if need.pointer == _SIGN_ON and here.plan.identity is not None:
        kind, name, key = here.plan.identity.client_secret.split("/")
        return kind, name, key
    for workload in here.plan.workloads:
        for use in workload.secrets:
            if need.pointer in use.made_from:
                return use.kind, use.name, use.key
        for name, key, at in _of_queue(here, workload):
            if need.pointer == at:
                return "secret", name, key
    return None


def _fault(here: Scene, kind: str, name: str, key: str) -> tuple[str, str] | None:
    """What is wrong with a secret in a cluster, in words that follow its name, and what to do."""
    brings = kind_of(here)
    if brings == "none":
        return None
    if brings == "sealed-secrets":
        if kind == "store":
            words = (
                "is known only once the store is made, but is to be sealed before; {cluster} has Sealed Secrets only"
            )
            return words, f"write `secret/{name}/…` and seal what the store's outputs say"
        if key not in here.plan.sealed.get(name, {}):
            words = f"is in the key `{key}` of the secret `{name}`, which nobody has sealed for {{cluster}}"
            command = f"kubeseal --raw --namespace {here.plan.name} --name {name}"
            return words, f"seal it (`{command}`) and write it into `security.sealed_secrets.{name}`"
        return None
    if kind == "store" and (remote.provider(here) != "aws" or here.plan.cloud != "aws"):
        words = "is about a store, of which nobody tells the secret service of {cluster} anything"
        return words, f"write `secret/{name}/…`, and keep there what the store is called"
    if brings == "csi":
        return files.fault(here, reader=_reader(here, name, key) if kind == "secret" else "")
    return remote.fault(here)


def _reader(here: Scene, name: str, key: str) -> str:
    """Say who reads a secret that is no pod of the tenant's; empty for nobody."""
    identity, said = here.plan.identity, f"secret/{name}/{key}"
    if identity is not None and identity.client_secret == said:
        return "the gateway"
    asked = (workload.triggers.queue for workload in here.plan.workloads if workload.triggers is not None)
    return "KEDA" if any(queue is not None and queue.address == said for queue in asked) else ""


def by_hand(here: Scene) -> Iterator[Diagnostic]:
    """Say which Secrets of services people must make (TC573); that of the sign-on is always said to be there."""
    if kind_of(here) != "none" or not any(each.secrets or each.triggers for each in here.plan.workloads):
        return
    for secret in wanted(here):
        if secret.made_from == (_SIGN_ON,):
            continue
        name = secret_name(secret.kind, secret.name)
        keys = " and ".join(f"`{key}`" for key in secret.keys)
        yield Diagnostic(
            "TC573",
            f"nothing brings the Secret `{name}` with {keys} into {called(here)}: it must be there",
            severity="info",
            pointer=secret.made_from[0],
            help=f"make it in the namespace {here.plan.name}, or describe in the profile what does:"
            ' `secrets = { kind = "external-secrets" }`',
            target="kubernetes",
            object=f"Secret/{name}",
        )
