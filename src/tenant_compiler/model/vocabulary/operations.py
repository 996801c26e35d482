"""How the tenant is changed and backed up."""

from __future__ import annotations

from typing import Annotated, NotRequired

from annotated_types import Ge, Le
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LABEL, NAME, Info
from tenant_compiler.model.vocabulary.delivery import Window
from tenant_compiler.model.vocabulary.groups import Group


class Duties(TypedDict):
    """Who may do what; nobody should stand in two of them."""

    deployers: NotRequired[Annotated[list[Group], Info("Groups that roll out changes.", ["grp-care-deploy"])]]
    approvers: NotRequired[Annotated[list[Group], Info("Groups that approve changes.", ["grp-care-lead"])]]
    database_admins: NotRequired[Annotated[list[Group], Info("Groups that administer the stores.", ["grp-care-dba"])]]


class BreakGlass(TypedDict):
    """Access in an emergency."""

    roles: NotRequired[Annotated[list[Group], Info("Groups that may take it.", ["grp-break-glass"])]]
    maximum_minutes: NotRequired[Annotated[int, Ge(1), Le(1440), Info("It ends after so long.", 60, "minutes")]]
    post_approval_hours: NotRequired[
        Annotated[int, Ge(1), Le(720), Info("Somebody else approves it afterwards within so long.", 24, "hours")]
    ]


class ChangeControl(TypedDict):
    """How changes reach the tenant."""

    approvals: NotRequired[
        Annotated[int, Ge(0), Le(10), Info("So many people beside the author approve a change.", 2, "approvals")]
    ]
    ticket_required: NotRequired[Annotated[bool, Info("A change names a ticket.", example=True)]]
    tests_required: NotRequired[Annotated[bool, Info("A change is tested before it is rolled out.", example=True)]]
    roles: NotRequired[Annotated[Duties, Info("Who may do what.", {"approvers": ["grp-care-lead"]})]]
    separate_environments: NotRequired[
        Annotated[bool, Info("Production shares no cluster and no store with other environments.", example=True)]
    ]
    maintenance_windows: NotRequired[
        Annotated[
            dict[str, Window],
            Info(
                "Changes are applied in these times only, by name; so is what sets right changes made by hand.",
                {"weekend": {"days": ["sat", "sun"], "start": "01:00", "end": "05:00", "timezone": "Europe/Berlin"}},
                keys=LABEL,
            ),
        ]
    ]
    break_glass: NotRequired[Annotated[BreakGlass, Info("Access in an emergency.", {"maximum_minutes": 60})]]


class Backup(TypedDict):
    """Backups of the stores. Without a schedule there are none beside those of the stores themselves."""

    schedule: NotRequired[Annotated[str, Info("When backups are made, in UTC.", "0 */4 * * *", format="cron")]]
    copies: NotRequired[
        Annotated[
            int,
            Ge(1),
            Le(5),
            Info(
                "How many copies of each backup there are, the first included; left out: 2 with a `region`, else 1.",
                2,
                "copies",
            ),
        ]
    ]
    region: NotRequired[
        Annotated[str, Info("The region of the second copy; left out: no copy elsewhere.", "eu-west-1", pattern=NAME)]
    ]
    retention_days: NotRequired[
        Annotated[int, Ge(1), Le(36500), Info("A backup is kept so long; left out: 35.", 35, "days")]
    ]
    immutable: NotRequired[Annotated[bool, Info("Nobody can delete a backup before its time.", example=True)]]


class DisasterRecovery(TypedDict):
    """What may be lost when a region is."""

    recovery_point_minutes: NotRequired[
        Annotated[int, Ge(0), Le(525600), Info("Changes of so long may be lost.", 15, "minutes")]
    ]
    recovery_time_minutes: NotRequired[
        Annotated[int, Ge(1), Le(525600), Info("The tenant serves again after so long.", 60, "minutes")]
    ]
