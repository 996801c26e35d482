"""Choosing the engine: the first that is installed and gives right answers. Never one over the network, never none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenant_compiler.judge.engines.canary import fault
from tenant_compiler.model.diagnostic import Diagnostic, TenantCompileError
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.judge.engines.protocol import PolicyEngine

EngineName: TypeAlias = Literal["auto", "regorus", "opa-embedded"]

ENGINES: Final = {
    "regorus": ("tenant_compiler.judge.engines.regorus:Regorus", "gordon-to-regorus"),
    "opa-embedded": ("tenant_compiler.judge.engines.opa_embedded:OpaEmbedded", "tenant-compiler[opa]"),
}
"""Where each engine is, and what to install for it, in the order of preference."""


class Probe(NamedTuple):
    """What became of trying an engine."""

    name: str
    engine: PolicyEngine | None
    """With nothing loaded; None when it cannot be used."""
    version: str
    """Empty when it is not installed."""
    problem: str
    """Why it cannot be used; empty when it can."""


def probe(name: str) -> Probe:
    """Make an engine and ask it for what every engine must know.

    Raises:
        KeyError: no engine is called so.
    """
    module, _, attribute = ENGINES[name][0].partition(":")
    try:
        __import__(module)
        engine: PolicyEngine = getattr(sys.modules[module], attribute)()
    except ModuleNotFoundError:
        return Probe(name, None, "", "it is not installed")
    except ImportError as error:
        return Probe(name, None, "", str(error))
    wrong = fault(engine)
    return Probe(name, None if wrong else engine, engine.version, wrong)


def choose(name: EngineName = "auto") -> PolicyEngine:
    """Make an engine with nothing loaded.

    Args:
        name: an engine that must be used, or ``auto`` for the first that works.

    Raises:
        TenantCompileError: TC810 no engine works; TC811 the named one does not. Exit code 2.
    """
    tried = []
    for each in ENGINES if name == "auto" else (name,):
        found = probe(each)
        if found.engine is not None:
            return found.engine
        tried.append(found)
    if name != "auto":
        (found,) = tried
        message = f"the policy engine {name} cannot be used: {found.problem}"
        raise TenantCompileError([Diagnostic("TC811", message, help=_install(name))])
    notes = tuple(f"{found.name}: {found.problem}" for found in tried)
    message = "no policy engine can be used, and without one nothing can be judged"
    raise TenantCompileError([Diagnostic("TC810", message, help=_install("regorus"), notes=notes)])


def _install(name: str) -> str:
    return f"install one version of it: `pip install '{ENGINES[name][1]}'`; `tenant-compile policy engines` lists all"
