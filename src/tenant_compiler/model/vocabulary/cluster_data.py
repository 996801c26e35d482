"""What a platform offers of storage, secrets, sandboxes and identities."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import URL, Info

_CLASS = r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$"


class StorageClasses(TypedDict):
    """The storage classes that tenants' volumes may have."""

    standard: Annotated[
        str, Info("For volumes that one pod mounts, encrypted with the provider's key.", "gp3", pattern=_CLASS)
    ]
    shared: NotRequired[
        Annotated[str, Info("For volumes that several pods mount at a time.", "efs-sc", pattern=_CLASS)]
    ]
    hsm: NotRequired[
        Annotated[str, Info("For tenants whose keys are in an HSM: its key is there.", "hsm-gp3", pattern=_CLASS)]
    ]
    provisioner: NotRequired[
        Annotated[
            Literal["ebs.csi.aws.com", "pd.csi.storage.gke.io", "disk.csi.azure.com"],
            Info(
                "The driver that makes disks for classes of tenants with a key of their own.",
                "ebs.csi.aws.com",
                values={
                    "ebs.csi.aws.com": "Disks of AWS.",
                    "pd.csi.storage.gke.io": "Disks of Google Cloud.",
                    "disk.csi.azure.com": "Disks of Azure.",
                },
            ),
        ]
    ]
    keys: NotRequired[
        Annotated[
            str,
            Info(
                "Where the tenants' own keys are: a key ring (Google Cloud), or what comes before the name of a disk"
                " encryption set (Azure). The tenant's is called as its namespace. In AWS, Terraform makes the key and"
                " `account_id` says where.",
                "projects/acme/locations/europe-west3/keyRings/tenants",
                pattern=r"^/?[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+$",
            ),
        ]
    ]


class RuntimeClasses(TypedDict):
    """The container runtimes beside the usual one."""

    sandboxed: Annotated[
        str, Info("The RuntimeClass that runs programs that are not trusted.", "gvisor", pattern=_CLASS)
    ]


class ClusterSecrets(TypedDict):
    """How secrets come into the cluster."""

    kind: Annotated[
        Literal["none", "external-secrets", "sealed-secrets", "csi"],
        Info(
            "What brings them.",
            "external-secrets",
            values={
                "none": "People: a Secret that a service names must be there.",
                "external-secrets": "External Secrets Operator, from a secret service.",
                "sealed-secrets": "Sealed Secrets: tenants keep them encrypted in their files.",
                "csi": "The Secrets Store CSI driver: as files in pods, without a copy in the cluster's own store.",
            },
            default="none",
        ),
    ]
    provider: NotRequired[
        Annotated[
            Literal["aws", "azure", "gcp", "vault"],
            Info(
                "The secret service; left out: that of the cluster's cloud, a Vault on premises.",
                "aws",
                values={
                    "aws": "AWS Secrets Manager.",
                    "azure": "Azure Key Vault.",
                    "gcp": "Google Cloud Secret Manager.",
                    "vault": "HashiCorp Vault, or OpenBao.",
                },
            ),
        ]
    ]
    address: NotRequired[
        Annotated[
            str,
            Info("Where the Vault or the key vault is.", "https://vault.acme.example:8200", pattern=URL),
        ]
    ]
    engine: NotRequired[
        Annotated[
            str, Info("The Vault's engine of keys and values (version 2); left out: `secret`.", "kv", pattern=_CLASS)
        ]
    ]
    login: NotRequired[
        Annotated[
            str,
            Info("Where the Vault takes tokens of this cluster; left out: `kubernetes`.", "shared-eu", pattern=_CLASS),
        ]
    ]
