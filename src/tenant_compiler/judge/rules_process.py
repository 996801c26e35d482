"""A workspace's rules in a child process, which is killed when a rule takes too long or too much, and begun again."""

from __future__ import annotations

import json
import os
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.child import Child

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.judge.engines.choose import EngineName
    from tenant_compiler.model.policy import Rule
    from tenant_compiler.read.child import End, Method

_ENTRY: Final = "tenant_compiler.judge.rules_child:serve"


class Limits(NamedTuple):
    """The bounds of a workspace's rules."""

    seconds: float = 5.0
    """For all of them and one tenant; sound rules take milliseconds, but a machine may be busy."""
    loading: float = 20.0
    """Seconds for reading them."""
    memory: int = 512 << 20
    """Bytes that the child may hold; on macOS the system does not enforce it, and time is the bound."""
    output: int = 4 << 20
    """Characters of JSON of one rule's results."""


class Refusal(NamedTuple):
    """Why a file was not loaded."""

    message: str
    line: int
    """0 when it is not known; counted from 1."""
    column: int


LIMITS: Final = Limits()


class Sources(NamedTuple):
    """What the child loads."""

    engine: EngineName
    """As `choose` takes it."""
    modules: Mapping[str, str]
    """The workspace's, by file."""
    beside: Mapping[str, str]
    """Modules that these may import."""
    data: Mapping[str, Any]
    """See `PolicyEngine.load`."""


class RulesProcess:
    """The rules of a workspace, loaded in a child that lives for the run.

    Args:
        sources: what is loaded.
        refused: files that are known not to be fit for loading; they are not among the modules.
        limits: bounds.
        method: how the child is started.
    """

    def __init__(
        self,
        sources: Sources,
        refused: Mapping[str, Refusal] = MappingProxyType({}),
        *,
        limits: Limits = LIMITS,
        method: Method = "auto",
    ) -> None:
        self.refused = dict(refused)
        """By file. Complete after `start`."""
        self.stopped: dict[str, str] = {}
        """Rules that had to be stopped, by name, with the reason. They are not evaluated again."""
        self._limits = limits
        self._method = method
        self._child: Child | None = None
        self._pid = 0
        self._modules = dict(sources.modules)
        self._request = {
            "engine": sources.engine,
            "beside": dict(sources.beside),
            "data": sources.data,
            "memory": limits.memory,
            "seconds": int(limits.seconds) + 1,
            "output": limits.output,
        }

    def start(self) -> None:
        """Start the child, and again without a file that it cannot stand, until the others are loaded."""
        while True:
            self._child = Child(_ENTRY, {**self._request, "modules": self._modules}, self._method)
            self._pid = os.getpid()
            try:
                loading = self._loading(self._child)
            except BaseException:
                self.close()
                raise
            if loading is None:
                return
            if not self._modules:
                raise RuntimeError("the process of the rules ends before it has anything to do")
            # A file by itself, or all together: then nobody knows which.
            for file in [loading] if loading else list(self._modules):
                del self._modules[file]

    def evaluate(self, rules: Mapping[str, Rule], input_json: str) -> dict[str, Any]:
        """Evaluate rules for one tenant.

        Args:
            rules: by name.
            input_json: the JSON text of the projection.

        Returns:
            By name: ``{"deny": [...], "checked": [...]}``, or a text: why there is none.

        Raises:
            RuntimeError: the child met a bug of ours; the text is its traceback.
        """
        found: dict[str, Any] = {}
        for name, rule in rules.items():
            refusal = self.refused.get(rule.file)
            if name in self.stopped:
                found[name] = self.stopped[name]
            elif refusal is not None:
                place = ":".join(str(part) for part in (rule.file, refusal.line, refusal.column) if part)
                found[name] = f"its file was not loaded: {place}: {refusal.message}"
        while left := {name: rule for name, rule in rules.items() if name not in found}:
            if self._child is None or self._pid != os.getpid():
                self.start()
            try:
                self._ask(left, input_json, found)
            except BaseException:
                self.close()
                raise
        return found

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None and self._pid == os.getpid():
            child.end(kill=True)

    def _loading(self, child: Child) -> str | None:
        """Listen until everything is loaded: then None, else the file at which the child had to be ended, or died."""
        until = time.monotonic() + self._limits.loading
        file = ""
        try:
            while record := child.receive(until):
                if "ready" in record:
                    return None
                if "refused" in record:
                    self.refused[record["refused"]] = Refusal(*record["error"])
                    del self._modules[record["refused"]]
                else:
                    file = record["loading"]
        except TimeoutError:
            reason = f"reading it took longer than {self._limits.loading:g} s"
            self._finish(kill=True)
        else:
            reason = self._reason(self._finish(kill=False), "reading it")
        for guilty in [file] if file else self._modules:
            self.refused[guilty] = Refusal(reason, 0, 0)
        return file

    def _ask(self, rules: Mapping[str, Rule], input_json: str, found: dict[str, Any]) -> None:
        """Ask the child for rules; when it does not come to its end, the rule that is at fault is stopped for good."""
        assert self._child is not None
        until = time.monotonic() + self._limits.seconds
        asked = json.dumps([[name, rule.package] for name, rule in rules.items()])
        clock = _Clock()
        try:
            self._child.send(asked.encode(), until)
            # JSON has line ends between its tokens at most.
            self._child.send(input_json.replace("\n", " ").encode(), until)
            while record := self._child.receive(until):
                if "done" in record:
                    return
                clock.take(record)
                if "result" in record:
                    found[record["result"]] = record.get("value", record.get("error"))
        except TimeoutError:
            self._finish(kill=True)
            guilty, reason = clock.slowest(), f"it took longer than {self._limits.seconds:g} s for one tenant"
        else:
            guilty, reason = clock.rule, self._reason(self._finish(kill=False), "it")
        if guilty:
            self.stopped[guilty] = found[guilty] = reason
        else:
            # It did not even come to a rule, so none is at fault, and none is evaluated for this tenant.
            found |= {name: f"the process of the rules failed: {reason}" for name in rules if name not in found}

    def _finish(self, *, kill: bool) -> End:
        child, self._child = self._child, None
        assert child is not None
        return child.end(kill=kill)

    def _reason(self, end: End, what: str) -> str:
        if end.stop == "memory":
            return f"{what} needs more than {self._limits.memory >> 20} MiB of memory"
        if end.stop == "time":
            return f"{what} took too much processor time"
        return f"the policy engine crashed ({end.detail or 'it ended by itself'})"


class _Clock:
    """Measures which rule took how long, to find the one at fault when all together took too long."""

    def __init__(self) -> None:
        self.rule = ""
        """The one at hand."""
        self._begun = time.monotonic()
        self._longest = (0.0, "")

    def take(self, record: Mapping[str, Any]) -> None:
        """Take a record of the child."""
        if "rule" in record:
            self.rule, self._begun = record["rule"], time.monotonic()
        elif "result" in record:
            self._longest = max(self._longest, (time.monotonic() - self._begun, self.rule))
            self.rule = ""

    def slowest(self) -> str:
        """The rule that took longest, the one at hand included; empty when none was begun."""
        return max(self._longest, (time.monotonic() - self._begun, self.rule))[1] if self.rule else self._longest[1]
