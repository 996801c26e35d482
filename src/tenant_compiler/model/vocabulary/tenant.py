"""A tenant, a profile, and the tenant of one environment once all layers are merged."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from annotated_types import MaxLen, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.ai import Ai
from tenant_compiler.model.vocabulary.annotations import EMAIL, HOST, LABEL, LINE, NAME, URL, Info
from tenant_compiler.model.vocabulary.compliance import Compliance
from tenant_compiler.model.vocabulary.data import Data
from tenant_compiler.model.vocabulary.monitoring import Monitoring
from tenant_compiler.model.vocabulary.operations import Backup, ChangeControl
from tenant_compiler.model.vocabulary.placement import Placement
from tenant_compiler.model.vocabulary.quotas import Quotas
from tenant_compiler.model.vocabulary.security import Security
from tenant_compiler.model.vocabulary.services import Service

API_VERSION = "tenant-compiler.dev/v1"

_PROFILE = r"^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*$"
_TIER = r"^[a-z]([a-z0-9_]{0,38}[a-z0-9])?$"


class Metadata(TypedDict):
    """Who the tenant is."""

    name: Annotated[
        str,
        MaxLen(40),
        Info(
            "The tenant's name: unique in the fleet, a DNS label, at most 40 characters; objects are named after it.",
            "acme-health",
            pattern=LABEL,
        ),
    ]
    labels: Annotated[
        dict[
            str,
            Annotated[
                str,
                MaxLen(63),
                Info("A value.", "healthcare", pattern=r"^([A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)?$"),
            ],
        ],
        Info(
            "Labels that select tenants on the command line (`-l segment=healthcare`) and stand on the namespace; keys"
            " have no prefix unless the workspace allows it.",
            {"segment": "healthcare"},
            keys=r"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$",
            default={},
        ),
    ]


class Owner(TypedDict):
    """Who answers for the tenant."""

    team: Annotated[
        str, MaxLen(63), Info("The team; a label on objects, tags and alerts.", "care-platform", pattern=LABEL)
    ]
    email: NotRequired[Annotated[str, Info("Where to write to.", "care@acme.example", pattern=EMAIL)]]
    cost_center: NotRequired[
        Annotated[
            str,
            MaxLen(63),
            Info("Who pays; a label and a tag.", "CC-1042", pattern=r"^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$"),
        ]
    ]
    on_call: NotRequired[
        Annotated[str, MaxLen(500), Info("A page that alerts link to.", "https://oncall.example/care", pattern=URL)]
    ]


class Colors(TypedDict):
    """Colours of the brand."""

    primary: NotRequired[Annotated[str, Info("The main colour.", "#0055aa", pattern=r"^#[0-9a-f]{6}$")]]


class Branding(TypedDict):
    """A reseller's own brand; the tier `white_label` demands it."""

    name: Annotated[
        str, MaxLen(80), Info("The brand; in the settings and on the dashboard.", "ACME Care", pattern=LINE)
    ]
    domains: Annotated[
        list[Annotated[str, Info("A domain.", "care.acme.example", pattern=HOST)]],
        MinLen(1),
        Info("Domains of the brand, beside `domains`.", ["care.acme.example"]),
    ]
    logo: NotRequired[
        Annotated[
            str,
            MaxLen(200),
            Info("Where the application finds the logo.", "assets/acme.svg", pattern=r"^[A-Za-z0-9_][A-Za-z0-9._/-]*$"),
        ]
    ]
    colors: NotRequired[Annotated[Colors, Info("Colours.", {"primary": "#0055aa"})]]
    support_email: NotRequired[
        Annotated[str, Info("Where the brand's customers write to.", "help@acme.example", pattern=EMAIL)]
    ]


class Settings(TypedDict):
    """What every layer may set: presets, workspace defaults, profiles, environments, tenants."""

    display_name: NotRequired[
        Annotated[str, MaxLen(120), Info("The tenant's name for people.", "ACME Health GmbH", pattern=LINE)]
    ]
    owner: Annotated[Owner, Info("Who answers for the tenant.", {"team": "care-platform"})]
    domains: Annotated[
        list[Annotated[str, Info("A domain.", "acme.example", pattern=HOST)]],
        Info("Hosts must lie below one of these (or of `branding.domains`).", ["acme.example"], default=[]),
    ]
    compliance: Annotated[Compliance, Info("What the tenant must follow.", {"frameworks": {"hipaa": {}}}, default={})]
    change_control: Annotated[ChangeControl, Info("How changes reach the tenant.", {"approvals": 2}, default={})]
    placement: Annotated[Placement, Info("Where the tenant runs.", {"cloud": "aws"})]
    backup: Annotated[Backup, Info("Backups of the stores.", {"schedule": "0 */4 * * *"}, default={})]
    quotas: Annotated[Quotas, Info("What the tenant may use.", {"cpu_cores": 32})]
    security: Annotated[Security, Info("What protects the tenant.", {"encryption_level": "maximum"})]
    ai: Annotated[Ai, Info("AI services and models.", {"nlp_processing_enabled": True}, default={})]
    services: Annotated[
        dict[str, Service],
        Info(
            "The tenant's programs by name.",
            {"portal": {"image": "registry.acme.example/portal:1"}},
            keys=LABEL,
            default={},
        ),
    ]
    data: Annotated[Data, Info("The tenant's stores.", {"sql": {"records": {}}}, default={})]
    monitoring: Annotated[Monitoring, Info("What is watched.", {"slos": {}}, default={})]
    branding: NotRequired[
        Annotated[Branding, Info("A brand of its own.", {"name": "ACME Care", "domains": ["care.acme.example"]})]
    ]
    extensions: Annotated[
        dict[str, Any],
        Info(
            "Sections of plug-ins by name, each checked by the schema that its plug-in registers.",
            {},
            keys=NAME,
            default={},
        ),
    ]


class Selected(Settings):
    """The settings of one environment, with the tier and the profiles that gave the layers below."""

    tier: Annotated[
        str,
        Info(
            "The tier preset: free, standard, premium, enterprise, enterprise_plus, white_label, or one of your own.",
            "enterprise",
            pattern=_TIER,
        ),
    ]
    profiles: Annotated[
        list[Annotated[str, Info("A profile.", "region/eu", pattern=_PROFILE)]],
        Info("Mix-ins, later ones win.", ["region/eu", "regulation/health"], default=[]),
    ]


class Spec(Selected):
    """What a tenant's file says."""

    environments: Annotated[
        dict[str, Selected],
        MinLen(1),
        Info(
            "The environments that the tenant has, each with overrides of anything else here (the last layer of all)."
            " Left out: the workspace's first environment.",
            {"production": {}, "staging": {"tier": "standard"}},
            keys=LABEL,
        ),
    ]


class Tenant(TypedDict):
    """A tenant's document."""

    apiVersion: Annotated[Literal["tenant-compiler.dev/v1"], Info("The format.", API_VERSION)]
    kind: Annotated[Literal["Tenant"], Info("What the document is.", "Tenant")]
    metadata: Annotated[Metadata, Info("Who the tenant is.", {"name": "acme-health"})]
    spec: Annotated[Spec, Info("What the tenant is.", {"tier": "standard"})]


class ResolvedTenant(TypedDict):
    """A tenant in one environment with all layers merged: what `tenant-compile show` prints."""

    apiVersion: Annotated[Literal["tenant-compiler.dev/v1"], Info("The format.", API_VERSION)]
    kind: Annotated[Literal["Tenant"], Info("What the document is.", "Tenant")]
    metadata: Annotated[Metadata, Info("Who the tenant is.", {"name": "acme-health"})]
    spec: Annotated[Selected, Info("What the tenant is in this environment.", {"tier": "standard"})]


class Profile(TypedDict):
    """A mix-in, named by `spec.profiles`."""

    apiVersion: Annotated[Literal["tenant-compiler.dev/v1"], Info("The format.", API_VERSION)]
    kind: Annotated[Literal["Profile"], Info("What the document is.", "Profile")]
    extends: NotRequired[
        Annotated[
            list[Annotated[str, Info("A profile.", "region/eu", pattern=_PROFILE)]],
            Info("Profiles that this one builds on; they stand below it.", ["region/eu"]),
        ]
    ]
    spec: Annotated[Settings, Info("What the profile sets.", {"placement": {"cloud": "aws"}})]
