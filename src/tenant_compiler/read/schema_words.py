"""Words for what a schema wants and for what a document has instead."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.record import NamedTuple
from tenant_compiler.model.vocabulary.annotations import (
    AGGREGATOR,
    EMAIL,
    FROM,
    GROUP,
    HOST,
    LABEL,
    LINE,
    NAME,
    ORIGIN,
    PATH,
    SOURCE,
    SUBDOMAIN,
    TEXT,
    URL,
    VOLUME,
)
from tenant_compiler.read.shapes import target
from tenant_compiler.read.suggest import near

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.read.shapes import Schema

FORMS: Final[Mapping[str, str]] = {
    PATH: "a path of whole segments, such as `/api`, without `//`, `..` and `%`",
    ORIGIN: "a site, such as `https://acme.example`, without a path and a wildcard",
    SUBDOMAIN: "a name (lower-case letters, digits, dashes and dots; a letter or digit first and last)",
    r"^[A-Z]{2}$": "a code of two capital letters, such as `DE`",
    r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$": "a claim's name (letters, digits, `_` and `-`), nested ones by dots",
    LABEL: "a DNS label (at most 63 lower-case letters, digits and dashes; a letter first, no dash last)",
    NAME: "a name (at most 63 lower-case letters, digits, `-`, `_` and `.`; a letter or digit first and last)",
    HOST: "a host name in lower case with at least one dot and no wildcard",
    EMAIL: "an e-mail address",
    URL: "an https:// address",
    AGGREGATOR: "an https:// address of a host in lower case with at least one dot",
    LINE: "one line of text without control characters",
    TEXT: "text without control characters",
    r"^/[A-Za-z0-9._~/%-]*$": "an HTTP path, which starts with `/`",
    r"^[^/\x00-\x1f][^\x00-\x1f]*$": "a path inside the workspace",
    r"^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*$": "the name of a profile, in lower case, such as `region/eu`",
    r"^[a-z0-9][a-z0-9.:/_-]*$": "a registry, with a path where wanted, without `https://`",
    r"^[a-z0-9]([a-z0-9._/-]|:[0-9]+/)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$": (
        "an image: a repository in lower case, then `:tag`, `@sha256:` with 64 hexadecimal digits, or both"
    ),
    r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$": "the name of a header or cookie: letters, digits, `-`, `_` and the like",
    r"^[!-~]([ -~]*[!-~])?$": "one line of ASCII, no blank first or last",
    r"^[A-Za-z0-9:/._-]+$": "a queue's name or URL: letters, digits, `:`, `/`, `.`, `_` and `-`",
    r"^[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}$": "a time zone such as `Europe/Berlin`",
    r"^https?://[A-Za-z0-9.-]+(:[0-9]{2,5})?(/[A-Za-z0-9._~/-]*)?$": "an http:// or https:// address",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "a variable's name (letters, digits and `_`, no digit first)",
    r"^[A-Za-z0-9_][A-Za-z0-9._/-]*$": "a relative path of letters, digits, `.`, `_`, `-` and `/`",
    r"^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$": "letters, digits, `-`, `_`, `.`; a letter or digit first and last",
    r"^([A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)?$": (
        "a label's value: letters, digits, `-`, `_` and `.`; a letter or digit first and last"
    ),
    r"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$": (
        "a label's key (at most 63 letters, digits, `-`, `_` and `.`; a letter or digit first and last)"
    ),
    r"^#[0-9a-f]{6}$": "a colour: `#` and six lower-case hexadecimal digits",
    r"^[a-z]([a-z0-9_]{0,38}[a-z0-9])?$": "a tier's name (up to 40 lower-case letters, digits, `_`; a letter first)",
    r"^~> [56](\.[0-9]+){1,2}$": "a pessimistic constraint on major 5 or 6, such as `~> 6.69`",
    r"^cks-[0-9a-f]{17}$": "the id of a custom key store: `cks-` and 17 hexadecimal digits",
    r"^[a-z][a-z0-9]*-$": "a prefix: lower-case letters and digits with a dash at the end",
    r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$": "a bucket's name (3 to 63 lower-case letters, digits, `.` and `-`)",
    r"^[a-z0-9.-]+/[A-Za-z0-9_.-]+$": "an extended resource such as `nvidia.com/gpu`",
    r"^[a-z0-9-]+\.[a-z0-9-]+:[0-9]{2,5}$": "an address `service.namespace:port`",
    GROUP: "a group, and none of `system:`",
    FROM: "a secret of the cluster and its key, `secret/NAME/KEY`",
    SOURCE: "a secret and its key, `secret/NAME/KEY`, or a store and its field, `store/NAME/FIELD`",
    VOLUME: "a volume's name (at most 40 lower-case letters, digits and dashes; a letter first, no dash last)",
    r"^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$": "an absolute path of letters, digits, `.`, `_` and `-`",
    r"^A[gQ][A-D][A-Za-z0-9+/]{340,}={0,2}$": "a sealed value, as `kubeseal --raw` prints it, never the secret itself",
    r"^[A-Za-z0-9_][-._A-Za-z0-9]{0,252}$": "a key of a secret (letters, digits, `-`, `_` and `.`)",
    r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$": "the name of a secret (at most 63 lower-case letters, digits and dashes)",
    r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$": "a name of lower-case letters, digits, `-` and `.`",
    r"^/?[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+$": "a path of letters, digits, `.`, `_` and `-`",
    r"^[a-z0-9][-a-z0-9]{4,61}[a-z0-9]$": "an account's number or a project's name",
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$": "the name of a cluster (at most 100 letters, digits, `_` and `-`)",
    r"^[0-9a-f-]{36}$": "the id of a client: 36 hexadecimal digits and dashes",
    r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$": (
        "a namespace and a service account, `NAMESPACE/NAME`"
    ),
    r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$": "letters, digits, `.`, `_`, `:`, `/`, `@` and `-`; at most 200",
    r"^[a-z0-9]([-_.a-z0-9]{0,61}[a-z0-9])?(:[a-z0-9]([-_.a-z0-9]{0,61}[a-z0-9])?)?$": (
        "the name of a framework, with its level behind a colon where it has levels, such as `fedramp:moderate`"
    ),
    r"^[A-Z]{2,4}$": "a code of 2 to 4 capital letters, such as `DE`, `US` or `APAC`",
    r"^[A-Za-z_][A-Za-z0-9_]{0,62}$": "a column's name (at most 63 letters, digits and `_`, no digit first)",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "a header's name (lower-case letters and digits, with dashes between)",
    r"^[A-Za-z][A-Za-z0-9]{0,62}$": "a setting's name (letters and digits, a letter first)",
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$": "a key (letters, digits, `_`, `.` and `-`; a letter or digit first)",
    r"^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$": "a relative path that goes nowhere up",
    r"^(https://[A-Za-z0-9.-]+(:[0-9]+)?|ssh://git@[A-Za-z0-9.-]+(:[0-9]+)?)(/[A-Za-z0-9._~-]+)+$": (
        "the https:// or ssh://git@ address of a repository, without user and token"
    ),
    r"^https://[A-Za-z0-9.-]+(:[0-9]+)?$": "an https:// address without a path",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "a time of the day, `HH:MM`",
    r"^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*$": "a time zone such as `Europe/Berlin`",
    r"^[A-Za-z0-9/_-]+$": "letters, digits, `/`, `_` and `-`",
    r"^[a-z0-9][a-z0-9.:/_-]{0,252}@sha256:[0-9a-f]{64}$": "an image pinned by `@sha256:` and 64 hexadecimal digits",
    r"^[a-z][a-z0-9_]*$": "a parameter's name (lower-case letters, digits and `_`; a letter first)",
}
"""What the vocabulary's patterns ask for; a test holds that none is missing."""

_TYPES: Final[Mapping[str, str]] = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "`true` or `false`",
    "array": "a list",
}
_LISTED: Final = re.compile(r"\^\(([a-z_]+(?:\|[a-z_]+)+)\)\$")
_SHOWN: Final = 60
_MOST: Final = 8
_YES_NO: Final = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_PLAIN: Final = re.compile(r"[A-Za-z/][\w./@:-]*")
_NUMBER: Final = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
_AMOUNT: Final = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?) ?[A-Za-z%/]+")


class Choice(NamedTuple):
    """One value of an enumeration."""

    value: Any
    meaning: str


def quoted(value: Any) -> str:
    """Print a value as YAML has it, between backticks, cut to a line's length; control characters show."""
    text = value if isinstance(value, str) and value.isprintable() else shown(value)
    return f"`{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}`"


def shown(value: Any) -> str:
    """Print a scalar as it is written in YAML; text in double quotes."""
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return json.dumps(value, ensure_ascii=False)


def kind_of(value: Any) -> str:
    """Say what a value is: ``text``, ``a section``, the scalar itself."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "a section"
    return "a list" if isinstance(value, list) else shown(value)


def choices(schema: Schema, root: Schema) -> list[Choice]:
    """The constant values that a schema names, without ``null``."""
    schema = target(schema, root)
    found = [Choice(value, "") for value in schema.get("enum", ())]
    if "const" in schema:
        found.append(Choice(schema["const"], schema.get("description", "")))
    for keyword in ("oneOf", "anyOf"):
        for branch in schema.get(keyword, ()):
            found += choices(branch, root) if isinstance(branch, dict) else ()
    return [choice for choice in found if choice.value is not None]


def wanted(schema: Schema, root: Schema) -> str:
    """Say what a schema wants: "a number or `unlimited`"; without ``null``, which only removes."""
    schema = target(schema, root)
    for keyword in ("oneOf", "anyOf"):
        branches = [target(branch, root) for branch in schema.get(keyword, ()) if isinstance(branch, dict)]
        texts = [wanted(branch, root) for branch in branches if not _is_null(branch)]
        if texts:
            return one_of(texts)
    constants = choices(schema, root)
    if constants:
        return one_of([quoted(choice.value) for choice in constants])
    kinds = schema.get("type", [])
    names = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]
    if names == ["object"]:
        return "a section" if "properties" in schema else "a map of names"
    return one_of([_TYPES.get(name, "a section") for name in names]) or "something else"


def _is_null(schema: Schema) -> bool:
    return schema.get("type") == "null" or ("const" in schema and schema["const"] is None)


def flow(value: Any) -> str:
    """Print an example in one line of YAML; what is long is cut to a hint."""
    text = value if isinstance(value, str) and _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 2 * _SHOWN else "…"


def one_of(words: Sequence[str]) -> str:
    """Join words: "a, b or c"; the end of a long list is counted."""
    several = list(dict.fromkeys(words))
    if len(several) > _MOST:
        return ", ".join(several[:_MOST]) + f" or one of {len(several) - _MOST} more"
    return " or ".join(part for part in (", ".join(several[:-1]), *several[-1:]) if part)


def with_unit(number: Any, unit: str) -> str:
    """Print a bound with its unit; zero needs none."""
    if not unit or not number:
        return shown(number)
    return f"{shown(number)} {unit[:-1] if number == 1 and unit.endswith('s') else unit}"


def form(pattern: str) -> str:
    """Say in words what a pattern asks for."""
    named = listed(pattern)
    if named:
        return "one of " + one_of([f"`{name}`" for name in named])
    return FORMS.get(pattern) or f"text that matches the pattern `{pattern}`"


def listed(pattern: str) -> list[str]:
    """The texts that a pattern lists, ``^(dpa|baa)$``; none when it does more than that."""
    found = _LISTED.fullmatch(pattern)
    return found[1].split("|") if found else []


def better(text: str, pattern: str) -> str:
    """The help for text of a wrong form: a near text of the right form, or nothing."""
    meant = near(text, listed(pattern))
    if meant is not None:
        return f"did you mean `{meant}`?"
    lower = text.strip().lower()
    slug = re.sub(r"-{2,}", "-", re.sub(r"[\s_.:/]+", "-", lower)).strip("-")
    bare = re.sub(r"^https?://", "", lower).strip("/")
    for candidate in (text.strip(), lower, slug, bare, lower.replace("http://", "https://", 1), "/" + text.strip()):
        if candidate != text and len(candidate) <= _SHOWN and matches(pattern, candidate):
            return f"did you mean `{candidate}`?"
    return ""


def matches(pattern: str, text: str) -> bool:
    """Match as ECMA 262 does: ``$`` is the end, not also the place before a last line break."""
    return re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), text) is not None


def instead(value: Any, schema: Schema, root: Schema, unit: str, examples: Sequence[Any]) -> str:
    """The help for a value of the wrong type: what to write instead."""
    schema = target(schema, root)
    constants = [choice.value for choice in choices(schema, root)]
    kind = wanted(schema, root)
    if isinstance(value, str):
        return _instead_of_text(value, schema, constants, kind, unit) or _example(kind, unit, examples)
    if isinstance(value, float) and value.is_integer() and "a whole number" in kind:
        return f"write `{int(value)}`"
    if isinstance(value, (bool, int, float)) and (kind == "text" or any(isinstance(item, str) for item in constants)):
        if shown(value) in constants:
            return f'write it in quotes: `"{shown(value)}"`'
        if kind == "text":
            return "write it in quotes: without them, YAML reads numbers and `true` as what they look like"
    if isinstance(value, list) and kind == "a map of names":
        return "write a map: each entry's name as a key, and what it is below"
    return _example(kind, unit, examples)


def _instead_of_text(value: str, schema: Schema, constants: Sequence[Any], kind: str, unit: str) -> str:
    meant = near(value, [item for item in constants if isinstance(item, str)])
    if meant is not None:
        return f"did you mean `{meant}`?"
    if "number" in kind:
        if _NUMBER.fullmatch(value):
            return f"write it without quotes: `{value}`"
        amount = _AMOUNT.fullmatch(value)
        if amount is not None:
            return f"write the number alone; the unit is {unit}" if unit else "write the number alone"
    if "true" in kind and value.lower() in ("true", "false", *_YES_NO):
        return f"write `{_YES_NO.get(value.lower(), value.lower())}`: YAML 1.2 reads {quoted(value)} as text"
    if schema.get("type") == "array" or "array" in schema.get("type", ()):
        return f"write a list: `[{quoted(value)[1:-1]}]`"
    return ""


def _example(kind: str, unit: str, examples: Sequence[Any]) -> str:
    if kind.startswith("`") or not examples:
        return "write its keys below it" if kind == "a section" else f"write {kind}"
    if "number" in kind:
        kind = kind.replace("number", f"number of {unit}", 1) if unit else kind
        first, _, rest = kind.partition(" or ")
        return f"write {first} such as {shown(examples[0])}" + (f", or {rest}" if rest else "")
    return f"write {kind}, such as `{flow(examples[0])}`"


def meanings(constants: Sequence[Choice]) -> tuple[str, ...]:
    """A note for each value of an enumeration, the first eight; none where there is no choice."""
    if len(constants) == 1:
        return ()
    notes = tuple(f"`{shown(value).strip(chr(34))}`: {text}" for value, text in constants[:_MOST] if text)
    more = len(constants) - _MOST
    return (*notes, f"and {more} more") if notes and more > 0 else notes
