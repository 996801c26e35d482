from __future__ import annotations

import functools
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.read import child, jsonnet_process
from tenant_compiler.read.jsonnet import LIMITS, Job, JsonnetEvaluator, Result
from tenant_compiler.read.jsonnet_process import converse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENGINES = ("gojsonnet", "jsonnet")
QUICK = LIMITS._replace(seconds=0.6, total_seconds=6.0, memory=128 << 20)
LIBRARY = """
// The settings that every tier has.
{
  tier(name, cores, memory_gb):: {
    defaults: { quotas: { cpu_cores: cores, memory_gb: memory_gb }, name: name },
    limits: self.defaults.quotas,
    required: [], locked: {},
  },
}
"""
TIER = """
local lib = import 'tiers.libsonnet';
lib.tier('premium', 8, 16) + {
  defaults+: { security+: { encryption_level: 'standard', audit: true } },
  required: ['owner'],
}
"""
PROFILE = """
local retention = { production: 400, staging: 30 };
function(environment='production', tier=null)
  { security: { log_retention_days: retention[environment] } }
  + (if tier == 'enterprise' then { placement: { dedicated: true } } else {})
"""


@pytest.fixture
def quick(tmp_path: Path) -> Callable[..., JsonnetEvaluator]:
    """A workspace and a built-in library, and an evaluator over them with the engine that is installed."""
    (tmp_path / "ws/tier_presets").mkdir(parents=True)
    (tmp_path / "built/tier_presets/lib").mkdir(parents=True)
    (tmp_path / "built/tier_presets/lib/tiers.libsonnet").write_text(LIBRARY)

    def build(**options: Any) -> JsonnetEvaluator:
        workspace, presets = str(tmp_path / "ws"), str(tmp_path / "built/tier_presets")
        return JsonnetEvaluator.of(workspace, presets, **{"limits": QUICK, **options})

    return build


@pytest.fixture(params=ENGINES)
def make(request: pytest.FixtureRequest, quick: Callable[..., JsonnetEvaluator]) -> Callable[..., JsonnetEvaluator]:
    """The same with either engine; looked up without an import, after which this process could not fork."""
    if importlib.util.find_spec(f"_{request.param}") is None:
        pytest.skip(f"{request.param} is not installed")
    return functools.partial(quick, engine=request.param)


def write(tmp_path: Path, **files: str) -> None:
    """Write files into the workspace's presets: ``a=text`` makes ``tier_presets/a.jsonnet``."""
    for name, text in files.items():
        (tmp_path / f"ws/tier_presets/{name}.jsonnet").write_text(text)


def one(evaluator: JsonnetEvaluator, tmp_path: Path, text: str, args: dict[str, Any] | None = None) -> Result:
    """Evaluate one text as a preset."""
    write(tmp_path, it=text)
    return evaluator.evaluate([Job("tier_presets/it.jsonnet", args)])[0]


def failure(result: Result) -> tuple[str, str, str]:
    """The code, message and shown place of a result's only diagnostic."""
    (found,) = result.diagnostics
    assert found.place is not None
    span = found.place.span
    return found.code, found.message, found.place.file + (f":{span.line}:{span.column}-{span.end}" if span else "")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_files_of_a_run_are_evaluated_in_order(
    make: Callable[..., JsonnetEvaluator], tmp_path: Path, method: str
) -> None:
    """A tier and a profile are evaluated in one run, by a forked and by a new process alike."""
    write(tmp_path, tier=TIER, profile=PROFILE)
    tier, profile, big = make(method=method, limits=LIMITS).evaluate(
        [
            Job("tier_presets/tier.jsonnet"),
            Job("tier_presets/profile.jsonnet", {"tier": None, "environment": "staging", "cloud": "aws"}),
            Job("tier_presets/profile.jsonnet", {"tier": "enterprise", "environment": "production", "cloud": "aws"}),
        ]
    )
    assert tier.value["defaults"]["quotas"] == {"cpu_cores": 8, "memory_gb": 16}
    assert tier.value["required"] == ["owner"]
    assert profile.value == {"security": {"log_retention_days": 30}}
    assert big.value["placement"] == {"dedicated": True}
    assert all(not result.diagnostics for result in (tier, profile, big))


def test_the_files_that_were_read_are_recorded(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A result names its entry file and what that imported, by real paths."""
    result = one(quick(), tmp_path, TIER)
    built = tmp_path / "built/tier_presets/lib/tiers.libsonnet"
    assert set(result.files) == {str(tmp_path / "ws/tier_presets/it.jsonnet"), str(built)}


CALLS: list[tuple[str, Any]] = [
    ("function(cloud) cloud", "aws"),
    ("function(tier, environment, cloud) [tier, environment, cloud]", ["free", None, "aws"]),
    ("function() 7", 7),
    ("local f(tier) = tier; function(environment, zone='a') [f('x'), environment, zone]", ["x", None, "a"]),
    ("{ function_like: 'function(tier)' }", {"function_like": "function(tier)"}),
    ("local function_of = function(zone) zone; function_of(3)", 3),
    ("(function(tier) tier)", "free"),
]


def test_a_function_gets_the_arguments_that_it_takes(make: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """Parameters are found by the engine, so that each function gets just those it has, in a batch or alone."""
    write(tmp_path, **{f"it{index}": text for index, (text, _) in enumerate(CALLS)})
    args = {"tier": "free", "environment": None, "cloud": "aws"}
    jobs = [Job(f"tier_presets/it{index}.jsonnet", args) for index in range(len(CALLS))]
    for first, last in ((0, 3), (3, len(CALLS))):
        results = make(limits=LIMITS).evaluate(jobs[first:last])
        assert [(result.value, result.diagnostics) for result in results] == [(v, ()) for _, v in CALLS[first:last]]


def test_no_jobs_need_no_child(quick: Callable[..., JsonnetEvaluator]) -> None:
    """An empty run is an empty list."""
    assert quick().evaluate([]) == []


def test_the_name_of_a_file_does_not_depend_on_the_machine(
    make: Callable[..., JsonnetEvaluator], tmp_path: Path
) -> None:
    """`std.thisFile` is relative to the workspace, or to the built-in library."""
    (tmp_path / "built/tier_presets/lib/who.libsonnet").write_text("std.thisFile")
    result = one(make(), tmp_path, "[std.thisFile, import 'who.libsonnet']")
    assert result.value == ["tier_presets/it.jsonnet", "<built-in>/tier_presets/lib/who.libsonnet"]


def test_a_file_beside_the_importer_wins_over_the_library(
    quick: Callable[..., JsonnetEvaluator], tmp_path: Path
) -> None:
    """A workspace can replace a library file."""
    (tmp_path / "ws/tier_presets/tiers.libsonnet").write_text("'ours'")
    assert one(quick(), tmp_path, "import 'tiers.libsonnet'").value == "ours"


def test_an_overlay_stands_in_for_a_file(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """Both the entry and an imported file can be replaced by a text, for one job only."""
    write(tmp_path, it="(import 'b.jsonnet') + 1", b="1")
    real = str(tmp_path / "ws/tier_presets/b.jsonnet")
    entry = str(tmp_path / "ws/tier_presets/it.jsonnet")
    jobs = [Job("tier_presets/it.jsonnet", None, overlay) for overlay in (None, {real: "41"}, {entry: "'é'"})]
    assert [result.value for result in quick().evaluate(jobs)] == [2, 42, "é"]


ERRORS = [
    ("{\n  a: 1,\n  b: zzz }", "TC120", "not valid jsonnet: unknown variable: zzz", "3:6-9"),
    ("{ 'é😀': zzz }", "TC120", "not valid jsonnet: unknown variable: zzz", "1:9-12"),
    ("{ a: 'open", "TC120", "not valid jsonnet: unterminated string", "1:6-7"),
    ("local a = {};\n{ b: a.c }", "TC121", "evaluation failed: field does not exist: c", "2:6-9"),
    ("{ 'é😀': error 'é' }", "TC121", "evaluation failed: é", "1:9-18"),
    ("{ a: error 'no ' + 'way' }", "TC121", "evaluation failed: no way", "1:6-25"),
    ("{\n a: error |||\n  one\n  two\n||| }", "TC121", "evaluation failed: one two", "2:5-14"),
    ("{ a: error 'x\\u001b[31my' }", "TC121", "evaluation failed: x\\x1b[31my", "1:6-26"),
    ("local f(x) = 1 + f(x + 1);\nf(0)", "TC122", "evaluation is more than 500 calls deep", "1:18-26"),
    ("std.extVar('HOME')", "TC121", "evaluation failed: undefined external variable: home", "1:1-19"),
]


def test_an_error_points_at_its_line(make: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """Both engines' messages become a code, a line and columns in characters."""
    write(tmp_path, **{f"it{index}": case[0] for index, case in enumerate(ERRORS)})
    jobs = [Job(f"tier_presets/it{index}.jsonnet") for index in range(len(ERRORS))]
    for index, result in enumerate(make(limits=LIMITS).evaluate(jobs)):
        _, code, message, where = ERRORS[index]
        found = failure(result)
        assert (found[0], found[1].lower(), found[2]) == (code, message, f"tier_presets/it{index}.jsonnet:{where}")


def test_an_error_in_an_imported_file_points_there(make: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A syntax error and a run-time error of the library are shown in the library."""
    library = tmp_path / "built/tier_presets/lib"
    (library / "syntax.libsonnet").write_text("{\n  a: }")
    (library / "stop.libsonnet").write_text("{\n  a(x):: error 'x is ' + x }")
    assert failure(one(make(), tmp_path, "import 'syntax.libsonnet'"))[2].startswith(
        "<built-in>/tier_presets/lib/syntax.libsonnet:2:6"
    )
    stop = failure(one(make(), tmp_path, "(import 'stop.libsonnet').a(3)"))
    assert stop == ("TC121", "evaluation failed: x is 3", "<built-in>/tier_presets/lib/stop.libsonnet:2:10-27")


def test_a_parameter_that_nobody_gives_is_explained(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A function that needs more than tier, environment and cloud says what to do."""
    (found,) = one(quick(), tmp_path, "function(tier, zone) zone", {"tier": "free", "cloud": "aws"}).diagnostics
    assert found.code == "TC121"
    assert "give every other parameter a default" in found.help


def test_a_file_that_is_not_utf8_is_named(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """The byte is given, since a line of a wrong encoding has no columns."""
    (tmp_path / "ws/tier_presets/it.jsonnet").write_bytes(b"{ a: '\xff' }")
    found = quick().evaluate([Job("tier_presets/it.jsonnet")])[0]
    assert failure(found) == ("TC120", "tier_presets/it.jsonnet is not UTF-8, at byte 7", "tier_presets/it.jsonnet")


def test_no_file_outside_is_read(make: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """Parents, absolute paths and symbolic links that lead out are refused, whether a file is there or not."""
    (tmp_path / "secret").write_text("'secret'")
    (tmp_path / "ws/tier_presets/link").symlink_to(tmp_path / "secret")
    names = ["../../secret", f"{tmp_path}/secret", "link", "/etc/passwd", "../../nothing"]
    verbs = ["import", "importstr", "importbin", "import", "importstr"]
    jobs = []
    for index, (verb, name) in enumerate(zip(verbs, names, strict=True)):
        write(tmp_path, **{f"it{index}": f"{{ a: {verb} '{name}' }}"})
        jobs.append(Job(f"tier_presets/it{index}.jsonnet"))
    for index, result in enumerate(make(limits=LIMITS).evaluate(jobs)):
        where = f"tier_presets/it{index}.jsonnet:1:6-{9 + len(verbs[index]) + len(names[index])}"
        assert failure(result) == ("TC123", f"{names[index]} lies outside the workspace", where)
        assert not [real for real in result.files if real.endswith("secret")]


def test_no_entry_file_outside_is_read(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A file to evaluate lies inside the workspace as well."""
    (tmp_path / "secret.jsonnet").write_text("1")
    (tmp_path / "ws/tier_presets/link.jsonnet").symlink_to(tmp_path / "secret.jsonnet")
    jobs = [Job(file) for file in ("../secret.jsonnet", "/etc/passwd", "tier_presets/link.jsonnet")]
    assert [failure(result)[0] for result in quick().evaluate(jobs)] == ["TC123"] * 3


def test_a_link_inside_the_workspace_is_followed(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """Only the real path counts."""
    (tmp_path / "ws/shared.libsonnet").write_text("5")
    (tmp_path / "ws/tier_presets/link").symlink_to(tmp_path / "ws/shared.libsonnet")
    assert one(quick(), tmp_path, "import 'link'").value == 5


def test_a_missing_import_has_a_near_match(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A misspelt name is compared with the files where the engine looked."""
    result = one(quick(), tmp_path, "{\n  a: import 'tires.libsonnet' }")
    assert failure(result) == ("TC124", "no file tires.libsonnet to import", "tier_presets/it.jsonnet:2:6-30")
    assert result.diagnostics[0].help == "did you mean `tiers.libsonnet`?"
    far = one(quick(), tmp_path, "import 'sub/zzz'").diagnostics[0]
    assert far.help == "files are looked up beside the importing file, then in the built-in library"


def test_a_pipe_is_not_waited_for(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A named pipe in the workspace is no file, and opening it does not hang."""
    os.mkfifo(tmp_path / "ws/tier_presets/pipe")
    assert failure(one(quick(), tmp_path, "import 'pipe'"))[0] == "TC124"
    assert failure(quick().evaluate([Job("tier_presets/pipe")])[0])[0] == "TC124"


def test_a_file_without_leave_to_read_is_named(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """The system's own reason is given."""
    locked = tmp_path / "ws/tier_presets/locked"
    locked.write_text("1")
    locked.chmod(0)
    if os.access(locked, os.R_OK):
        pytest.skip("this user may read everything")
    code, message, _ = failure(one(quick(), tmp_path, "import 'locked'"))
    assert (code, message) == ("TC124", "tier_presets/locked cannot be read: Permission denied")


HANGS = [
    "std.foldl(function(a, i) a + i, std.range(1, 1000000000), 0)",
    "local f(x) = f(x + 1) tailstrict; f(0)",
    "{ a: std.length([x + y for x in std.range(1, 100000) for y in std.range(1, 100000)]) }",
]


DOUBLED = "std.length(std.foldl(function(a, i) a + a, std.range(1, 40), 'xxxxxxxx'))"


def test_what_does_not_end_is_stopped(make: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """An endless loop meets a bound, and quickly: of time, of memory or of depth."""
    write(tmp_path, a=HANGS[0], b=HANGS[1], c=HANGS[2])
    start = time.monotonic()
    results = make(limits=QUICK._replace(seconds=0.2)).evaluate([Job(f"tier_presets/{n}.jsonnet") for n in "abc"])
    assert [failure(result)[0] for result in results] == ["TC122"] * 3
    assert time.monotonic() - start < 3


LOOP = (
    "std.length(std.filter(function(i) std.foldl(function(a, b) a + b, std.range(1, 3000), i) < 0,"
    " std.range(1, 30000)))"
)


def test_time_is_bounded(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A loop that needs no memory is stopped by the clock."""
    evaluator = quick(limits=QUICK._replace(memory=4 << 30, seconds=0.3))
    found = one(evaluator, tmp_path, LOOP)
    assert failure(found) == ("TC122", "evaluation took longer than 0.3 s", "tier_presets/it.jsonnet")


def test_memory_is_bounded(make: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A text that doubles forty times meets the bound of memory, and says so."""
    evaluator = make(limits=QUICK._replace(seconds=5.0))
    found = failure(one(evaluator, tmp_path, DOUBLED))
    assert found == ("TC122", "evaluation needs more than 128 MiB of memory", "tier_presets/it.jsonnet")


def test_memory_is_bounded_in_a_new_process(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A child that was not forked sets the same bound."""
    found = failure(one(quick(method="spawn", limits=QUICK._replace(seconds=5.0)), tmp_path, DOUBLED))
    assert found[:2] == ("TC122", "evaluation needs more than 128 MiB of memory")


def test_output_is_bounded(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A value that is too large as JSON is refused, the others of the run are kept."""
    write(tmp_path, a="std.repeat('x', 5000)", b="2")
    evaluator = quick(limits=QUICK._replace(output=4000))
    big, small = evaluator.evaluate([Job("tier_presets/a.jsonnet"), Job("tier_presets/b.jsonnet")])
    assert failure(big)[1].startswith("the value is 5003 characters of JSON")
    assert small.value == 2


def test_the_depth_of_a_value_is_bounded(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """A value of 64 levels passes, a deeper one is refused, whoever evaluates it."""
    write(tmp_path, a="[" * 64 + "]" * 64, b="[" * 65 + "]" * 65, c="[" * 400 + "]" * 400)
    evaluator = quick(limits=LIMITS)
    flat, *deep = evaluator.evaluate([Job(f"tier_presets/{name}.jsonnet") for name in "abc"])
    assert not flat.diagnostics
    assert {failure(result)[:2] for result in deep} == {("TC122", "the value is nested deeper than 64 levels")}


def test_the_size_of_a_source_is_bounded(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """An imported file above the bound is not read to its end."""
    (tmp_path / "ws/tier_presets/big.txt").write_text("x" * 2000)
    found = failure(one(quick(limits=QUICK._replace(source=1000)), tmp_path, "importstr 'big.txt'"))
    assert found[:2] == ("TC122", "tier_presets/big.txt is too large to evaluate: more than 1000 bytes")


def test_a_job_that_kills_the_child_does_not_cost_the_others(
    make: Callable[..., JsonnetEvaluator], tmp_path: Path
) -> None:
    """Only the job at fault has a diagnostic; what comes before and after it is evaluated."""
    write(tmp_path, a="1", bomb=HANGS[0], b="2", stop="error 'no'", c="3")
    jobs = [Job(f"tier_presets/{name}.jsonnet") for name in ("a", "bomb", "b", "stop", "c")]
    results = make().evaluate(jobs)
    codes = [result.diagnostics[0].code if result.diagnostics else "" for result in results]
    assert codes == ["", "TC122", "", "TC121", ""]
    assert [results[i].value for i in (0, 2, 4)] == [1, 2, 3]


def test_a_run_as_a_whole_is_bounded(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """When bad files have used up the time, the rest says that it was not evaluated."""
    write(tmp_path, bomb=LOOP)
    evaluator = quick(limits=QUICK._replace(seconds=0.2, total_seconds=0.5, memory=4 << 30))
    results = evaluator.evaluate([Job("tier_presets/bomb.jsonnet")] * 20)
    assert results[0].diagnostics[0].message == "evaluation took longer than 0.2 s"
    assert results[-1].diagnostics[0].message == "not evaluated: the files of this run took longer than 0.5 s"


def test_a_crash_of_the_engine_is_a_diagnostic(
    quick: Callable[..., JsonnetEvaluator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal that ends the child is named, and the other files keep their values."""
    write(tmp_path, a="1", bomb="2")

    def crash(child: Any, real: str) -> bytes:
        if real.endswith("bomb.jsonnet"):
            os.kill(os.getpid(), signal.SIGSEGV)
        return b"1"

    monkeypatch.setattr("tenant_compiler.read.jsonnet_child.Imports.load", crash)
    evaluator = quick(method="fork")
    good, bad = evaluator.evaluate([Job("tier_presets/a.jsonnet"), Job("tier_presets/bomb.jsonnet")])
    assert good.value == 1
    assert failure(bad)[:2] == ("TC122", "the jsonnet engine crashed (signal SIGSEGV)")


def test_a_bug_in_the_child_keeps_its_traceback(
    quick: Callable[..., JsonnetEvaluator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no user's error is raised in the parent, with the child's traceback."""
    monkeypatch.setattr("tenant_compiler.read.jsonnet_child._run_job", lambda *_: {"text": object()})
    with pytest.raises(RuntimeError, match=r"Traceback[\s\S]*not JSON serializable"):
        one(quick(method="fork"), tmp_path, "error 'no batch'")


def test_an_engine_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an engine nothing is evaluated, and the message names the package."""
    monkeypatch.setattr("tenant_compiler.read.jsonnet_child._ENGINES", {"gojsonnet": "_no", "jsonnet": "_none"})
    evaluator = JsonnetEvaluator.of(str(tmp_path), str(tmp_path), method="fork")
    with pytest.raises(TenantCompileError) as caught:
        evaluator.evaluate([Job("a.jsonnet")])
    assert caught.value.diagnostics[0].code == "TC125"
    assert caught.value.diagnostics[0].message == "no jsonnet engine is installed"
    with pytest.raises(TenantCompileError, match="the jsonnet engine gojsonnet is not installed"):
        evaluator._replace(engine="gojsonnet").evaluate([Job("a.jsonnet")])


def test_an_interrupt_leaves_no_child(
    quick: Callable[..., JsonnetEvaluator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends the child at once, and reaps it."""

    def interrupt(*_: Any) -> bool:
        raise KeyboardInterrupt

    killed: list[int] = []
    kill = os.kill

    def remember(pid: int, number: int) -> None:
        killed.append(pid)
        kill(pid, number)

    monkeypatch.setattr(jsonnet_process, "_listen", interrupt)
    monkeypatch.setattr(child.os, "kill", remember)
    with pytest.raises(KeyboardInterrupt):
        one(quick(), tmp_path, HANGS[0])
    (pid,) = killed
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_no_file_descriptor_is_left_open(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """Many runs, good and bad, forked and new, close all their pipes."""
    evaluator = quick()
    one(evaluator, tmp_path, "1")
    before = len(os.listdir("/dev/fd"))
    for method, text in (("fork", "1"), ("spawn", "1"), ("fork", HANGS[0])):
        one(evaluator._replace(method=method), tmp_path, text)
    assert len(os.listdir("/dev/fd")) == before


def test_auto_forks_only_where_that_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread or a loaded Go runtime makes a new process the only safe child."""
    for name in child._GO:
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert child.fork_is_safe() == (threading.active_count() == 1)
    monkeypatch.setitem(sys.modules, "_gojsonnet", threading)
    assert not child.fork_is_safe()
    monkeypatch.delitem(sys.modules, "_gojsonnet")
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert not child.fork_is_safe()
    finally:
        over.set()
        thread.join()


def test_a_new_child_takes_no_module_from_the_workspace(
    quick: Callable[..., JsonnetEvaluator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile `json.py` in the current folder is not imported."""
    (tmp_path / "ws/json.py").write_text("raise SystemExit('hostile')")
    monkeypatch.chdir(tmp_path / "ws")
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    assert one(quick(method="spawn", limits=LIMITS), tmp_path, "1").value == 1


def test_the_parent_never_imports_an_engine(quick: Callable[..., JsonnetEvaluator], tmp_path: Path) -> None:
    """After an evaluation the parent holds no engine, and none of the modules that start slowly."""
    write(tmp_path, it="1")
    roots = quick().roots
    program = (
        "import sys\nfrom tenant_compiler.read.jsonnet import Job, JsonnetEvaluator\n"
        f"e = JsonnetEvaluator.of({roots.workspace!r}, {roots.presets!r}, method='fork')\n"
        "assert e.evaluate([Job('tier_presets/it.jsonnet')])[0].value == 1\n"
        "print(*(set(sys.modules) & {'_jsonnet', '_gojsonnet', 'subprocess', 'tempfile', 'difflib', 'resource',"
        " 'dataclasses', 'inspect', 'logging', 'pathlib', 'tenant_compiler.read.jsonnet_errors'}))"
    )
    env = {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.split() == []


def test_a_run_starts_one_child_for_all_its_files(
    make: Callable[..., JsonnetEvaluator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starting an engine is what an evaluation costs, so five files cost one start."""
    write(tmp_path, **{f"tier{i}": TIER for i in range(4)}, profile=PROFILE)
    jobs = [Job(f"tier_presets/tier{i}.jsonnet", {"tier": "free"}) for i in range(4)]
    jobs.append(Job("tier_presets/profile.jsonnet", {"tier": "free", "environment": "staging", "cloud": "aws"}))
    started = []

    def counted(*arguments: Any) -> Any:
        started.append(arguments)
        return converse(*arguments)

    monkeypatch.setattr("tenant_compiler.read.jsonnet.converse", counted)

    assert not [result for result in make(limits=LIMITS).evaluate(jobs) if result.diagnostics]
    assert len(started) == 1


def test_a_refused_import_has_its_line_without_the_engines_help(tmp_path: Path) -> None:
    """Now and then an engine's error has no text; the import itself says where it stands."""
    from tenant_compiler.read.jsonnet_errors import Failure, explain
    from tenant_compiler.read.jsonnet_files import Refusal, Roots

    (tmp_path / "ws/t").mkdir(parents=True)
    (tmp_path / "ws/t/it.jsonnet").write_text("// import 'gone'\n{\n  a: importstr @'gone' }")
    roots = Roots(str(tmp_path / "ws"), str(tmp_path / "built"))
    failure = Failure("", Refusal("missing", "gone", "t/"), (str(tmp_path / "ws/t/it.jsonnet"),))

    def source(name: str) -> str:
        return (tmp_path / "ws" / name).read_text()

    found = explain(failure, entry="t/it.jsonnet", roots=roots, source=source, stack=500)

    assert found.code == "TC124"
    assert found.place is not None
    assert found.place.span == (3, 6, 23)
