"""How manifests reach a cluster, and when."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from annotated_types import MaxLen, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LABEL, Info

_PART = "[A-Za-z0-9_][A-Za-z0-9._-]*"
FOLDER = f"^{_PART}(/{_PART})*$"
"""A relative path that goes nowhere up."""


class GitOps(TypedDict):
    """What applies the output to the cluster."""

    kind: Annotated[
        Literal["none", "argocd", "flux"],
        Info(
            "What watches the repository.",
            "argocd",
            values={
                "none": "Nothing: somebody applies the folders.",
                "argocd": "Argo CD, from version 3.0: an AppProject and an Application for each tenant.",
                "flux": "Flux: a Kustomization for each tenant.",
            },
        ),
    ]
    namespace: NotRequired[
        Annotated[str, Info("Its namespace; left out: `argocd` or `flux-system`.", "argocd", pattern=LABEL)]
    ]
    repository: Annotated[
        str,
        MaxLen(300),
        Info(
            "The repository that the output is committed to; no user or token in it.",
            "https://git.acme.example/fleet",
            pattern=r"^(https://[A-Za-z0-9.-]+(:[0-9]+)?|ssh://git@[A-Za-z0-9.-]+(:[0-9]+)?)(/[A-Za-z0-9._~-]+)+$",
        ),
    ]
    revision: Annotated[str, MaxLen(200), Info("The branch that is applied.", "main", pattern=FOLDER, default="main")]
    path: NotRequired[
        Annotated[
            str,
            MaxLen(300),
            Info("The output folder in the repository; left out: `workspace.output`.", "build", pattern=FOLDER),
        ]
    ]
    server: Annotated[
        str,
        Info(
            "The cluster as Argo CD knows it; its own unless said.",
            "https://kubernetes.default.svc",
            pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?$",
            default="https://kubernetes.default.svc",
        ),
    ]
    service_account: Annotated[
        str,
        Info(
            "The account in Flux' namespace with whose rights it applies.",
            "kustomize-controller",
            pattern=LABEL,
            default="kustomize-controller",
        ),
    ]


class Window(TypedDict):
    """A time of the week in which changes are applied."""

    days: Annotated[
        list[
            Annotated[
                Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                Info(
                    "A day of the week.",
                    "sat",
                    values={
                        "mon": "Monday.",
                        "tue": "Tuesday.",
                        "wed": "Wednesday.",
                        "thu": "Thursday.",
                        "fri": "Friday.",
                        "sat": "Saturday.",
                        "sun": "Sunday.",
                    },
                ),
            ]
        ],
        MinLen(1),
        Info("The days on which it starts.", ["sat", "sun"]),
    ]
    start: Annotated[str, Info("When it starts.", "01:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[
        str,
        Info(
            "When it ends; on the next day if that is not later than its start.",
            "05:00",
            pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        ),
    ]
    timezone: Annotated[
        str,
        Info(
            "The time zone, by its name in the IANA's database.",
            "Europe/Berlin",
            pattern=r"^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*$",
            default="Etc/UTC",
        ),
    ]
