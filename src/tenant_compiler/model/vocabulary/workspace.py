"""The workspace's configuration: `tenant-compile.toml`, or `[tool.tenant-compile]` in pyproject.toml."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from annotated_types import Ge, Le, MaxLen, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LABEL, NAME, Info
from tenant_compiler.model.vocabulary.tenant import Settings

_FOLDER = r"^[^/\x00-\x1f][^\x00-\x1f]*$"
_GROUP = r"^(?!system:)[^\x00-\x1f\x7f]+$"


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


class Gateway(TypedDict):
    """Where clients' requests come from."""

    namespace: Annotated[str, Info("The gateway's namespace.", "gateway", pattern=LABEL)]


class ClusterMonitoring(TypedDict):
    """Who scrapes metrics."""

    namespace: Annotated[str, Info("Prometheus' namespace.", "monitoring", pattern=LABEL)]


class Tracing(TypedDict):
    """Where spans and metrics are sent."""

    otlp: Annotated[
        str,
        Info(
            "The collector's OTLP address, `service.namespace:port`.",
            "otel-gateway.observability:4317",
            pattern=r"^[a-z0-9-]+\.[a-z0-9-]+:[0-9]{2,5}$",
        ),
    ]


class Accelerators(TypedDict):
    """The cluster's accelerators."""

    resource: Annotated[str, Info("The extended resource.", "nvidia.com/gpu", pattern=r"^[a-z0-9.-]+/[A-Za-z0-9_.-]+$")]
    units_per_accelerator: Annotated[int, Ge(1), Le(1000), Info("So many `ai_processing_units` are one.", 10, "units")]


class Cluster(TypedDict):
    """A cluster profile: what a platform offers. What a tenant needs and it lacks is a finding."""

    kubernetes: Annotated[
        Literal["1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"],
        Info(
            "The cluster's version; objects are checked against it.",
            "1.34",
            values={f"1.{minor}": f"Kubernetes 1.{minor}." for minor in range(30, 38)},
            default="1.34",
        ),
    ]
    cloud: NotRequired[
        Annotated[
            Literal["aws", "azure", "gcp", "on_premises"],
            Info(
                "The cluster's cloud; a tenant of another cloud cannot be placed there.",
                "aws",
                values={"aws": "AWS.", "azure": "Azure.", "gcp": "Google Cloud.", "on_premises": "The operator's own."},
            ),
        ]
    ]
    region: NotRequired[Annotated[str, Info("The cluster's region.", "eu-central-1", pattern=NAME)]]
    jurisdiction: NotRequired[
        Annotated[
            Literal["EU", "US", "UK", "CH", "CA", "APAC"],
            Info(
                "The jurisdiction of a region that is no public cloud's.",
                "EU",
                values={
                    "EU": "The European Economic Area.",
                    "US": "The United States.",
                    "UK": "The United Kingdom.",
                    "CH": "Switzerland.",
                    "CA": "Canada.",
                    "APAC": "Asia and the Pacific.",
                },
            ),
        ]
    ]
    network_policy: Annotated[
        Literal["none", "kubernetes", "cilium"],
        Info(
            "Which network policies the cluster really enforces.",
            "cilium",
            values={
                "none": "None: NetworkPolicy objects have no effect.",
                "kubernetes": "NetworkPolicy, by addresses and labels only.",
                "cilium": "NetworkPolicy and Cilium's own.",
            },
            default="kubernetes",
        ),
    ]
    gateway: NotRequired[Annotated[Gateway, Info("Where clients' requests come from.", {"namespace": "gateway"})]]
    monitoring: NotRequired[Annotated[ClusterMonitoring, Info("Who scrapes metrics.", {"namespace": "monitoring"})]]
    tracing: NotRequired[Annotated[Tracing, Info("Where spans are sent.", {"otlp": "otel-gateway.observability:4317"})]]
    data_cidrs: Annotated[
        list[Annotated[str, Info("A private range.", "10.20.0.0/16", format="cidr")]],
        Info("Addresses of the tenants' stores, as seen from the cluster.", ["10.20.0.0/16"], default=[]),
    ]
    operators: Annotated[
        list[Annotated[str, MaxLen(253), Info("A group.", "grp-platform-operators", pattern=_GROUP)]],
        Info(
            "Groups that operate the tenants of the cluster; `system:` groups are refused.",
            ["grp-platform-operators"],
            default=[],
        ),
    ]
    gpu: NotRequired[
        Annotated[Accelerators, Info("Accelerators.", {"resource": "nvidia.com/gpu", "units_per_accelerator": 10})]
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
    plugins: Annotated[Plugins, Info("Plug-ins.", {"required": []}, default={})]
    targets: Annotated[Targets, Info("Back-ends.", {"enable": ["kubernetes"]}, default={})]
    cluster: Annotated[
        dict[str, Cluster],
        Info("Cluster profiles by name.", {"shared-eu": {"kubernetes": "1.34"}}, keys=LABEL, default={}),
    ]
