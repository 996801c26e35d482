"""Compliance: what a tenant must follow, and the facts that no configuration proves."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from annotated_types import Ge, Le, MaxLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import EMAIL, LABEL, LINE, NAME, Info
from tenant_compiler.model.vocabulary.data import DATA_CLASS, DataClass

CONTACT: Final = r"^(dpo|security_incident|breach_notification|eu_representative)$"
AGREEMENT: Final = r"^(dpa|baa|tpsp)$"
COUNTRY: Final = r"^[A-Z]{2,4}$"
ATTESTATION: Final = (
    r"^(penetration_test|segmentation_test|restore_test|disaster_recovery_test|access_review|firewall_review"
    r"|risk_assessment|security_training|incident_response_plan|incident_response_test|asv_scan|red_team|log_review"
    r"|purge_check|threat_intelligence|supplier_review|exit_plan|secure_development|acceptance_test)$"
)

_Text = Annotated[str, MaxLen(200), Info("One line.", "care coordination", pattern=LINE)]
_Reference = Annotated[
    str, MaxLen(200), Info("Where the proof is filed: a number or an address.", "PT-26-3", pattern=LINE)
]


class FrameworkUse(TypedDict):
    """How a framework applies to the tenant."""

    level: NotRequired[Annotated[str, Info("The framework's level, where it has levels.", "moderate", pattern=NAME)]]
    role: NotRequired[
        Annotated[str, Info("The tenant's role, where the framework has roles.", "controller", pattern=NAME)]
    ]


class Processing(TypedDict):
    """The record of processing."""

    purposes: NotRequired[Annotated[list[_Text], Info("What the data is for.", ["care coordination"])]]
    data_subjects: NotRequired[Annotated[list[_Text], Info("Whom the data is about.", ["patients", "staff"])]]
    recipients: NotRequired[Annotated[list[_Text], Info("Who gets the data.", ["MailCo"])]]


class Agreement(TypedDict):
    """A contract."""

    counterparty: NotRequired[Annotated[str, MaxLen(200), Info("The other party.", "ACME Health GmbH", pattern=LINE)]]
    signed: NotRequired[Annotated[str, Info("When it was signed.", "2026-01-10", format="date")]]
    expires: NotRequired[Annotated[str, Info("The last day on which it holds.", "2028-01-10", format="date")]]


class Transfer(TypedDict):
    """Why data may go to a country or jurisdiction outside the tenant's own."""

    basis: NotRequired[
        Annotated[
            Literal["adequacy", "standard_contractual_clauses", "binding_corporate_rules", "derogation"],
            Info(
                "The legal basis.",
                "standard_contractual_clauses",
                values={
                    "adequacy": "A decision says that the country protects data well enough.",
                    "standard_contractual_clauses": "The importer has signed the standard clauses.",
                    "binding_corporate_rules": "Approved rules hold within a group of companies.",
                    "derogation": "An exception for a single case.",
                },
            ),
        ]
    ]
    reference: NotRequired[_Reference]


class Subprocessor(TypedDict):
    """Somebody who processes the tenant's data on the operator's behalf."""

    name: NotRequired[Annotated[str, MaxLen(200), Info("The name in full.", "MailCo Ltd", pattern=LINE)]]
    purpose: NotRequired[Annotated[str, MaxLen(200), Info("What it does.", "e-mail delivery", pattern=LINE)]]
    country: NotRequired[
        Annotated[str, Info("Where it processes: a country's code of two letters.", "DE", pattern=COUNTRY)]
    ]
    agreements: NotRequired[
        Annotated[
            list[
                Annotated[
                    Literal["dpa", "baa", "tpsp"],
                    Info(
                        "An agreement.",
                        "dpa",
                        values={
                            "dpa": "A data processing agreement.",
                            "baa": "A business associate agreement.",
                            "tpsp": "An agreement with a provider of payment services.",
                        },
                    ),
                ]
            ],
            Info("Agreements that are signed with it.", ["dpa"]),
        ]
    ]
    data_classes: NotRequired[Annotated[list[DataClass], Info("What it gets to see.", ["personal"])]]


class Retention(TypedDict):
    """How long data is kept, and how it ends."""

    by_class_days: NotRequired[
        Annotated[
            dict[str, Annotated[int, Ge(1), Le(36500), Info("The longest time.", 730, "days")]],
            Info("How long data of a class is kept.", {"personal": 730, "health": 3650}, "days", keys=DATA_CLASS),
        ]
    ]
    deletion: NotRequired[
        Annotated[
            Literal["crypto_shred", "overwrite", "delete"],
            Info(
                "How data is deleted.",
                "crypto_shred",
                values={
                    "crypto_shred": "The key is destroyed; what it encrypted can be read no more.",
                    "overwrite": "The data is overwritten, then deleted.",
                    "delete": "The data is deleted.",
                },
            ),
        ]
    ]
    deletion_deadline_days: NotRequired[
        Annotated[int, Ge(1), Le(3650), Info("Data is deleted so long after it has to be, at the latest.", 30, "days")]
    ]
    backup_purge_days: NotRequired[
        Annotated[int, Ge(1), Le(3650), Info("It is gone from all backups after so long.", 35, "days")]
    ]
    export: NotRequired[Annotated[bool, Info("The tenant gets its data in a common format on request.", example=True)]]


class Masking(TypedDict):
    """What people see in place of the data."""

    primary_account_number: NotRequired[
        Annotated[
            Literal["first6_last4", "last4", "hidden"],
            Info(
                "What is shown of a payment card's number.",
                "first6_last4",
                values={
                    "first6_last4": "The first six and the last four digits.",
                    "last4": "The last four digits.",
                    "hidden": "Nothing.",
                },
            ),
        ]
    ]
    personal: NotRequired[
        Annotated[
            Literal["pseudonymised", "anonymised", "synthetic"],
            Info(
                "What stands in place of data about persons where nobody has to know them.",
                "pseudonymised",
                values={
                    "pseudonymised": "Names that only the holder of a separate table can resolve.",
                    "anonymised": "Data from which nobody can be found again.",
                    "synthetic": "Made-up data.",
                },
            ),
        ]
    ]


class ImpactAssessment(TypedDict):
    """A data protection impact assessment."""

    reference: NotRequired[_Reference]
    date: NotRequired[Annotated[str, Info("When it was made.", "2026-02-01", format="date")]]


class Attestation(TypedDict):
    """Something that was done, with its day."""

    date: NotRequired[Annotated[str, Info("When it was done.", "2026-05-20", format="date")]]
    by: NotRequired[Annotated[str, MaxLen(200), Info("Who did it.", "Example Labs", pattern=LINE)]]
    reference: NotRequired[_Reference]


class Compliance(TypedDict):
    """What the tenant must follow, and facts that no configuration proves: attested, never passed."""

    frameworks: Annotated[
        dict[str, FrameworkUse],
        Info(
            "Regulations and standards by name: `fedramp`, `gdpr`, `hipaa`, `iso27001`, `pci_dss`, `sox`, or your own.",
            {"hipaa": {}, "fedramp": {"level": "moderate"}},
            keys=NAME,
            default={},
        ),
    ]
    data_classes: Annotated[
        list[DataClass],
        Info("All that the tenant holds; the layers add up.", ["personal", "health"], union=True, default=[]),
    ]
    processing: NotRequired[
        Annotated[Processing, Info("The record of processing.", {"purposes": ["care coordination"]})]
    ]
    contacts: NotRequired[
        Annotated[
            dict[str, Annotated[str, Info("An address.", "dpo@acme.example", pattern=EMAIL)]],
            Info("Whom to write to.", {"dpo": "dpo@acme.example"}, keys=CONTACT),
        ]
    ]
    breach_notification_hours: NotRequired[
        Annotated[int, Ge(1), Le(8760), Info("A breach is reported within so long.", 72, "hours")]
    ]
    agreements: NotRequired[
        Annotated[
            dict[str, Agreement],
            Info(
                "Contracts with the tenant: data processing (`dpa`), business associate (`baa`), payments (`tpsp`).",
                {"dpa": {"counterparty": "ACME Health GmbH", "signed": "2026-01-10", "expires": "2028-01-10"}},
                keys=AGREEMENT,
            ),
        ]
    ]
    transfers: NotRequired[
        Annotated[
            dict[str, Transfer],
            Info(
                "Why data may leave, by the code of the country or jurisdiction that it goes to.",
                {"US": {"basis": "standard_contractual_clauses", "reference": "SCC-2026-7"}},
                keys=COUNTRY,
            ),
        ]
    ]
    subprocessors: NotRequired[
        Annotated[
            dict[str, Subprocessor],
            Info(
                "Who else processes the tenant's data; egress destinations have the same names.",
                {"mailco": {"name": "MailCo", "purpose": "e-mail delivery", "country": "DE"}},
                keys=LABEL,
            ),
        ]
    ]
    retention: NotRequired[
        Annotated[Retention, Info("How long data is kept, and how it ends.", {"by_class_days": {"personal": 730}})]
    ]
    masking: NotRequired[Annotated[Masking, Info("What people see instead.", {"personal": "pseudonymised"})]]
    impact_assessment: NotRequired[
        Annotated[ImpactAssessment, Info("The impact assessment.", {"reference": "DPIA-12", "date": "2026-02-01"})]
    ]
    attestations: NotRequired[
        Annotated[
            dict[str, Attestation],
            Info(
                "What was done, by kind.",
                {"penetration_test": {"date": "2026-05-20", "by": "Example Labs", "reference": "PT-26-3"}},
                keys=ATTESTATION,
            ),
        ]
    ]
