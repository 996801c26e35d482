"""One run over a workspace: sets up what all tenants share, then streams them, a few at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.data import data_folder
from tenant_compiler.model.backend import Context
from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.result import TenantResult
from tenant_compiler.plugins import load_plugins
from tenant_compiler.read.jsonnet import JsonnetEvaluator
from tenant_compiler.read.jsonnet_cache import user_folder
from tenant_compiler.read.suggest import did_you_mean
from tenant_compiler.resolve.catalogue import read_catalogue
from tenant_compiler.resolve.resolver import Resolver
from tenant_compiler.resolve.sources import Sources
from tenant_compiler.run.bench import Bench, Judging
from tenant_compiler.run.fleet import Fleet
from tenant_compiler.run.passes import CHECK, Tools, rules_of, run_passes
from tenant_compiler.run.rivals import Rivals
from tenant_compiler.run.tenant_files import TenantFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tenant_compiler.model.document import Document
    from tenant_compiler.model.result import EnvironmentResult
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.run.discovery import Selectors
    from tenant_compiler.run.passes import Pass

CHUNK = 32
"""Files that are read and built together: enough for the processor's caches, and few enough for memory."""


def keep_all(finding: Diagnostic) -> bool:
    """Count every finding."""
    del finding
    return True


class Session:
    """A run. Findings of documents come with their tenants; a run that cannot start raises.

    Args:
        workspace: as opened.
        targets: make files with these back-ends only; empty for those of ``targets.enable``.
        keep: whether a finding counts.
        overlay: bytes that stand in for files (``--stdin-filename``), by path relative to the workspace.
        cache: the folder of evaluated presets; empty for none, None for the user's own.
        judging: how compliance is judged.

    Raises:
        TenantCompileError: a plug-in is broken or missing; exit code 2.
    """

    def __init__(  # noqa: PLR0913 - told apart by name
        self,
        workspace: Workspace,
        *,
        targets: Sequence[str] = (),
        keep: Callable[[Diagnostic], bool] = keep_all,
        overlay: Mapping[str, bytes] | None = None,
        cache: str | None = None,
        judging: Judging | None = None,
    ) -> None:
        self.workspace = workspace
        self.fleet = Fleet()
        self._named: set[str] = set()
        self._unjudged = False
        self._keep = keep
        self._rivals: Rivals | None = None
        config = workspace.config
        enabled = list(dict.fromkeys([*config["targets"]["enable"], *targets]))
        plugins = load_plugins(enabled)
        plugins.require(config["plugins"]["required"], enabled, Place(workspace.file, workspace.section))
        extensions = tuple(plugins.extensions.values())
        self.files = TenantFiles(workspace, extensions, overlay)
        self.evaluator = JsonnetEvaluator.of(workspace.root, data_folder("tier_presets"))
        folder = user_folder() if cache is None else cache
        sources = Sources(workspace, read_catalogue(workspace), self.evaluator, extensions, folder)
        self.tools = Tools(
            resolver=Resolver(workspace, sources),
            plugins=plugins,
            backends=tuple(plugins.backends[name] for name in enabled if not targets or name in targets),
            enabled=tuple(plugins.backends[name] for name in enabled),
            rules={name: rules_of(plugins.rule_packs, name) for name in enabled},
            context=Context(config, config["cluster"], _custom_kinds(workspace)),
            bench=Bench(workspace, judging or Judging()),
        )

    def stream(self, selectors: Selectors, passes: Sequence[Pass]) -> Iterator[TenantResult]:
        """Build or check the selected tenants, in the order of their files.

        Raises:
            TenantCompileError: a selector fits nothing; exit code 2.
        """
        self._check_environments(selectors)
        paths = self.files.paths(selectors.paths)
        self._rivals = self._left_out(selectors, paths) if selectors.narrow else None
        if selectors.tenants:
            paths = self.files.mentioning(paths, selectors.tenants)
        twice = self.files.twice(paths)
        found: set[str] = set()
        for documents, broken in self._chunks(paths, selectors):
            yield from broken
            self.tools.resolver.prepare(documents)
            found.update(document.value["metadata"]["name"] for document in documents)
            yield from self._tenants(documents, selectors, passes, twice)
        missing = [name for name in selectors.tenants if name not in found]
        if missing and self.files.complete:
            raise TenantCompileError([self._unknown_tenant(missing[0])])

    def close(self) -> None:
        """End what runs beside this process: a workspace's own rules. A command that ends anyway need not."""
        self.tools.bench.close()

    def finish(self, *, narrow: bool) -> list[Diagnostic]:
        """Say what is wrong with policies, waivers and the baseline themselves, once all tenants have been streamed.

        Args:
            narrow: whether the run left something out: then nobody knows which waivers are needed.
        """
        complete = self.files.complete and not narrow
        return self.tools.bench.finish(self._named if complete else None, whole=complete and not self._unjudged)

    def _chunks(
        self, paths: Sequence[str], selectors: Selectors
    ) -> Iterator[tuple[list[Document], list[TenantResult]]]:
        """Read files a few at a time; documents that are not selected are left out."""
        for start in range(0, len(paths), CHUNK):
            documents: list[Document] = []
            broken: list[TenantResult] = []
            for path in paths[start : start + CHUNK]:
                sound, bad = self.files.read(path)
                documents += [document for document in sound if selectors.match(document)]
                broken += [
                    result for result in bad if not selectors.tenants or result.tenant in ("", *selectors.tenants)
                ]
            yield documents, broken

    def _tenants(
        self,
        documents: Sequence[Document],
        selectors: Selectors,
        passes: Sequence[Pass],
        twice: Mapping[str, Sequence[Place]],
    ) -> Iterator[TenantResult]:
        """Build or check a few tenants together."""
        clashes = [self._clash(document, twice) for document in documents]
        chosen = [
            [] if clash else self._environments(document, selectors)
            for document, clash in zip(documents, clashes, strict=True)
        ]
        wanted = [(document, name) for document, names in zip(documents, chosen, strict=True) for name in names]
        results = iter(run_passes(wanted, self.tools, passes, self._keep))
        for document, clash, names in zip(documents, clashes, chosen, strict=True):
            own = [self._with_fleet(next(results), document) for _ in names]
            findings = (clash,) if clash else tuple(finding for result in own for finding in result.diagnostics)
            if document.ignores is not None and not clash:
                findings += self._comments(document, own, selectors, passes)
            name = document.value["metadata"]["name"]
            result = TenantResult(name, document.file, document.index, tuple(own), findings)
            self._named.add(name)
            self._unjudged |= not (result.ok or _is_judged(result))
            yield result

    def _environments(self, document: Document, selectors: Selectors) -> list[str]:
        names = self.tools.resolver.environments(document)
        return [name for name in names if not selectors.environments or name in selectors.environments]

    def _clash(self, document: Document, twice: Mapping[str, Sequence[Place]]) -> Diagnostic | None:
        """The finding that another document has the tenant's name."""
        clash = self.fleet.claim_name(document)
        named = twice.get(document.value["metadata"]["name"], ())
        others = [place for place in named if (place.file, place.document) != (document.file, document.index)]
        # Claimed by us, so the other one gets the finding; but we are not written either.
        return clash or (Fleet.clash(document, others[0]) if others else None)

    def _comments(
        self, document: Document, own: Sequence[EnvironmentResult], selectors: Selectors, passes: Sequence[Pass]
    ) -> tuple[Diagnostic, ...]:
        """What is wrong with the comments of a document that findings do not count."""
        assert document.ignores is not None
        stopped = any(found.severity == "error" and found.blocks for result in own for found in result.diagnostics)
        everything = len(self.tools.backends) == len(self.tools.enabled) and not selectors.environments
        judged = everything and not stopped and set(CHECK) <= set(passes)
        found = document.ignores.problems(judged=judged, whole=not selectors.narrow)
        name = document.value["metadata"]["name"]
        return tuple(finding._replace(tenant=name) for finding in found if self._keep(finding))

    def _with_fleet(self, result: EnvironmentResult, document: Document) -> EnvironmentResult:
        """Add what is wrong with an environment beside those that came before it."""
        fact = result.fact
        if fact is None:
            return result
        ignored = document.ignores.covers if document.ignores is not None else None
        added = self.fleet.add(fact) + (self._rivals.of(fact) if self._rivals is not None else [])
        clashes = tuple(finding for finding in added if not (ignored and ignored(finding)) and self._keep(finding))
        return result._replace(diagnostics=(*result.diagnostics, *clashes)) if clashes else result

    def _left_out(self, selectors: Selectors, paths: Sequence[str]) -> Rivals:
        """What looks for tenants that are not selected and have names in common with those that are."""
        names = self.workspace.config["environments"]
        return Rivals(names, self.files, self.tools.resolver.environments, selectors, paths)

    def _unknown_tenant(self, name: str) -> Diagnostic:
        known: list[str] = []
        for path in self.files.paths():
            known += [document.value["metadata"]["name"] for document in self.files.read(path)[0]]
        help_ = did_you_mean(name, known) or "`tenant-compile list` names the tenants"
        return Diagnostic("TC325", f"there is no tenant `{name}` in the selection", help=help_)

    def _check_environments(self, selectors: Selectors) -> None:
        known = self.workspace.config["environments"]
        for name in selectors.environments:
            if name not in known:
                help_ = did_you_mean(name, known) or "there are " + ", ".join(known)
                message = f"the workspace has no environment `{name}`"
                raise TenantCompileError([Diagnostic("TC307", message, help=help_)])


def _custom_kinds(workspace: Workspace) -> Mapping[str, Mapping[str, Any]]:
    """The platform's own kinds, where a cluster profile names some."""
    if not any(cluster["crds"] for cluster in workspace.config["cluster"].values()):
        return {}
    from tenant_compiler.read.custom_kinds import read_custom_kinds  # noqa: PLC0415 - few workspaces have any

    return read_custom_kinds(workspace)


def _is_judged(result: TenantResult) -> bool:
    """Whether a tenant with an error came to verdicts in all its environments: then the error is one of them."""
    return bool(result.environments) and all(made.compliance is not None for made in result.environments)
