"""Findings about single values: wrong type, none of an enumeration, out of bounds, wrong form, wrong size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import schema_words as words
from tenant_compiler.read.shapes import target
from tenant_compiler.read.suggest import near

if TYPE_CHECKING:
    from collections.abc import Callable

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


class Problem(NamedTuple):
    """A keyword of a schema that a value does not fulfil."""

    path: Pointer
    value: Any
    keyword: str
    argument: Any
    """The keyword's own value."""
    schema: Schema
    """The schema that has the keyword."""
    field: Schema
    """The schema of the whole node: the one with the choice when ``schema`` is a branch of it."""
    root: Schema
    ambiguous: bool
    """More branches of a ``oneOf`` fit than one."""
    message: str
    """The validator's own words."""

    def annotation(self, keyword: str, default: Any) -> Any:
        """What the schema says of the node beside its rules."""
        return self.schema.get(keyword, self.field.get(keyword, default))


def judge_value(problem: Problem) -> Finding:
    """Explain a problem of one value: any but those about keys."""
    return _BY_KEYWORD.get(problem.keyword, _other)(problem)


def _example(problem: Problem) -> str:
    examples = problem.annotation("examples", ())
    return f"write `{words.flow(examples[0])}`, for example" if examples else ""


def _type(problem: Problem) -> Finding:
    """A value of the wrong type, or a choice of which no branch is meant (TC202, TC203, TC207)."""
    path, value, schema, root = problem.path, problem.value, problem.schema, problem.root
    if problem.ambiguous:
        return _other(problem)
    wanted = words.wanted(schema, root)
    if value is None and _wants_section(schema, root):
        name = str(path[-1]) if path else "it"
        help_ = f"leave `{name}` out, or write what belongs below it; `{name}: {{}}` is an empty one"
        return Finding("TC207", path, "is null, but must be " + wanted, help_)
    constants = words.choices(schema, root)
    same_kind = any(type(choice.value) is type(value) for choice in constants)
    if same_kind and wanted.startswith("`"):
        return _constant(path, value, constants)
    unit, examples = problem.annotation("x-unit", ""), problem.annotation("examples", ())
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


_GUARD: Final = 1_000_000_000

_BOUNDS: Final = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


def _bound(problem: Problem) -> Finding:
    """A number out of bounds (TC205)."""
    schema = problem.schema
    unit = problem.annotation("x-unit", "")
    # A billion only guards against overflow: it helps nobody whose number is too small.
    bounds = [key for key in _BOUNDS if key in schema and (key == problem.keyword or schema[key] < _GUARD)]
    if problem.keyword == "multipleOf":
        wanted = f"a multiple of {words.with_unit(schema['multipleOf'], unit)}"
    elif bounds == ["minimum", "maximum"]:
        wanted = f"from {words.shown(schema['minimum'])} to {words.with_unit(schema['maximum'], unit)}"
    else:
        parts = [f"{_BOUNDS[keyword]} {words.shown(schema[keyword])}" for keyword in bounds[:-1]]
        last = f"{_BOUNDS[bounds[-1]]} {words.with_unit(schema[bounds[-1]], unit)}"
        wanted = " and ".join([*parts, last])
    help_ = words.instead(None, problem.field, problem.root, unit, problem.annotation("examples", ()))
    return Finding("TC205", problem.path, f"is {words.shown(problem.value)}, but must be {wanted}", help_)


def _pattern(problem: Problem) -> Finding:
    """Text of the wrong form (TC206)."""
    pattern = str(problem.argument)
    help_ = words.better(problem.value, pattern) or _example(problem)
    return Finding("TC206", problem.path, f"is {words.quoted(problem.value)}, but must be {words.form(pattern)}", help_)


_SIZES: Final = {
    "minLength": ("character", "at least"),
    "maxLength": ("character", "at most"),
    "minItems": ("item", "at least"),
    "maxItems": ("item", "at most"),
    "minProperties": ("entry", "at least"),
    "maxProperties": ("entry", "at most"),
}


def _size(problem: Problem) -> Finding:
    """Too long, too many, too few (TC208)."""
    what, phrase = _SIZES[problem.keyword]
    size, bound = len(problem.value), problem.argument
    message = f"has {_count(size, what)}, but must have {phrase} {bound}"
    if phrase == "at most":
        how = "shorten it by" if what == "character" else "remove"
        return Finding("TC208", problem.path, message, f"{how} {_count(size - bound, what)}")
    return Finding("TC208", problem.path, message, _example(problem) or f"add {_count(bound - size, what)}")


def _count(number: int, what: str) -> str:
    several = what[:-1] + "ies" if what.endswith("y") else what + "s"
    return f"{number or 'no'} {what if number == 1 else several}"


def _other(problem: Problem) -> Finding:
    """A keyword that only plug-ins' schemas use (TC206)."""
    reason = problem.message if len(problem.message) <= 200 else f"its `{problem.keyword}` refuses it"  # noqa: PLR2004
    return Finding("TC206", problem.path, f"does not fit the schema of its section: {reason}", _example(problem))


_BY_KEYWORD: Final[dict[str, Callable[[Problem], Finding]]] = {
    **dict.fromkeys(("type", "const", "enum", "oneOf", "anyOf"), _type),
    **dict.fromkeys((*_BOUNDS, "multipleOf"), _bound),
    **dict.fromkeys(_SIZES, _size),
    "pattern": _pattern,
}
