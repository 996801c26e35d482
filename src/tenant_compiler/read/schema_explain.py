"""Says in words why a document does not fit its schema. Imported for failing documents only."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft7Validator, ValidationError, validators

from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.pointer import show
from tenant_compiler.read import reserved
from tenant_compiler.read import schema_words as words
from tenant_compiler.read.schema_document import Order, speakable
from tenant_compiler.read.schema_values import Finding, Problem, judge_value
from tenant_compiler.read.shapes import target
from tenant_compiler.read.suggest import near

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jsonschema_rs

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.read.schema import Source
    from tenant_compiler.read.shapes import Schema


_RANK: Final = {
    "TC205": 1,
    "TC202": 2,
    "TC207": 2,
    "TC201": 3,
    "TC209": 3,
    "TC203": 4,
    "TC204": 3,
    "TC208": 5,
    "TC206": 6,
}
"""Of several findings about one node the one with the lowest rank is told: the others follow from it, or wait."""

_UNSPEAKABLE: Final = 0
_LISTED: Final = 12
_HINTS: Final = 200
"""So many unknown keys of a document are compared with the known ones; a document of typing errors has fewer."""


def explain(schema: Schema, value: Any, source: Source, matcher: jsonschema_rs.Draft7Validator) -> list[Diagnostic]:
    """Find what is wrong with a value that a matcher has refused.

    Args:
        schema: the document's schema, as editors get it.
        value: JSON-like data.
        source: where it stands.
        matcher: the compiled schema; its own words serve where ours say nothing.

    Returns:
        At least one finding, at most one a node, in the order of the document.
    """
    best: dict[Pointer, tuple[int, Finding]] = {}
    for rank, finding in _Explainer(schema, source).findings(value):
        known = best.get(finding.pointer)
        if known is None or rank < known[0]:
            best[finding.pointer] = (rank, finding)
    found = [finding for _, finding in best.values()] or list(_in_its_own_words(matcher, value))
    order = Order(value)
    found.sort(key=lambda finding: order.position(finding.pointer))
    return [_diagnostic(finding, source) for finding in found]


def _in_its_own_words(matcher: jsonschema_rs.Draft7Validator, value: Any) -> Iterator[Finding]:
    """The matcher's errors, where both validators understand a plug-in's schema differently."""
    for error in matcher.iter_errors(value):
        keyword = error.schema_path[-1] if error.schema_path else "false"
        yield Finding("TC206", tuple(error.instance_path), f"does not fit the `{keyword}` of its schema", "")


def _diagnostic(finding: Finding, source: Source) -> Diagnostic:
    place = None
    if source.file:
        at = finding.pointer if finding.at is None else finding.at
        place = Place(source.file, source.base + at, key=finding.key, document=source.document)
    name = show(finding.pointer) or "the document"
    message = f"{name} {finding.message}" if finding.message else f"unknown key {name}"
    return Diagnostic(
        finding.code, message, pointer=finding.pointer, place=place, help=finding.help, notes=finding.notes
    )


def _is_whole(_: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _pattern(_: object, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
    """Patterns as ECMA 262 and the matcher have them; Python's ``$`` lets a last line break pass."""
    if isinstance(value, str) and not words.matches(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_CHECKER: Final = validators.extend(  # type: ignore[no-untyped-call]
    Draft7Validator,
    {"pattern": _pattern},
    type_checker=Draft7Validator.TYPE_CHECKER.redefine("integer", _is_whole),
)


class _Explainer:
    """Turns the errors of `jsonschema` into findings."""

    def __init__(self, schema: Schema, source: Source) -> None:
        self._schema = schema
        self._source = source
        self._hints = _HINTS
        self._meant: dict[tuple[Pointer, int], dict[str, str | None]] = {}
        self._elsewhere: dict[str, list[Pointer]] = {}

    def findings(self, value: Any) -> Iterator[tuple[int, Finding]]:
        """Every finding with its rank, several for a node."""
        unspeakable: list[Finding] = []
        value = speakable(value, (), unspeakable)
        for finding in unspeakable:
            yield _UNSPEAKABLE, finding
        checker = _CHECKER(self._schema, format_checker=Draft7Validator.FORMAT_CHECKER)
        for error in checker.iter_errors(value):
            for leaf in _leaves(error):
                for finding in self._explain(leaf):
                    yield _RANK[finding.code], finding

    def _explain(self, error: ValidationError) -> Iterator[Finding]:
        problem = _problem(error, self._schema)
        where = tuple(error.absolute_schema_path)
        if where[-2:-1] == ("propertyNames",) and where[-3:-2] != ("properties",):
            yield _bad_key(problem)
        elif problem.keyword == "additionalProperties":
            yield from self._unknown(problem)
        elif problem.keyword == "required":
            yield from self._missing(problem)
        else:
            yield judge_value(problem)

    def _strangers(self, problem: Problem) -> dict[str, str | None]:
        """The unknown keys of a section, each with the known one that was meant; missing keys come first."""
        path, schema, section = problem.path, problem.schema, problem.value
        known = self._meant.get((path, id(schema)))
        if known is not None:
            return known
        fields = schema.get("properties", {})
        patterns = schema.get("patternProperties", ())
        free = [key for key in fields if key not in section]
        required = [key for key in schema.get("required", ()) if key in free]
        found: dict[str, str | None] = {}
        for key in section:
            if key in fields or any(words.matches(pattern, key) for pattern in patterns):
                continue
            found[key] = None
            if self._hints > 0 and not self._is_reserved((*path, key)):
                self._hints -= 1
                found[key] = near(key, [*required, *free])
        self._meant[path, id(schema)] = found
        return found

    def _unknown(self, problem: Problem) -> Iterator[Finding]:
        """Unknown keys; one that resembles a missing key is one finding with it (TC201)."""
        required = problem.schema.get("required", ())
        for key, meant in self._strangers(problem).items():
            pointer = (*problem.path, key)
            if self._is_reserved(pointer):
                help_ = next((text for name, text in reserved.INSTEAD.items() if show(pointer).endswith(name)), "")
                yield Finding("TC201", pointer, "is not supported yet", help_ or "leave it out", key=True)
                continue
            help_ = f"did you mean `{meant}`" + (", which is missing?" if meant in required else "?")
            if meant is None:
                help_ = self._other_help(pointer, list(problem.schema.get("properties", {})))
            yield Finding("TC201", pointer, "", help_, key=True)

    def _other_help(self, pointer: Pointer, known: list[str]) -> str:
        if pointer[-2:-1] == ("extensions",):
            return "no loaded plug-in has this section; `tenant-compile plugins list` shows those that are loaded"
        self._elsewhere = self._elsewhere or _fields(self._schema)
        others = self._elsewhere.get(str(pointer[-1]), [])
        if len(others) == 1:
            return f"did you mean `{show(others[0])}`?"
        if not known:
            return "nothing can stand here"
        more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
        return "the keys here are " + ", ".join(f"`{key}`" for key in known[:_LISTED]) + more

    def _is_reserved(self, pointer: Pointer) -> bool:
        if self._source.schema == "workspace":
            if pointer[0] == "defaults":
                return _is_listed(pointer[1:], reserved.SETTINGS)
            return _is_listed(pointer, reserved.WORKSPACE)
        if pointer[0] != "spec" or self._source.schema in ("waiver", "framework"):
            return False
        skipped = 3 if pointer[1:2] == ("environments",) else 1
        return _is_listed(pointer[skipped:], reserved.SETTINGS)

    def _missing(self, problem: Problem) -> Iterator[Finding]:
        """Missing keys, but for those that `_unknown` tells of (TC204)."""
        closed = problem.schema.get("additionalProperties") is False
        folded = self._strangers(problem).values() if closed else ()
        for key in problem.argument:
            if key not in problem.value and key not in folded:
                pointer = (*problem.path, key)
                help_ = self._how_to_add(pointer, problem.schema.get("properties", {}).get(key, {}))
                yield Finding("TC204", pointer, "is missing", help_, at=problem.path)

    def _how_to_add(self, pointer: Pointer, field: Schema) -> str:
        constants = words.choices(field, self._schema)
        examples = [constants[0].value] if len(constants) == 1 else field.get("examples", ())
        line = f"`{pointer[-1]}: {words.flow(examples[0])}`" if examples else f"`{pointer[-1]}`"
        if self._source.schema != "resolved" or pointer[0] != "spec":
            return f"write {line}"
        return f"no layer says it: write {line} in the tenant, a profile, the workspace's defaults or the tier preset"


def _problem(error: ValidationError, root: Schema) -> Problem:
    """Take what we need out of an error of `jsonschema`."""
    path: Any = tuple(error.absolute_path)
    schema: Any = error.schema
    whole: Any = error
    while whole.parent is not None and tuple(whole.parent.absolute_path) == path:
        whole = whole.parent
    return Problem(
        path,
        error.instance,
        str(error.validator),
        error.validator_value,
        schema if isinstance(schema, dict) else {},
        whole.schema if isinstance(whole.schema, dict) else {},
        root,
        error.validator == "oneOf" and not error.context,
        error.message,
    )


def _bad_key(problem: Problem) -> Finding:
    """A name that a map does not take (TC209)."""
    pointer = (*problem.path, str(problem.value))
    if problem.keyword != "pattern":
        return Finding("TC209", pointer, f"has a name that does not fit: {problem.message[:200]}", "", key=True)
    pattern = str(problem.argument)
    help_ = words.better(str(problem.value), pattern)
    return Finding("TC209", pointer, f"must be named with {words.form(pattern)}", help_, key=True)


def _is_listed(pointer: Pointer, paths: tuple[str, ...]) -> bool:
    for path in paths:
        if not path.endswith(str(pointer[-1])):
            continue
        parts = path.split(".")
        if len(parts) == len(pointer) and all(part in ("*", key) for part, key in zip(parts, pointer, strict=True)):
            return True
    return False


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors that matter: of a choice, those of the branch that was meant, when one branch fits in kind."""
    branches = []
    if error.validator in ("anyOf", "oneOf"):
        for _, group in groupby(error.context or (), key=lambda below: below.schema_path[0]):
            errors = list(group)
            if not any(not below.path and below.validator in ("type", "const", "enum") for below in errors):
                branches.append(errors)
    if not branches:
        yield error
        return
    for below in min(branches, key=len):
        yield from _leaves(below)


def _fields(root: Schema) -> dict[str, list[Pointer]]:
    """The pointers of all sections' fields by name; what stands in the entries of maps is left out."""
    found: dict[str, list[Pointer]] = {}
    waiting: list[tuple[Pointer, Schema]] = [((), root)]
    for pointer, schema in waiting:
        for key, field in target(schema, root).get("properties", {}).items():
            found.setdefault(key, []).append((*pointer, key))
            waiting.append(((*pointer, key), field))
    return found
