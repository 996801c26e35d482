"""Expressions and dead text: what Terraform evaluates is ours, and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_compiler.backends.terraform.expression import (
    Expression,
    has_template,
    identifier,
    join,
    literal,
    policy,
    refer,
    strings,
)

TEXT = st.text(st.sampled_from('${}%" \\ab\n'), max_size=12)
TREES = st.recursive(
    TEXT | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def _unescaped(text: str) -> str:
    return text.replace("$${", "${").replace("%%{", "%{")


@given(TREES)
def test_nothing_in_a_literal_tree_is_evaluated(tree):
    """Whatever a tenant writes, as value or as key, Terraform finds no template in it."""
    assert not any(has_template(text) for text in strings(literal(tree)))


@given(TEXT)
def test_a_literal_reads_back_as_the_text(text):
    """Undoing Terraform's two escapes gives the text back."""
    assert _unescaped(literal(text)) == text


def test_expressions_pass_and_look_alikes_do_not():
    """The same characters are a reference as an Expression, and dead text as a string."""
    reference = refer("aws_kms_key", "tenant", "arn")

    assert literal([reference, str(reference)]) == ["${aws_kms_key.tenant.arn}", "$${aws_kms_key.tenant.arn}"]


@given(st.dictionaries(TEXT, TEXT, max_size=3))
def test_a_policy_reads_back_as_its_document(document):
    """The JSON text of a policy holds no template, and is the document once Terraform has read it."""
    text = policy(document)

    assert not has_template(text)
    assert json.loads(_unescaped(text)) == document


def test_a_policy_keeps_expressions():
    """An expression inside a policy is still evaluated."""
    assert policy({"Resource": join(refer("aws_s3_bucket", "scans", "arn"), "/*")}) == (
        '{"Resource":"${aws_s3_bucket.scans.arn}/*"}'
    )


def test_join_escapes_text_only():
    """Text between expressions is dead, the expressions live."""
    assert join("${a}", refer("var", "b")) == "$${a}${var.b}"


@pytest.mark.parametrize("text", ["cost: $", "100%"])
def test_join_refuses_text_that_kills_the_expression_behind_it(text):
    """``$`` before ``${`` would be Terraform's escape, so joining them is refused."""
    with pytest.raises(ValueError, match="read as an escape"):
        join(text, refer("var", "b"))


@pytest.mark.parametrize("name", ["a-b", "A", "1a", "", "a.b", 'a["x"]', "a}${b"])
def test_refer_refuses_what_is_no_identifier(name):
    """Only names that were made into identifiers get into an expression."""
    with pytest.raises(ValueError, match="not an identifier"):
        refer("aws_kms_key", name)


def test_refer_refuses_a_strange_access():
    """What follows the names is indices and attributes, nothing else."""
    with pytest.raises(ValueError, match="not an identifier"):
        refer("var", "a", access='["x"]')


def test_an_expression_is_text_for_everybody_else():
    """Emitters and JSON see the text; the type is for us."""
    assert json.dumps(Expression("${var.a}")) == '"${var.a}"'


@given(st.from_regex(r"[a-z]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True))
def test_an_identifier_goes_back_to_its_label(label):
    """Every DNS label becomes an identifier of its own."""
    name = identifier(label)

    assert refer(name) == f"${{{name}}}"
    assert name.replace("_", "-") == label


@pytest.mark.parametrize(("text", "evaluated"), [("${a}", True), ("%{if", True), ("$${a}", False), ("{a}", False)])
def test_templates_are_told_from_escapes(text, evaluated):
    """A doubled sign is an escape, a single one starts a template."""
    assert has_template(text) is evaluated
