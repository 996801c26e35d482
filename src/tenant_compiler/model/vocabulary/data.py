"""The tenant's stores."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from annotated_types import Ge, Le
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LABEL, Info

DataClass = Annotated[
    Literal[
        "public",
        "internal",
        "personal",
        "special_category",
        "health",
        "biometric",
        "cardholder",
        "sensitive_authentication",
        "financial_reporting",
        "federal",
    ],
    Info(
        "A class of data.",
        "personal",
        values={
            "public": "Anybody may see it.",
            "internal": "Business data without persons in it.",
            "personal": "Data about persons.",
            "special_category": "Personal data of the special categories (GDPR Article 9).",
            "health": "Data about the health of persons.",
            "biometric": "Data that identifies persons by their bodies.",
            "cardholder": "Payment card numbers and what belongs to them.",
            "sensitive_authentication": "Card verification data, which must not be kept.",
            "financial_reporting": "Data that financial statements are made from.",
            "federal": "Data of a public agency.",
        },
    ),
]

DATA_CLASS: Final = (
    r"^(public|internal|personal|special_category|health|biometric|cardholder|sensitive_authentication"
    r"|financial_reporting|federal)$"
)
COLUMN: Final = r"^[A-Za-z_][A-Za-z0-9_]{0,62}$"

_CLASSES = Info("What the store holds; the layers add up.", ["personal"], union=True, default=[])


FieldEncryption = TypedDict(
    "FieldEncryption",
    {
        "class": NotRequired[DataClass],
        "method": NotRequired[
            Annotated[
                Literal["tokenize", "encrypt", "hash"],
                Info(
                    "What stands in the column.",
                    "tokenize",
                    values={
                        "tokenize": "A token; the value is kept elsewhere.",
                        "encrypt": "The value, encrypted by the application.",
                        "hash": "A keyed hash of the value.",
                    },
                ),
            ]
        ],
    },
)
"""A column whose values the application protects itself."""


class SqlStore(TypedDict):
    """One relational database."""

    engine: Annotated[
        Literal["postgres"],
        Info("The database engine.", "postgres", values={"postgres": "PostgreSQL."}, default="postgres"),
    ]
    version: Annotated[
        Literal["15", "16", "17"],
        Info(
            "Major version of the engine.",
            "16",
            values={"15": "PostgreSQL 15.", "16": "PostgreSQL 16.", "17": "PostgreSQL 17."},
            default="16",
        ),
    ]
    storage_gb: Annotated[
        int, Ge(20), Le(65536), Info("Storage at the start; it grows up to the quota.", 500, "GiB", default=20)
    ]
    high_availability: Annotated[bool, Info("A standby in a second zone takes over.", example=True, default=False)]
    data_classes: Annotated[list[DataClass], _CLASSES]
    retention_days: NotRequired[
        Annotated[int, Ge(1), Le(36500), Info("The application deletes rows after so long.", 3650, "days")]
    ]
    field_encryption: NotRequired[
        Annotated[
            dict[str, FieldEncryption],
            Info(
                "Columns that are protected one by one.",
                {"ssn": {"class": "personal", "method": "tokenize"}},
                keys=COLUMN,
            ),
        ]
    ]


class ObjectStore(TypedDict):
    """One bucket of objects."""

    versioning: Annotated[
        bool, Info("Overwritten and deleted objects are kept as versions.", example=True, default=True)
    ]
    lifecycle_days: NotRequired[
        Annotated[int, Ge(1), Le(36500), Info("Objects, and their old versions, go after so long.", 365, "days")]
    ]
    object_lock_days: NotRequired[
        Annotated[int, Ge(1), Le(36500), Info("Nobody can delete or overwrite an object before so long.", 30, "days")]
    ]
    data_classes: Annotated[list[DataClass], _CLASSES]


class Data(TypedDict):
    """The stores by kind and name. A name stands once in all kinds together."""

    sql: Annotated[
        dict[str, SqlStore], Info("Relational databases.", {"records": {"storage_gb": 500}}, keys=LABEL, default={})
    ]
    object: Annotated[
        dict[str, ObjectStore], Info("Object stores.", {"scans": {"lifecycle_days": 365}}, keys=LABEL, default={})
    ]
