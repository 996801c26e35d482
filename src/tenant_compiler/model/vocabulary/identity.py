"""How the tenant's own users sign on, and how their accounts are kept."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from annotated_types import Ge, Le, MaxLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import FROM, NAME, URL, Info
from tenant_compiler.model.vocabulary.groups import Group

SecretReference = TypedDict(
    "SecretReference",
    {
        "from": Annotated[
            str, Info("A secret of the cluster and its key.", "secret/acme-oidc/client_secret", pattern=FROM)
        ]
    },
)
"""Where a secret is; never the secret itself."""


class SingleSignOn(TypedDict):
    """The provider that users sign on with."""

    protocol: Annotated[
        Literal["oidc"], Info("What it speaks.", "oidc", values={"oidc": "OpenID Connect."}, default="oidc")
    ]
    issuer: Annotated[str, Info("Its address.", "https://id.acme.example", pattern=URL)]
    client_id: Annotated[
        str,
        Info("How it calls the tenant's services.", "acme-health", pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$"),
    ]
    client_secret: Annotated[
        SecretReference, Info("Where its client's secret is.", {"from": "secret/acme-oidc/client-secret"})
    ]
    groups_claim: NotRequired[
        Annotated[
            str,
            MaxLen(200),
            Info(
                "The claim of its ID tokens with a user's groups, by dots where it is nested; said: only users with a"
                " group of `roles` get in.",
                "groups",
                pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$",
            ),
        ]
    ]
    keys_url: NotRequired[
        Annotated[
            str,
            Info(
                "Where it publishes its keys (`jwks_uri` of its discovery document); left out: `/.well-known/jwks.json`"
                " of the issuer.",
                "https://id.acme.example/keys",
                pattern=URL,
            ),
        ]
    ]


class Role(TypedDict):
    """A role of the tenant's users: claims at the edge, never roles of a cluster."""

    groups: NotRequired[Annotated[list[Group], Info("The groups that have it.", ["grp-acme-admin"])]]


class Password(TypedDict):
    """What the provider asks of passwords."""

    minimum_length: NotRequired[Annotated[int, Ge(1), Le(128), Info("No shorter one.", 12, "characters")]]
    alphanumeric: NotRequired[Annotated[bool, Info("Letters and digits both.", example=True)]]
    history: NotRequired[Annotated[int, Ge(0), Le(100), Info("None of the last ones again.", 4, "passwords")]]
    lockout_attempts: NotRequired[
        Annotated[int, Ge(1), Le(1000), Info("The account is locked after so many wrong ones.", 5, "attempts")]
    ]
    lockout_minutes: NotRequired[Annotated[int, Ge(1), Le(525600), Info("It stays locked so long.", 30, "minutes")]]


class Identity(TypedDict):
    """Sign-on, sessions and accounts of the tenant's users."""

    sso: NotRequired[
        Annotated[
            SingleSignOn,
            Info(
                "Single sign-on at the edge, for every exposed service.",
                {
                    "issuer": "https://id.acme.example",
                    "client_id": "acme-health",
                    "client_secret": {"from": "secret/acme-oidc/client-secret"},
                },
            ),
        ]
    ]
    mfa_methods: NotRequired[
        Annotated[
            list[
                Annotated[
                    Literal["webauthn", "piv", "totp", "sms"],
                    Info(
                        "A second factor.",
                        "webauthn",
                        values={
                            "webauthn": "A security key or passkey; no look-alike site can use it.",
                            "piv": "A smart card; no look-alike site can use it.",
                            "totp": "A code from an application.",
                            "sms": "A code by text message.",
                        },
                    ),
                ]
            ],
            Info("The second factors that count.", ["webauthn"]),
        ]
    ]
    roles: NotRequired[
        Annotated[
            dict[str, Role],
            Info("Roles of the tenant's users by name.", {"admin": {"groups": ["grp-acme-admin"]}}, keys=NAME),
        ]
    ]
    shared_accounts: NotRequired[Annotated[bool, Info("Whether several people share an account.", example=False)]]
    session_idle_minutes: NotRequired[
        Annotated[int, Ge(1), Le(10080), Info("An idle session ends after so long.", 15, "minutes")]
    ]
    privileged_session_idle_minutes: NotRequired[
        Annotated[int, Ge(1), Le(10080), Info("One with more rights ends after so long.", 10, "minutes")]
    ]
    inactive_account_days: NotRequired[
        Annotated[int, Ge(1), Le(3650), Info("An account that nobody uses is closed after so long.", 35, "days")]
    ]
    deprovision_hours: NotRequired[
        Annotated[int, Ge(1), Le(8760), Info("The account of who leaves is closed within so long.", 24, "hours")]
    ]
    password: NotRequired[Annotated[Password, Info("What is asked of passwords.", {"minimum_length": 12})]]
