"""Access in an emergency that ends by itself.

A RoleBinding has no end, so no person is bound to the rights: a service account is, and the declared groups may only
ask for its token. The API server itself ends a token, and a ValidatingAdmissionPolicy refuses one that would last
longer than the tenant allows. Each token that is asked for stands in the audit log with the name of who asked. What
this does not do: keep somebody from asking again, or approve it afterwards.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import account, made, metadata
from tenant_compiler.backends.kubernetes.support import HONOURED, Answer
from tenant_compiler.backends.kubernetes.tenancy.access import RBAC, bound, emergency_rights, role_reference
from tenant_compiler.backends.kubernetes.tenancy.admission import API, in_namespace
from tenant_compiler.model.artifact import ArtifactObject, Shared
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Need
    from tenant_compiler.model.plan_data import BreakGlass

ACCOUNT: Final = "break.glass"
"""The service account that has the rights; no service has a dot in its name."""
_DOOR: Final = "break.glass.entry"
LEAST_MINUTES: Final = 10
"""The API server issues no token that lasts shorter."""

_ASK: Final = [
    Shared({"apiGroups": [""], "resources": ["serviceaccounts/token"], "resourceNames": [ACCOUNT], "verbs": ["create"]})
]
_TOKENS: Final = Shared(
    {
        "resourceRules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE"],
                "resources": ["serviceaccounts/token"],
            }
        ]
    }
)


def objects(here: Scene) -> Iterator[ArtifactObject]:
    """Make the account with the rights, the door to it, and what shuts the door; nothing where nobody may pass it."""
    said = here.plan.break_glass
    if said is None or said.minutes is None or not said.groups or said.minutes < LEAST_MINUTES:
        return
    meta = metadata(here, ACCOUNT)
    who = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": here.plan.name}
    yield account(meta, said.made_from)
    yield made(
        "Role",
        {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": meta, "rules": emergency_rights(here)},
        said.made_from,
    )
    binding = {"roleRef": role_reference(ACCOUNT), "subjects": [who]}
    yield made(
        "RoleBinding",
        {"apiVersion": f"{RBAC}/v1", "kind": "RoleBinding", "metadata": meta, **binding},
        said.made_from,
    )
    yield from bound(here, _DOOR, _ASK, said.groups, said.made_from)
    yield from _limit(here, said, said.minutes)


def support(here: Scene, need: Need) -> Answer:
    """Say whether access in an emergency ends as soon as it must."""
    said = here.plan.break_glass
    if said is None or said.minutes is None or said.minutes >= LEAST_MINUTES:
        return HONOURED
    words = f"{need.what} is to end after {said.minutes} minutes, but Kubernetes issues no token for less than ten"
    return Answer("cannot", Lack(words, f"write {LEAST_MINUTES} minutes or more", "error"))


def _limit(here: Scene, said: BreakGlass, minutes: int) -> Iterator[ArtifactObject]:
    """Make the policy and its binding. They are the cluster's, so they have the tenant's name, with a dot."""
    name = f"{here.plan.name}.{ACCOUNT}"
    meta = {"name": name, "labels": here.labels}
    policy: dict[str, Any] = {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": meta,
        "spec": _policy(minutes),
    }
    yield made("ValidatingAdmissionPolicy", policy, said.made_from)
    yield in_namespace(here, name, said.made_from)


@lru_cache(maxsize=64)
def _policy(minutes: int) -> Shared:
    rule = {
        "expression": f"object.spec.expirationSeconds <= {minutes * 60}",
        "message": f"access in an emergency ends after {minutes} minutes: ask with --duration={minutes}m or less",
        "reason": "Forbidden",
    }
    # Of other accounts nobody here may ask for tokens but the platform, whose business they are.
    only = [{"name": "emergency", "expression": f'request.name == "{ACCOUNT}"'}]
    return Shared(
        {"failurePolicy": "Fail", "matchConstraints": _TOKENS, "matchConditions": only, "validations": [rule]}
    )
