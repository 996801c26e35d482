"""The workspace's configuration: `tenant-compile.toml`, or `[tool.tenant-compile]` in pyproject.toml."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypeAlias

from annotated_types import Ge, Le, MaxLen, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.ai import AiPlatform
from tenant_compiler.model.vocabulary.annotations import LABEL, NAME, Info
from tenant_compiler.model.vocabulary.cluster import Cluster
from tenant_compiler.model.vocabulary.tenant import Settings

_FOLDER = r"^[^/\x00-\x1f][^\x00-\x1f]*$"
_FRAMEWORK = r"^[a-z0-9]([-_.a-z0-9]{0,61}[a-z0-9])?(:[a-z0-9]([-_.a-z0-9]{0,61}[a-z0-9])?)?$"


Parameter: TypeAlias = (
    Annotated[int, Ge(0), Le(1_000_000_000)]
    | list[Annotated[str, MaxLen(200)]]
    | dict[str, Annotated[int, Ge(0), Le(1_000_000_000)]]
)
"""A number, a list, or numbers by name: what the rule's parameter is."""


class Layout(TypedDict):
    """Names and folders. Every path lies inside the workspace."""

    name: Annotated[str, MaxLen(40), Info("The fleet's name; a label on every object.", "acme-saas", pattern=LABEL)]
    tenants: Annotated[
        list[Annotated[str, Info("A glob.", "tenants/**/*.yaml", pattern=_FOLDER)]],
        MinLen(1),
        Info("Where the tenants are.", ["tenants/**/*.yaml"], default=["tenants/**/*.yaml"]),
    ]
    profiles: Annotated[str, Info("The folder of profiles.", "profiles", pattern=_FOLDER, default="profiles")]
    tier_presets: Annotated[
        str,
        Info(
            "The folder of tiers that add to, extend or replace the built-in six.",
            "tier_presets",
            pattern=_FOLDER,
            default="tier_presets",
        ),
    ]
    policies: Annotated[
        list[Annotated[str, Info("A folder.", "policies", pattern=_FOLDER)]],
        Info("Folders with rules and frameworks of your own.", ["policies"], default=["policies"]),
    ]
    waivers: Annotated[
        list[Annotated[str, Info("A glob.", "waivers/*.yaml", pattern=_FOLDER)]],
        Info("Where waivers are.", ["waivers/*.yaml"], default=["waivers/*.yaml"]),
    ]
    baseline: Annotated[
        str,
        Info(
            "The file with findings that are known and wait.", "baseline.json", pattern=_FOLDER, default="baseline.json"
        ),
    ]
    output: Annotated[str, Info("Where the artifacts go.", "build", pattern=_FOLDER, default="build")]
    name_prefix: Annotated[
        str,
        MaxLen(10),
        Info(
            "Every object is named with it, so that no tenant can be called kube-system.",
            "t-",
            pattern=r"^[a-z][a-z0-9]*-$",
            default="t-",
        ),
    ]
    label_prefixes: Annotated[
        list[Annotated[str, Info("A prefix.", "acme.example")]],
        Info("Prefixes that tenants' labels may have.", ["acme.example"], default=[]),
    ]


class Environment(TypedDict):
    """One environment of the fleet."""

    values: NotRequired[
        Annotated[
            str,
            Info("A YAML file with settings: a layer below the tenant.", "environments/staging.yaml", pattern=_FOLDER),
        ]
    ]


class Plugins(TypedDict):
    """Plug-ins."""

    required: Annotated[
        list[Annotated[str, Info("The name of a plug-in.", "example")]],
        Info("Plug-ins that must be there and work; missing or broken is exit 2.", ["example"], default=[]),
    ]


class StateStore(TypedDict):
    """Where Terraform keeps the state of tenants of one jurisdiction."""

    kind: Annotated[
        Literal["s3"], Info("The sort of store.", "s3", values={"s3": "An S3 bucket with lock files."}, default="s3")
    ]
    bucket: Annotated[str, Info("The bucket.", "acme-state-eu", pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    region: Annotated[str, Info("The bucket's region, inside the jurisdiction.", "eu-central-1", pattern=NAME)]


class TerraformTarget(TypedDict):
    """Settings of the back-end `terraform`."""

    aws: Annotated[
        str,
        Info(
            "The version of the AWS provider that every root is pinned to; majors 5 and 6 are checked.",
            "~> 6.69",
            pattern=r"^~> [56](\.[0-9]+){1,2}$",
            default="~> 6.69",
        ),
    ]
    key_store: NotRequired[
        Annotated[
            str,
            Info(
                "The custom key store (an HSM cluster) for keys with `hsm: true`.",
                "cks-1234567890abcdef0",
                pattern=r"^cks-[0-9a-f]{17}$",
            ),
        ]
    ]
    state: Annotated[
        dict[str, StateStore],
        Info(
            "One store a jurisdiction; without one for its jurisdiction a root keeps its state locally.",
            {"EU": {"kind": "s3", "bucket": "acme-state-eu", "region": "eu-central-1"}},
            default={},
        ),
    ]


class KubernetesTarget(TypedDict):
    """Settings of the back-end `kubernetes`."""

    format: Annotated[
        Literal["yaml", "json"],
        Info(
            "How manifests are written.",
            "yaml",
            values={"yaml": "YAML, a stream of documents.", "json": "A JSON list."},
            default="yaml",
        ),
    ]
    priorities: Annotated[
        dict[str, Annotated[int, Ge(0), Le(1_000_000_000), Info("A priority.", 1000)]],
        Info(
            "Scheduling priority of each tier; a tier that is not named has none. Kubernetes cannot change one later.",
            {"free": 1000, "enterprise": 10000},
            default={
                "free": 1000,
                "standard": 2000,
                "premium": 4000,
                "white_label": 6000,
                "enterprise": 8000,
                "enterprise_plus": 10000,
            },
        ),
    ]


class Targets(TypedDict):
    """Which back-ends run, and their settings."""

    enable: Annotated[
        list[Annotated[str, Info("A back-end.", "kubernetes")]],
        Info(
            "The back-ends of a build; a plug-in's run only when they are named here.",
            ["kubernetes", "terraform"],
            default=["kubernetes", "terraform", "prometheus", "grafana"],
        ),
    ]
    kubernetes: Annotated[KubernetesTarget, Info("Kubernetes.", {"format": "yaml"}, default={})]
    terraform: Annotated[TerraformTarget, Info("Terraform.", {"aws": "~> 6.69"}, default={})]


class ComplianceConfig(TypedDict):
    """What holds for every tenant."""

    frameworks: Annotated[
        list[Annotated[str, Info("A framework, with its level where it has levels.", "iso27001", pattern=_FRAMEWORK)]],
        Info("Frameworks that every tenant follows, whatever it says.", ["iso27001", "fedramp:moderate"], default=[]),
    ]
    parameters: Annotated[
        dict[str, Parameter],
        Info(
            "Stricter values of rules' parameters; a framework's own wins where it is stricter still.",
            {"audit_retention_days": 400},
            keys=r"^[a-z][a-z0-9_]*$",
            default={},
        ),
    ]
    waiver_maximum_days: Annotated[
        int, Ge(1), Le(3650), Info("A waiver ends at the latest after so long.", 180, "days", default=180)
    ]


class PolicyConfig(TypedDict):
    """How rules are evaluated."""

    engine: Annotated[
        Literal["auto", "regorus", "opa-embedded"],
        Info(
            "What evaluates Rego; never anything across the network.",
            "auto",
            values={
                "auto": "The first one that is there.",
                "regorus": "Regorus, inside the process.",
                "opa-embedded": "Open Policy Agent, inside the process.",
            },
            default="auto",
        ),
    ]


class WorkspaceConfig(TypedDict):
    """The whole configuration."""

    workspace: Annotated[Layout, Info("Names and folders.", {"name": "acme-saas"})]
    defaults: Annotated[
        Settings,
        Info(
            "What a tenant need not say: a layer of settings above the tier, below the profiles.",
            {"placement": {"cloud": "aws"}},
            default={},
        ),
    ]
    environments: Annotated[
        dict[str, Environment],
        Info(
            "The environments of the fleet by name, in order.",
            {"production": {}},
            keys=LABEL,
            default={"production": {}},
        ),
    ]
    compliance: Annotated[
        ComplianceConfig, Info("What holds for every tenant.", {"frameworks": ["iso27001"]}, default={})
    ]
    policy: Annotated[PolicyConfig, Info("How rules are evaluated.", {"engine": "auto"}, default={})]
    plugins: Annotated[Plugins, Info("Plug-ins.", {"required": []}, default={})]
    targets: Annotated[Targets, Info("Back-ends.", {"enable": ["kubernetes"]}, default={})]
    ai: Annotated[AiPlatform, Info("What the platform has for the AI of its tenants.", {"servers": {}}, default={})]
    cluster: Annotated[
        dict[str, Cluster],
        Info("Cluster profiles by name.", {"shared-eu": {"kubernetes": "1.34"}}, keys=LABEL, default={}),
    ]
