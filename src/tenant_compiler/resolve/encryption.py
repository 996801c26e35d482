"""``security.encryption_level`` as a layer of settings between the tier and the workspace's defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.pointer import follow, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.tenant import Selected

LAYER: Final = "derived:encryption_level"
LEVEL: Final[Pointer] = ("spec", "security", "encryption_level")

_BASIC: Final[dict[str, Any]] = {
    "tls": {"minimum_version": "1.2"},
    "keys": {"custody": "provider_managed", "rotation_days": 365, "hsm": False, "fips": False},
    "zero_trust_networking": False,
    "end_to_end_encryption": False,
}
_ENHANCED: Final = {**_BASIC, "keys": {**_BASIC["keys"], "custody": "customer_managed"}}
_MAXIMUM: Final[dict[str, Any]] = {
    "tls": {"minimum_version": "1.3"},
    "keys": {**_ENHANCED["keys"], "rotation_days": 90},
    "zero_trust_networking": True,
    "end_to_end_encryption": True,
}
_CLASSIFIED: Final = {**_MAXIMUM, "keys": {**_MAXIMUM["keys"], "hsm": True, "fips": True}}

LEVELS: Final[Mapping[str, Mapping[str, Any]]] = {
    "basic": {"security": _BASIC},
    "enhanced": {"security": _ENHANCED},
    "maximum": {"security": _MAXIMUM},
    "classified": {"security": _CLASSIFIED},
}
"""What each level sets; every level has all of the one before or something safer."""

_STRENGTH: Final[Mapping[tuple[str, ...], tuple[Any, ...]]] = {
    ("tls", "minimum_version"): ("1.2", "1.3"),
    ("keys", "custody"): ("provider_managed", "customer_managed"),
    ("keys", "rotation_days"): (),
    ("keys", "hsm"): (False, True),
    ("keys", "fips"): (False, True),
    ("zero_trust_networking",): (False, True),
    ("end_to_end_encryption",): (False, True),
}
"""The values of each flag, weakest first; empty for a number of days, of which fewer are stronger."""


def weaker_flags(spec: Selected) -> Iterator[Diagnostic]:
    """Find flags that a layer above has made weaker than the encryption level promises (TC309)."""
    security: Any = spec["security"]
    level = security["encryption_level"]
    promised = LEVELS[level]["security"]
    for flag in _STRENGTH:
        value, least = follow(security, flag), follow(promised, flag)
        if _is_weaker(flag, value, least):
            pointer: Pointer = ("spec", "security", *flag)
            yield Diagnostic(
                "TC309",
                f"{show(pointer)} is {_text(value)}, weaker than {_text(least)}, which encryption_level {level} sets",
                pointer=pointer,
                help=f"remove the line, write {_text(least)} or something safer, or lower security.encryption_level",
            )


def _is_weaker(flag: tuple[str, ...], value: Any, least: Any) -> bool:
    order = _STRENGTH[flag]
    return order.index(value) < order.index(least) if order else bool(value > least)


def _text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
