"""What a rule gave, read into records. A rule is somebody's code: what has not the agreed shape is the rule's error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.projection import DATES, RENAMED
from tenant_compiler.model.pointer import show
from tenant_compiler.model.policy import Denial, RuleResult
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.policy import Rule

DENIALS: Final = 1_000
"""Things that a workspace's rule may deny of a tenant in one environment: each becomes a finding in every report."""
_ROOTS = ("spec", "metadata")
_PARTS = frozenset([str, int, bool])
_TENANTS = {projected: key for key, (projected, _) in (*RENAMED.items(), *DATES.items())}
"""What fields that only the projection has are called by tenants, which is what findings are about."""


class _ShapeError(Exception):
    """A rule's result has not the agreed shape; the text says what is wrong."""


def read_result(rule: Rule, value: Any, made_from: Mapping[str, Sequence[Pointer]]) -> RuleResult:
    """Read one rule's result.

    Args:
        rule: the rule.
        value: ``{"deny": [...], "checked": [...]}`` as the engine gave it, or a text: why it gave nothing.
        made_from: the lineage of every emitted object by its ref.

    Returns:
        The result, with denials and what was checked in a stable order. A value of another shape becomes an error.
    """
    if isinstance(value, str):
        return RuleResult(rule, (), (), (), value)
    try:
        return _read(rule, value, made_from)
    except _ShapeError as error:
        return RuleResult(rule, (), (), (), str(error))


def _read(rule: Rule, value: Any, made_from: Mapping[str, Sequence[Pointer]]) -> RuleResult:
    denied, looked_at = _list(value, "deny"), _list(value, "checked")
    if len(denied) > DENIALS and not rule.built_in:
        raise _ShapeError(f"it denies {len(denied):,} things, but may deny at most {DENIALS:,} of one tenant")
    denials = sorted((_denial(rule, item, made_from) for item in denied), key=_order) if denied else ()
    if rule.subject == "artifact":
        # A list among them is a setting that one of the objects must carry.
        refs = [item for item in looked_at if not isinstance(item, list)]
        for ref in refs:
            if not isinstance(ref, str) or ref not in made_from:
                raise _ShapeError(f"`checked` holds {_short(ref)}, which is no emitted object")
        pointers = [_pointer(rule, item) for item in looked_at if isinstance(item, list)]
        return RuleResult(rule, tuple(denials), tuple(sorted(pointers, key=_text)), tuple(sorted(refs)))
    checked = (_pointer(rule, item) for item in looked_at)
    return RuleResult(rule, tuple(denials), tuple(sorted(checked, key=_text)), ())


def _denial(rule: Rule, item: Any, made_from: Mapping[str, Sequence[Pointer]]) -> Denial:
    if not isinstance(item, dict) or not isinstance(item.get("message"), str):
        raise _ShapeError(f"`deny` holds {_short(item)} instead of an object with a `message`")
    ref = item.get("object", "")
    if ref != "" and ref not in made_from:
        raise _ShapeError(f"`deny` names the object {_short(ref)}, which was not emitted")
    if "path" in item:
        pointer = _pointer(rule, item["path"])
    elif ref:
        pointer = made_from[ref][0]
    else:
        raise _ShapeError(f"`deny` holds {_short(item)}, which has neither `path` nor `object`")
    at = _parts(item.get("at", []), "at")
    return Denial(rule.id, item["message"], pointer, ref, at, _fix(rule, item.get("fix")))


def _fix(rule: Rule, value: Any) -> tuple[Pointer, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or "value" not in value:
        raise _ShapeError(f"`fix` is {_short(value)} instead of an object with `path` and `value`")
    return _pointer(rule, value.get("path")), value["value"]


def _pointer(rule: Rule, value: Any) -> Pointer:
    pointer = _parts(value, "path")
    if not pointer or pointer[0] not in _ROOTS:
        raise _ShapeError(f"the path {_short(value)} does not begin with `spec` or `metadata`")
    if not rule.built_in:
        _must_lead_somewhere(pointer)
    return pointer


def _must_lead_somewhere(pointer: Pointer) -> None:
    """Refuse what no tenant can have: a rule that looks at a misspelt setting would vouch for nothing.

    Paths of built-in rules are held against the schema when they are written (``policy lint``).
    """
    from tenant_compiler.judge.tenant_paths import stranger  # noqa: PLC0415 - for rules of a workspace only

    lost = stranger(pointer)
    if lost is not None:
        there, known = lost
        key = str(there[-1])
        help_ = f"a tenant has `{_TENANTS[key]}`" if _TENANTS.get(key) in known else did_you_mean(key, known)
        raise _ShapeError(f"no tenant has {_cut(show(there))}" + (f"; {help_}" if help_ else ""))


def _parts(value: Any, what: str) -> Pointer:
    if not isinstance(value, list) or not _PARTS.issuperset(map(type, value)):
        raise _ShapeError(f"`{what}` is {_short(value)} instead of a list of keys and indices")
    return tuple(value)


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise _ShapeError(f"`{key}` is not defined as a set")
    return found


def _order(denial: Denial) -> tuple[Any, ...]:
    return (_text(denial.pointer), denial.ref, _text(denial.at), denial.message)


def _text(pointer: Pointer) -> tuple[str, ...]:
    return tuple(map(str, pointer))


def _short(value: Any) -> str:
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - a line
