"""Whose objects would have the names of another tenant's, when that one is left out of a run.

A namespace is called after a tenant and its environment, joined: `acme` in `eu-prod` and `acme-eu` in `prod` would have
one. Which tenants could be meant follows from the names of environments alone, and mostly there are none. Only where
there are, the texts of all files are asked for these few names, and only files that have one are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Place, TenantCompileError
from tenant_compiler.run.fleet import Fleet, names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tenant_compiler.model.backend import Fact
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.document import Document
    from tenant_compiler.run.discovery import Selectors
    from tenant_compiler.run.tenant_files import TenantFiles


class Rivals:
    """Looks for them.

    Args:
        environments: of the workspace.
        files: of tenants, those that are left out, too.
        having: says which environments a tenant has.
        selectors: what is in the run: that is compared there.
        chosen: the files that are in the run.
    """

    def __init__(
        self,
        environments: Iterable[str],
        files: TenantFiles,
        having: Callable[[Document], Sequence[str]],
        selectors: Selectors,
        chosen: Iterable[str],
    ) -> None:
        known = list(environments)
        self._pairs = [(one, other) for one in known for other in known if one.endswith(f"-{other}")]
        """Each environment whose name ends in that of another."""
        self._files = files
        self._having = having
        self._selectors = selectors
        self._chosen = frozenset(chosen)
        self._named: dict[str, list[str]] | None = None

    def of(self, fact: Fact) -> list[Diagnostic]:
        """The finding (TC323) that a tenant that is left out would have the same namespace."""
        for name, environment in self._candidates(fact.tenant, fact.environment):
            for path in self._mentioning(name):
                for document in self._files.read(path)[0]:
                    if document.value["metadata"]["name"] == name and self._is_left_out(document, environment):
                        there = Place(document.file, ("metadata", "name"), document=document.index)
                        return [Fleet.shared(fact, name, environment, there)]
        return []

    def _is_left_out(self, document: Document, environment: str) -> bool:
        """Whether a tenant has an environment that is not in the run."""
        if environment not in self._having(document):
            return False
        asked = self._selectors.environments
        here = document.file in self._chosen and (not asked or environment in asked)
        return not (here and self._selectors.match(document))

    def _candidates(self, tenant: str, environment: str) -> Iterator[tuple[str, str]]:
        for long, short in self._pairs:
            between = long.removesuffix(short)  # ends in a dash, as a tenant's name before an environment's does
            if environment == long:
                yield f"{tenant}-{between[:-1]}", short
            if environment == short and f"{tenant}-".endswith(f"-{between}"):
                yield f"{tenant}-".removesuffix(f"-{between}"), long

    def _mentioning(self, name: str) -> Iterable[str]:
        """The files that may have a tenant of some name; empty names stand for what the look at texts cannot read."""
        if self._named is None:
            self._named = {}
            for path in self._files.paths():
                try:
                    data = self._files.text(path)
                except TenantCompileError:
                    continue  # the reading pass reports it, when somebody asks for it
                for found in names_in(data):
                    self._named.setdefault(found.decode(errors="replace"), []).append(path)
        return dict.fromkeys((*self._named.get(name, ()), *self._named.get("", ())))
