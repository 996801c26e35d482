"""The packed policies are what the sources say, and no mistake gets into them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.append(os.path.join(ROOT, "scripts"))

import generate_policies  # noqa: E402 - a script is no package

RULE = "rego/rules/tls_minimum.rego"


def test_the_packed_policies_are_up_to_date():
    """Whoever changes a rule, a fact or a framework runs `python scripts/generate_policies.py`."""
    script = os.path.join(ROOT, "scripts", "generate_policies.py")
    ran = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "nothing to do\n", "")


@pytest.fixture
def sources(tmp_path):
    """Read a copy of the policies in which one file is changed."""

    def read(path, change):
        root = tmp_path / "policies"
        shutil.copytree(os.path.join(ROOT, "policies"), root, ignore=shutil.ignore_patterns("fixtures", "compiled"))
        file = root / path
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        changed = change(text)
        assert changed != text
        file.write_text(changed, encoding="utf-8")
        return generate_policies.Sources(str(root))

    return read


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        (RULE, lambda text: text.replace("TC404", "TC405"), "TC815"),
        (RULE, lambda text: text.replace("title:", "titel:"), "TC814"),
        (RULE, lambda text: text.replace("carried_by: [", "carried_by: [TC4999, "), "TC814"),
        (RULE, lambda text: text.replace("checked contains", "seen contains"), "TC816"),
        (RULE, lambda text: text.replace("rules.tls_minimum\n", "rules.tls\n"), "TC813"),
        (RULE, lambda text: text + "\nx := time.now_ns()\n", "TC817"),
        (RULE, lambda text: text + '\nx if print("a")\n', "TC817"),
        (RULE, lambda text: text + "\nx := {\n", "TC812"),
        (RULE, lambda text: text + "\nx if y == z\n", "TC812"),
        ("rego/lib/new.rego", lambda _: "package tenant_compiler.lib.other\n", "TC813"),
        ("data/eea.yaml", lambda text: text + "\nmembers: []\n", "TC104"),
        ("frameworks/hipaa.yaml", lambda text: text.replace("tls_minimum", "tls_minimun"), "TC803"),
    ],
)
def test_a_mistake_in_a_source_is_told_at_its_line(sources, path, change, code):
    """As in a workspace's own files, and shown as editors read it."""
    problems = sources(path, change).problems
    found = {each.code for each in problems}
    assert code in found
    shown = [generate_policies._shown(each) for each in problems if each.code == code]
    assert any(text.startswith(f"<built-in>/policies/{path}:") for text in shown)


def test_a_mistake_is_printed_and_nothing_is_written(sources, monkeypatch, capsys):
    """Exit code 1."""
    broken = sources(RULE, lambda text: text + "\nx := {\n")
    monkeypatch.setattr(generate_policies, "Sources", lambda: broken)
    monkeypatch.setattr(generate_policies, "ROOT", broken.root)
    monkeypatch.setattr(sys, "argv", ["generate_policies.py"])
    assert generate_policies.main() == 1
    assert "TC812" in capsys.readouterr().err
    assert not os.path.exists(os.path.join(broken.root, "compiled"))


def test_files_are_written_once_and_those_that_nothing_makes_are_removed(sources, monkeypatch, capsys):
    """A second run has nothing to do."""
    sound = sources("data/eea.yaml", lambda text: text + "\n# the end\n")
    monkeypatch.setattr(generate_policies, "Sources", lambda: sound)
    monkeypatch.setattr(generate_policies, "ROOT", sound.root)
    monkeypatch.setattr(sys, "argv", ["generate_policies.py"])
    assert sound.problems == []
    assert generate_policies.main() == 0
    assert "written: compiled/rules.json" in capsys.readouterr().out
    stray = os.path.join(sound.root, "compiled", "frameworks", "stray.json")
    with open(stray, "w", encoding="utf-8") as file:
        file.write("{}")
    monkeypatch.setattr(sys, "argv", ["generate_policies.py", "--check"])
    assert generate_policies.main() == 1
    monkeypatch.setattr(sys, "argv", ["generate_policies.py"])
    assert generate_policies.main() == 0
    assert not os.path.exists(stray)
    assert generate_policies.main() == 0
    assert capsys.readouterr().out.endswith("nothing to do\n")
