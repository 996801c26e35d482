"""Waivers that are well-formed and still do not hold."""

from __future__ import annotations

from datetime import date

import pytest
from waived import waiver

from tenant_compiler.judge.waiver_checks import Known, check_waivers
from tenant_compiler.judge.waivers import IDLE
from tenant_compiler.model.policy import Control, Framework, Rule, RuleUse

TODAY = date(2026, 12, 1)


def rule(identifier, name, file="<built-in>/policies/rego/rules/x.rego"):
    """A rule's metadata."""
    return Rule(
        id=identifier,
        name=name,
        package=f"tenant_compiler.rules.{name}",
        title=name,
        description=name,
        subject="tenant",
        evidence="config",
        severity="error",
        enforcement="block",
        remediation="",
        parameters=(),
        carried_by=(),
        needs=(),
        file=file,
        line=1,
    )


def control(identifier, rules=(), advises=()):
    """A control that uses rules."""
    return Control(
        id=identifier,
        title=identifier,
        text=identifier,
        evidence="config" if rules else "manual",
        levels=(),
        roles=(),
        rules=tuple(RuleUse(name, ()) for name in rules),
        advises=tuple(RuleUse(name, ()) for name in advises),
        parameters={},
        by_level={},
        note="",
    )


def framework(name, *controls):
    """A framework."""
    return Framework(name, name, "1", "2026-11-01", "", "", (), (), {each.id: each for each in controls}, "")


FRAMEWORKS = {
    each.name: each
    for each in (
        framework(
            "hipaa",
            control("164.312(e)(1)", ["tls_minimum"]),
            control("164.308(a)(3)"),
            control("164.316(b)", advises=["audit_retention"]),
        ),
        framework("pci_dss", control("4.2.1", ["tls_minimum", "house_rule"])),
    )
}
RULES = {
    each.name: each
    for each in (
        rule("TC404", "tls_minimum"),
        rule("TC422", "audit_retention"),
        rule("TC405", "mutual_tls"),
        rule("HOUSE1", "house_rule", "policies/house_rule.rego"),
    )
}
KNOWN = Known(RULES, FRAMEWORKS.get, list(FRAMEWORKS), ["production", "staging"], 180)


def check(*waivers, judged_on=TODAY):
    """Check waivers."""
    return check_waivers(waivers, KNOWN, judged_on)


def only(**fields):
    """The only finding about one waiver, which must not hold."""
    kept, (problem,) = check(waiver(**fields))
    assert kept == []
    return problem


SOUND = [
    {},
    {"rule": "tls_minimum"},
    {"rule": "tc404"},
    {"environment": "staging"},
    {"rule": "", "control": "164.312(e)(1)"},
    {"rule": "TC422"},
    {"rule": "", "control": "164.316(b)"},
    {"rule": "HOUSE1", "framework": ""},
    {"rule": "house_rule", "framework": "pci_dss"},
]


@pytest.mark.parametrize("fields", SOUND, ids=str)
def test_a_sound_waiver_is_kept_with_the_id_of_its_rule(fields):
    """Rules are named by id or by name, also those that only advise, and the workspace's own beside all frameworks."""
    (kept,), problems = check(waiver(**fields))
    assert problems == []
    assert kept.rule in ("", "TC404", "TC422", "HOUSE1")


UNKNOWN = [
    ({"rule": "TC440"}, "rule", "the rule `TC440`", "did you mean `TC404`?"),
    ({"rule": "tls_minimun"}, "rule", "the rule `tls_minimun`", "did you mean `tls_minimum`?"),
    ({"rule": "zzzzzzzzzzzz"}, "rule", "the rule `zzzzzzzzzzzz`", "there are TC404, tls_minimum"),
    ({"framework": "hippa"}, "framework", "the framework `hippa`", "did you mean `hipaa`?"),
    (
        {"rule": "", "framework": "hippa", "control": "164.312(e)(1)"},
        "control",
        "the framework `hippa`",
        "did you mean `hipaa`?",
    ),
    (
        {"rule": "", "control": "164.312(e)(7)"},
        "control",
        "the control `hipaa:164.312(e)(7)`",
        "did you mean `hipaa:164.312(e)(1)`?",
    ),
    ({"environment": "stagng"}, "environment", "the environment `stagng`", "did you mean `staging`?"),
]


@pytest.mark.parametrize(("fields", "key", "words", "help_"), UNKNOWN, ids=[case[2] for case in UNKNOWN])
def test_a_name_of_nothing_is_told_with_the_one_that_was_meant(fields, key, words, help_):
    """TC831 at the field, and the waiver waives nothing."""
    problem = only(**fields)
    assert (problem.code, problem.severity, problem.place.pointer) == ("TC831", "error", ("spec", key))
    assert f"is for {words}, which does not exist" in problem.message
    assert problem.help.startswith(help_)
    assert problem.notes == (IDLE,)


UNCLEAR = [
    ({"framework": ""}, "rule", "names no framework", "write the `framework`: hipaa or pci_dss"),
    ({"framework": "", "rule": "TC405"}, "rule", "names no framework", "write the `framework`"),
    ({"rule": "TC405"}, "framework", "is for TC405 in hipaa, which does not use that rule", "name a framework"),
    (
        {"rule": "HOUSE1"},
        "framework",
        "is for HOUSE1 in hipaa, which does not use that rule",
        "leave `framework` out, or name",
    ),
]


@pytest.mark.parametrize(("fields", "key", "words", "help_"), UNCLEAR, ids=[str(case[0]) for case in UNCLEAR])
def test_a_rule_needs_the_framework_that_uses_it(fields, key, words, help_):
    """TC830: a waiver says in which framework it holds; only rules of the workspace need none."""
    problem = only(**fields)
    assert (problem.code, problem.severity, problem.place.pointer) == ("TC830", "error", ("spec", key))
    assert words in problem.message
    assert problem.help.startswith(help_)


def test_a_control_that_nobody_can_fail_has_nothing_to_waive():
    """TC838, a warning, in every run: no configuration proves such a control."""
    problem = only(rule="", control="164.308(a)(3)")
    assert (problem.code, problem.severity, problem.notes) == ("TC838", "warning", ())
    assert "no configuration can prove hipaa:164.308(a)(3)" in problem.message


@pytest.mark.parametrize(
    ("judged_on", "codes"),
    [
        (date(2026, 11, 1), ["TC835"]),
        (date(2026, 11, 2), []),
        (date(2027, 3, 31), []),
        (date(2027, 4, 1), ["TC833"]),
        (date(2030, 1, 1), ["TC833"]),
    ],
)
def test_a_waiver_holds_from_its_first_day_to_its_last(judged_on, codes):
    """Both days count; on the day before and on the day after it waives nothing."""
    kept, problems = check(waiver(), judged_on=judged_on)
    assert [problem.code for problem in problems] == codes
    assert bool(kept) is not codes


def test_an_expired_waiver_is_a_warning_with_its_age():
    """What it covered is the error; the waiver says why it came back."""
    _, (problem,) = check(waiver(), judged_on=date(2027, 4, 1))
    assert (problem.severity, problem.place.pointer) == ("warning", ("spec", "expires"))
    assert problem.message == "the waiver old-analyser expired on 2027-03-31, 1 day ago"
    _, (problem,) = check(waiver(), judged_on=date(2027, 4, 11))
    assert problem.message.endswith("11 days ago")


@pytest.mark.parametrize(("expires", "held"), [(date(2027, 5, 1), True), (date(2027, 5, 2), False)])
def test_a_waiver_has_a_longest_time(expires, held):
    """180 days here; one day more is an error, and waives nothing."""
    kept, problems = check(waiver(expires=expires))
    assert bool(kept) is held
    assert [(problem.code, problem.severity) for problem in problems] == ([] if held else [("TC834", "error")])


def test_a_waiver_that_ends_before_it_begins_never_holds():
    """It is expired, or not begun."""
    for day in (date(2026, 1, 1), date(2026, 11, 1), date(2026, 11, 10), date(2027, 1, 1)):
        kept, problems = check(waiver(created=date(2026, 11, 9), expires=date(2026, 11, 1)), judged_on=day)
        assert kept == []
        assert problems


@pytest.mark.parametrize(
    ("owner", "approver", "same"),
    [
        ("care-platform", "care-platform", True),
        ("care-platform", "Care-Platform", True),
        ("care-platform", "  CARE-PLATFORM  ", True),
        ("care-platform", "care-platform@acme.example", True),
        ("care-platform@acme.example", "Care-Platform", True),
        ("jo@acme.example", "Jo@ACME.example", True),
        ("jo@acme.example", "jo+waivers@acme.example", True),
        ("jo@acme.example", "jo@other.example", False),
        ("care-platform", "ciso@acme.example", False),
        ("care", "care-platform", False),
        ("\uff4ao", "jo", True),
        ("Jo  Doe", "jo doe", True),
    ],
)
def test_nobody_approves_what_is_theirs(owner, approver, same):
    """TC836, in any case, with or without the domain of an address."""
    kept, problems = check(waiver(owner=owner, approver=approver))
    assert [problem.code for problem in problems] == (["TC836"] if same else [])
    assert bool(kept) is not same


def test_two_of_one_name_both_waive_nothing():
    """TC837 at each, with the place of the other."""
    one, two, three = waiver("a"), waiver("a", file="waivers/b.yaml"), waiver("c", file="waivers/c.yaml")
    kept, problems = check(one, two, three)
    assert [each.name for each in kept] == ["c"]
    assert [(problem.code, problem.place.file, problem.related[0].place.file) for problem in problems] == [
        ("TC837", "waivers/a.yaml", "waivers/b.yaml"),
        ("TC837", "waivers/b.yaml", "waivers/a.yaml"),
    ]


def test_everything_that_is_wrong_is_told_at_once():
    """Nobody has to run again for the next finding."""
    _, problems = check(waiver(rule="TC440", approver="care-platform", expires=date(2030, 1, 1)))
    assert [problem.code for problem in problems] == ["TC831", "TC834", "TC836"]


def test_no_waiver_is_called_as_the_baseline_is():
    """Reports say `baseline` for what waits there, and a waiver of that name would be taken for it."""
    kept, (problem,) = check(waiver("baseline"))
    assert (kept, problem.code) == ([], "TC837")
