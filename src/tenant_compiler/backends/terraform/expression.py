"""Text that Terraform evaluates, apart from text that it must take literally.

Terraform reads every string of a resource as a template, also the ones that a tenant wrote. So there are two kinds of
text, told apart by their type: an `Expression` is ours and goes out as it is; any other ``str`` is escaped by
`literal`, at the one place where a root is put together. Who forgets to mark a reference gets dead text, never an
injection.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any, Final

from tenant_compiler.emit.escape import terraform

IDENTIFIER: Final = re.compile(r"[a-z_][a-z0-9_]*")
_TEMPLATE: Final = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
_ACCESS: Final = re.compile(r"[a-z0-9_.\[\]]+")


class Expression(str):
    """A template that Terraform evaluates; made from names that were checked, never from a tenant's text."""

    __slots__ = ()


def refer(*names: str, access: str = "") -> Expression:
    """Refer to something by its address: ``refer("aws_kms_key", "tenant", "arn")`` is ``${aws_kms_key.tenant.arn}``.

    Args:
        names: identifiers of Terraform, joined by dots.
        access: what follows them: ``[0].secret_arn``.

    Raises:
        ValueError: a name is no identifier. Names come from `identifier`, so this is a bug of the caller.
    """
    wrong = [name for name in names if not IDENTIFIER.fullmatch(name)]
    if wrong or (access and not _ACCESS.fullmatch(access)):
        raise ValueError(f"not an identifier: {wrong or access!r}")
    return Expression(f"${{{'.'.join(names)}{access}}}")


def join(*parts: str) -> Expression:
    """Put text and expressions together to one template; the text is escaped, the expressions are not.

    Raises:
        ValueError: text that ends with ``$`` or ``%`` stands before an expression and would take away its meaning.
    """
    if any(text.endswith(("$", "%")) and isinstance(after, Expression) for text, after in pairwise(parts)):
        raise ValueError(f"an expression behind `$` or `%` would be read as an escape: {parts}")
    return Expression("".join(part if isinstance(part, Expression) else terraform(part) for part in parts))


def policy(document: dict[str, Any]) -> Expression:
    """Write a policy document as the JSON text that AWS wants, with the expressions in it still evaluated.

    An expression stands inside a JSON string, so what it gives must not need JSON's own escapes: account numbers and
    ARNs never do. An expression itself holds no quote and no backslash, which JSON would change.
    """
    return Expression(json.dumps(literal(document), separators=(",", ":"), ensure_ascii=False))


def literal(value: Any) -> Any:
    """Copy a value with every string in it escaped, keys as well, but for the expressions."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, str):
        return terraform(value)
    if isinstance(value, dict):
        return {terraform(key): literal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [literal(item) for item in value]
    return value


def identifier(name: str) -> str:
    """Turn a DNS label into an identifier of Terraform; two labels never give the same one.

    Terraform allows dashes in names, but ``a-b`` reads like a subtraction in an expression.
    """
    return name.replace("-", "_")


def has_template(text: str) -> bool:
    """Tell whether Terraform would evaluate something in a text."""
    return "{" in text and _TEMPLATE.search(text) is not None


def strings(value: Any) -> list[str]:
    """List every string of a value that Terraform reads as a template, keys as well."""
    found: list[str] = []
    _collect(value, found)
    return found


def _collect(value: Any, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict):
        found.extend(value)
        for item in value.values():
            _collect(item, found)
    elif isinstance(value, list):
        for item in value:
            _collect(item, found)
