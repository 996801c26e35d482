"""Check a workspace as the command does and write the seconds of each pass: ``python judge_times.py WORKSPACE OUT``."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from datetime import date

from regulated import DAY

from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.bench import Judging
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import CHECK
from tenant_compiler.run.session import Session


def main(workspace: str, out: str) -> None:
    """Check all tenants; they must be sound."""
    gc.set_threshold(200_000, 20, 100)  # as the command does
    session = Session(open_workspace(workspace), judging=Judging(judged_on=date.fromisoformat(DAY)))
    seconds: Counter[str] = Counter()
    for result in session.stream(Selectors(), CHECK):
        wrong = [found for found in result.diagnostics if found.severity == "error"]
        if wrong:
            raise SystemExit(f"{result.tenant} is not sound: {wrong[0]}")
        for each in result.environments:
            seconds.update(each.timings)
    with open(out, "w", encoding="utf-8") as file:
        file.write(", ".join(f"{name} {value:.4f} s" for name, value in seconds.items()))


if __name__ == "__main__":
    main(*sys.argv[1:])
