"""The example fleet under its regulations: what passes, what a single change brings down, and what proves it."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from datetime import date

import pytest

from tenant_compiler.cli import main
from tenant_compiler.judge.catalogue import framework_names, load_catalogue, load_framework
from tenant_compiler.judge.frameworks import controls_of
from tenant_compiler.model.backend import Backend
from tenant_compiler.read import yaml
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.report.locate import Locator
from tenant_compiler.run.bench import Judging
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import CHECK, comply, judge, lower, plan, resolve, run_passes
from tenant_compiler.run.policies.tries import merged
from tenant_compiler.run.session import Session, keep_all

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FLEET = os.path.join(ROOT, "examples", "fleet")
JUDGED_ON = "2026-11-24"
"""The day of the examples: see examples/README.md."""

EXAMPLES = {
    "gdpr": "st-clara-hospitals",
    "hipaa": "maple-clinics",
    "sox": "brightline",
    "pci_dss": "kestrel-stores",
    "iso27001": "maple-clinics",
    "fedramp": "state-benefits-agency",
}
"""The tenant of each framework that passes all that a configuration can prove."""

UNPROVED = {
    "gdpr:30(1)(f)": ("attested", "the application deletes the rows of a database, and no artifact shows that"),
    "fedramp:CP-9": ("waived", "AWS Backup makes two copies, and FedRAMP asks for three"),
}
"""Controls of evidence `config` that their example cannot prove, and why."""

WAIVED = {
    "fedramp:CP-9": "state-benefits-third-copy",
    "gdpr:32(1)(b)": "stadt-altwerder-one-zone",
    "gdpr:32(1)(c)": "stadt-altwerder-copies-on-tape",
    "iso27001:A.5.16": "st-clara-analyser",
    "iso27001:A.7.7": "st-clara-terminals",
}
"""What has been accepted, and by which waiver."""


def table(name):
    """A table of cases."""
    with open(os.path.join(ROOT, "tests", "fixtures", name), "rb") as file:
        return yaml.read_documents(file.read(), name).documents[0].value


CHANGES = table("compliance_changes.yaml")
PROFILES = table("compliance_profiles.yaml")
EVIDENCE = table("compliance_evidence.yaml")


def statuses(result):
    """The status of every control of one tenant in one environment, as ``framework:control``."""
    return {f"{verdict.framework}:{verdict.control}": verdict.status for verdict in result.compliance.verdicts}


class Fleet:
    """One session over a copy of the examples, which judges its tenants once."""

    def __init__(self, root, **how):
        self.root = root
        self.session = Session(open_workspace(root), judging=Judging(judged_on=date.fromisoformat(JUDGED_ON), **how))
        self.results = {result.tenant: result for result in self.session.stream(Selectors(), CHECK)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.session.tools.bench.close()

    def text(self, tenant):
        """The text of a tenant's file."""
        with open(os.path.join(self.root, self.results[tenant].file), encoding="utf-8") as file:
            return file.read()

    def production(self, tenant):
        """A tenant in its first environment."""
        return self.results[tenant].environments[0]

    def judged(self, tenant, text, *, tools=None, passes=CHECK):
        """What a tenant in its first environment comes to when its file has another text."""
        where = self.results[tenant]
        document = yaml.read_documents(text.encode(), where.file).documents[where.document]
        self.session.tools.resolver.prepare([document])
        (result,) = run_passes([(document, "production")], tools or self.session.tools, passes, keep_all)
        assert result.compliance is not None, result.diagnostics
        return result

    def lines(self, result, code, text=None):
        """Where the errors of a code stand: file and line, of the place and of what explains it."""
        overlay = {} if text is None else {result.resolved.file: text.encode()}
        locator = Locator(self.root, self.session.evaluator, overlay)
        places = [
            place
            for found in result.diagnostics
            if found.code == code and found.severity == "error"
            for place in (found.place, *(label.place for label in found.related))
        ]
        return {(located.file, located.span and located.span.line) for located in map(locator.locate, places)}


@pytest.fixture(scope="module")
def fleet():
    """The examples, judged once."""
    with Fleet(FLEET) as fleet:
        yield fleet


def edited(text, change):
    """A text with one change, and the number of the line where it is."""
    lines = text.split("\n")
    if "add" in change:
        below = change["below"]
        at = next(number for number, line in enumerate(lines) if line.split("#")[0].rstrip() == below)
        lines.insert(at + 1, " " * (len(below) - len(below.lstrip()) + 2) + change["add"])
        return "\n".join(lines), at + 2
    old, new = change["write"]
    assert text.count(old) == 1, old
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1


def line_with(text, part):
    """The number of the only line of a text that holds something."""
    (number,) = [number for number, line in enumerate(text.split("\n"), 1) if part in line]
    return number


def using(result, rules):
    """The controls in which one of some rules has a part."""
    return {
        f"{verdict.framework}:{verdict.control}"
        for verdict in result.compliance.verdicts
        if any(reason.rule in rules for reason in verdict.because)
    }


def differing(old, new):
    """The ids of the rules that say something else of a tenant than they said of another one."""
    before = {name: (each.denials, each.checked, each.objects) for name, each in old.compliance.results.items()}
    return {
        each.rule.id
        for name, each in new.compliance.results.items()
        if before.get(name) != (each.denials, each.checked, each.objects)
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_one_tenant_passes_all_that_a_configuration_can_prove(fleet, name):
    """In every environment; what is attested or manual is told as that, and never as passed."""
    rules = load_catalogue().rules
    framework = load_framework(name)
    for environment in fleet.results[EXAMPLES[name]].environments:
        for verdict in environment.compliance.verdicts:
            if verdict.framework != name:
                continue
            control = framework.controls[verdict.control]
            proved = all(rules[use.rule].subject == "artifact" or rules[use.rule].carried_by for use in control.rules)
            assert proved or control.evidence != "config", f"{control.id} is no matter of configuration"
            wanted = {"config": "pass"}.get(control.evidence, control.evidence)
            wanted, _ = UNPROVED.get(f"{name}:{control.id}", (wanted, ""))
            assert (control.id, verdict.status) == (control.id, wanted)


def test_where_no_database_holds_personal_data_storage_limitation_passes(fleet):
    """What ends in buckets is proved by their lifecycle."""
    write = ["[personal, health], retention_days: 3650", "[internal]"]
    text, _ = edited(fleet.text("st-clara-hospitals"), {"write": write})
    assert statuses(fleet.judged("st-clara-hospitals", text))["gdpr:30(1)(f)"] == "pass"


def test_no_control_is_dropped(fleet):
    """Of each framework a tenant has every control of its level and role, in order, and once."""
    judged = Counter()
    for result in fleet.results.values():
        for environment in result.environments:
            for applied in environment.compliance.applied:
                found = [each for each in environment.compliance.verdicts if each.framework == applied.name]
                framework = fleet.session.tools.bench.made.law.framework(applied.name)
                expected = [control.id for control in controls_of(framework, applied.level, applied.role)]
                assert [each.control for each in found] == expected
                judged[applied.name] += 1
    assert set(judged) == {*framework_names(), "meridian"}


@pytest.mark.parametrize(
    "change", CHANGES, ids=lambda change: f"{change['tenant']}-{change['fails'][0]}-{change['rule']}"
)
def test_a_single_change_brings_down_its_controls_at_its_line(fleet, change):
    """The right controls fail, where they are written; what no rule speaks of differently stays as it was."""
    tenant = change["tenant"]
    text, line = edited(fleet.text(tenant), change)
    result = fleet.judged(tenant, text)
    before, after = statuses(fleet.production(tenant)), statuses(result)
    assert {control: after[control] for control in change["fails"]} == dict.fromkeys(change["fails"], "fail")
    lines = fleet.lines(result, change["rule"], text)
    assert (fleet.results[tenant].file, line_with(text, change["at"]) if "at" in change else line) in lines
    if "set_by" in change:
        file, words = change["set_by"]
        with open(os.path.join(ROOT, file), encoding="utf-8") as preset:
            assert (f"<built-in>/{file}", line_with(preset.read(), words)) in lines
    changed = {control for control in before if after[control] != before[control]}
    assert changed <= using(result, differing(fleet.production(tenant), result))


def test_every_framework_has_its_share_of_changes():
    """Ten of each, and more."""
    counts = Counter(name.partition(":")[0] for change in CHANGES for name in change["fails"])
    assert all(counts[name] >= 10 for name in EXAMPLES)
    assert len(CHANGES) >= 100


@pytest.mark.parametrize("change", PROFILES, ids=lambda change: f"{change['file']}-{change['rule']}")
def test_a_change_of_a_profile_brings_down_everybody_who_uses_it(tmp_path, change):
    """Each tenant is shown its own choice of the profile, and the line of the profile."""
    root = shutil.copytree(FLEET, tmp_path / "fleet", ignore=shutil.ignore_patterns("build", ".tenant-compile"))
    file = root / change["file"]
    text, line = edited(file.read_text(), change)
    file.write_text(text)
    with Fleet(str(root)) as fleet:
        for tenant, control in change["fails"].items():
            result = fleet.production(tenant)
            assert statuses(result)[control] == "fail"
            chosen = (fleet.results[tenant].file, line_with(fleet.text(tenant), "  profiles:"))
            assert {(change["file"], line), chosen} <= fleet.lines(result, change["rule"])
        concerned = {name for name, each in fleet.results.items() if fleet.lines(each.environments[0], change["rule"])}
        assert concerned == set(change["fails"]) | set(change.get("others", ()))


class Changing(Backend):
    """A back-end like another one, but for what a faulty or hostile one would do to its objects."""

    def __init__(self, real, change):
        self.name, self.supports = real.name, real.supports
        self._real, self._change = real, change

    def lower(self, plan, context):
        """Make what the real one makes, and change every object; None takes it away."""
        for artifact in self._real.lower(plan, context):
            objects = [self._change(item) for item in artifact.objects]
            yield artifact._replace(objects=tuple(item for item in objects if item is not None))


def spoilt(case):
    """Change the objects of a case, and count them."""
    touched = []

    def change(item):
        if not item.id.startswith(case["start"]):
            return item
        touched.append(item.id)
        return item._replace(value=merged(item.value, case["instead"])) if "instead" in case else None

    return change, touched


@pytest.mark.parametrize("case", EVIDENCE, ids=lambda case: f"{case['rule']}-{case['start']}")
def test_without_its_evidence_a_control_does_not_pass(fleet, case):
    """A promise is no proof: what is not emitted, or emitted otherwise, does not pass whatever the tenant says."""
    tenant = case["tenant"]
    text = edited(fleet.text(tenant), case)[0] if "write" in case else fleet.text(tenant)
    before = statuses(fleet.judged(tenant, text))
    change, touched = spoilt(case)
    tools = fleet.session.tools
    tools = tools._replace(backends=tuple(Changing(each, change) for each in tools.backends))
    after = statuses(fleet.judged(tenant, text, tools=tools, passes=(resolve, plan, judge, lower, comply)))
    assert touched
    was = case.get("before", "pass")
    assert {control: before[control] for control in case["controls"]} == dict.fromkeys(case["controls"], was)
    assert {after[control] for control in case["controls"]} <= {"fail", "attested"} - {was}


def test_every_rule_about_artifacts_has_evidence_that_can_be_taken_away():
    """Nothing that is emitted is taken for granted."""
    rules = {rule.name for rule in load_catalogue().rules.values() if rule.subject == "artifact"}
    assert {case["rule"] for case in EVIDENCE} == rules | {"pages_reach_somebody"}


def test_a_waiver_for_one_framework_hides_nothing_in_another(fleet):
    """The wards' terminals are accepted in ISO 27001; whoever comes under HIPAA has to ask again."""
    text, _ = edited(fleet.text("st-clara-hospitals"), {"write": ["iso27001: {}}", "iso27001: {}, hipaa: {}}"]})
    result = fleet.judged("st-clara-hospitals", text)
    found = statuses(result)
    assert (found["iso27001:A.7.7"], found["hipaa:164.312(a)(2)(iii)"]) == ("waived", "fail")
    (told,) = [found for found in result.diagnostics if found.code == "TC411" and found.severity == "error"]
    assert "hipaa" in told.notes[0]
    assert "iso27001" not in told.notes[0]


def run(capsys, *words):
    """Call the command on the examples; give the exit code, the counts by tenant and framework, and all it prints."""
    code = main(["check", "-C", FLEET, "--judged-on", JUDGED_ON, *words])
    out = capsys.readouterr().out
    rows = re.findall(r"^([a-z-]+) {2,}([a-z0-9_:*]+)((?: +[0-9]+)+)$", out, re.MULTILINE)
    return code, {(tenant, name): [*map(int, counts.split())] for tenant, name, counts in rows}, out


def test_the_command_says_how_the_fleet_stands(capsys, fleet):
    """Exit code 0, no error and no warning, and the counts of each line add up to all controls of the framework."""
    code, counts, out = run(capsys)
    assert (code, "error[" in out, "warning[" in out) == (0, False, False)
    expected = {
        (tenant, applied.title): len([each for each in shown.verdicts if each.framework == applied.name])
        for tenant, result in fleet.results.items()
        for shown in [result.environments[0].compliance]
        for applied in shown.applied
    }
    assert {key: sum(values) for key, values in counts.items()} == expected


def test_the_distance_to_another_market_changes_no_exit_code(capsys):
    """FedRAMP High asks more of the agency than Moderate: findings are warnings, and the line is marked."""
    code, counts, out = run(capsys, "-t", "state-benefits-agency", "--with", "fedramp:high")
    assert code == 0
    assert sum(counts["state-benefits-agency", "fedramp:high*"]) == 410
    assert "error[" not in out
    assert "would be asked for by fedramp:high" in out
    head = next(line for line in out.splitlines() if line.startswith("TENANT"))
    failed = head.split().index("FAIL") - 2
    assert counts["state-benefits-agency", "fedramp:high*"][failed] > 0
    assert counts["state-benefits-agency", "fedramp:moderate"][failed] == 0


def test_without_waivers_what_was_accepted_comes_back(capsys, fleet):
    """All of it, and nothing else."""
    code, _, out = run(capsys, "--no-waivers", "--matrix")
    assert code == 1
    failing = re.findall(r"^[a-z-]+ +(\w+)(?::\w+)? +(\S+) +fail ", out, re.MULTILINE)
    assert {f"{name}:{control}" for name, control in failing} == set(WAIVED)
    by = {
        f"{verdict.framework}:{verdict.control}": reason.waiver
        for result in fleet.results.values()
        for verdict in result.environments[0].compliance.verdicts
        for reason in verdict.because
        if reason.status == "waived"
    }
    assert by == WAIVED
