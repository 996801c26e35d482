"""Questions about PromQL expressions that every back-end with queries asks: does it parse, whose series does it read."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tenant_compiler.emit.escape import promql_string

if TYPE_CHECKING:
    from promql_parser import Expr, Matchers

# What stands for the tenant's name and for any other plain string in an expression whose findings are remembered. The
# characters around the words are in no name of ours, so nobody can write them by chance.
_TENANT: Final = "%tenant%"
_PLAIN: Final = re.compile(r'(?<![\w"\\])"[a-z0-9-]+"')
_OTHER: Final = '"other"'

TENANT_LABELS: Final = ("namespace", "tenant")
"""Labels that say whose a series is: the namespace's name is unique in the fleet, and so is the tenant's."""


class Findings(NamedTuple):
    """What is wrong with an expression."""

    error: str
    """Why it does not parse; empty when it does."""
    foreign: tuple[str, ...]
    """Its selectors that may read another tenant's series."""


def examine(expression: str, name: str, tenant: str) -> Findings:
    """Parse an expression and look for selectors without ``namespace="<name>"`` or ``tenant="<tenant>"``.

    Parsing costs 60 µs and walking as much, while the tenants of a fleet have the same expressions but for their
    names. So the names are taken out, and what is left is examined once.

    Args:
        expression: PromQL, without variables.
        name: the tenant's namespace.
        tenant: the tenant's name.
    """
    if _TENANT in expression:
        return _examine(expression, name, tenant)
    own = {promql_string(name): f'"{_TENANT}n"', promql_string(tenant): f'"{_TENANT}t"'}
    text = _PLAIN.sub(lambda found: own.get(found.group(), _OTHER), expression)
    findings = _remembered(text)
    # Selectors are shown with the real names: only then is the text worth parsing again.
    return findings if findings == _CLEAN else _examine(expression, name, tenant)


_CLEAN: Final = Findings("", ())


@lru_cache(maxsize=4096)
def _remembered(text: str) -> Findings:
    return _examine(text, f"{_TENANT}n", f"{_TENANT}t")


def _examine(expression: str, name: str, tenant: str) -> Findings:
    from promql_parser import VectorSelector, parse, walk  # noqa: PLC0415 - only tenants with queries pay for it

    try:
        tree = parse(expression)
    except ValueError as error:
        return Findings(str(error), ())
    own = {"namespace": name, "tenant": tenant}
    foreign: list[str] = []

    def visit(node: Expr) -> None:
        if isinstance(node, VectorSelector) and not _is_own(node.matchers, own):
            foreign.append(str(node))

    walk(tree, visit)
    return Findings("", tuple(foreign))


def _is_own(matchers: Matchers, own: dict[str, str]) -> bool:
    """Tell whether a selector can only match the tenant's series."""
    from promql_parser import MatchOp  # noqa: PLC0415 - see above

    groups = matchers.or_matchers or [matchers.matchers]
    return all(
        any(matcher.op == MatchOp.Equal and own.get(matcher.name) == matcher.value for matcher in group)
        for group in groups
    )
