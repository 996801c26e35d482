"""The baseline: what waits, how it is written, and how it is refused when it is malformed."""

from __future__ import annotations

import json
import os
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_compiler.judge.baseline import Baseline, create, denials_of, prune, read_baseline, unjudged_of, update
from tenant_compiler.judge.baseline_file import Entry, parse_entries, text_of
from tenant_compiler.judge.waivers import Waiver, Waivers
from tenant_compiler.model.diagnostic import Diagnostic, TenantCompileError
from tenant_compiler.model.policy import Applied, Compliance, Denial, Reason, Rule, RuleResult, Verdict
from tenant_compiler.model.result import EnvironmentResult, TenantResult
from tenant_compiler.read.workspace import open_workspace

TLS = ("spec", "security", "tls", "minimum_version")
TODAY = date(2026, 11, 24)
OLD = Entry("TC404", "acme", "production", "security.tls.minimum_version", "", "2026-01-01")


def denial(rule="TC404", pointer=TLS, ref="", at=()):
    """What a rule refuses."""
    return Denial(rule, "too old", pointer, ref, at, None)


def found(tenant="acme", environment="production", **fields):
    """A denial with whose it is."""
    return tenant, environment, denial(**fields)


@pytest.mark.parametrize(
    ("other", "covered"),
    [
        ({}, True),
        ({"at": ("spec", "x")}, True),
        ({"rule": "TC405"}, False),
        ({"pointer": TLS[:-1]}, False),
        ({"ref": "kubernetes/a/50-services.yaml#Deployment/portal"}, False),
        ({"tenant": "other"}, False),
        ({"environment": "staging"}, False),
    ],
)
def test_an_entry_covers_its_finding_and_no_other(other, covered):
    """Rule, tenant, environment, pointer and object are the same; the words and the line do not matter."""
    tenant, environment, what = found(**other)
    known = Baseline([OLD], "baseline.json")
    assert known.covers(what._replace(message="other words"), tenant, environment) is covered
    assert bool(known.stale()) is not covered


def test_an_object_is_part_of_the_key():
    """The same rule may deny several objects that were made from one setting."""
    ref = "kubernetes/a/50-services.yaml#Deployment/portal"
    known = Baseline([OLD._replace(object=ref)])
    assert known.covers(denial(ref=ref), "acme", "production")
    assert not known.covers(denial(ref="kubernetes/a/50-services.yaml#Deployment/other"), "acme", "production")


def test_stale_entries_are_information():
    """The first by name, and how many there are."""
    known = Baseline([OLD, OLD._replace(tenant="beta"), OLD._replace(tenant="gamma")], "baseline.json")
    assert known.covers(denial(), "acme", "production")
    (problem,) = known.stale()
    assert (problem.code, problem.severity, problem.place.file) == ("TC841", "info", "baseline.json")
    assert problem.message.endswith("TC404 at security.tls.minimum_version of beta in production and 1 more")


def test_no_baseline_covers_nothing():
    """And nothing in it is stale."""
    assert not Baseline.none().covers(denial(), "acme", "production")
    assert Baseline.none().stale() == []


def test_creating_takes_every_finding_once():
    """Sorted, with the day; a finding under two controls is one entry."""
    made = create(None, [found("beta"), found(), found()], TODAY, "baseline.json")
    assert made.entries == made.added == (OLD._replace(created="2026-11-24"), made.entries[1])
    assert made.entries[1].tenant == "beta"


def test_creating_over_a_baseline_is_refused():
    """Also over an empty one: it would take in what came since."""
    for there in ([OLD], []):
        with pytest.raises(TenantCompileError) as caught:
            create(there, [found()], TODAY, "baseline.json")
        (problem,) = caught.value.diagnostics
        assert (problem.code, caught.value.exit_code) == ("TC842", 2)


def test_updating_keeps_the_days_of_what_is_known():
    """New findings have today's day; what no longer occurs stays until it is pruned."""
    gone = OLD._replace(tenant="gone")
    made = update([gone, OLD], [found(), found("beta")], TODAY)
    new = OLD._replace(tenant="beta", created="2026-11-24")
    assert made.entries == (OLD, new, gone)
    assert made.added == (new,)
    assert made.removed == ()


def test_updating_merges_what_two_branches_wrote():
    """Of two entries for one finding the older day stays, in either order."""
    later = OLD._replace(created="2026-06-01")
    for both in ([later, OLD], [OLD, later]):
        assert update(both, [found()], TODAY).entries == (OLD,)


def test_pruning_removes_what_no_longer_occurs():
    """And adds nothing."""
    gone = OLD._replace(environment="staging")
    made = prune([gone, OLD], [found(), found("beta")], (), "baseline.json")
    assert (made.entries, made.added, made.removed) == ((OLD,), (), (gone,))


def test_pruning_needs_a_whole_run():
    """What was not judged has no findings, so nothing may be removed for it."""
    with pytest.raises(TenantCompileError) as caught:
        prune([OLD], [], ["d", "b", "a", "c"], "baseline.json")
    (problem,) = caught.value.diagnostics
    assert (problem.code, caught.value.exit_code) == ("TC843", 2)
    assert problem.message.endswith("(a, b, c and 1 more)")


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
ENTRIES = st.lists(st.builds(Entry, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.dates().map(date.isoformat)), max_size=6)


@given(ENTRIES, st.randoms())
def test_the_text_is_the_same_for_the_same_entries(entries, random):
    """Whatever their order; and it reads back as what was written, hostile text included."""
    text = text_of(entries)
    shuffled = [*entries]
    random.shuffle(shuffled)
    assert text_of(shuffled) == text
    assert parse_entries(text.encode(), "baseline.json") == sorted(entries)
    assert text.count("\n") == len(entries) + (5 if entries else 4)


def test_the_text_is_easy_to_merge():
    """One entry a line, with the keys in one order."""
    assert text_of([OLD]) == (
        '{\n  "format_version": 1,\n  "entries": [\n'
        '    {"rule": "TC404", "tenant": "acme", "environment": "production",'
        ' "pointer": "security.tls.minimum_version", "object": "", "created": "2026-01-01"}\n'
        "  ]\n}\n"
    )


def whole(*entries, version=1):
    """A baseline's text."""
    return json.dumps({"format_version": version, "entries": list(entries)})


ENTRY = OLD._asdict()
MALFORMED = [
    ("no JSON", "{\n  <<<<<<< ours\n", "baseline.json is no JSON", 2),
    ("nothing", "", "baseline.json is no JSON", 1),
    ("a list", "[]", "baseline.json is no baseline of this version", None),
    ("no version", '{"entries": []}', "baseline.json is no baseline of this version", None),
    ("a later version", whole(version=2), "baseline.json is no baseline of this version", None),
    ("a truth", whole(version=True), "baseline.json is no baseline of this version", None),
    ("no entries", '{"format_version": 1}', "baseline.json is no baseline of this version", None),
    ("no entry", whole("x"), "baseline.json: entry 0 must have the texts rule, tenant", 1),
    ("a missing field", whole({"rule": "TC404"}), "baseline.json: entry 0 must have the texts", 1),
    ("a number", whole({**ENTRY, "rule": 404}), "baseline.json: entry 0 must have the texts", 1),
    ("half a character", whole({**ENTRY, "rule": "\ud800"}), "baseline.json: entry 0 must have the texts", None),
    ("a line", whole(ENTRY, {**ENTRY, "line": "7"}), "baseline.json: entry 1 has the unknown key `line`", 1),
    ("no day", whole({**ENTRY, "created": "2026-13-45"}), "entry 0 was created on `2026-13-45`, which is no date", 1),
    ("a week", whole({**ENTRY, "created": "2026-W01-1"}), "entry 0 was created on `2026-W01-1`, which is no date", 1),
    ("too deep", "[" * 100_000, "nested too deep", None),
]


@pytest.mark.parametrize(
    ("text", "words", "line"), [case[1:] for case in MALFORMED], ids=[case[0] for case in MALFORMED]
)
def test_a_malformed_baseline_ends_the_run(project, text, words, line):
    """TC840 with exit code 2, at the line where there is one: half a baseline lets too much or too little wait."""
    project.write("baseline.json", text)
    with pytest.raises(TenantCompileError) as caught:
        read_baseline(open_workspace(project.root))
    (problem,) = caught.value.diagnostics
    assert (problem.code, caught.value.exit_code) == ("TC840", 2)
    assert words in problem.message
    assert (problem.place.span.line if problem.place.span else None) == line
    assert problem.help


def test_an_entry_has_its_own_line(project):
    """The text that we write has one entry a line, so a finding points at it."""
    text = text_of([OLD, OLD._replace(tenant="beta")]).replace("2026-01-01", "soon")
    with pytest.raises(TenantCompileError) as caught:
        parse_entries(text.encode(), "baseline.json")
    assert caught.value.diagnostics[0].place.span.line == 4


def test_bytes_that_are_no_text_are_malformed():
    """The byte is named."""
    with pytest.raises(TenantCompileError) as caught:
        parse_entries(b'{"a": "\xff"}', "baseline.json")
    assert caught.value.diagnostics[0].message == "baseline.json is not UTF-8: byte 7"


def test_a_workspace_need_not_have_a_baseline(project):
    """Without a file nothing waits; with one its entries do."""
    assert not read_baseline(open_workspace(project.root)).covers(denial(), "acme", "production")
    project.write("baseline.json", "\ufeff" + text_of([OLD]))
    assert read_baseline(open_workspace(project.root)).covers(denial(), "acme", "production")


def test_a_linked_baseline_is_refused(project):
    """Even to a place in the workspace."""
    os.symlink("tenant-compile.toml", os.path.join(project.root, "baseline.json"))
    with pytest.raises(TenantCompileError) as caught:
        read_baseline(open_workspace(project.root))
    assert caught.value.diagnostics[0].code == "TC101"


def rule(identifier="TC404"):
    """A rule's metadata."""
    values = dict.fromkeys(Rule._fields, "")
    return Rule(**{**values, "id": identifier, "name": identifier.lower()})


def judged(*results, verdicts, environment="production"):
    """One environment with its compliance."""
    applied = tuple(Applied(name, "", "", hypothetical=False) for name in ("hipaa", "pci_dss"))
    compliance = Compliance(applied, {each.rule.name: each for each in results}, verdicts, {}, "2026-11-24")
    return EnvironmentResult(environment, compliance=compliance)


def tenant(*environments):
    """A tenant's result."""
    return TenantResult("acme", "tenants/acme.yaml", 0, environments, ())


def verdict(framework, control, status, identifier="TC404"):
    """A control's status by one rule."""
    return Verdict(framework, control, status, (Reason(identifier, status),))


def waiver(**fields):
    """A waiver for HIPAA."""
    values = dict.fromkeys(Waiver._fields, "")
    return Waiver(**{**values, "rule": "TC404", "framework": "hipaa", "tenant": "acme", "path": (), **fields})


def test_findings_are_denials_that_make_a_control_fail():
    """What is denied for the proof of another rule alone, or by a rule that no control uses, is no finding."""
    results = [RuleResult(rule(name), (denial(name),), (TLS,), ()) for name in ("TC404", "TC462", "TC405")]
    verdicts = (verdict("hipaa", "a", "fail"), verdict("hipaa", "b", "not_evaluated", "TC405"))
    made = judged(*results, verdicts=verdicts)
    assert list(denials_of([tenant(made)], Waivers.none())) == [found()]


def test_findings_that_a_waiver_covers_do_not_wait():
    """Else they would go on waiting when the waiver ends; but what fails in another framework is a finding."""
    waivers = Waivers([waiver()])
    results = RuleResult(rule(), (denial(), denial(pointer=TLS[:-1])), (TLS,), ())
    both = (verdict("hipaa", "a", "fail"), verdict("pci_dss", "b", "fail"))
    narrow = Waivers([waiver(path=TLS)])
    alone = tenant(judged(results, verdicts=both[:1]))
    assert list(denials_of([alone], waivers)) == []
    assert list(denials_of([alone], narrow)) == [found(pointer=TLS[:-1])]
    assert len(list(denials_of([tenant(judged(results, verdicts=both))], waivers))) == 2


def test_rules_of_the_workspace_are_waived_without_a_framework():
    """Their verdicts stand in a group that is no framework."""
    result = RuleResult(rule("HOUSE1"), (denial("HOUSE1"),), (TLS,), ())
    alone = tenant(judged(result, verdicts=(verdict("workspace", "HOUSE1", "fail", "HOUSE1"),)))
    assert list(denials_of([alone], Waivers([waiver(rule="HOUSE1", framework="")]))) == []
    assert list(denials_of([alone], Waivers([waiver(rule="HOUSE1")]))) == [found(rule="HOUSE1")]


def test_what_was_not_judged_is_named():
    """A file without a tenant, an environment that came to no verdict, a rule that failed; the rest is judged."""
    broken = Diagnostic("TC304", "above the limit")
    sound = judged(RuleResult(rule(), (), (), ()), verdicts=())
    failed = judged(RuleResult(rule(), (), (), (), "loops"), verdicts=(), environment="staging")
    assert unjudged_of(TenantResult("", "tenants/x.yaml", 0, (), (broken,))) == ["tenants/x.yaml"]
    assert unjudged_of(tenant(sound, failed)) == ["TC404 for acme (staging)"]
    assert unjudged_of(tenant(EnvironmentResult("dev", diagnostics=(broken,)))) == ["acme (dev)"]
    assert unjudged_of(tenant(EnvironmentResult("dev"), sound)) == []


@pytest.mark.parametrize("code", ["TC853", "TC854"])
def test_a_framework_that_is_not_there_was_not_judged(code):
    """The other frameworks of the tenant were, but what this one would find is not known."""
    missing = Diagnostic(code, "there is no framework `hippa`", rule="hippa")
    made = judged(RuleResult(rule(), (), (), ()), verdicts=())
    assert unjudged_of(tenant(made._replace(diagnostics=(missing,)))) == ["hippa for acme (production)"]
    assert unjudged_of(tenant(EnvironmentResult("dev", diagnostics=(missing,)))) == ["acme (dev)"]
