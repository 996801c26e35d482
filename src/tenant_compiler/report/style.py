"""Colours of a terminal, and whether to use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.model.diagnostic import Severity

When: TypeAlias = Literal["auto", "always", "never"]

_RESET: Final = "\x1b[0m"
BOLD: Final = "1"
DIM: Final = "2"
RED: Final = "31"
GREEN: Final = "32"
CYAN: Final = "36"
GUTTER: Final = "1;34"
SEVERITY: Final[Mapping[Severity, str]] = {"error": "1;31", "warning": "1;33", "info": "1;36"}


class Style(NamedTuple):
    """Paints text, or leaves it as it is."""

    colored: bool = False

    def paint(self, text: str, code: str) -> str:
        """Wrap a text in the escape sequences of a colour code such as ``BOLD``."""
        return f"\x1b[{code}m{text}{_RESET}" if self.colored and text else text


def use_color(when: When, *, terminal: bool, environment: Mapping[str, str]) -> bool:
    """Decide about colours: the option, then ``NO_COLOR``, then ``FORCE_COLOR``, then the terminal.

    Args:
        when: the value of ``--color``.
        terminal: whether the stream is a terminal.
        environment: the environment variables. An empty ``NO_COLOR`` or ``FORCE_COLOR`` counts as absent.
    """
    if when != "auto":
        return when == "always"
    if environment.get("NO_COLOR"):
        return False
    return bool(environment.get("FORCE_COLOR")) or (terminal and environment.get("TERM") != "dumb")
