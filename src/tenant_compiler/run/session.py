"""One run over a workspace: sets up what all tenants share, then streams them, a few at a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tenant_compiler.data import data_folder
from tenant_compiler.model.backend import Context
from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.result import TenantResult
from tenant_compiler.plugins import load_plugins
from tenant_compiler.read import files, schema, yaml
from tenant_compiler.read.formats import check_labels
from tenant_compiler.read.jsonnet import JsonnetEvaluator
from tenant_compiler.read.jsonnet_cache import user_folder
from tenant_compiler.read.suggest import did_you_mean
from tenant_compiler.resolve.catalogue import read_catalogue
from tenant_compiler.resolve.resolver import Resolver
from tenant_compiler.resolve.sources import Sources
from tenant_compiler.run.bench import Bench, Judging
from tenant_compiler.run.discovery import Selectors, tenant_files
from tenant_compiler.run.fleet import Fleet, suspects
from tenant_compiler.run.passes import CHECK, Tools, rules_of, run_passes
from tenant_compiler.run.rivals import Reading, Rivals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tenant_compiler.model.document import Document
    from tenant_compiler.model.result import EnvironmentResult
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.run.passes import Pass

GLANCED = 4 << 20
"""Bytes of files that are kept between the look for names and the reading."""
IGNORE = b"tenant-compile: ignore["
"""The beginning of a comment that says that a finding does not count; only a file that holds it pays for that."""
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
        self.complete = True
        """Whether every document so far could be read and named."""
        self._named: set[str] = set()
        self._unjudged = False
        self._keep = keep
        self._overlay = overlay or {}
        self._glanced: dict[str, bytes] = {}
        self._rivals: Rivals | None = None
        self._room = GLANCED
        config = workspace.config
        enabled = list(dict.fromkeys([*config["targets"]["enable"], *targets]))
        plugins = load_plugins(enabled)
        plugins.require(config["plugins"]["required"], enabled, Place(workspace.file, workspace.section))
        self._extensions = tuple(plugins.extensions.values())
        self.evaluator = JsonnetEvaluator.of(workspace.root, data_folder("tier_presets"))
        folder = user_folder() if cache is None else cache
        sources = Sources(workspace, read_catalogue(workspace), self.evaluator, self._extensions, folder)
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
        paths = tenant_files(self.workspace, selectors.paths, self._overlay)
        self._rivals = self._left_out(selectors, paths) if selectors.narrow else None
        if selectors.tenants:
            paths = self._mentioning(paths, selectors)
        twice = self._twice(paths)
        found: set[str] = set()
        for documents, broken in self._chunks(paths, selectors):
            yield from broken
            self.tools.resolver.prepare(documents)
            found.update(document.value["metadata"]["name"] for document in documents)
            yield from self._tenants(documents, selectors, passes, twice)
        missing = [name for name in selectors.tenants if name not in found]
        if missing and self.complete:
            raise TenantCompileError([self._unknown_tenant(missing[0])])

    def close(self) -> None:
        """End what runs beside this process: a workspace's own rules. A command that ends anyway need not."""
        self.tools.bench.close()

    def finish(self, *, narrow: bool) -> list[Diagnostic]:
        """Say what is wrong with policies, waivers and the baseline themselves, once all tenants have been streamed.

        Args:
            narrow: whether the run left something out: then nobody knows which waivers are needed.
        """
        complete = self.complete and not narrow
        return self.tools.bench.finish(self._named if complete else None, whole=complete and not self._unjudged)

    def read(self, path: str) -> tuple[list[Document], list[TenantResult]]:
        """Read a file's tenants: the sound ones, and a result for each thing that is wrong with the rest."""
        try:
            data = self._bytes(path)
        except TenantCompileError as error:
            return [], [self._broken(path, 0, error.diagnostics)]
        reading = yaml.read_documents(data, path)
        if IGNORE in data:
            from tenant_compiler.read.inline_ignores import with_ignores  # noqa: PLC0415 - few files have one

            reading = reading._replace(documents=with_ignores(reading.documents, data, path))
        broken = [self._broken(path, 0, reading.diagnostics)] if reading.diagnostics else []
        sound = []
        for document in reading.documents:
            findings = self._check(document)
            if findings:
                broken.append(self._broken(path, document.index, findings, _name_of(document.value)))
            else:
                sound.append(document)
        return sound, broken

    def _bytes(self, path: str) -> bytes:
        """A file's bytes: what stands in for it, what a glance left, or what is on the disk."""
        data = self._overlay.get(path)
        if data is None:
            data = self._glanced.pop(path, None)
        return files.read_bytes(os.path.join(self.workspace.root, path), path) if data is None else data

    def _glance(self, path: str) -> bytes:
        """A file's bytes, kept while there is room for the reading that follows: opening costs as much as a pass."""
        data = self._bytes(path)
        if path not in self._overlay and self._room >= len(data):
            self._room -= len(data)
            self._glanced[path] = data
        return data

    def _check(self, document: Document) -> list[Diagnostic]:
        value = document.value
        kind = value.get("kind") if isinstance(value, dict) else None
        if isinstance(value, dict) and kind != "Tenant" and isinstance(kind, str):
            place = Place(document.file, ("kind",), document=document.index)
            help_ = did_you_mean(kind, ["Tenant"]) or "write `kind: Tenant`; profiles belong into the profiles folder"
            return [
                Diagnostic("TC113", f"a document of kind `{kind}` stands among the tenants", place=place, help=help_)
            ]
        findings = schema.check(value, "tenant", document.file, document.index, extensions=self._extensions)
        if findings:
            return findings
        prefixes = self.workspace.config["workspace"]["label_prefixes"]
        return [*check_labels(value["metadata"].get("labels") or {}, prefixes, document.file, document.index)]

    def _broken(self, path: str, index: int, findings: Sequence[Diagnostic], name: str = "") -> TenantResult:
        # Without its name nobody can say whose tree is out of date, so nothing may be pruned.
        self.complete = False
        tagged = tuple(finding._replace(tenant=finding.tenant or name) for finding in findings)
        return TenantResult(name, path, index, (), tagged)

    def _chunks(
        self, paths: Sequence[str], selectors: Selectors
    ) -> Iterator[tuple[list[Document], list[TenantResult]]]:
        """Read files a few at a time; documents that are not selected are left out."""
        for start in range(0, len(paths), CHUNK):
            documents: list[Document] = []
            broken: list[TenantResult] = []
            for path in paths[start : start + CHUNK]:
                sound, bad = self.read(path)
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
        reading = Reading(
            paths=lambda: tenant_files(self.workspace, (), self._overlay),
            text=self._bytes,
            documents=lambda path: self.read(path)[0],
            environments=self.tools.resolver.environments,
        )
        return Rivals(self.workspace.config["environments"], reading, selectors, paths)

    def _twice(self, paths: Sequence[str]) -> dict[str, list[Place]]:
        """Where the names of tenants stand that stand more than once, by name."""
        named: dict[str, list[Place]] = {}
        for path in sorted(suspects(self._glance, paths)):
            for document in self.read(path)[0]:
                place = Place(path, ("metadata", "name"), document=document.index)
                named.setdefault(document.value["metadata"]["name"], []).append(place)
        return {name: places for name, places in named.items() if len(places) > 1}

    def _mentioning(self, paths: Sequence[str], selectors: Selectors) -> list[str]:
        """The files that mention a wanted name; all of them when one is mentioned nowhere."""
        wanted = [name.encode() for name in selectors.tenants]
        texts: dict[str, bytes] = {}
        for path in paths:
            try:
                texts[path] = self._bytes(path)
            except TenantCompileError:
                texts[path] = b"\n".join(wanted)  # unreadable: it may be the one
        chosen = [path for path, data in texts.items() if any(name in data for name in wanted)]
        everywhere = all(any(name in data for data in texts.values()) for name in wanted)
        return chosen if everywhere else list(paths)

    def _unknown_tenant(self, name: str) -> Diagnostic:
        known: list[str] = []
        for path in tenant_files(self.workspace):
            known += [document.value["metadata"]["name"] for document in self.read(path)[0]]
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


def _name_of(value: Any) -> str:
    """The name in a document that did not pass its check, where it is one."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""
