"""Cluster profiles: what a platform offers."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from annotated_types import Ge, Le, MaxLen, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import HOST, LABEL, LINE, NAME, PINNED, URL, Info
from tenant_compiler.model.vocabulary.cluster_data import ClusterSecrets, RuntimeClasses, StorageClasses
from tenant_compiler.model.vocabulary.delivery import GitOps
from tenant_compiler.model.vocabulary.edge import Certificates, Gateway, PodCertificates
from tenant_compiler.model.vocabulary.groups import Group


class ClusterMonitoring(TypedDict):
    """Who scrapes metrics."""

    namespace: Annotated[str, Info("Prometheus' namespace.", "monitoring", pattern=LABEL)]
    address: NotRequired[
        Annotated[
            str,
            Info(
                "Where Prometheus answers queries: the controllers of rollouts and of scaling ask it.",
                "http://prometheus.monitoring:9090",
                pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{2,5})?(/[A-Za-z0-9._~/-]*)?$",
            ),
        ]
    ]


_DIGEST = "0123456789abcdef" * 4


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
    operator: Annotated[
        bool,
        Info(
            "The OpenTelemetry Operator runs here: a tenant that asks for it gets a collector of its own.",
            example=True,
            default=False,
        ),
    ]
    image: NotRequired[
        Annotated[
            str,
            Info(
                "The collector's image, a distribution with the processors `tail_sampling` and `transform`; left out:"
                " the operator's own, which tenants with rules for images do not let in.",
                f"registry.acme.example/otelcol@sha256:{_DIGEST}",
                pattern=PINNED,
            ),
        ]
    ]
    retention_days: NotRequired[
        Annotated[int, Ge(1), Le(3650), Info("What is behind the address keeps traces for so long.", 7, "days")]
    ]


class Scanners(TypedDict):
    """The platform's programs that look for weaknesses."""

    image: Annotated[
        str,
        Info(
            "Scans images: it takes them as its arguments, and fails when it finds what must not be.",
            f"registry.acme.example/scan@sha256:{_DIGEST}",
            pattern=PINNED,
        ),
    ]
    cidrs: Annotated[
        list[Annotated[str, Info("A range.", "203.0.113.0/24", format="cidr")]],
        MinLen(1),
        Info("Addresses of the registries, which it reaches on port 443 and nothing else.", ["203.0.113.0/24"]),
    ]
    penetration_image: NotRequired[
        Annotated[
            str,
            Info(
                "Tests services: it takes their addresses in the namespace as its arguments.",
                f"registry.acme.example/probe@sha256:{_DIGEST}",
                pattern=PINNED,
            ),
        ]
    ]


class ClusterBackup(TypedDict):
    """What backs up the namespaces of the cluster."""

    kind: Annotated[
        Literal["none", "velero"],
        Info("What makes the backups.", "velero", values={"none": "Nothing.", "velero": "Velero."}, default="velero"),
    ]
    namespace: Annotated[str, Info("Its namespace.", "velero", pattern=LABEL, default="velero")]
    bucket: Annotated[
        str, Info("The bucket of all backups.", "acme-backup-eu", pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    ]
    region: Annotated[
        str, Info("The bucket's region: a tenant whose data must not be there is refused.", "eu-west-1", pattern=NAME)
    ]
    copies: Annotated[
        list[Annotated[str, Info("A region.", "eu-north-1", pattern=NAME)]],
        MaxLen(10),
        Info("The regions into which the bucket is copied; data is in them, too.", ["eu-north-1"], default=[]),
    ]
    locked: Annotated[
        bool,
        Info(
            "The bucket keeps every object for as long as the longest backup, whoever deletes it: a lock of objects,"
            " or a policy of the bucket's.",
            example=True,
            default=False,
        ),
    ]
    provider: NotRequired[
        Annotated[
            Literal["aws", "azure", "gcp"],
            Info(
                "Velero's plug-in; left out: that of the cluster's cloud, and on premises `aws`, for others' S3.",
                "aws",
                values={"aws": "S3.", "azure": "Blob Storage.", "gcp": "Cloud Storage."},
            ),
        ]
    ]
    key_prefix: NotRequired[
        Annotated[
            str,
            MaxLen(200),
            Info(
                "Keys of the tenants' own for their backups are called so, then like the tenant's namespace; a key's"
                " policy must let Velero use it.",
                "alias/backup-",
                pattern=r"^[A-Za-z0-9/_-]+$",
            ),
        ]
    ]
    settings: Annotated[
        dict[str, Annotated[str, Info("A setting.", "acmebackups", pattern=LINE)]],
        Info(
            "Settings of the plug-in for the bucket, as Velero calls them.",
            {"storageAccount": "acmebackups"},
            keys=r"^[A-Za-z][A-Za-z0-9]{0,62}$",
            default={},
        ),
    ]


class Mesh(TypedDict):
    """What gives pods an identity that they prove to each other."""

    kind: Annotated[
        Literal["none", "istio", "cilium"],
        Info(
            "What the mesh is.",
            "istio",
            values={
                "none": "There is none.",
                "istio": "Istio with sidecars and its CNI plug-in; the gateway and the monitoring are in it.",
                "cilium": "Cilium's mutual authentication; needs `network_policy` to be `cilium`, too.",
            },
            default="none",
        ),
    ]
    namespace: Annotated[
        str, Info("The namespace of Istio's control plane.", "istio-system", pattern=LABEL, default="istio-system")
    ]
    revision: NotRequired[
        Annotated[str, Info("The revision or its tag that injects sidecars.", "prod-stable", pattern=LABEL)]
    ]


class Dns(TypedDict):
    """How pods resolve names."""

    domain: Annotated[str, Info("The cluster's domain.", "cluster.local", pattern=HOST, default="cluster.local")]
    search: Annotated[
        list[Annotated[str, Info("A domain.", "eu-central-1.compute.internal", pattern=HOST)]],
        Info("Domains that nodes add to names.", ["eu-central-1.compute.internal"], default=[]),
    ]
    address: NotRequired[
        Annotated[
            str,
            Info("Of the resolver on every node (NodeLocal DNSCache), as a range.", "169.254.20.10/32", format="cidr"),
        ]
    ]


class Accelerators(TypedDict):
    """The cluster's accelerators."""

    resource: Annotated[str, Info("The extended resource.", "nvidia.com/gpu", pattern=r"^[a-z0-9.-]+/[A-Za-z0-9_.-]+$")]
    product: NotRequired[
        Annotated[
            str,
            MaxLen(63),
            Info(
                "The product, as the nodes' label `RESOURCE.product` has it (`nvidia.com/gpu.product`): pods with"
                " accelerators run only there. Left out: on any node with the resource.",
                "NVIDIA-L4",
                pattern=r"^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$",
            ),
        ]
    ]
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
    rollouts: Annotated[
        Literal["native", "argo"],
        Info(
            "Who brings new versions.",
            "argo",
            values={
                "native": "Kubernetes alone: nothing measures a version and takes it back.",
                "argo": "Argo Rollouts, with its plug-in for the Gateway API.",
            },
            default="native",
        ),
    ]
    autoscaler: Annotated[
        Literal["hpa", "keda"],
        Info(
            "Who moves the number of replicas.",
            "keda",
            values={
                "hpa": "Kubernetes' own autoscaler, by CPU use.",
                "keda": "KEDA too: by requests, queues and schedules, down to none.",
            },
            default="hpa",
        ),
    ]
    vertical_autoscaler: Annotated[
        bool,
        Info(
            "Whether the Vertical Pod Autoscaler is there: it recommends sizes, and changes none.",
            example=True,
            default=False,
        ),
    ]
    pod_encryption: NotRequired[
        Annotated[
            bool, Info("The network plug-in encrypts what pods say to each other (WireGuard, IPsec).", example=True)
        ]
    ]
    mesh: NotRequired[Annotated[Mesh, Info("What gives pods an identity.", {"kind": "istio"})]]
    dns: NotRequired[Annotated[Dns, Info("How pods resolve names.", {"address": "169.254.20.10/32"})]]
    gateway: NotRequired[Annotated[Gateway, Info("Where clients' requests come from.", {"namespace": "gateway"})]]
    certificates: NotRequired[
        Annotated[Certificates, Info("Where certificates of exposed hosts come from.", {"issuer": "letsencrypt"})]
    ]
    pod_certificates: NotRequired[
        Annotated[
            PodCertificates,
            Info("Who vouches for services that speak TLS themselves.", {"issuer": "pods", "root": "pods-root"}),
        ]
    ]
    monitoring: NotRequired[Annotated[ClusterMonitoring, Info("Who scrapes metrics.", {"namespace": "monitoring"})]]
    tracing: NotRequired[Annotated[Tracing, Info("Where spans are sent.", {"otlp": "otel-gateway.observability:4317"})]]
    scanning: NotRequired[
        Annotated[
            Scanners,
            Info(
                "What looks for weaknesses.",
                {"image": f"registry.acme.example/scan@sha256:{_DIGEST}", "cidrs": ["203.0.113.0/24"]},
            ),
        ]
    ]
    gitops: NotRequired[
        Annotated[
            GitOps,
            Info("What applies the output.", {"kind": "argocd", "repository": "https://git.acme.example/fleet"}),
        ]
    ]
    backup: NotRequired[
        Annotated[ClusterBackup, Info("What backs up namespaces.", {"bucket": "acme-backup-eu", "region": "eu-west-1"})]
    ]
    account_id: NotRequired[
        Annotated[
            str,
            Info(
                "The account (AWS) or project (Google Cloud) that the cluster and its tenants' keys are in.",
                "111122223333",
                pattern=r"^[a-z0-9][-a-z0-9]{4,61}[a-z0-9]$",
            ),
        ]
    ]
    name: NotRequired[
        Annotated[
            str, Info("What the cloud calls the cluster.", "shared-eu-1", pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")
        ]
    ]
    oidc_issuer: NotRequired[
        Annotated[
            str, Info("Who issues the tokens of its service accounts.", "https://oidc.example/shared-eu-1", pattern=URL)
        ]
    ]
    cloud_identity: NotRequired[
        Annotated[
            Literal["pod-identity", "irsa", "workload-identity", "azure-workload-identity"],
            Info(
                "How a service becomes somebody in the cloud; left out: not at all.",
                "pod-identity",
                values={
                    "pod-identity": "EKS Pod Identity; wants `name` and `account_id`.",
                    "irsa": "Roles of AWS for service accounts; wants `oidc_issuer` and `account_id`.",
                    "workload-identity": "Workload Identity Federation of Google Cloud; its metadata server runs on"
                    " every node.",
                    "azure-workload-identity": "Microsoft Entra Workload ID; wants `client_ids`.",
                },
            ),
        ]
    ]
    client_ids: NotRequired[
        Annotated[
            dict[
                str,
                Annotated[
                    str,
                    Info("The identity's client.", "00000000-0000-4000-8000-000000000000", pattern=r"^[0-9a-f-]{36}$"),
                ],
            ],
            Info(
                "In Azure: the client of each service account, by `NAMESPACE/NAME`; that of secrets is"
                " `secrets.reader`.",
                {"t-acme-production/portal": "00000000-0000-4000-8000-000000000000"},
                keys=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$",
            ),
        ]
    ]
    secrets: NotRequired[
        Annotated[ClusterSecrets, Info("How secrets come into the cluster.", {"kind": "external-secrets"})]
    ]
    storage_classes: NotRequired[
        Annotated[StorageClasses, Info("Storage classes that tenants' volumes may have.", {"standard": "gp3"})]
    ]
    runtime_classes: NotRequired[
        Annotated[RuntimeClasses, Info("Container runtimes beside the usual one.", {"sandboxed": "gvisor"})]
    ]
    node_pools: NotRequired[
        Annotated[
            list[Annotated[str, Info("A tenant.", "acme-health", pattern=LABEL)]],
            Info(
                "Tenants with nodes of their own: nodes with the label and the taint"
                " `node-restriction.kubernetes.io/tenant` of that value.",
                ["acme-health"],
            ),
        ]
    ]
    dedicated_to: NotRequired[
        Annotated[str, Info("The only tenant of the cluster; others are refused.", "acme-health", pattern=LABEL)]
    ]
    data_cidrs: Annotated[
        list[Annotated[str, Info("A private range.", "10.20.0.0/16", format="cidr")]],
        Info("Addresses of the tenants' stores, as seen from the cluster.", ["10.20.0.0/16"], default=[]),
    ]
    operators: Annotated[
        list[Group],
        Info(
            "Groups that operate the tenants of the cluster; `system:` groups are refused.",
            ["grp-platform-operators"],
            default=[],
        ),
    ]
    gpu: NotRequired[
        Annotated[Accelerators, Info("Accelerators.", {"resource": "nvidia.com/gpu", "units_per_accelerator": 10})]
    ]
    crds: Annotated[
        list[Annotated[str, Info("A file or a glob.", "crds/*.json")]],
        Info(
            "Definitions of the platform's own kinds, by which objects of plug-ins are checked; they stand in for the"
            " built-in ones of other projects. No reference in them is followed.",
            ["crds/*.json"],
            default=[],
        ),
    ]
