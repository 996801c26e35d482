"""How users sign on before they reach a service: the provider, the second factor, and the groups that get in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Identity, Lineage
    from tenant_compiler.model.pointer import Pointer

SECRET_KEY: Final = "client-secret"  # noqa: S105 - the key's name, not what is there
"""The key of a Secret in which Envoy Gateway looks for a client's secret; it takes no other."""
_COOKIE: Final = "IdToken"
_PROVIDER: Final = "sign-on"
_VALUES: Final = 128
"""Values that a claim is compared with, at most; one of them must be there."""

_REFERENCES: Final = {"webauthn": "hwk", "piv": "sc", "totp": "otp", "sms": "sms"}
"""What RFC 8176 calls a second factor in the claim ``amr`` of an ID token."""

_IDENTITY: Final[Pointer] = ("spec", "security", "identity")


def session_minutes(identity: Identity) -> int | None:
    """Say how long a session at the edge may last; None: as long as the provider likes.

    The edge does not know who has more rights, so the smaller of both limits holds for everybody.
    """
    return min(
        (minutes for minutes in (identity.idle_minutes, identity.privileged_idle_minutes) if minutes is not None),
        default=None,
    )


def demands_factors(identity: Identity) -> bool:
    """Whether the edge looks for a second factor: one is required, and it is said which ones count."""
    return identity.mfa_required and bool(identity.mfa_methods)


def reads_tokens(identity: Identity) -> bool:
    """Whether the edge looks into ID tokens at all."""
    return demands_factors(identity) or bool(identity.groups)


def authentication(identity: Identity) -> dict[str, Any]:
    """Make the parts of a SecurityPolicy that send clients to the provider and check what they bring back."""
    made: dict[str, Any] = {"oidc": _oidc(identity)}
    if reads_tokens(identity):
        made["jwt"] = {"providers": [_tokens(identity)]}
    return made


def claims(identity: Identity) -> list[dict[str, Any]]:
    """Say what an ID token must have: all of one of these; nothing for no conditions."""
    common = []
    if demands_factors(identity):
        references = list(dict.fromkeys(_REFERENCES[method] for method in identity.mfa_methods))
        common.append({"name": "amr", "valueType": "StringArray", "values": references})
    groups = [identity.groups[start : start + _VALUES] for start in range(0, len(identity.groups), _VALUES)]
    alternatives = [
        [*common, {"name": identity.groups_claim, "valueType": "StringArray", "values": list(some)}] for some in groups
    ] or [common]
    return [{"provider": _PROVIDER, "claims": found} for found in alternatives if found]


def carried(identity: Identity) -> Lineage:
    """The leaves that the policy carries out: of second factors only those that the edge looks for."""
    factors = (("spec", "security", "mfa_required"), (*_IDENTITY, "mfa_methods"))
    if demands_factors(identity):
        return identity.made_from
    return tuple(pointer for pointer in identity.made_from if pointer not in factors)


def _oidc(identity: Identity) -> dict[str, Any]:
    secret = identity.client_secret.split("/")[1]
    oidc: dict[str, Any] = {
        "provider": {"issuer": identity.issuer},
        "clientID": identity.client_id,
        "clientSecret": {"name": secret},
    }
    minutes = session_minutes(identity)
    if minutes is not None:
        # Envoy does not know how long a session has been idle. So a session ends at a fixed time after the sign-on,
        # used or not, which is stricter: none is idle for longer than it lasts. A refreshed token would prolong it. It
        # holds for tokens that do not say when they end; of others the provider decides, so this proves no limit.
        oidc["refreshToken"] = False
        oidc["defaultTokenTTL"] = f"{minutes}m"
    if reads_tokens(identity):
        # A name of our own, because the check of the token must find the cookie.
        oidc["cookieNames"] = {"idToken": _COOKIE}
    return oidc


def _tokens(identity: Identity) -> dict[str, Any]:
    """Say how ID tokens are checked; the filter before, which handles the sign-on, only hands them on."""
    return {
        "name": _PROVIDER,
        "issuer": identity.issuer,
        "audiences": [identity.client_id],
        "remoteJWKS": {"uri": identity.keys_url},
        "extractFrom": {"cookies": [_COOKIE]},
    }
