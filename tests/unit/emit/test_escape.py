"""The escapes: what each language gives back when it evaluates the escaped text."""

from __future__ import annotations

import re
import unicodedata

import promql_parser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.emit import escape

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
fast = settings(max_examples=150, deadline=None)


def evaluate_terraform(text: str) -> str:
    """Evaluate a template without interpolation, as Terraform's documentation says; refuse one with."""
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", text), "an interpolation is left"
    return text.replace("$${", "${").replace("%%{", "%{")


@fast
@given(st.text(st.sampled_from("${}%a "), max_size=12))
def test_terraform_gives_the_text_back(text):
    """Whatever dollars, percents and braces a text has, no interpolation is left and the text comes back."""
    assert evaluate_terraform(escape.terraform(text)) == text


def test_terraform_leaves_other_text_alone():
    """Text without template marks stays readable."""
    assert escape.terraform("5 % of $10 {x}") == "5 % of $10 {x}"


@fast
@given(st.text(st.sampled_from('{}"-/*%$ a\n'), max_size=12))
def test_go_templates_give_the_text_back(text):
    """Every action in the escaped text is the one that prints two braces, and the text comes back."""
    escaped = escape.go_template(text)
    action = '{{"{{"}}'
    parts = escaped.split(action)
    assert not any("{{" in part for part in parts)
    assert "{{".join(parts) == text


@fast
@given(any_text)
def test_promql_strings_are_read_back_by_a_promql_parser(text):
    """A text becomes one string literal, whatever quotes and backslashes it has."""
    parsed = promql_parser.parse(f"up{{tenant={escape.promql_string(text)}}}")
    assert [(matcher.name, matcher.value) for matcher in parsed.matchers.matchers] == [("tenant", text)]


@fast
@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)) | st.sampled_from("{{{}}args.x ")))
def test_argo_finds_no_placeholder_and_promql_reads_the_text_back(text):
    """Argo fills in what stands between two braces; the string holds none of those, and means the same."""
    written = escape.argo_promql_string(text)
    assert "{{" not in written
    selector = promql_parser.parse(f"up{{name={written}}}")
    assert [matcher.value for matcher in selector.matchers.matchers] == [text]


@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
    st.text(st.sampled_from("ab.*+"), max_size=5),
)
def test_promql_regexes_match_the_text_and_nothing_else(text, other):
    """The expression is valid for PromQL and matches the text only."""
    expression = escape.promql_regex(text)
    assert re.fullmatch(expression, text)
    assert (re.fullmatch(expression, other) is not None) == (other == text)
    promql_parser.parse(f"up{{tenant=~{escape.promql_string(expression)}}}")


CEL_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\?\"'`])|[xX]([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-3][0-7]{2}))"
)
CEL_SHORT = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))


def read_cel(literal: str) -> str:
    """Read a string literal in double quotes as CEL's grammar says; refuse anything else."""
    assert re.fullmatch(r'"(?:[^"\\\r\n]|\\[^\r\n])*"', literal), "no literal, or more than one"
    body = literal[1:-1]
    assert "\\" not in CEL_ESCAPE.sub("", body), "an escape that CEL does not know"

    def meant(found):
        short, *hexadecimal, octal = found.groups()
        if short is not None:
            return CEL_SHORT.get(short, short)
        code = int(octal, 8) if octal else int("".join(filter(None, hexadecimal)), 16)
        assert not 0xD800 <= code <= 0xDFFF, "CEL refuses halves of characters"
        return chr(code)

    return CEL_ESCAPE.sub(meant, body)


@fast
@given(any_text)
def test_cel_strings_are_one_literal_that_means_the_text(text):
    """Whatever quotes, backslashes, line ends and control characters a text has, one literal gives it back."""
    assert read_cel(escape.cel_string(text)) == text


# Grafana's own pattern (packages/grafana-data, variableRegex), in Python's spelling.
GRAFANA = re.compile(r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}", re.ASCII)


@fast
@given(st.text(st.sampled_from("$[]{}:a1 _"), max_size=14))
def test_grafana_finds_no_variable(text):
    """No variable is left, a second escape changes nothing, and every character keeps its place."""
    escaped = escape.grafana(text)
    assert not GRAFANA.search(escaped)
    assert escape.grafana(escaped) == escaped
    assert unicodedata.normalize("NFKC", escaped) == unicodedata.normalize("NFKC", text)


def test_grafana_leaves_prices_alone():
    """A dollar sign that starts no variable stays."""
    assert escape.grafana("10 $ or $ 5 [x]") == "10 $ or $ 5 [x]"


def expand_kubernetes(text: str) -> str:
    """Expand as the kubelet does (third_party/forked/golang/expansion), with every variable set to EVIL."""
    out, position = "", 0
    while position < len(text):
        character, after = text[position], text[position + 1 : position + 2]
        if character == "$" and after == "$":
            out, position = out + "$", position + 2
        elif character == "$" and after == "(" and ")" in text[position + 2 :]:
            out, position = out + "EVIL", text.index(")", position) + 1
        else:
            out, position = out + character, position + 1
    return out


@fast
@given(st.text(st.sampled_from("$()Aa "), max_size=12))
def test_the_kubelet_gives_the_text_back(text):
    """Expansion of the escaped text is the text; a text that expansion leaves alone is not changed."""
    escaped = escape.kubernetes_value(text)
    assert expand_kubernetes(escaped) == text
    if expand_kubernetes(text) == text and "$(" not in text:
        assert escaped == text


@fast
@given(st.text(max_size=20))
def test_a_terminal_gets_nothing_but_visible_text(text):
    """No control, bidirectional or half character is left, and the result is one line that UTF-8 can hold."""
    shown = escape.terminal(text)
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not [
        c
        for c in shown
        if unicodedata.bidirectional(c) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    ]
    assert len(shown.encode().decode().splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本", "plain é 日本"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("\x9b2J", "\\x9b2J"),
        ("x\U000e0041", "x\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("C:\\new", "C:\\new"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_terminal_escapes_are_visible(text, shown):
    """Each kind of active character has a visible form; ordinary text and joined emoji stay."""
    assert escape.terminal(text) == shown


LABEL = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")


@fast
@given(st.text(max_size=90))
def test_label_values_are_valid(text):
    """Any text becomes a label value that the API server takes, and a valid one stays as it is."""
    value = escape.label_value(text)
    assert LABEL.fullmatch(value)
    assert len(value) <= 63
    assert (value == text) == bool(LABEL.fullmatch(text) and len(text) <= 63)
    assert escape.label_value(value) == value


def test_label_values_of_different_texts_differ():
    """Texts that look alike once the forbidden characters are gone keep different values."""
    texts = ["a b", "a  b", "a/b", "a b ", "日本", "日", "x" * 64, "x" * 65, "a-b", "a\n"]
    assert len({escape.label_value(text) for text in texts}) == len(texts)
    assert escape.label_value("Care Platform").startswith("Care-Platform-")


def evaluate_collector(text: str) -> str:
    """Expand a value as the collector does: ``$$`` is a dollar, and what is left in braces is read from elsewhere."""
    parts = text.split("$$")
    assert not any("$" in part for part in parts), "an expansion is left"
    return "$".join(parts)


@fast
@given(st.text(st.sampled_from("${}env:file/a "), max_size=16))
def test_a_collector_expands_nothing_of_a_text(text):
    """Whatever ``${env:…}`` and ``${file:…}`` a text has, nothing is read, and the text comes back."""
    assert evaluate_collector(escape.opentelemetry(text)) == text


@fast
@given(any_text, any_text)
def test_a_pattern_in_ottl_matches_the_text_and_ends_no_string(text, other):
    """Neither quotes nor backslashes of the text can end the string or the pattern; only the text itself matches."""
    escaped = escape.opentelemetry(escape.ottl_pattern(text))
    assert re.fullmatch(r"(?:[A-Za-z0-9_]|\\\\x\{[0-9a-f]{1,6}\})*", escaped)
    read = escaped.replace("\\\\", "\\")  # as OTTL reads the string
    pattern = re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: re.escape(chr(int(found[1], 16))), read)  # RE2's own form
    assert re.fullmatch(pattern, text)
    assert bool(re.fullmatch(pattern, other)) == (other == text)
