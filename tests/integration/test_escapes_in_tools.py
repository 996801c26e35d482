"""The escapes, evaluated by the real languages: Terraform and Prometheus give the text back."""

from __future__ import annotations

import itertools
import json
import os
import subprocess

import pytest

from tenant_compiler.emit import escape
from tenant_compiler.emit.json import dump as dump_json
from tenant_compiler.emit.yaml import dump as dump_yaml

HOSTILE = [
    "plain",
    "${path.module}",
    "$${a}",
    "$$${a}",
    "%{if true}x%{endif}",
    "%%{if",
    "\\${a}",
    "{{ .Labels.secret }}",
    "{{",
    "{{{{",
    "{{{",
    "}}",
    "{{/*",
    "{{- 1 -}}",
    " -}} x {{- ",
    'quote " and \\ back',
    "line\nend",
    "日本 😀",
    "a.b*c+d?(e)[f]{g}|h^i$",
    "#-&~ x",
]


@pytest.mark.tool("terraform")
def test_terraform_console_gives_every_text_back(tmp_path):
    """Each run of template characters up to length five, and hostile texts, as values and as keys of an object."""
    runs = ["".join(part) for size in range(1, 6) for part in itertools.product("${%", repeat=size)]
    texts = runs + HOSTILE
    module = {
        "locals": {
            "texts": [escape.terraform(text) for text in texts],
            "keys": {escape.terraform(text): "v" for text in texts},
        }
    }
    (tmp_path / "main.tf.json").write_text(dump_json(module), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    run = subprocess.run(
        ["terraform", "console"],
        input="jsonencode([local.texts, local.keys])\n",
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "CHECKPOINT_DISABLE": "1"},
    )
    assert run.returncode == 0, run.stderr
    # The console prints the JSON text as a quoted string.
    literal = json.loads(run.stdout)
    values, keys = json.loads(literal)
    assert values == texts
    assert keys == dict.fromkeys(texts, "v")


@pytest.mark.tool("promtool")
def test_prometheus_gives_every_text_back(tmp_path):
    """Texts in annotations, label values and matchers are what an alert shows and what a query finds."""
    rules, cases, series = [], [], []
    for number, text in enumerate(HOSTILE):
        value = escape.promql_string(text)
        pattern = escape.promql_string(escape.promql_regex(text))
        series.append({"series": f'm{{n="{number}", t={value}}}', "values": "1x3"})
        alert = {
            "alert": f"A{number}",
            "expr": f"m{{t={value}}} == on(n, t) m{{t=~{pattern}}}",
            "annotations": {"text": escape.go_template(text)},
        }
        rules.append(alert)
        expected = {"exp_labels": {"n": str(number), "t": text}, "exp_annotations": {"text": text}}
        cases.append({"eval_time": "1m", "alertname": f"A{number}", "exp_alerts": [expected]})
    test = {"input_series": series, "alert_rule_test": cases}
    (tmp_path / "rules.yaml").write_text(dump_yaml({"groups": [{"name": "g", "rules": rules}]}), encoding="utf-8")
    (tmp_path / "test.yaml").write_text(dump_yaml({"rule_files": ["rules.yaml"], "tests": [test]}), encoding="utf-8")
    run = subprocess.run(
        ["promtool", "test", "rules", "test.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
