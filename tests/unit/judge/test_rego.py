"""Looking into a module without an engine: nothing is overlooked, and comments and texts are no code."""

from __future__ import annotations

import pytest

from tenant_compiler.judge.rego import Head, Import, outline, string_value, tokens, without_comments


def kinds(source):
    """Kinds and texts of the tokens."""
    return [(token.kind, token.text) for token in tokens(source)]


def test_tokens_have_kinds_and_places():
    """Offsets are in characters, and blanks are left out."""
    source = 'é := "a"  # b'
    found = list(tokens(source))
    assert [token.kind for token in found] == ["name", "op", "string", "comment"]
    assert all(source[token.start : token.end] == token.text for token in found)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r'"a\"#" x', [("string", r'"a\"#"'), ("name", "x")]),
        ("`a\\`x", [("raw", "`a\\`"), ("name", "x")]),
        ("`a\n# b\n` x", [("raw", "`a\n# b\n`"), ("name", "x")]),
        ('$"a{b}"', [("template", '$"a{b}"')]),
        ("$`a`", [("template", "$`a`")]),
        ('"a\nb"', [("open", '"a\nb"')]),
        ("`a # b", [("open", "`a # b")]),
        ("1.5e3+2", [("number", "1.5e3"), ("op", "+"), ("number", "2")]),
        ("a<=b!=c", [("name", "a"), ("op", "<="), ("name", "b"), ("op", "!="), ("name", "c")]),
        ("#a\rb", [("comment", "#a\rb")]),
    ],
)
def test_texts_and_comments_end_where_engines_end_them(source, expected):
    """What is inside of them is no code."""
    assert kinds(source) == expected


@pytest.mark.parametrize(
    ("text", "value"), [('"a\\u0062"', "ab"), ('"a\tb"', "a\tb"), ("`a\\n`", "a\\n"), ('"\\x"', None), ("a", None)]
)
def test_a_string_has_a_value(text, value):
    """Escapes count in one kind of string, and not in the other."""
    (token,) = tokens(text)
    assert string_value(token) == value


def test_an_outline_says_what_a_module_defines():
    """Sets, functions and values by their first names; `else` and bodies are none."""
    source = """# METADATA
# package wrong
package acme["rules"].backups # here

import rego.v1
import data.acme.lib as tools

default limit := 4

deny contains message if {
\tsome x in input.xs
\tmessage := "a"
}

checked contains ["spec"]

f(x) := 1 if {
\tx
} else := 2

limits.cpu := 3

ready if true
"""
    found = outline(source)
    assert found.package == ("acme", "rules", "backups")
    assert source[found.at :].startswith("package acme")
    assert found.imports == (Import(("rego", "v1"), "v1"), Import(("data", "acme", "lib"), "tools"))
    assert [head[:2] for head in found.heads] == [
        ("limit", "value"),
        ("deny", "set"),
        ("checked", "set"),
        ("f", "function"),
        ("limits", "value"),
        ("ready", "value"),
    ]
    assert found.heads[1] == Head("deny", "set", source.index("deny"))


@pytest.mark.parametrize("source", ["", "# a\n", "x := 1\n", "package", "package ", "import"])
def test_a_module_without_a_package_has_none(source):
    """Engines refuse it in words of their own."""
    found = outline(source)
    assert found.package == ()
    assert found.at in (0, len(source))


def test_references_are_whole_paths():
    """Dots and strings in brackets go on, variables end one, and a bracket of arguments makes a call."""
    found = outline('package t\n\nx := [a.b["c d"].e[i].f, g.h(1), input["k"], j (2)]\n').references
    paths = [(reference.path, reference.called) for reference in found]
    assert paths[1] == (("a", "b", "c d", "e"), False)
    assert (("g", "h"), True) in paths
    assert (("input", "k"), False) in paths
    assert (("j",), False) in paths


def test_lines_stay_where_they_are_without_comments():
    """So that errors of the engine have the lines of the file; what looks like a comment in a text stays."""
    source = '# METADATA\n# title: x\npackage t # a\n\nx := "#b" # c\ny := `\n# d\n`\n'
    bare = without_comments(source)
    assert bare == '\n\npackage t\n\nx := "#b"\ny := `\n# d\n`\n'
    assert bare.count("\n") == source.count("\n")
