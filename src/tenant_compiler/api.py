"""The Python API: a workspace's fleet, built or checked in process."""

from __future__ import annotations

import time
from contextlib import closing
from os import fspath
from typing import TYPE_CHECKING

from tenant_compiler.data import data_folder
from tenant_compiler.model import pointer as pointers
from tenant_compiler.model.diagnostic import Diagnostic, TenantCompileError
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import workspace as workspaces
from tenant_compiler.run import passes
from tenant_compiler.run.bench import Judging
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from os import PathLike

    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.diagnostic import Place
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.resolved import Resolved
    from tenant_compiler.model.result import TenantResult
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.report.locate import Locator
    from tenant_compiler.resolve.origin import Origin
    from tenant_compiler.run.passes import Pass

TOTAL = "total"


class BuildReport(NamedTuple):
    """What a build or a check of a fleet came to."""

    results: tuple[TenantResult, ...]
    """One for each tenant, in the order of `Fleet.iter_build`."""
    diagnostics: tuple[Diagnostic, ...]
    """All findings: those of the tenants, then those of the whole fleet."""
    timings: Mapping[str, float]
    """Seconds by pass, summed over the tenants; ``total`` is the time of the whole call."""
    written: int = 0
    """Files that were written because they are new or differ."""
    removed: int = 0
    """Files that were removed because the fleet does not make them any more."""

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return all(diagnostic.severity != "error" for diagnostic in self.diagnostics)

    @property
    def artifacts(self) -> dict[str, Artifact]:
        """The artifacts of the tenants by their paths in the output (``acme/production/kubernetes/shared-eu.yaml``)."""
        return {
            f"{result.tenant}/{environment.environment}/{target}/{artifact.path}": artifact
            for result in self.results
            for environment in result.environments
            for target, artifacts in environment.artifacts.items()
            for artifact in artifacts
        }


class Fleet:
    """The tenants of a workspace, as `open_workspace` gives them.

    Every call reads the tenants' files, presets and profiles anew. What is wrong with a tenant is in its result and
    stops no other tenant; what is wrong with the call, the workspace or a plug-in raises `TenantCompileError`.

    The selectors are the same everywhere, and filter the work: names of tenants, names of environments, labels that
    all must hold, files or folders relative to the workspace, and back-ends in place of ``targets.enable``. An empty
    one selects everything.

    Attributes:
        workspace: where the fleet is and what its configuration says; the configuration is read once.
        judging: how compliance is judged; what came of it is in `EnvironmentResult.compliance`.
    """

    def __init__(self, workspace: Workspace, judging: Judging | None = None) -> None:
        self.workspace = workspace
        self.judging = judging or Judging()

    @property
    def root(self) -> str:
        """The workspace's folder: absolute, with links resolved."""
        return self.workspace.root

    def iter_build(
        self,
        tenants: Iterable[str] = (),
        environments: Iterable[str] = (),
        labels: Mapping[str, str] | None = None,
        paths: Iterable[str] = (),
        *,
        targets: Iterable[str] = (),
    ) -> Iterator[TenantResult]:
        """Build one tenant after the other and write nothing. Keeps none of them, so a fleet of any size fits.

        Yields:
            Results with plans, artifacts and files, in the order of the tenants' files; documents that cannot be read
            come before the others of their batch.

        Raises:
            TenantCompileError: a selector fits nothing, or a plug-in is broken or missing.
            TypeError: a selector is a single text.
        """
        session = Session(self.workspace, targets=_texts("targets", targets), judging=self.judging)
        with closing(session):
            yield from session.stream(_selectors(tenants, environments, labels, paths), passes.BUILD)

    def check(
        self,
        tenants: Iterable[str] = (),
        environments: Iterable[str] = (),
        labels: Mapping[str, str] | None = None,
        paths: Iterable[str] = (),
        *,
        targets: Iterable[str] = (),
    ) -> BuildReport:
        """Run all passes but the last: artifacts are made and checked, not turned into bytes.

        Raises:
            TenantCompileError: a selector fits nothing, or a plug-in is broken or missing.
            TypeError: a selector is a single text.
        """
        return self._collect(_selectors(tenants, environments, labels, paths), passes.CHECK, targets)

    def build(  # noqa: PLR0913 - the selectors, which are told apart by name
        self,
        tenants: Iterable[str] = (),
        environments: Iterable[str] = (),
        labels: Mapping[str, str] | None = None,
        paths: Iterable[str] = (),
        *,
        targets: Iterable[str] = (),
        write: bool = False,
    ) -> BuildReport:
        """Build tenants and keep all of it; `iter_build` is for fleets that do not fit into memory.

        Args:
            tenants: names.
            environments: names.
            labels: all must hold.
            paths: files or folders, relative to the workspace.
            targets: back-ends in place of ``targets.enable``.
            write: write the workspace's output folder as ``tenant-compile build`` does: only files that differ; the
                tree of a tenant with an error stays as it is; what belongs to the whole fleet, and the removal of
                tenants that are gone, only without selectors and without an error.

        Raises:
            TenantCompileError: a selector fits nothing, a plug-in is broken or missing, or the output folder cannot
                be used.
            TypeError: a selector is a single text.
        """
        selectors = _selectors(tenants, environments, labels, paths)
        if write:
            return self._write(selectors, _texts("targets", targets))
        return self._collect(selectors, passes.BUILD, targets)

    def resolve(self, tenant: str, environment: str | None = None) -> Resolved:
        """Merge the layers of one tenant.

        Args:
            tenant: its name.
            environment: one of the tenant's; None for its first one.

        Raises:
            TenantCompileError: there is no such tenant or environment (exit code 2), or it does not resolve (exit
                code 1; the findings say why).
        """
        selectors = Selectors(tenants=(tenant,), environments=() if environment is None else (environment,))
        results = tuple(Session(self.workspace).stream(selectors, (passes.resolve,)))
        wanted = [result for result in results if result.tenant == tenant]
        first = wanted[0].environments[0] if wanted and wanted[0].environments else None
        if first is not None and first.resolved is not None:
            return first.resolved
        # A tenant that is not found may stand in one of the files that cannot be read.
        diagnostics = [finding for result in wanted or results for finding in result.diagnostics]
        if diagnostics:
            raise TenantCompileError(diagnostics, exit_code=1)
        message = f"the tenant `{tenant}` has no environment `{environment}`"
        help_ = "add it to the tenant's `environments`, or ask for one that is there"
        raise TenantCompileError([Diagnostic("TC307", message, help=help_)])

    def origins(self, tenant: str, pointer: str | Pointer, environment: str | None = None) -> tuple[Origin, ...]:
        """Say where a value comes from.

        Args:
            tenant: its name.
            pointer: ``quotas.cpu_cores``, ``/spec/quotas/cpu_cores`` or ``("spec", "quotas", "cpu_cores")``.
            environment: one of the tenant's; None for its first one.

        Returns:
            Every layer that sets the value, the winner first. A place has a span where the value is written as it is,
            and none where it is computed; derived layers have no place. Empty when no layer sets it.

        Raises:
            TenantCompileError: as `resolve`.
            ValueError: the text is no pointer.
        """
        from tenant_compiler.resolve.origin import chain  # noqa: PLC0415 - only for who asks

        path = pointers.parse(pointer) if isinstance(pointer, str) else pointer
        found = chain(self.resolve(tenant, environment), path)
        locator = self._locator()
        return tuple(origin._replace(place=origin.place and _located(origin.place, locator)) for origin in found)

    def locate(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Find the lines of findings, from the files as they are now.

        Results carry places as pointers into files, because nobody needs the lines of what is not shown.

        Returns:
            The same findings. Places have a span where a line can be told: that of the node, or of its nearest parent
            that exists; a value that a preset computes has none.
        """
        locator = self._locator()
        return [
            finding._replace(
                place=finding.place and _located(finding.place, locator),
                related=tuple(label._replace(place=_located(label.place, locator)) for label in finding.related),
            )
            for finding in diagnostics
        ]

    def _locator(self) -> Locator:
        from tenant_compiler.read.jsonnet import JsonnetEvaluator  # noqa: PLC0415 - only for who asks for lines
        from tenant_compiler.report.locate import Locator  # noqa: PLC0415

        return Locator(self.root, JsonnetEvaluator.of(self.root, data_folder("tier_presets")))

    def _collect(self, selectors: Selectors, steps: Sequence[Pass], targets: Iterable[str]) -> BuildReport:
        start = time.perf_counter()
        named = _texts("targets", targets)
        session = Session(self.workspace, targets=named, judging=self.judging)
        with closing(session):
            results = tuple(session.stream(selectors, steps))
            return _report(results, session.finish(narrow=selectors.narrow or bool(named)), start)

    def _write(self, selectors: Selectors, targets: tuple[str, ...]) -> BuildReport:
        from tenant_compiler.run.build import Build, Options  # noqa: PLC0415 - brings the output tree with it

        start = time.perf_counter()
        session = Session(self.workspace, targets=targets, judging=self.judging)
        options = Options(output=self.workspace.config["workspace"]["output"], targets=targets)
        with closing(session), Build(session, selectors, options) as build:
            results = tuple(written.result for written in build)
            found = [*build.finish(), *session.finish(narrow=selectors.narrow or bool(targets))]
            report = _report(results, found, start)
            return report._replace(written=build.totals.written, removed=build.totals.removed)


def open_workspace(path: str | PathLike[str] = ".", *, judging: Judging | None = None) -> Fleet:
    """Open the workspace that a path lies in.

    Args:
        path: a folder, or a file in it. The configuration is looked for there and upwards, not past the folder that
            holds ``.git``.
        judging: how compliance is judged: on which day, with or without waivers, compared with which frameworks.

    Raises:
        TenantCompileError: there is no workspace, or its configuration is wrong; exit code 2.
    """
    return Fleet(workspaces.open_workspace(fspath(path)), judging)


def _selectors(
    tenants: Iterable[str], environments: Iterable[str], labels: Mapping[str, str] | None, paths: Iterable[str]
) -> Selectors:
    return Selectors(
        tenants=_texts("tenants", tenants),
        labels=tuple((labels or {}).items()),
        environments=_texts("environments", environments),
        paths=_texts("paths", paths),
    )


def _texts(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """Take a selector; a single text would select by its letters."""
    if isinstance(values, str):
        raise TypeError(f"{name} must be a list of texts; write [{values!r}]")
    return tuple(values)


def _report(results: tuple[TenantResult, ...], fleet: Iterable[Diagnostic], start: float) -> BuildReport:
    timings: dict[str, float] = {}
    for result in results:
        for environment in result.environments:
            for step, seconds in environment.timings.items():
                timings[step] = timings.get(step, 0.0) + seconds
    timings[TOTAL] = time.perf_counter() - start
    diagnostics = (*(finding for result in results for finding in result.diagnostics), *fleet)
    return BuildReport(results, diagnostics, timings)


def _located(place: Place, locator: Locator) -> Place:
    found = locator.locate(place)
    return place._replace(file=found.file, span=found.span, pointer=found.pointer)
