"""Rules that come with a workspace: whatever they do, the run goes on, and says which one did it."""

from __future__ import annotations

import json
import os
import signal
import sys

import pytest

from tenant_compiler.judge import rule_files, rules_process
from tenant_compiler.judge.catalogue import load_catalogue
from tenant_compiler.judge.engines import choose
from tenant_compiler.judge.law import Law
from tenant_compiler.judge.rules_process import Limits, RulesProcess, Sources
from tenant_compiler.judge.workspace_rules import read_workspace_rules
from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.read import child
from tenant_compiler.read.workspace import open_workspace

QUICK = Limits(seconds=1.0, memory=192 << 20)
HEAD = """# METADATA
# scope: package
# title: T
# description: D
# custom:
#   id: {id}
#   subject: tenant
#   remediation: r
package acme.rules.{name}

import rego.v1

"""
SOUND = 'deny contains {"message": "m", "path": ["spec"]} if input.bad\n\nchecked contains ["spec"]\n'
CHECKED = '\nchecked contains ["spec"]\n'
LOOP = f"""deny contains 1 if {{
	some a in numbers.range(1, 4000)
	some b in numbers.range(1, 4000)
	some c in numbers.range(1, 4000)
	a + b + c == 0
}}
{CHECKED}"""
FEAST = f"""deny contains x if {{
	some i in numbers.range(1, 100000000)
	x := sprintf("%d", [i])
}}
{CHECKED}"""
FLOOD = f"""deny contains {{"message": sprintf("%d", [i]), "path": ["spec"]}} if {{
	some i in numbers.range(1, 2000000)
}}
{CHECKED}"""
CRASH = f"f(x) := f(x + 1)\n\ndeny contains x if {{ x := f(1) }}\n{CHECKED}"
PASSED = {"deny": [], "checked": [["spec"]]}
DENIED = {"deny": [{"message": "m", "path": ["spec"]}], "checked": [["spec"]]}


@pytest.fixture
def rules(project, request):
    """Read the workspace's rules; give each rule's code by its name, other files by their paths."""

    def read(files=None, method="auto", limits=QUICK, engine="auto", **codes):
        for number, (name, code) in enumerate(codes.items(), 1):
            project.write(f"policies/{name}.rego", HEAD.format(id=f"ACME{number}", name=name) + code)
        for path, text in (files or {}).items():
            project.write(path, text)
        workspace = open_workspace(project.root)
        workspace.config["policy"]["engine"] = engine
        found = read_workspace_rules(workspace, load_catalogue(), limits=limits, method=method)
        request.addfinalizer(found.close)
        return found

    return read


def told(found):
    """Codes and places of the problems."""
    shown = []
    for each in found.problems:
        span = each.place.span
        shown.append(f"{each.code} {each.place.file}" + (f":{span.line}:{span.column}" if span else ""))
        assert each.help
    return shown


def evaluate(found, **given):
    """Evaluate all rules."""
    return found.evaluate(found.rules, json.dumps(given, indent=1))


def test_a_workspace_without_rules_starts_nothing(rules, monkeypatch):
    """It pays for a look into a folder that is not there."""
    monkeypatch.setattr(rules_process, "Child", lambda *_: pytest.fail("a process was started"))
    found = rules()
    assert (found.rules, found.frameworks, found.problems) == ({}, {}, ())
    assert found.evaluate({}, "{}") == {}
    found.close()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_rules_are_read_and_evaluated(rules, method):
    """With libraries of their own and of ours, and facts; the tests beside them are none."""
    own = """import data.acme.lib
import data.tenant_compiler.lib.text

deny contains {"message": text.path(["spec", "a"]), "path": ["spec"]} if lib.big(input.n)

checked contains ["spec"] if data.tenant_compiler.facts.eea.date
"""
    files = {
        "policies/deep/er/lib.rego": "package acme.lib\n\nimport rego.v1\n\nbig(x) if x > 3\n",
        "policies/lib_test.rego": "package acme.lib_test\n\nthis is no rego",
    }
    found = rules(files, method, own=own, other=SOUND)
    assert found.problems == ()
    assert [(rule.id, rule.file, rule.line) for rule in found.rules.values()] == [
        ("ACME2", "policies/other.rego", 9),
        ("ACME1", "policies/own.rego", 9),
    ]
    assert evaluate(found, n=5, bad=True) == {
        "other": DENIED,
        "own": {"deny": [{"message": "a", "path": ["spec"]}], "checked": [["spec"]]},
    }
    assert evaluate(found, n=1) == {"other": PASSED, "own": PASSED}


@pytest.mark.parametrize("engine", ["regorus", pytest.param("opa-embedded", marks=pytest.mark.tool("opa-embedded"))])
def test_no_denial_is_lost_when_the_last_head_is_undefined(rules, engine):
    """Two things are wrong, and the second has no path: the first is denied all the same."""
    code = """
things := [{"message": "one", "path": ["spec"]}, {"message": "two"}]

deny contains {"message": thing.message, "path": thing.path} if some thing in things

checked contains ["spec"]
"""
    found = rules(engine=engine, method="spawn", lossless=code)
    (value,) = found.evaluate(found.rules, "{}").values()
    assert value == {"deny": [{"message": "one", "path": ["spec"]}], "checked": [["spec"]]}


def test_the_process_lives_for_the_run_and_ends_with_it(rules):
    """One process for all tenants, and none is left."""
    found = rules(own=SOUND)
    process = found._process._child
    for bad in (True, False, True):
        assert evaluate(found, bad=bad)["own"] == (DENIED if bad else PASSED)
        assert found._process._child is process
    found.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
    assert evaluate(found)["own"] == PASSED


def test_a_syntax_error_costs_the_rules_of_its_file_only(rules):
    """TC812 at its line; what the file says of itself is still known, so its controls are not evaluated."""
    found = rules(broken="deny contains x if { x := }\n" + CHECKED, own=SOUND)
    assert told(found) == ["TC812 policies/broken.rego:13:24"]
    result = evaluate(found)
    assert result["own"] == PASSED
    assert result["broken"].startswith("its file was not loaded: policies/broken.rego:13:24: expect")


def test_errors_that_show_only_together_cost_their_own_files_only(rules):
    """A variable without a value, found when the engine looks at all modules."""
    unsafe = "deny contains x if { y == x }\n" + CHECKED
    found = rules(a=unsafe, b=unsafe, own=SOUND)
    assert told(found) == ["TC812 policies/a.rego:13:22", "TC812 policies/b.rego:13:22"]
    assert evaluate(found)["own"] == PASSED


def test_more_errors_than_anybody_mends_at_once_are_told_as_one(rules, monkeypatch):
    """The rest is refused together, so that nobody can make a run read for ever."""
    monkeypatch.setattr("tenant_compiler.judge.rules_child._ROUNDS", 2)
    unsafe = "deny contains x if { y == x }\n" + CHECKED
    found = rules(None, "fork", a=unsafe, b=unsafe, c=unsafe, own=SOUND)
    assert told(found) == [
        "TC812 policies/a.rego:13:22",
        "TC812 policies/b.rego:13:22",
        "TC812 policies/c.rego",
        "TC812 policies/own.rego",
    ]


def test_an_error_while_evaluating_is_the_rules_own(rules):
    """It has its place; the others have their results."""
    found = rules(errs="deny contains x if { x := 1 / input.zero }\n" + CHECKED, own=SOUND)
    result = evaluate(found, zero=0)
    assert result == {"errs": "policies/errs.rego:13:29: divide by zero", "own": PASSED}
    assert found.problems == ()


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (LOOP, "it took longer than 1 s for one tenant"),
        (FEAST, "it needs more than 192 MiB of memory"),
        (FLOOD, "it needs more than 192 MiB of memory"),
        (CRASH, "the policy engine crashed (signal SIGSEGV)"),
    ],
)
def test_a_rule_that_does_not_end_well_is_named_and_stopped(rules, method, code, reason):
    """TC818 at its package, once; the rules before and after it have their results, for this tenant and the next."""
    seconds = QUICK.seconds if code == LOOP else 60.0
    found = rules(None, method, QUICK._replace(seconds=seconds), a=SOUND, bad=code, c=SOUND)
    assert found.problems == ()
    first = evaluate(found, bad=True)
    assert first == {"a": DENIED, "bad": reason, "c": DENIED}
    assert told(found) == ["TC818 policies/bad.rego:9:1"]
    assert reason in found.problems[0].message
    assert evaluate(found) == {"a": PASSED, "bad": reason, "c": PASSED}
    assert len(found.problems) == 1


def test_the_rule_that_took_longest_is_at_fault_and_not_the_last(monkeypatch):
    """One after it would be blamed for the time that was gone."""
    now = iter([0.0, 0.0, 4.0, 4.0, 5.0, 9.5])
    monkeypatch.setattr(rules_process.time, "monotonic", lambda: next(now))
    clock = rules_process._Clock()
    assert clock.slowest() == ""
    for record in ({"rule": "a"}, {"result": "a"}, {"rule": "b"}):
        clock.take(record)
    assert (clock.rule, clock.slowest()) == ("b", "a")
    assert clock.slowest() == "b"


def test_results_that_are_too_large_are_refused(rules):
    """They would fill the memory of the run itself."""
    large = 'deny contains {"message": "m", "path": ["spec", i]} if { some i in numbers.range(1, 2000) }\n' + CHECKED
    found = rules(None, limits=Limits(output=10_000), large=large, own=SOUND)
    result = evaluate(found)
    assert result["large"].endswith("characters of JSON, but must be at most 10000")
    assert result["own"] == PASSED


def test_a_rule_reaches_nothing_outside(rules):
    """TC817 before anything is evaluated; the libraries of a refused file are missing to the others."""
    found = rules(
        {"policies/lib.rego": "package acme.lib\n\nf(x) := opa.runtime()\n"},
        network='deny contains x if { x := http["send"]({}) }\n' + CHECKED,
        uses="import data.acme.lib\n\ndeny contains x if { x := lib.f(1) }\n" + CHECKED,
        slip="deny contains x if { x := cuont([1]) }\n" + CHECKED,
        template='deny contains x if { x := $"{input.a}" }\n' + CHECKED,
        endless='deny contains x if { x := "a }\n' + CHECKED,
        lacking='deny contains x if { x := crypto.sha256("a") }\n' + CHECKED,
    )
    assert sorted(told(found)) == [
        "TC812 policies/endless.rego:13:27",
        "TC817 policies/lacking.rego:13:27",
        "TC817 policies/lib.rego:3:9",
        "TC817 policies/network.rego:13:27",
        "TC817 policies/slip.rego:13:27",
        "TC817 policies/template.rego:13:27",
    ]
    result = evaluate(found)
    assert all(isinstance(value, str) for value in result.values())
    assert "lib.f" in result["uses"]
    (slip,) = (each for each in found.problems if "slip" in each.place.file)
    assert slip.help == "did you mean `count`?"


@pytest.mark.tool("opa-embedded")
def test_another_engine_judges_alike(rules):
    """The same bounds, and its own builtins."""
    found = rules(
        None,
        engine="opa-embedded",
        own=SOUND,
        more='deny contains {"message": crypto.sha256("a"), "path": ["spec"]} if input.bad\n' + CHECKED,
        network="deny contains x if { x := http.send({}) }\n" + CHECKED,
        bad=LOOP,
    )
    assert told(found) == ["TC817 policies/network.rego:13:27"]
    result = evaluate(found, bad=True)
    assert result["own"] == DENIED
    assert result["more"]["deny"][0]["message"].startswith("ca978112ca1bbdc")
    assert result["bad"] == "it took longer than 1 s for one tenant"


@pytest.mark.parametrize(
    "package",
    ["tenant_compiler.rules.tls_minimum", 'tenant_compiler["rules"].x', "tenant_compiler", "data.x", "system.log"],
)
def test_a_package_of_ours_is_refused(rules, package):
    """TC813: a file that adds to a built-in package could silence it."""
    text = f"# A rule.\npackage {package}\n\nchecked contains 1\n"
    found = rules({"policies/silence.rego": text}, own=SOUND)
    assert told(found) == ["TC813 policies/silence.rego:2:1"]
    assert list(found.rules) == ["own"]


def test_two_rules_of_one_id_or_name_are_told(rules):
    """TC815; the first stays, and a built-in one is never hidden."""
    twice = HEAD.format(id="ACME1", name="twice") + SOUND
    hiding = HEAD.format(id="ACME9", name="tls_minimum") + SOUND
    found = rules({"policies/x/twice.rego": twice, "policies/tls.rego": hiding}, own=SOUND)
    assert sorted(told(found)) == ["TC815 policies/tls.rego:9:1", "TC815 policies/x/twice.rego:9:1"]
    assert list(found.rules) == ["own"]


def test_a_rule_that_does_not_say_what_it_is_is_told(rules):
    """TC814 and TC816 at their lines."""
    files = {
        "policies/plain.rego": "package acme.plain\n\nimport rego.v1\n\n" + SOUND,
        "policies/half.rego": HEAD.format(id="ACME7", name="half") + "deny contains 1 if input.bad\n",
    }
    found = rules(files)
    assert told(found) == ["TC816 policies/half.rego:9:1", "TC814 policies/plain.rego:1:1"]
    assert found.rules == {}


def test_frameworks_of_a_workspace_are_read_with_its_rules(rules):
    """They may use them; a broken one is told in its own file."""
    framework = {
        "apiVersion": "tenant-compiler.dev/v1",
        "kind": "Framework",
        "metadata": {"name": "acme"},
        "spec": {
            "title": "Our own",
            "version": "1",
            "date": "2026-11-01",
            "source": "https://acme.example",
            "proves": "What we ask of ourselves.",
            "controls": {"A1": {"title": "One", "text": "Words.", "evidence": "config", "rules": ["own"]}},
        },
    }
    found = rules({"policies/frameworks/acme.yaml": json.dumps(framework)}, own=SOUND)
    assert found.problems == ()
    assert list(found.frameworks) == ["acme"]
    (use,) = found.frameworks["acme"].controls["A1"].rules
    assert use.rule == "own"
    framework["spec"]["controls"]["A1"]["rules"] = ["onw"]
    found = rules({"policies/frameworks/acme.yaml": json.dumps(framework), "policies/frameworks/b.yml": "a: ["})
    assert found.frameworks == {}
    assert {each.code for each in found.problems} == {"TC803", "TC103"}


def test_links_and_large_files_are_not_read(rules, project, tmp_path_factory, monkeypatch):
    """Nothing from outside the workspace, and not more than its bounds."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.rego").write_text(HEAD.format(id="ACME8", name="x") + SOUND)
    project.write("policies/big.rego", "# " + "x" * 300_000)
    project.write("policies/latin.rego", "")
    with open(os.path.join(project.root, "policies/latin.rego"), "wb") as file:
        file.write(b"# \xe9\n")
    os.symlink(outside / "x.rego", os.path.join(project.root, "policies/link.rego"))
    os.symlink(outside, os.path.join(project.root, "policies/folder"))
    found = rules(own=SOUND)
    assert sorted(told(found)) == [
        "TC101 policies/link.rego",
        "TC102 policies/latin.rego",
        "TC107 policies/big.rego",
    ]
    assert list(found.rules) == ["own"]
    monkeypatch.setattr(rule_files, "FILES", 3)
    assert told(rules()) == ["TC819 policies/own.rego"]
    monkeypatch.setattr(rule_files, "FILES", 30)
    monkeypatch.setattr(rule_files, "BYTES", 100)
    assert "TC819 policies/own.rego" in told(rules())


def test_the_folders_are_those_of_the_configuration(rules, project):
    """Several of them, and nothing else."""
    config = 'name = "acme-saas"\npolicies = ["rules/", "more/own"]\n'
    with open(os.path.join(project.root, "tenant-compile.toml"), encoding="utf-8") as file:
        text = file.read()
    project.write("tenant-compile.toml", text.replace('name = "acme-saas"\n', config))
    one = HEAD.format(id="ACME1", name="one") + SOUND
    two = HEAD.format(id="ACME2", name="two") + SOUND
    found = rules({"rules/one.rego": one, "policies/two.rego": two, "more/own/two.rego": two, "more/three.rego": one})
    assert [rule.file for rule in found.rules.values()] == ["more/own/two.rego", "rules/one.rego"]


def test_without_an_engine_no_process_is_started(project, monkeypatch):
    """It could only fail, in words that are no user's."""
    project.write("policies/own.rego", HEAD.format(id="ACME1", name="own") + SOUND)
    monkeypatch.setattr(choose, "probe", lambda name: choose.Probe(name, None, "", "it is not installed"))
    monkeypatch.setattr(rules_process, "Child", lambda *_: pytest.fail("a process was started"))
    with pytest.raises(TenantCompileError, match="TC810"):
        Law(open_workspace(project.root))


def process(modules, monkeypatch, entry, **limits):
    """A process of rules whose child does something else."""
    monkeypatch.setattr(rules_process, "_ENTRY", f"test_workspace_rules:{entry}")
    monkeypatch.setitem(sys.modules, "test_workspace_rules", sys.modules[__name__])
    return RulesProcess(Sources("auto", modules, {}, {}), limits=Limits(**limits), method="fork")


def hang_at_b(request, inbox):
    """Hang at one file."""
    del inbox
    for file in request["modules"]:
        child.tell({"loading": file})
        if file == "b":
            signal.pause()
    child.tell({"loading": ""})
    child.tell({"ready": True})


def die_together(request, inbox):
    """Die as soon as there is anything."""
    del inbox
    child.tell({"loading": ""})
    if request["modules"]:
        os.kill(os.getpid(), signal.SIGSEGV)
    child.tell({"ready": True})


def die_at_once(request, inbox):
    """Die before anything was said."""
    del request, inbox
    os.kill(os.getpid(), signal.SIGSEGV)


def deaf(request, inbox):
    """Be ready, and never take a question."""
    del request, inbox
    child.tell({"ready": True})
    signal.pause()


def test_a_file_that_cannot_even_be_read_is_left_out(monkeypatch):
    """The process begins again without it."""
    found = process({"a": "", "b": "", "c": ""}, monkeypatch, "hang_at_b", loading=0.5)
    found.start()
    assert found.refused == {"b": ("reading it took longer than 0.5 s", 0, 0)}
    found.close()


def test_files_that_nobody_can_tell_apart_are_left_out_together(monkeypatch):
    """Nobody knows which one it was."""
    found = process({"a": "", "b": ""}, monkeypatch, "die_together")
    found.start()
    assert set(found.refused) == {"a", "b"}
    assert found.refused["a"].message == "the policy engine crashed (signal SIGSEGV)"
    found.close()


def test_a_process_that_dies_with_nothing_to_do_is_a_bug(monkeypatch):
    """It would begin again for ever."""
    with pytest.raises(RuntimeError, match="before it has anything to do"):
        process({}, monkeypatch, "die_at_once").start()


def test_where_no_rule_was_begun_none_is_at_fault(monkeypatch, rules):
    """A machine that stands still for a while disables nothing for the rest of the run."""
    one = rules(own=SOUND).rules
    found = process({"a": ""}, monkeypatch, "deaf", seconds=0.2)
    assert found.evaluate(one, "{}")["own"].startswith("the process of the rules failed: it took longer than 0.2 s")
    assert found.stopped == {}
    found.close()


def test_an_interrupt_leaves_no_process(rules, monkeypatch):
    """Ctrl-C ends it at once."""
    found = rules(own=SOUND)
    running = found._process._child

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "receive", interrupt)
    with pytest.raises(KeyboardInterrupt):
        evaluate(found)
    assert found._process._child is None
    with pytest.raises(ProcessLookupError):
        os.kill(running.pid, 0)


def test_the_process_sees_no_environment_and_opens_no_file(rules, monkeypatch):
    """Whatever a rule would find a way to call."""
    seen = {}

    def serve(request, inbox):
        from tenant_compiler.judge import rules_child

        def look(*_):
            try:
                with open(os.devnull, "rb"):
                    seen["opened"] = True
            except OSError as error:
                seen["opened"] = error.strerror
            child.tell({"result": "own", "error": json.dumps([dict(os.environ), seen["opened"]])})

        rules_child._evaluate = look
        rules_child.serve(request, inbox)

    monkeypatch.setattr(sys.modules[__name__], "serve", serve, raising=False)
    monkeypatch.setitem(sys.modules, "test_workspace_rules", sys.modules[__name__])
    monkeypatch.setattr(rules_process, "_ENTRY", "test_workspace_rules:serve")
    assert json.loads(evaluate(rules(None, "fork", own=SOUND))["own"]) == [{}, "Too many open files"]
