"""``build --stdout``: the artifacts of one tenant, environment and target, for a pipe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tenant_compiler.cli.wrong_use import WrongUseError

if TYPE_CHECKING:
    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.model.result import EnvironmentResult, TenantResult
    from tenant_compiler.run.discovery import Selectors
    from tenant_compiler.run.session import Session


def artifacts_of(frame: Frame, session: Session, selectors: Selectors) -> str:
    """Run the passes and give the artifacts' text; empty when a finding is an error.

    One file is given as it is, several of YAML as one stream, several of JSON as one object by file name.

    Raises:
        WrongUseError: the selectors leave more than one tenant, environment or target, or none.
    """
    from tenant_compiler.run.passes import BUILD  # noqa: PLC0415 - beside the session that is loaded by then

    results: list[TenantResult] = []
    for result in session.stream(selectors, BUILD):
        frame.take(result)
        results.append(result)
        if len(results) > 1:
            raise WrongUseError("--stdout prints one tenant, but several are selected: name one with -t")
    if not results:
        raise WrongUseError("--stdout prints one tenant, but none is selected")
    result = results[0]
    if not result.ok:
        return ""
    if len(result.environments) != 1:
        names = ", ".join(environment.environment for environment in result.environments)
        raise WrongUseError(
            f"--stdout prints one environment, and {result.tenant} has {names or 'none here'}: name one with -e"
        )
    return _text(result.environments[0])


def _text(made: EnvironmentResult) -> str:
    targets = [target for target, artifacts in made.artifacts.items() if artifacts]
    if not targets:
        return ""
    if len(targets) != 1:
        raise WrongUseError(f"--stdout prints one target, and there are {', '.join(targets)}: name one with --target")
    texts = {file.path.split("/", 2)[2]: file.data.decode() for file in made.files}
    if len(texts) == 1:
        return next(iter(texts.values()))
    if all(path.endswith((".yaml", ".yml")) for path in texts):
        return "".join(text if text.startswith("---\n") else f"---\n{text}" for text in texts.values())
    shown = {path: json.loads(text) if path.endswith(".json") else text for path, text in texts.items()}
    return json.dumps(shown, indent=2) + "\n"
