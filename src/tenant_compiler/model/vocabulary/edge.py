"""The way in: how clients reach services, what a cluster's gateway is, and where its certificates come from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from annotated_types import Ge, Le, MaxLen, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import (
    EMAIL,
    HOST,
    LABEL,
    ORIGIN,
    PATH,
    PINNED,
    SUBDOMAIN,
    URL,
    Info,
)


class Expose(TypedDict):
    """How clients reach a service."""

    hosts: Annotated[
        list[Annotated[str, Info("A host name, no wildcard.", "portal.acme.example", pattern=HOST)]],
        Info("Host names, each below one of the tenant's domains.", ["portal.acme.example"]),
    ]
    paths: Annotated[
        list[Annotated[str, MaxLen(1024), Info("A path.", "/api", pattern=PATH)]],
        MinLen(1),
        MaxLen(32),
        Info(
            "Only these paths and what lies below them; of gRPC `/package.Service` or `/package.Service/Method`.",
            ["/api"],
            default=["/"],
        ),
    ]
    cors_origins: Annotated[
        list[Annotated[str, MaxLen(253), Info("A site, such as `https://acme.example`.", pattern=ORIGIN)]],
        MaxLen(64),
        Info("Other sites whose pages may call the service from a browser.", ["https://acme.example"], default=[]),
    ]
    tls: Annotated[
        bool,
        Info(
            "The service speaks TLS itself, with `tls.crt` and `tls.key` in `/etc/tls`: the gateway encrypts on to it.",
            example=True,
            default=False,
        ),
    ]


class GeoRestriction(TypedDict):
    """From which countries clients may come."""

    mode: Annotated[
        Literal["allow", "deny"],
        Info(
            "What the list means.",
            "allow",
            values={
                "allow": "Only clients from these countries get in; those of unknown origin do not.",
                "deny": "Clients from these countries do not get in; those of unknown origin do.",
            },
        ),
    ]
    countries: Annotated[
        list[Annotated[str, Info("A country's code of two letters (ISO 3166-1).", "DE", pattern=r"^[A-Z]{2}$")]],
        MinLen(1),
        MaxLen(249),
        Info("The countries.", ["DE", "AT", "CH"]),
    ]


Gateway = TypedDict(
    "Gateway",
    {
        "namespace": Annotated[
            str, Info("Where the gateway's proxies run: what clients' requests come from.", "gateway", pattern=LABEL)
        ],
        "kind": Annotated[
            Literal["none", "gateway-api", "envoy-gateway"],
            Info(
                "What the gateway is.",
                "envoy-gateway",
                values={
                    "none": "Something that is configured elsewhere.",
                    "gateway-api": "Any that takes routes of the Gateway API, and no policies.",
                    "envoy-gateway": "Envoy Gateway, which takes routes, and policies of its own kinds.",
                },
                default="none",
            ),
        ],
        "name": NotRequired[
            Annotated[str, Info("The platform's Gateway that routes are attached to.", "public", pattern=SUBDOMAIN)]
        ],
        "class": NotRequired[
            Annotated[
                str,
                Info(
                    "Without `name`: the GatewayClass of a Gateway of each tenant's own, in the tenant's namespace.",
                    "envoy",
                    pattern=SUBDOMAIN,
                ),
            ]
        ],
        "trusted_hops": Annotated[
            int,
            Ge(0),
            Le(16),
            Info(
                "So many proxies before the gateway add to `X-Forwarded-For`; the client's address is the one before.",
                1,
                "proxies",
                default=0,
            ),
        ],
        "geoip": Annotated[
            bool, Info("The gateway knows the countries of addresses (a GeoIP database).", example=True, default=False)
        ],
        "rate_limit_service": Annotated[
            bool,
            Info(
                "The gateway's proxies count requests together (Envoy's rate limit service); else each for itself.",
                example=True,
                default=False,
            ),
        ],
        "tls_minimum": Annotated[
            Literal["1.2", "1.3"],
            Info(
                "The oldest TLS version that the platform's Gateway accepts of clients.",
                "1.3",
                values={"1.2": "TLS 1.2 and newer.", "1.3": "TLS 1.3 only."},
                default="1.2",
            ),
        ],
        "tcp_routes": Annotated[
            bool, Info("Whether it takes TCPRoutes, which not every gateway does.", example=True, default=False)
        ],
    },
)
"""Where clients' requests come from."""


class Acme(TypedDict):
    """An account of the tenant's own at an authority that speaks ACME."""

    server: Annotated[
        str, Info("The authority's directory.", "https://acme-v02.api.letsencrypt.org/directory", pattern=URL)
    ]
    email: NotRequired[Annotated[str, Info("Whom it writes to.", "platform@acme.example", pattern=EMAIL)]]
    dns01: Annotated[
        dict[str, Any],
        MinLen(1),
        Info("How it changes the DNS: cert-manager's own `dns01`, as it is.", {"route53": {"region": "eu-central-1"}}),
    ]


class PodCertificates(TypedDict):
    """An authority of the operator's own that vouches for pods."""

    issuer: Annotated[str, Info("The ClusterIssuer.", "pods", pattern=SUBDOMAIN)]
    root: Annotated[
        str,
        Info(
            "The ConfigMap with its root (`ca.crt`), which is in every tenant's namespace.", "pods-root", pattern=LABEL
        ),
    ]


class Certificates(TypedDict):
    """Where certificates of exposed hosts come from; cert-manager asks for them and renews them."""

    issuer: Annotated[str, Info("The issuer; one of the tenant's own is called so.", "letsencrypt", pattern=SUBDOMAIN)]
    kind: Annotated[
        Literal["ClusterIssuer", "Issuer"],
        Info(
            "Whose it is.",
            "ClusterIssuer",
            values={
                "ClusterIssuer": "The platform's, for all tenants.",
                "Issuer": "Each tenant's own, in its namespace; `acme` says how it is made.",
            },
            default="ClusterIssuer",
        ),
    ]
    challenge: Annotated[
        Literal["none", "http01", "dns01"],
        Info(
            "How the platform's issuer proves that a host is ours.",
            "dns01",
            values={
                "none": "Not at all, as an authority of the operator's own does.",
                "http01": "By a request to the host, which neither allow-list nor sign-on may stop; its solvers have a"
                " `serviceType` of `ClusterIP`.",
                "dns01": "By a record in the DNS.",
            },
            default="http01",
        ),
    ]
    solver_image: NotRequired[
        Annotated[
            str,
            Info(
                "With `http01`: the image of the pods that answer the request, for tenants that say which images may"
                " run (`--acme-http01-solver-image` of cert-manager).",
                f"quay.io/jetstack/cert-manager-acmesolver@sha256:{'0' * 64}",
                pattern=PINNED,
            ),
        ]
    ]
    acme: NotRequired[
        Annotated[
            Acme,
            Info(
                "Of an issuer of the tenant's own.",
                {
                    "server": "https://acme-v02.api.letsencrypt.org/directory",
                    "dns01": {"route53": {"region": "eu-central-1"}},
                },
            ),
        ]
    ]
