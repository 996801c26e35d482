from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.read.jsonnet import Job, JsonnetEvaluator
from tenant_compiler.read.jsonnet_lexer import string_value, tokens, top_level_parameters
from tenant_compiler.read.jsonnet_origin import locate_leaf

if TYPE_CHECKING:
    from pathlib import Path

    from tenant_compiler.model.diagnostic import Place
    from tenant_compiler.model.pointer import Pointer

BASE = """// cpu_cores: 8
{
  quotas: { cpu_cores: 8, memory_gb: 16, spare: -4 },  /* cpu_cores: 8 */
  # cpu_cores: 8
  twice: { cpu_cores: self.single * 2, single: 4 },
  note: 'cpu_cores: 8',
  "quoted key": "it's",
  verbatim: @'a''b\\c',
  text: |||
    cpu_cores: 8
    second
  |||,
  regions: ['eu-west-1', 'eu-central-1'] + ['eu-north-1'],
  audit: true,
  ratio: 2.5e-1,
  greatest: std.max(3, 3),
  'é😀': 1, name: 'Zoë',
}
"""
ENTRY = """
local base = import 'base.libsonnet';
function(tier) base {
  quotas+: { memory_gb: if tier == 'big' then 32 else 16, 'connections'+: 50, },
  total: { spare: 1 + 1 },
  copied: { cpu_cores: base.quotas.cpu_cores },
  labels: { [k]: 'x' for k in ['one'] },
}
"""


@pytest.fixture
def evaluator(tmp_path: Path) -> JsonnetEvaluator:
    """A preset that builds on another file."""
    (tmp_path / "base.libsonnet").write_text(BASE)
    (tmp_path / "entry.jsonnet").write_text(ENTRY)
    (tmp_path / "built/tier_presets").mkdir(parents=True)
    return JsonnetEvaluator.of(str(tmp_path), str(tmp_path / "built/tier_presets"))


FOUND = [
    (("quotas", "cpu_cores"), 8, "base.libsonnet", "8"),
    (("quotas", "memory_gb"), 16, "entry.jsonnet", "16"),
    (("quotas", "spare"), -4, "base.libsonnet", "-4"),
    (("quotas", "connections"), 50, "entry.jsonnet", "50"),
    (("twice", "single"), 4, "base.libsonnet", "4"),
    (("note",), "cpu_cores: 8", "base.libsonnet", "'cpu_cores: 8'"),
    (("quoted key",), "it's", "base.libsonnet", '"it\'s"'),
    (("verbatim",), "a'b\\c", "base.libsonnet", "@'a''b\\c'"),
    (("text",), "cpu_cores: 8\nsecond\n", "base.libsonnet", "|||"),
    (("regions", 1), "eu-central-1", "base.libsonnet", "'eu-central-1'"),
    (("regions", 2), "eu-north-1", "base.libsonnet", "'eu-north-1'"),
    (("audit",), True, "base.libsonnet", "true"),
    (("ratio",), 0.25, "base.libsonnet", "2.5e-1"),
    (("copied", "cpu_cores"), 8, "base.libsonnet", "8"),
    (("name",), "Zoë", "base.libsonnet", "'Zoë'"),
]


@pytest.mark.parametrize(("pointer", "value", "file", "literal"), FOUND)
def test_a_literal_is_found(evaluator: JsonnetEvaluator, pointer: Pointer, value: Any, file: str, literal: str) -> None:
    """The place is that of the literal itself, in whichever file it stands."""
    place = locate_leaf(evaluator, Job("entry.jsonnet", {"tier": "free"}), pointer, value)
    assert place is not None
    assert place.file == file
    assert slice_of(place, BASE if file.startswith("base") else ENTRY) == literal


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        (("twice", "cpu_cores"), 8),
        (("total", "spare"), 2),
        (("greatest",), 3),
        (("labels", "one"), "x"),
        (("regions",), ["eu-west-1", "eu-central-1", "eu-north-1"]),
    ],
)
def test_a_computed_value_has_no_line(evaluator: JsonnetEvaluator, pointer: Pointer, value: Any) -> None:
    """A value that no literal under its own key makes gets the file, never a wrong line."""
    place = locate_leaf(evaluator, Job("entry.jsonnet", {"tier": "free"}), pointer, value)
    assert place is not None
    assert (place.file, place.span) == ("entry.jsonnet", None)


def test_only_the_branch_that_was_taken_counts(evaluator: JsonnetEvaluator) -> None:
    """The arguments of the job decide which of two literals is the origin."""
    place = locate_leaf(evaluator, Job("entry.jsonnet", {"tier": "big"}), ("quotas", "memory_gb"), 32)
    assert place is not None
    assert slice_of(place, ENTRY) == "32"


@pytest.mark.parametrize(("pointer", "value"), [(("nothing",), 1), (("audit",), 1), (("quotas", "cpu_cores"), 9)])
def test_a_leaf_that_the_job_does_not_have_has_no_place(
    evaluator: JsonnetEvaluator, pointer: Pointer, value: Any
) -> None:
    """Another value, or none, at the pointer is no answer at all."""
    assert locate_leaf(evaluator, Job("entry.jsonnet", {"tier": "free"}), pointer, value) is None


def test_a_broken_file_has_no_origins(evaluator: JsonnetEvaluator, tmp_path: Path) -> None:
    """A file that fails says so elsewhere."""
    (tmp_path / "broken.jsonnet").write_text("{ a: 1 + }")
    assert locate_leaf(evaluator, Job("broken.jsonnet"), ("a",), 1) is None


def test_origins_see_an_overlay(evaluator: JsonnetEvaluator, tmp_path: Path) -> None:
    """A text that stands in for a file is what is searched."""
    overlay = {str(tmp_path / "entry.jsonnet"): "\n\n{ a: 41 }"}
    place = locate_leaf(evaluator, Job("entry.jsonnet", None, overlay), ("a",), 41)
    assert place is not None
    assert place.span == (3, 6, 8)


@settings(max_examples=15, deadline=None)
@given(
    values=st.lists(
        st.one_of(st.integers(-99, 99), st.booleans(), st.sampled_from(["a", "it's", 'q"q', "é😀", "a: 1", "|||", ""])),
        min_size=1,
        max_size=4,
    ),
    comment=st.sampled_from(["// x0: 1\n", "/* ' */", '# "\n', "\n", ""]),
)
def test_every_literal_of_a_flat_file_is_found(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], comment: str
) -> None:
    """Whatever stands between them, the literals of a map are found where they are written."""
    folder = tmp_path_factory.mktemp("origin")
    parts = [f"{comment} x{index}: {_literal(value)}" for index, value in enumerate(values)]
    text = "{" + ", ".join(parts) + "}"
    (folder / "a.jsonnet").write_text(text)
    evaluator = JsonnetEvaluator.of(str(folder), str(folder))
    index = len(values) - 1
    place = locate_leaf(evaluator, Job("a.jsonnet"), (f"x{index}",), values[index])
    assert place is not None
    assert slice_of(place, text) == _literal(values[index])


def test_tokens_pass_over_comments_and_strings() -> None:
    """A quote in a comment opens nothing, a comment sign in a string hides nothing."""
    source = '{ a: \'x // \\\' y\', # it\'s\n b+:: @"c""d", /* " */ c: |||\n    d: 1\n\n      e\n  ||| , f: 1_000.5e3 }'
    words = [token.text for token in tokens(source) if token.kind not in ("op", "colon")]
    assert words == ["a", "'x // \\' y'", "b", '@"c""d"', "c", "|||\n    d: 1\n\n      e\n  |||", "f", "1_000.5e3"]


@pytest.mark.parametrize(
    "literal",
    ["'it\\'s'", '"say \\"hi\\""', "'say \"hi\"'", "@'a\\b'", "'\\u00e9\\n\\\\'", "'a\nb'", "|||\n  a\n   b\n|||"],
)
def test_strings_mean_what_the_engine_says(tmp_path: Path, literal: str) -> None:
    """Our reading of a string literal is the engine's."""
    (tmp_path / "a.jsonnet").write_text(literal)
    result = JsonnetEvaluator.of(str(tmp_path), str(tmp_path)).evaluate([Job("a.jsonnet")])[0]
    assert string_value(next(tokens(literal))) == result.value


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("function(tier) 1", ("tier",)),
        ("// function(x)\nlocal f(a) = 1; function(tier, cloud='x(,b', env=[1, c]) 1", ("tier", "cloud", "env")),
        ("function() {}", ()),
        ("{ f: function(x) x }", None),
        ("local f = function(x) x; f(1)", None),
        ("", None),
    ],
)
def test_parameters_of_the_last_expression_are_guessed(source: str, names: tuple[str, ...] | None) -> None:
    """Only a file that ends in a function has parameters."""
    assert top_level_parameters(source) == names


def _literal(value: Any) -> str:
    """A jsonnet literal as people write it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "\\'") + "'"
    return str(value).lower()


def slice_of(place: Place, text: str) -> str:
    """What stands at a place."""
    assert place.span is not None
    return text.split("\n")[place.span.line - 1][place.span.column - 1 : place.span.end - 1]
