"""Evaluated presets between runs."""

from __future__ import annotations

import json
import os

import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.read import jsonnet_cache
from tenant_compiler.read.jsonnet import Job, JsonnetEvaluator

JOB = Job("own.jsonnet", {"cloud": "aws"})


class Counting:
    """An evaluator that counts what it is asked."""

    def __init__(self, evaluator):
        self.inner = evaluator
        self.asked = 0
        self.engine, self.roots, self.limits = evaluator.engine, evaluator.roots, evaluator.limits

    def evaluate(self, jobs):
        """Count and evaluate."""
        self.asked += len(jobs)
        return self.inner.evaluate(jobs)


@pytest.fixture
def setting(tmp_path):
    """A workspace with a preset and a cache folder that does not exist yet."""
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "own.jsonnet").write_text("local x = import 'part.libsonnet'; function(cloud) x { c: cloud }")
    (tmp_path / "w" / "part.libsonnet").write_text("{ a: 1 }")
    evaluator = Counting(JsonnetEvaluator.of(str(tmp_path / "w"), data_folder("tier_presets")))
    return tmp_path / "w", str(tmp_path / "cache"), evaluator


def take(setting, job=JOB):
    """Evaluate one job through the cache."""
    _, cache, evaluator = setting
    (result,) = jsonnet_cache.evaluate(evaluator, [job], cache)
    return result


def test_a_second_run_takes_the_value_without_an_evaluation(setting):
    """The same files and arguments give the same value, and no engine is started."""
    first, second = take(setting), take(setting)

    assert first.value == second.value == {"a": 1, "c": "aws"}
    assert setting[2].asked == 1


def test_other_arguments_are_another_value(setting):
    """A function is kept by what it was called with."""
    take(setting)

    assert take(setting, JOB._replace(args={"cloud": "gcp"})).value["c"] == "gcp"
    assert setting[2].asked == 2


def test_a_changed_import_is_evaluated_again(setting):
    """Every file that went into a value counts, not only the first."""
    take(setting)
    (setting[0] / "part.libsonnet").write_text("{ a: 2 }")

    assert take(setting).value["a"] == 2


def test_a_file_that_comes_to_shadow_the_library_is_noticed(setting):
    """An import that was found in the library is looked for beside the file again."""
    (setting[0] / "own.jsonnet").write_text("{ t: (import 'tier.libsonnet').locks(['x']) }")
    job = Job("own.jsonnet")
    assert take(setting, job).value == {"t": {"locked": ["x"]}}
    (setting[0] / "tier.libsonnet").write_text("{ locks(paths):: { mine: paths } }")

    assert take(setting, job).value == {"t": {"mine": ["x"]}}


def test_a_failure_is_not_kept(setting):
    """A mistake is told again, and gone once it is mended."""
    (setting[0] / "part.libsonnet").write_text("{ a: }")
    assert take(setting).diagnostics
    (setting[0] / "part.libsonnet").write_text("{ a: 3 }")

    assert take(setting).value["a"] == 3


@pytest.mark.parametrize("text", ["", "{", "[]", '{"value": 1}', '{"value": 1, "seen": 3}', "null"])
def test_a_damaged_entry_counts_as_absent(setting, text):
    """Whatever stands in the folder, the value is right."""
    take(setting)
    (name,) = os.listdir(setting[1])
    with open(os.path.join(setting[1], name), "w", encoding="utf-8") as file:
        file.write(text)

    assert take(setting).value == {"a": 1, "c": "aws"}
    assert setting[2].asked == 2


def test_an_entry_of_somebody_else_is_not_believed(setting, monkeypatch):
    """A shared folder for temporary files cannot plant presets."""
    take(setting)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    take(setting)

    assert setting[2].asked == 2


def test_a_cache_that_cannot_be_written_does_no_harm(setting, tmp_path):
    """A file where the folder should be costs an evaluation a run and nothing else."""
    (tmp_path / "cache").write_text("")

    assert take(setting).value == take(setting).value == {"a": 1, "c": "aws"}


def test_nothing_is_kept_without_a_folder(setting):
    """An empty folder name switches the cache off."""
    _, _, evaluator = setting
    for _ in range(2):
        (result,) = jsonnet_cache.evaluate(evaluator, [JOB], "")
        assert result.value["a"] == 1

    assert evaluator.asked == 2


def test_the_folder_is_the_users_own(monkeypatch):
    """It follows the desktop rules, and a relative folder is none."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert jsonnet_cache.user_folder() == os.path.join("/somewhere", "tenant-compiler", "jsonnet")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert jsonnet_cache.user_folder() == ""


def test_entries_are_private_and_plain(setting):
    """An entry is JSON that only its owner may read."""
    take(setting)
    (name,) = os.listdir(setting[1])
    path = os.path.join(setting[1], name)

    with open(path, encoding="utf-8") as file:
        assert json.load(file)["value"] == {"a": 1, "c": "aws"}
    assert os.stat(path).st_mode & 0o077 == 0
