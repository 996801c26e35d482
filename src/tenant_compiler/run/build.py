"""`tenant-compile build`: passes, the output tree, pruning, and what belongs to the fleet."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from tenant_compiler.emit.manifest import FLEET
from tenant_compiler.emit.tree import OutputTree
from tenant_compiler.model.artifact import EmittedFile
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.globs import head
from tenant_compiler.run.passes import BUILD, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.result import TenantResult
    from tenant_compiler.run.discovery import Selectors
    from tenant_compiler.run.session import Session


class Options(NamedTuple):
    """How a build treats the output tree."""

    output: str
    """Absolute, or relative to the workspace."""
    check: bool = False
    """Only say what would change."""
    prune: bool = False
    """Prune also when a tenth of the fleet is gone."""
    targets: tuple[str, ...] = ()
    """Only these back-ends."""


class Written(NamedTuple):
    """One tenant, built, with what became of its files."""

    result: TenantResult
    written: int
    unchanged: int
    removed: int


class Totals(NamedTuple):
    """A build in numbers."""

    tenants: int = 0
    failed: int = 0
    environments: int = 0
    files: int = 0
    written: int = 0
    removed: int = 0
    pruned: int = 0


class Build:
    """A build that writes as it goes. Iterate over it, then `finish`.

    A tenant with an error keeps the tree that it has. Nothing that belongs to the fleet is written or pruned when a
    tenant failed, or when the run is narrowed: then not all of the fleet is known.

    Raises:
        TenantCompileError: the output folder cannot be used; exit code 2.
    """

    def __init__(self, session: Session, selectors: Selectors, options: Options) -> None:
        self.session = session
        self.selectors = selectors
        self.options = options
        self.totals = Totals()
        self.names: set[str] = set()
        workspace = session.workspace
        layout = workspace.config["workspace"]
        inputs = [workspace.file, layout["profiles"], layout["tier_presets"], layout["baseline"], *layout["policies"]]
        inputs += map(head, [*layout["tenants"], *layout["waivers"]])
        inputs += [env["values"] for env in workspace.config["environments"].values() if "values" in env]
        real = [os.path.join(workspace.root, path) for path in inputs if path]
        output = os.path.join(workspace.root, options.output)
        self.tree = OutputTree.open(output, workspace=workspace.root, inputs=real)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.tree.close()

    def __iter__(self) -> Iterator[Written]:
        for result in self.session.stream(self.selectors, BUILD):
            yield self._take(result)

    def finish(self) -> list[Diagnostic]:
        """Write and prune what belongs to the whole fleet. To be called once every tenant has been taken."""
        narrow = self.selectors.narrow or self.options.targets
        if narrow or self.totals.failed or not self.session.files.complete:
            return []
        found = [*self._put(FLEET, self.session.workspace.file, list(self.fleet_files()), None)[1]]
        known = {*self.names, FLEET}
        if self.options.check:
            return [*found, *self.tree.check_fleet(known)]
        report = self.tree.prune(known, allow_many=self.options.prune)
        self.totals = self.totals._replace(pruned=len(report.removed))
        return [*found, *report.diagnostics]

    def _take(self, result: TenantResult) -> Written:
        totals = self.totals
        totals = totals._replace(
            tenants=totals.tenants + 1, environments=totals.environments + len(result.environments)
        )
        if not result.ok:
            self.totals = totals._replace(failed=totals.failed + 1)
            return Written(result, 0, 0, 0)
        self.names.add(result.tenant)
        files = result.files
        counts, found = self._put(result.tenant, result.file, files, self.scope())
        written, unchanged, removed = counts
        self.totals = totals._replace(
            files=totals.files + len(files), written=totals.written + written, removed=totals.removed + removed
        )
        tagged = tuple(finding._replace(tenant=finding.tenant or result.tenant) for finding in found)
        # What a check finds out of date is no failure of the tenant: the fleet is known all the same.
        if not self.options.check and any(finding.severity == "error" for finding in tagged):
            self.totals = self.totals._replace(failed=self.totals.failed + 1)
        return Written(result._replace(diagnostics=(*result.diagnostics, *tagged)), written, unchanged, removed)

    def _put(
        self, owner: str, source: str, files: Sequence[EmittedFile], scope: Callable[[str], bool] | None
    ) -> tuple[tuple[int, int, int], Sequence[Diagnostic]]:
        if self.options.check:
            return (0, 0, 0), self.tree.check(owner, source, files, scope=scope)
        report = self.tree.write(owner, source, files, scope=scope)
        return (len(report.written), len(report.unchanged), len(report.removed)), report.diagnostics

    def scope(self) -> Callable[[str], bool] | None:
        """Which of a tenant's files this run decides about; None for all of them."""
        environments, targets = self.selectors.environments, self.options.targets
        if not environments and not targets:
            return None

        def decides(path: str) -> bool:
            environment, target = path.split("/")[:2]
            return (not environments or environment in environments) and (not targets or target in targets)

        return decides

    def fleet_files(self) -> Iterator[EmittedFile]:
        """Make what belongs to no single tenant, from the facts of all that were taken so far."""
        facts = sorted(self.session.fleet.facts)
        for backend in self.session.tools.backends:
            by_cluster = backend.lower_fleet(facts, self.session.tools.context)
            for cluster, artifacts in sorted(by_cluster.items()):
                for artifact in artifacts:
                    yield EmittedFile(f"{cluster}/{backend.name}/{artifact.path}", encode(artifact))
