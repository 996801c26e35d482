"""What kubectl reads in files."""

from __future__ import annotations

import json
import os
import subprocess


def decoded(*paths):
    """Give the objects of files in order, without the label that the command puts on."""
    files = [word for path in paths for word in ("-f", path)]
    run = subprocess.run(
        ["kubectl", "label", "--local", *files, "kubectl-read=it", "-o", "json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KUBECONFIG": os.devnull},
    )
    assert run.returncode == 0, run.stderr
    decoder, objects, rest = json.JSONDecoder(), [], run.stdout.strip()
    at = 0
    while at < len(rest):
        value, at = decoder.raw_decode(rest, at)
        objects += value["items"] if value["kind"] == "List" else [value]
        while at < len(rest) and rest[at].isspace():
            at += 1
    for value in objects:
        assert value["metadata"]["labels"].pop("kubectl-read") == "it"
    return objects
