"""Security: the encryption level with the flags that it sets, identity, the edge, egress, audit and images."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from annotated_types import Ge, Le, MaxLen, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import HOST, LABEL, LINE, Info
from tenant_compiler.model.vocabulary.edge import GeoRestriction
from tenant_compiler.model.vocabulary.identity import Identity
from tenant_compiler.model.vocabulary.watch import Audit, Scanning


class Tls(TypedDict):
    """TLS of the tenant's stores, and of what clients reach."""

    minimum_version: Annotated[
        Literal["1.2", "1.3"],
        Info(
            "The oldest TLS version that a store accepts, and the gateway before exposed services.",
            "1.3",
            values={"1.2": "TLS 1.2 and newer.", "1.3": "TLS 1.3 only."},
        ),
    ]
    certificate_days: NotRequired[
        Annotated[int, Ge(1), Le(398), Info("A certificate of an exposed host is asked for so long.", 90, "days")]
    ]
    mutual: NotRequired[
        Annotated[bool, Info("Services prove to each other who they are, by certificates.", example=True)]
    ]


class Keys(TypedDict):
    """The keys that encrypt the tenant's data at rest."""

    custody: Annotated[
        Literal["provider_managed", "customer_managed"],
        Info(
            "Who manages the keys.",
            "customer_managed",
            values={
                "provider_managed": "The cloud's own keys, shared by all tenants of the account.",
                "customer_managed": "A key of the tenant's own in the cloud's key service.",
            },
        ),
    ]
    rotation_days: Annotated[
        int,
        Ge(90),
        Le(2560),
        Info("A customer-managed key gets new material after so long.", 365, "days"),
    ]
    hsm: Annotated[
        bool,
        Info("The key lives in the operator's own HSM cluster (a custom key store).", example=False),
    ]
    fips: Annotated[bool, Info("Only FIPS 140 end points of the cloud are used.", example=False)]


class Egress(TypedDict):
    """One destination outside the platform: a host or an address range, never both."""

    host: NotRequired[Annotated[str, Info("A host name, no wildcard.", "api.mailco.example", pattern=HOST)]]
    cidr: NotRequired[Annotated[str, Info("A public address range, IPv4 or IPv6.", "203.0.113.0/24", format="cidr")]]
    ports: Annotated[
        list[Annotated[int, Ge(1), Le(65535)]],
        MinLen(1),
        MaxLen(16),
        Info("TCP ports.", [443], default=[443]),
    ]
    reason: Annotated[str, MaxLen(200), Info("Why the tenant talks to it.", "e-mail delivery", pattern=LINE)]


class Network(TypedDict):
    """The edge: the way out, and what protects the way in."""

    egress: Annotated[
        dict[str, Egress],
        Info(
            "Destinations outside the platform by name; everything else is denied.",
            {"mailco": {"host": "api.mailco.example", "ports": [443], "reason": "e-mail delivery"}},
            keys=LABEL,
            default={},
        ),
    ]
    web_application_firewall: NotRequired[
        Annotated[bool, Info("Requests of clients pass a firewall that knows attacks.", example=True)]
    ]
    ddos_protection: NotRequired[
        Annotated[bool, Info("Floods of requests are held off before they reach the services.", example=True)]
    ]
    admin_access: NotRequired[
        Annotated[
            Literal["vpn", "bastion", "private_endpoint", "none"],
            Info(
                "How administrators reach the tenant's stores and machines.",
                "vpn",
                values={
                    "vpn": "By a virtual private network.",
                    "bastion": "By one guarded host.",
                    "private_endpoint": "By an end point in the private network.",
                    "none": "Not at all.",
                },
            ),
        ]
    ]


class Images(TypedDict):
    """Which container images may run."""

    registries: Annotated[
        list[
            Annotated[
                str,
                MaxLen(253),
                Info(
                    "A registry, with a path where wanted.",
                    "registry.acme.example/apps",
                    pattern=r"^[a-z0-9][a-z0-9.:/_-]*$",
                ),
            ]
        ],
        Info("Images come from these registries only; empty for any.", ["registry.acme.example"], default=[]),
    ]
    digests_required: Annotated[
        bool,
        Info("Every image is pinned by its digest (`@sha256:…`).", example=True, default=False),
    ]
    signatures_required: NotRequired[
        Annotated[bool, Info("The cluster checks the signature of every image.", example=True)]
    ]


class Security(TypedDict):
    """What protects the tenant."""

    encryption_level: Annotated[
        Literal["basic", "enhanced", "maximum", "classified"],
        Info(
            "Sets `tls`, `keys` and the next two flags (the layer `derived:encryption_level`); a flag weaker than its"
            " level is an error.",
            "maximum",
            values={
                "basic": "TLS in transit; keys of the provider at rest.",
                "enhanced": "A key of the tenant's own, rotated every year.",
                "maximum": "TLS 1.3 only, end to end, in a network of zero trust; the key rotates every 90 days.",
                "classified": "Keys in an HSM of the operator's own, FIPS end points only.",
            },
        ),
    ]
    zero_trust_networking: Annotated[
        bool,
        Info(
            "No service trusts a caller by its place in the network, only by an identity that it proves.", example=True
        ),
    ]
    end_to_end_encryption: Annotated[
        bool, Info("Traffic is encrypted inside the cluster, too: from the gateway to the last service.", example=True)
    ]
    audit_logging: Annotated[
        bool,
        Info("Databases log connections and statements that change data to the cloud's log service.", example=True),
    ]
    vulnerability_scanning: NotRequired[
        Annotated[
            bool,
            Info("The images of the services are scanned in the cluster, as often as `scanning` says.", example=True),
        ]
    ]
    penetration_testing: NotRequired[
        Annotated[
            bool,
            Info(
                "The exposed services are tested for weaknesses from inside, in the first of the times for changes;"
                " without such times by hand.",
                example=True,
            ),
        ]
    ]
    mfa_required: NotRequired[Annotated[bool, Info("Users sign on with a second factor.", example=True)]]
    ip_whitelist_enabled: NotRequired[
        Annotated[bool, Info("Only clients from `ip_whitelist` reach exposed services.", example=True)]
    ]
    ip_whitelist: NotRequired[
        Annotated[
            list[Annotated[str, Info("A range, IPv4 or IPv6.", "203.0.113.0/24", format="cidr")]],
            Info("Where clients may come from.", ["203.0.113.0/24", "2001:db8:10::/48"]),
        ]
    ]
    geo_restriction: NotRequired[
        Annotated[
            GeoRestriction,
            Info("From which countries clients may come.", {"mode": "allow", "countries": ["DE", "AT", "CH"]}),
        ]
    ]
    tls: Annotated[Tls, Info("TLS of the stores and the edge.", {"minimum_version": "1.3"})]
    keys: Annotated[Keys, Info("Keys at rest.", {"custody": "customer_managed", "rotation_days": 365})]
    network: Annotated[Network, Info("The way out.", {"egress": {}}, default={})]
    identity: Annotated[
        Identity, Info("Sign-on, sessions and accounts of users.", {"mfa_methods": ["webauthn"]}, default={})
    ]
    sealed_secrets: Annotated[
        dict[
            str,
            Annotated[
                dict[
                    str,
                    Annotated[
                        str,
                        MaxLen(65536),
                        Info(
                            "The sealed value, as `kubeseal --raw` prints it.",
                            "AgB" + "A" * 700,
                            pattern=r"^A[gQ][A-D][A-Za-z0-9+/]{340,}={0,2}$",
                        ),
                    ],
                ],
                Info("The keys of a secret.", keys=r"^[A-Za-z0-9_][-._A-Za-z0-9]{0,252}$"),
            ],
        ],
        Info(
            "Secrets of clusters with Sealed Secrets by name, each sealed in the strict scope for its name and the"
            " namespace of the environment; an environment says its own.",
            {"records-login": {"password": "AgB" + "A" * 700}},
            keys=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
            default={},
        ),
    ]
    scanning: Annotated[Scanning, Info("Scans for weaknesses.", {"interval_days": 7}, default={})]
    audit: Annotated[Audit, Info("The audit trail.", {"retention_days": 2190}, default={})]
    images: Annotated[Images, Info("Container images.", {"digests_required": True}, default={})]
