"""Where a tenant runs: cloud, regions, and where its data may be."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from annotated_types import Ge, Le, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LABEL, NAME, Info
from tenant_compiler.model.vocabulary.operations import DisasterRecovery


class Region(TypedDict):
    """One region of a tenant."""

    role: Annotated[
        Literal["primary", "active", "standby", "backup"],
        Info(
            "What the region is for.",
            "primary",
            values={
                "primary": "Serves clients and holds the data that is written; exactly one region has it.",
                "active": "Serves clients beside the primary region.",
                "standby": "Is ready to take over: everything is there, scaled to its minimum.",
                "backup": "Holds copies of data only; nothing runs there.",
            },
            default="primary",
        ),
    ]
    zones: Annotated[int, Ge(1), Le(6), Info("Zones over which pods are spread.", 3, "zones", default=3)]
    cluster_profile: NotRequired[
        Annotated[str, Info("The workspace's `[cluster.NAME]` that runs the tenant there.", "shared-eu", pattern=LABEL)]
    ]


class Residency(TypedDict):
    """Where data may be."""

    jurisdictions: Annotated[
        list[
            Annotated[
                Literal["EU", "US", "UK", "CH", "CA", "APAC"],
                Info(
                    "A jurisdiction.",
                    "EU",
                    values={
                        "EU": "The European Union and the European Economic Area.",
                        "US": "The United States.",
                        "UK": "The United Kingdom.",
                        "CH": "Switzerland.",
                        "CA": "Canada.",
                        "APAC": "Asia and the Pacific.",
                    },
                ),
            ]
        ],
        Info("Jurisdictions in which the tenant's resources may be; empty for no rule.", ["EU"], default=[]),
    ]
    strict: Annotated[
        bool,
        Info("True: a region outside is an error; false: a warning.", example=True, default=True),
    ]


class Placement(TypedDict):
    """Cloud, regions and residency."""

    cloud: Annotated[
        Literal["aws", "azure", "gcp", "on_premises"],
        Info(
            "The platform that hosts the tenant.",
            "aws",
            values={
                "aws": "Amazon Web Services.",
                "azure": "Microsoft Azure.",
                "gcp": "Google Cloud.",
                "on_premises": "The operator's own data centre; its regions are those of the cluster profiles.",
            },
        ),
    ]
    isolation: Annotated[
        Literal["namespace", "node_pool", "cluster", "account"],
        Info(
            "How far the tenant is kept from others; each level has what the ones before it have.",
            "node_pool",
            values={
                "namespace": "A namespace of its own.",
                "node_pool": "Nodes of its own.",
                "cluster": "A cluster of its own.",
                "account": "A cloud account of its own.",
            },
            default="namespace",
        ),
    ]
    regions: Annotated[
        dict[str, Region],
        MinLen(1),
        Info(
            "The tenant's regions by name; more than one makes it multi-region.",
            {"eu-central-1": {"role": "primary"}},
            keys=NAME,
        ),
    ]
    residency: Annotated[Residency, Info("Where data may be.", {"jurisdictions": ["EU"]}, default={})]
    disaster_recovery: Annotated[
        DisasterRecovery, Info("What may be lost when a region is.", {"recovery_point_minutes": 15}, default={})
    ]
