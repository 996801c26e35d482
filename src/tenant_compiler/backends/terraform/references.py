"""References of a root against what the root declares."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform import root
from tenant_compiler.backends.terraform.expression import strings
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tenant_compiler.backends.terraform.schemas import ProviderSchema, TypeSchema

_TEMPLATE: Final = re.compile(r"(?<!\$)\$\{(.*?)\}", re.DOTALL)
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_REFERENCE: Final = re.compile(
    r"(?<![\w.-])(?P<data>data\.)?(?P<kind>var|local|[a-z][a-z0-9]*_\w+)\.(?P<name>[A-Za-z_][\w-]*)"
    r"(?:\[[^\]]*\])?(?:\.(?P<attribute>[A-Za-z_]\w*))?"
)


class Reference(NamedTuple):
    """One reference in an expression."""

    address: str
    """``aws_kms_key.tenant``, ``data.aws_caller_identity.current``, ``var.x``, ``local.x``."""
    kind: str
    data: bool
    attribute: str
    """Empty: the whole of it."""


def dangling(content: Any, schema: ProviderSchema) -> Iterator[tuple[str, str, str]]:
    """Find references to what does not exist: a resource, a data source, a variable, a local, or an attribute of one.

    Returns:
        For each: the object that refers, what is wrong, what to write instead.
    """
    blocks = list(root.addresses(content))
    known = _declared(blocks)
    yield from _unconfigured(blocks)
    for address, body in blocks:
        if address[0] == "terraform":
            continue
        for expression in _expressions(body):
            for found in references(expression):
                wrong = _wrong(found, known, schema)
                if wrong is not None:
                    yield (root.object_id(address), *wrong)


def _unconfigured(blocks: list[tuple[tuple[str, ...], Any]]) -> Iterator[tuple[str, str, str]]:
    """Find resources of a provider's alias that the root does not configure."""
    aliases = {
        f"{address[1]}.{one['alias']}"
        for address, body in blocks
        if address[0] == "provider"
        for one in (body if isinstance(body, list) else [body])
        if isinstance(one, dict) and isinstance(one.get("alias"), str)
    }
    for address, body in blocks:
        if address[0] not in {"resource", "data"} or not isinstance(body, dict):
            continue
        wanted = body.get("provider")
        if isinstance(wanted, str) and "." in wanted and wanted not in aliases:
            message = f"asks for the provider {wanted}, which the root does not configure"
            yield root.object_id(address), message, "configure it, or leave `provider` out for the default one"


@lru_cache(maxsize=4096)
def references(expression: str) -> tuple[Reference, ...]:
    """List the references of an expression. The same few expressions stand in the roots of all tenants."""
    return tuple(
        Reference(
            f"{found['data'] or ''}{found['kind']}.{found['name']}", found["kind"], bool(found["data"]), attribute
        )
        for found in _REFERENCE.finditer(_QUOTED.sub("", expression))
        for attribute in (found["attribute"] or "",)
    )


def _declared(blocks: list[tuple[tuple[str, ...], Any]]) -> frozenset[str]:
    names = set()
    for address, body in blocks:
        if address[0] == "variable":
            names.add(f"var.{address[1]}")
        elif address[0] == "locals" and isinstance(body, dict):
            names.update(f"local.{name}" for name in body)
        elif address[0] in {"resource", "data"}:
            names.add(root.object_id(address))
    return frozenset(names)


def _expressions(body: Any) -> Iterator[str]:
    """The parts of a block that Terraform evaluates: what stands in templates, and the bare names of `depends_on`."""
    for text in strings(body):
        if "${" in text:
            yield from _TEMPLATE.findall(text)
    if isinstance(body, dict) and isinstance(body.get("depends_on"), list):
        yield from (item for item in body["depends_on"] if isinstance(item, str))


def _wrong(found: Reference, known: Collection[str], schema: ProviderSchema) -> tuple[str, str] | None:
    address, kind, data, attribute = found
    if address not in known:
        return f"refers to {address}, which the root does not have", "declare it, or refer to something that is there"
    types: dict[str, TypeSchema] = schema["data_source_schemas"] if data else schema["resource_schemas"]
    if not attribute or kind not in types:
        return None
    block = types[kind]["block"]
    if attribute in block.get("attributes", {}) or attribute in block.get("block_types", {}):
        return None
    return f"refers to `{attribute}` of {address}, which {kind} does not have", "refer to an attribute of the type"
