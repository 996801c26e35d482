"""Parameters of rules: of all that is asked for the strictest value holds, and contradictions are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tenant_compiler.model.policy import Demand
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tenant_compiler.model.policy import Parameter

Asked: TypeAlias = "Sequence[tuple[str, Any]]"
"""Who asks for which value; nobody in particular is an empty text."""

_LIMITS: Final = {"lower": "at most", "higher": "at least"}
_PEOPLE: Final = "the rule's default"


class Conflict(NamedTuple):
    """Two demands that no value satisfies."""

    parameter: str
    value: Any
    by: str
    """Who asks for it; empty for the rule's own default."""
    other: str
    """The other parameter; the same one where two lists have nothing in common."""
    other_value: Any
    other_by: str
    text: str
    """One sentence with both values and who asks for them."""


def strictest(parameters: Mapping[str, Parameter], demands: Iterable[tuple[str, str, Any]]) -> dict[str, Demand]:
    """Find the value of every parameter that satisfies all who ask for one.

    Args:
        parameters: those of the rules in question, by name.
        demands: who asks (``pci_dss 10.5.1``, or empty for a rule's own default), for which parameter, for what.
            Parameters that are not among the above are passed over. Values must fit, see `misfit`.

    Returns:
        By name, in the order of the parameters. One that nobody asks for has its default and no ``by``. Of numbers the
        least or the greatest holds, of lists what all or what any of them name, of maps each key by itself.
    """
    asked: dict[str, list[tuple[str, Any]]] = {}
    for who, name, value in demands:
        asked.setdefault(name, []).append((who, value))
    return {name: _settle(parameter, asked.get(name, ())) for name, parameter in parameters.items()}


def _settle(parameter: Parameter, asked: Asked) -> Demand:
    if not asked:
        return Demand(parameter.default, "", ())
    value: Any
    if isinstance(parameter.default, dict):
        value, deciding = _by_key(parameter.stricter, asked)
    elif isinstance(parameter.default, list):
        value, deciding = _together(parameter.stricter, asked)
    else:
        value = (min if parameter.stricter == "lower" else max)(value for _, value in asked)
        deciding = [who for who, said in asked if said == value and who][:1]
    others: list[tuple[str, Any]] = []
    for who, said in asked:
        if who and (said != value or who not in deciding) and (who, said) not in others:
            others.append((who, said))
    return Demand(value, ", ".join(deciding), tuple(others))


def _by_key(stricter: str, asked: Asked) -> tuple[dict[str, Any], list[str]]:
    """Settle a map of numbers: each key by itself."""
    best: dict[str, tuple[Any, str]] = {}
    for who, said in asked:
        for key, value in said.items():
            known = best.get(key)
            better = known is None or (value < known[0] if stricter == "lower" else value > known[0])
            if better or (known is not None and value == known[0] and not known[1]):
                best[key] = (value, who)
    names = dict.fromkeys(who for _, who in best.values() if who)
    return {key: value for key, (value, _) in best.items()}, list(names)


def _together(stricter: str, asked: Asked) -> tuple[list[Any], list[str]]:
    """Settle a list: what all of them name, or what any of them names."""
    value: list[Any] = list(asked[0][1])
    deciding = [asked[0][0]]
    for who, said in asked[1:]:
        if stricter == "subset":
            together = [item for item in value if item in said]
        else:
            together = [*value, *(item for item in said if item not in value)]
        if together != value:
            # Who asks for all of it alone decides alone.
            deciding = [who] if sorted(together) == sorted(said) else [*deciding, who]
            value = together
        elif not deciding[-1] and sorted(said) == sorted(value):
            deciding[-1] = who
    return value, list(dict.fromkeys(who for who in deciding if who))


def conflicts(parameters: Mapping[str, Parameter], demands: Mapping[str, Demand]) -> Iterator[Conflict]:
    """Find the demands that contradict each other.

    Args:
        parameters: by name.
        demands: what `strictest` made of them.

    Yields:
        A pair for each parameter that names another one (``conflicts_with``) where the shortest that one asks for is
        above the longest that the other allows; and a pair of lists that have nothing in common.
    """
    for name, parameter in parameters.items():
        other = parameters.get(parameter.conflicts_with)
        if other is not None and {parameter.stricter, other.stricter} == {"lower", "higher"}:
            low, high = (parameter, other) if parameter.stricter == "lower" else (other, parameter)
            if demands[high.name].value > demands[low.name].value:
                yield _pair(high, demands[high.name].value, demands[high.name].by, low, demands[low.name])
        if parameter.stricter == "subset" and isinstance(parameter.default, list) and demands[name].value == []:
            yield from _apart(parameter, demands[name])


def _pair(one: Parameter, value: Any, by: str, other: Parameter, demand: Demand) -> Conflict:
    text = f"{_clause(one, value, by)}, but {_clause(other, demand.value, demand.by)}"
    return Conflict(one.name, value, by, other.name, demand.value, demand.by, text)


def _apart(parameter: Parameter, demand: Demand) -> Iterator[Conflict]:
    """The first two lists that have nothing in common; none where only all together have not."""
    for index, (by, value) in enumerate(demand.others):
        for other_by, other_value in demand.others[index + 1 :]:
            if value and other_value and not set(value) & set(other_value):
                text = f"{_clause(parameter, value, by)}, but {_clause(parameter, other_value, other_by)}"
                yield Conflict(parameter.name, value, by, parameter.name, other_value, other_by, text)
                return


def _clause(parameter: Parameter, value: Any, by: str) -> str:
    if isinstance(value, list):
        return f"{by or _PEOPLE} allows only {', '.join(map(str, value))} for {parameter.name}"
    unit = f" {parameter.unit}" if parameter.unit else ""
    return f"{by or _PEOPLE} asks for {_LIMITS[parameter.stricter]} {value}{unit} ({parameter.name})"


def misfit(parameter: Parameter, value: Any) -> str:
    """Say what is wrong with a value of a parameter: ``must be a whole number``. Empty when nothing is."""
    default = parameter.default
    if isinstance(default, dict):
        fits = isinstance(value, dict) and all(_is_number(number) for number in value.values())
        return "" if fits else "must be a map of whole numbers"
    if isinstance(default, list):
        fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if fits else "must be a list of texts"
    return "" if _is_number(value) else "must be a whole number"


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
