"""A root against the recorded schema of its provider: the types and arguments that `terraform validate` checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform import root
from tenant_compiler.backends.terraform.expression import has_template
from tenant_compiler.backends.terraform.language import BLOCKS, META, PROVIDER_META
from tenant_compiler.backends.terraform.references import dangling
from tenant_compiler.backends.terraform.schemas import complete, load, major
from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.pointer import show
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tenant_compiler.backends.terraform.schemas import BlockSchema, NestedSchema, ProviderSchema
    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.pointer import Pointer

_NOTHING: Final = complete({})
_WORDS: Final = {"string": "text", "number": "a number", "bool": "true or false", "map": "a map", "object": "an object"}


class Problem(NamedTuple):
    """What is wrong in one block."""

    path: Pointer
    """The place inside the block."""
    message: str
    help: str = ""


def check_root(artifact: Artifact, pin: str) -> Iterator[Diagnostic]:
    """Check a root of AWS.

    Args:
        artifact: one file of JSON syntax.
        pin: the version of the provider, such as ``~> 6.69``; its major version chooses the recorded schema.

    Returns:
        Findings TC530 (shape) and TC531 (references).
    """
    schema = load("aws", major(pin))
    lineage = root.lineage(artifact)
    for address, body in root.addresses(artifact.content):
        name = root.object_id(address)
        for problem in _problems(address, body, schema):
            at = f"{name}: {show(problem.path)}" if problem.path else name
            yield _finding("TC530", f"{at} {problem.message}", problem.help, name, lineage)
    for name, message, advice in dangling(artifact.content, schema):
        yield _finding("TC531", f"{name}: {message}", advice, name, lineage)


def _finding(code: str, message: str, advice: str, name: str, lineage: Mapping[str, Pointer]) -> Diagnostic:
    advice = advice or "write what the recorded schema of the provider's version allows"
    pointer = lineage.get(name, ())
    return Diagnostic(code, message, help=advice, pointer=pointer, target="terraform", object=name)


def _problems(address: tuple[str, ...], body: Any, schema: ProviderSchema) -> Iterator[Problem]:
    """Check a block; a provider may stand several times under its name, once for each alias."""
    if address[0] != "provider" or not isinstance(body, list):
        yield from _block_problems(address, body, schema)
        return
    for number, one in enumerate(body):
        for problem in _block_problems(address, one, schema):
            yield problem._replace(path=(number, *problem.path))


def _block_problems(address: tuple[str, ...], body: Any, schema: ProviderSchema) -> Iterable[Problem]:
    kind = address[0]
    if kind in BLOCKS:
        return () if kind == "locals" else walk(body, BLOCKS[kind])
    if kind == "provider":
        return walk(body, schema["provider"]["block"], extra=PROVIDER_META)
    types = schema["resource_schemas"] if kind == "resource" else schema["data_source_schemas"]
    known = types.get(address[1])
    if known is None:
        version = schema["version"]
        advice = _near(address[1], types) or "record the type with scripts/make_terraform_schemas.py"
        return (Problem((), f"is of a type that the recorded schema of version {version} does not have", advice),)
    return walk(body, known["block"], extra=META)


def walk(body: Any, schema: BlockSchema, path: Pointer = (), extra: BlockSchema = _NOTHING) -> Iterator[Problem]:
    """Check the inside of a block, and the blocks in it.

    Args:
        body: what stands in the block.
        schema: its arguments and blocks.
        path: where it is, for the findings.
        extra: more arguments and blocks that may stand in it.
    """
    if not isinstance(body, dict):
        yield Problem(path, f"is {_kind(body)}, but must be a block")
        return
    attributes, nested = schema["attributes"], schema["block_types"]
    for name, value in body.items():
        if name in attributes or name in extra["attributes"]:
            attribute = attributes.get(name) or extra["attributes"][name]
            if "required" not in attribute and "optional" not in attribute:
                yield Problem((*path, name), "can only be read, not set", "leave it out")
            elif type(value) is not str or attribute["type"] != "string":
                yield from _type_problems(value, attribute["type"], (*path, name))
        elif name in nested or name in extra["block_types"]:
            yield from _nested_problems(value, nested.get(name) or extra["block_types"][name], (*path, name))
        elif name != "//":
            known = [*attributes, *nested, *extra["attributes"], *extra["block_types"]]
            yield Problem((*path, name), "is not known there", _near(name, known))
    for name in schema["required"]:
        if body.get(name) is None:
            yield Problem((*path, name), "is missing", "add it: it is required")


def _nested_problems(value: Any, schema: NestedSchema, path: Pointer) -> Iterator[Problem]:
    """Check blocks of one name: JSON syntax has a list of them, or one without a list."""
    blocks = value if isinstance(value, list) else [value]
    most = 1 if schema["nesting_mode"] in {"single", "group"} else schema.get("max_items", len(blocks))
    if len(blocks) > most:
        yield Problem(path, f"stands {len(blocks)} times, but at most {most} is allowed", "leave the others out")
    if len(blocks) < schema.get("min_items", 0):
        yield Problem(path, f"stands {len(blocks)} times, but the provider requires more", "add the block")
    if schema.get("x_open"):
        return
    for number, block in enumerate(blocks):
        yield from walk(block, schema["block"], (*path, number) if isinstance(value, list) else path)


def _type_problems(value: Any, wanted: Any, path: Pointer) -> Iterator[Problem]:
    """Check a value as Terraform converts it: a number is fine as text, and a text of digits as a number."""
    if value is None or wanted == "dynamic" or (isinstance(value, str) and has_template(value)):
        return
    if isinstance(wanted, str):
        if not _is_primitive(value, wanted):
            yield Problem(path, f"is {_kind(value)}, but must be {_WORDS[wanted]}")
        return
    outer, inner = wanted
    if outer in {"list", "set"}:
        if not isinstance(value, list):
            yield Problem(path, f"is {_kind(value)}, but must be a list", "put it into brackets")
            return
        for number, item in enumerate(value):
            yield from _type_problems(item, inner, (*path, number))
    elif not isinstance(value, dict):
        yield Problem(path, f"is {_kind(value)}, but must be {_WORDS[outer]}")
    else:
        for key, item in value.items():
            if outer == "map":
                yield from _type_problems(item, inner, (*path, key))
            elif key in inner:
                yield from _type_problems(item, inner[key], (*path, key))
            else:
                yield Problem((*path, key), "is not known there", _near(key, inner))


def _is_primitive(value: Any, wanted: str) -> bool:
    if wanted == "string":
        return isinstance(value, str | bool | int | float)
    if wanted == "bool":
        return isinstance(value, bool) or value in {"true", "false"} if isinstance(value, bool | str) else False
    if isinstance(value, str):
        return value.removeprefix("-").replace(".", "", 1).isdecimal()
    return isinstance(value, int | float) and not isinstance(value, bool)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else "nothing"


def _near(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a failure needs it

    found = get_close_matches(name, list(known), n=1)
    return f"did you mean `{found[0]}`?" if found else ""
