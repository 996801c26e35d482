"""Findings about single values: wrong type, none of an enumeration, out of bounds, wrong form, wrong size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tenant_compiler.read import schema_words as words
from tenant_compiler.read.shapes import target
from tenant_compiler.read.suggest import near

if TYPE_CHECKING:
    from collections.abc import Callable

    from jsonschema.exceptions import ValidationError

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.read.shapes import Schema


class Finding(NamedTuple):
    """What is wrong with one node."""

    code: str
    pointer: Pointer
    """Into the checked value, also to a key that is missing."""
    message: str
    """Goes on after the node's name."""
    help: str
    notes: tuple[str, ...] = ()
    at: Pointer | None = None
    """The node that is there, when ``pointer`` is missing."""
    key: bool = False


def judge_value(error: ValidationError, root: Schema) -> Finding:
    """Explain an error that is about one value.

    Args:
        error: any but those about keys (``additionalProperties``, ``required``, ``propertyNames``).
        root: the document's schema.
    """
    explain = _BY_KEYWORD.get(str(error.validator), _other)
    return explain(error, tuple(error.absolute_path), root)


def _holder(error: ValidationError) -> Schema:
    """The schema of the whole field: the one that holds the choice when the error is about a branch of it."""
    path, at = error.absolute_path, error
    while isinstance(at.parent, type(error)) and at.parent.absolute_path == path:
        at = at.parent
    return at.schema if isinstance(at.schema, dict) else {}


def _annotation(error: ValidationError, keyword: str, default: Any) -> Any:
    own = error.schema if isinstance(error.schema, dict) else {}
    return own.get(keyword, _holder(error).get(keyword, default))


def _example(error: ValidationError) -> str:
    examples = _annotation(error, "examples", ())
    return f"write `{words.flow(examples[0])}`, for example" if examples else ""


def _type(error: ValidationError, path: Pointer, root: Schema) -> Finding:
    """A value of the wrong type, or a choice of which no branch is meant (TC202, TC203, TC207)."""
    value, schema = error.instance, error.schema
    if error.validator == "oneOf" and not error.context:  # more than one branch fits
        return _other(error, path, root)
    wanted = words.wanted(schema, root)
    if value is None and _wants_section(schema, root):
        name = str(path[-1]) if path else "it"
        help_ = f"leave `{name}` out, or write what belongs below it; `{name}: {{}}` is an empty one"
        return Finding("TC207", path, "is null, but must be " + wanted, help_)
    constants = words.choices(schema, root)
    same_kind = any(type(choice.value) is type(value) for choice in constants)
    if same_kind and wanted.startswith("`"):
        return _constant(path, value, constants)
    unit, examples = _annotation(error, "x-unit", ""), _annotation(error, "examples", ())
    help_ = words.instead(value, schema, root, unit, examples)
    return Finding("TC202", path, f"is {words.kind_of(value)}, but must be {wanted}", help_)


def _wants_section(schema: Schema, root: Schema) -> bool:
    schema = target(schema, root)
    branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return schema.get("type") == "object" or any(_wants_section(branch, root) for branch in branches)


def _constant(path: Pointer, value: Any, constants: list[words.Choice]) -> Finding:
    """A value that is none of an enumeration (TC203)."""
    wanted = words.one_of([words.quoted(choice.value) for choice in constants])
    meant = near(value, [choice.value for choice in constants]) if isinstance(value, str) else None
    help_ = f"did you mean `{meant}`?" if meant is not None else f"write {wanted}"
    return Finding("TC203", path, f"is {words.quoted(value)}, but must be {wanted}", help_, words.meanings(constants))


_BOUNDS: Final = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


def _bound(error: ValidationError, path: Pointer, root: Schema) -> Finding:
    """A number out of bounds (TC205)."""
    schema = error.schema
    unit = _annotation(error, "x-unit", "")
    bounds = [keyword for keyword in _BOUNDS if keyword in schema]
    if error.validator == "multipleOf":
        wanted = f"a multiple of {words.with_unit(schema['multipleOf'], unit)}"
    elif bounds == ["minimum", "maximum"]:
        wanted = f"from {words.shown(schema['minimum'])} to {words.with_unit(schema['maximum'], unit)}"
    else:
        parts = [f"{_BOUNDS[keyword]} {words.shown(schema[keyword])}" for keyword in bounds[:-1]]
        last = f"{_BOUNDS[bounds[-1]]} {words.with_unit(schema[bounds[-1]], unit)}"
        wanted = " and ".join([*parts, last])
    help_ = words.instead(None, _holder(error), root, unit, _annotation(error, "examples", ()))
    return Finding("TC205", path, f"is {words.shown(error.instance)}, but must be {wanted}", help_)


def _pattern(error: ValidationError, path: Pointer, root: Schema) -> Finding:
    """Text of the wrong form (TC206)."""
    del root
    pattern = str(error.validator_value)
    help_ = words.better(error.instance, pattern) or _example(error)
    return Finding("TC206", path, f"is {words.quoted(error.instance)}, but must be {words.form(pattern)}", help_)


_SIZES: Final = {
    "minLength": ("character", "at least"),
    "maxLength": ("character", "at most"),
    "minItems": ("item", "at least"),
    "maxItems": ("item", "at most"),
    "minProperties": ("entry", "at least"),
    "maxProperties": ("entry", "at most"),
}


def _size(error: ValidationError, path: Pointer, root: Schema) -> Finding:
    """Too long, too many, too few (TC208)."""
    del root
    what, phrase = _SIZES[str(error.validator)]
    size, bound = len(error.instance), error.validator_value
    message = f"has {_count(size, what)}, but must have {phrase} {bound}"
    if phrase == "at most":
        how = "shorten it by" if what == "character" else "remove"
        return Finding("TC208", path, message, f"{how} {_count(size - bound, what)}")
    return Finding("TC208", path, message, _example(error) or f"add {_count(bound - size, what)}")


def _count(number: int, what: str) -> str:
    several = what[:-1] + "ies" if what.endswith("y") else what + "s"
    return f"{number or 'no'} {what if number == 1 else several}"


def _other(error: ValidationError, path: Pointer, root: Schema) -> Finding:
    """A keyword that only plug-ins' schemas use (TC206)."""
    del root
    reason = error.message if len(error.message) <= 200 else f"its `{error.validator}` refuses it"  # noqa: PLR2004
    return Finding("TC206", path, f"does not fit the schema of its section: {reason}", _example(error))


_BY_KEYWORD: Final[dict[str, Callable[[ValidationError, Pointer, Schema], Finding]]] = {
    **dict.fromkeys(("type", "const", "enum", "oneOf", "anyOf"), _type),
    **dict.fromkeys((*_BOUNDS, "multipleOf"), _bound),
    **dict.fromkeys(_SIZES, _size),
    "pattern": _pattern,
}
