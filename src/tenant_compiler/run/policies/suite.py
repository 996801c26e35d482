"""All fixtures and tests of a rulebook, run, with what each went through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.rego import outline
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.jsonnet_files import BUILT_IN
from tenant_compiler.run.policies.bases import Bases
from tenant_compiler.run.policies.process import Trial
from tenant_compiler.run.policies.tries import Tried, try_case

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tenant_compiler.judge.engines.choose import EngineName
    from tenant_compiler.judge.engines.protocol import Coverage
    from tenant_compiler.judge.fixtures import Case
    from tenant_compiler.judge.rulebook import Rulebook
    from tenant_compiler.model.policy import Rule
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.run.policies.process import Refused

TEST: Final = "test_"
"""How the names of tests begin."""


class RegoTest(NamedTuple):
    """A rule of a module of tests."""

    file: str
    package: str
    name: str
    start: int
    """The offset of its head, in characters."""


class Chosen(NamedTuple):
    """What of a rulebook is run."""

    rules: Mapping[str, Rule]
    cases: Sequence[Case]
    tests: Sequence[RegoTest]
    files: Collection[str]
    """The sources whose lines count."""


class RegoTried(NamedTuple):
    """A test that was run."""

    test: RegoTest
    problem: str
    """Empty for one that passes."""
    prints: tuple[str, ...]


class Ran(NamedTuple):
    """A suite that was run."""

    cases: tuple[Tried, ...]
    tests: tuple[RegoTried, ...]
    refused: Mapping[str, Refused]
    """Files that the engine did not take."""
    coverage: Mapping[str, Coverage]
    """By file; empty when nobody asked."""
    lost: bool
    """Whether lines are missing from the coverage, because a case had to be stopped."""


def run_suite(
    book: Rulebook, chosen: Chosen, engine: EngineName, workspace: Workspace | None, *, coverage: bool = False
) -> Ran:
    """Run cases and tests.

    Args:
        book: the sources.
        chosen: what is run of it.
        engine: that evaluates.
        workspace: whose tenants are bases beside those of the book.
        coverage: whether lines are counted.

    Raises:
        TenantCompileError: there is no engine; exit code 2.
    """
    from tenant_compiler.judge.engines.choose import choose  # noqa: PLC0415 - the child makes its own

    choose(engine)
    trial = Trial(engine, {**book.sources, **book.tests}, book.beside, book.data, coverage=coverage)
    try:
        trial.start()
        bases = Bases(book.bases, workspace)
        cases = tuple(_tried(book, chosen, bases, trial))
        tests = tuple(_tested(chosen.tests, trial))
        lines = trial.coverage() if coverage else {}
    finally:
        trial.close()
    kept = {file: lines[file] for file in chosen.files if file in lines}
    return Ran(cases, tests, trial.refused, kept, trial.lost)


def find_tests(modules: Mapping[str, str]) -> Iterator[RegoTest]:
    """The tests in modules, in their order; several bodies of one name are one test."""
    for file, source in modules.items():
        each = outline(source)
        seen = set()
        for head in each.heads:
            if head.name.startswith(TEST) and head.name not in seen:
                seen.add(head.name)
                yield RegoTest(file, ".".join(each.package), head.name, head.start)


def _tried(book: Rulebook, chosen: Chosen, bases: Bases, trial: Trial) -> Iterator[Tried]:
    needs = _artifact_readers(book)
    for case in chosen.cases:
        rule = book.rules.get(case.rule)
        if rule is None:
            yield Tried(case, (f"there is no rule `{case.rule}` here",), {}, None)
        elif rule.file in trial.refused:
            refused = trial.refused[rule.file]
            where = f"{rule.file}:{refused.line}:{refused.column}: " if refused.line else ""
            yield Tried(case, (f"the rule cannot be loaded: {where}{refused.message}",), {}, None)
        else:
            artifacts = rule.subject == "artifact" or rule.file in needs
            # A run knows our rules by the folder that they are packed in, and takes their paths as they are.
            judged = rule._replace(file=f"{BUILT_IN}{rule.file}") if book.built_in else rule
            yield try_case(case, judged, bases, trial.ask, artifacts=artifacts)


def _tested(tests: Sequence[RegoTest], trial: Trial) -> Iterator[RegoTried]:
    for test in tests:
        if test.file in trial.refused:
            yield RegoTried(test, f"the file cannot be loaded: {trial.refused[test.file].message}", ())
            continue
        answer = trial.ask([f"{test.package}.{test.name}"], "{}")
        (value,) = answer.values
        if "error" in value:
            problem = f"it could not be evaluated: {value['error']}"
        elif value.get("value") is True:
            problem = ""
        else:
            problem = "it is undefined: some line of its body does not hold" if not value else "it is not true"
        yield RegoTried(test, problem, tuple(answer.prints))


def _artifact_readers(book: Rulebook) -> set[str]:
    """The files that read `input.artifacts`, by themselves or by what they import: only these need a whole build."""
    outlines = {file: outline(source) for file, source in {**book.beside, **book.sources}.items()}
    homes = {each.package: file for file, each in outlines.items()}
    readers = {
        file
        for file, each in outlines.items()
        if any(
            reference.path in (("input",), ("input", "artifacts")) or reference.path[:2] == ("input", "artifacts")
            for reference in each.references
        )
    }
    before = -1
    while before != len(readers):
        before = len(readers)
        readers |= {
            file for file, each in outlines.items() if any(homes.get(one.path[1:]) in readers for one in each.imports)
        }
    return readers
