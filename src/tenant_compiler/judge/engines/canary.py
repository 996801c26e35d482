"""Small programs whose results decide whether an engine may judge: a wrong answer would be a wrong verdict later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.engines.protocol import PolicyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.judge.engines.protocol import PolicyEngine

_HEAD: Final = "package canary\n\nimport rego.v1\n\n"
_PROGRAMS: Final = (
    _HEAD
    + """
lib(x) := "small" if {
	x < 10
} else := "large"

objects contains {"path": ["a", name], "size": size} if some name, size in {"b": 2, "c": 3}

texts := sprintf("%s is %v, %d of %v, 100%%", ["a", [1, true, null], 3, {"x": "y"}])

nested := [object.get(input, ["a", "b"], 0), object.get(input, ["a", "c"], "none"), object.get(input, ["d", "e"], [])]

every_one := [true | every x in [2, 4] { x % 2 == 0 }]

every_two := [true | every x in [2, 3] { x % 2 == 0 }]

absent := [x | some x in ["a", "b"]; not x in {"b", "c"}]

unset := [true | not input.nothing.here]

integers := [9007199254740991 - 1, 7 % 3, 6 * 7, 2 - 44, max([3, 12, 7]), count({1, 1, 2}), to_number("12")]

order := ["unlimited" > 10, 9 < 10, "9" < "10", null < false]

functions := [lib(3), lib(30)]

found := sort([path | walk({"a": [{"b": 1}]}, [path, value]); value == 1])

matches := [regex.match("^[0-9]{4}-[0-9]$", "2026-1"), startswith("ab", "a"), contains("ab", "c"), split("a,b", ",")]

ranges := [net.cidr_contains("10.0.0.0/8", "10.1.2.3"), net.cidr_contains("10.0.0.0/8", "2001:db8::1/128")]

replaced := x if {
	x := lib(input.a.b) with input as {"a": {"b": 50}}
}

default missing := "default"

missing := input.missing
"""
)
_INPUT: Final = '{"a": {"b": 1, "c": null}}'
EXPECTED: Final[Mapping[str, Any]] = {
    "objects": [{"path": ["a", "b"], "size": 2}, {"path": ["a", "c"], "size": 3}],
    "texts": 'a is [1, true, null], 3 of {"x": "y"}, 100%',
    "nested": [1, None, []],
    "every_one": [True],
    "every_two": [],
    "absent": ["a"],
    "unset": [True],
    "integers": [9007199254740990, 1, 42, -42, 12, 2, 12],
    "order": [True, True, False, True],
    "functions": ["small", "large"],
    "found": [["a", 0, "b"]],
    "matches": [True, True, False, ["a", "b"]],
    "ranges": [True, False],
    "replaced": "large",
    "missing": "default",
}
_RAISING: Final[Mapping[str, str]] = {
    "a builtin that does not exist": "x := no_such.builtin(1)\n",
    "a variable without a value": "x if { y == z }\n",
    "a number added to a text": 'x := input.a.b + "a"\n',
    "a rule with two values": "x := 1\n\nx := 2\n",
}
"""What must not be undefined in silence, as it is in some engines."""


def fault(engine: PolicyEngine) -> str:
    """Say what an engine gets wrong; empty for nothing. What was loaded in it is gone afterwards."""
    try:
        engine.load({"canary.rego": _PROGRAMS}, {})
        results = engine.evaluate("data.canary", _INPUT)
    except PolicyError as error:
        return f"it cannot evaluate sound Rego: {error}"
    for name, expected in EXPECTED.items():
        # What is false equals 0, and true equals 1; as text they differ.
        if repr(_sorted(name, results.get(name))) != repr(expected):
            return f"it gives {results.get(name)!r} for `{name}` where OPA gives {expected!r}"
    for what, program in _RAISING.items():
        try:
            engine.load({"canary.rego": _HEAD + program}, {})
            engine.evaluate("data.canary.x", _INPUT)
        except PolicyError:
            continue
        return f"it lets {what} pass in silence"
    engine.load({}, {})
    return ""


def _sorted(name: str, value: Any) -> Any:
    """The value, and of the set its members in order."""
    return sorted(value, key=repr) if name == "objects" and isinstance(value, list) else value
