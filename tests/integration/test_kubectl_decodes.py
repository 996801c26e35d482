"""kubectl decodes what the YAML emitter writes to exactly the values that went in."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import pytest

from tenant_compiler.emit.yaml import dump_all

pytestmark = pytest.mark.tool("kubectl")

ALPHABET = "a1 yNoE\n\t:#-'\"\\|>{}[]&*!?,%@`~.=+_<é😀\u2028\x85\ufeff\x00\x1b"


@pytest.fixture(scope="module")
def strings():
    """Tricky strings of every kind, and random ones from the characters that YAML cares about; always the same."""
    folder = os.path.join(os.path.dirname(__file__), "..", "fixtures")
    with open(os.path.join(folder, "tricky_strings.json"), encoding="utf-8") as file:
        tricky = json.load(file)
    source = random.Random(7)
    fuzzed = ["".join(source.choices(ALPHABET, k=source.randint(1, 12))) for _ in range(1500)]
    return [*tricky, *fuzzed, "x" * 5000, "line\n" * 2000]


def config_map(number, data, annotations):
    """Give a ConfigMap, the object that takes any string."""
    metadata = {"name": f"c{number}", "annotations": annotations}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def decode(tmp_path, documents):
    """Give the objects that kubectl decodes, without the label that it was asked to add."""
    path = tmp_path / "objects.yaml"
    path.write_bytes(dump_all(documents).encode())
    run = subprocess.run(
        ["kubectl", "label", "--local", "-f", str(path), "zz=1", "-o", "json"],
        capture_output=True,
        check=False,
        env={**os.environ, "KUBECONFIG": os.devnull},
    )
    assert run.returncode == 0, run.stderr.decode()
    decoder, text, position, objects = json.JSONDecoder(), run.stdout.decode(), 0, []
    while position < len(text.rstrip()):
        item, position = decoder.raw_decode(text, position)
        position += len(text[position:]) - len(text[position:].lstrip())
        del item["metadata"]["labels"]
        objects += [item]
    return objects


def test_strings_as_values_and_keys(tmp_path, strings):
    """Every string comes back the same, as a value and as a key, in a stream of many documents."""
    documents = []
    for number, start in enumerate(range(0, len(strings), 50)):
        part = strings[start : start + 50]
        values = {f"k{index}": text for index, text in enumerate(part)}
        documents.append(config_map(number, values, dict.fromkeys(part, "v")))
    assert decode(tmp_path, documents) == documents


def test_numbers_and_nesting(tmp_path):
    """Numbers, booleans, nulls, empty collections and lists inside lists keep their types."""
    spec = {
        "numbers": [0, -1, 8080, sys.maxsize, 0.5, -2.25, 1e-7],
        "words": [True, False],
        "empty": [{}, []],
        "lists": [[1, [2, ["NO"]]], [{"a": [{"b": "1e3"}]}]],
    }
    document = {"apiVersion": "example.dev/v1", "kind": "Thing", "metadata": {"name": "t"}, "spec": spec}
    assert decode(tmp_path, [document]) == [document]
