"""What is checked over the whole fleet: names and hosts. Only small facts of a tenant are kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic, Label, Place, TenantCompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenant_compiler.model.backend import Fact
    from tenant_compiler.model.document import Document

_NAME = re.compile(rb"""(?<![A-Za-z0-9_.-])name["']?\s*:\s*["']?([A-Za-z0-9][A-Za-z0-9_.-]*)?""")
_HIDING = (
    (b"\\", re.compile(rb"""name["']?\s*:\s*"[^"\n]*\\|\\[^"\n]*"\s*:""")),
    (b"*", re.compile(rb"""\*[^\s,\[\]{}*]+\s*:""")),
    (b"?", re.compile(rb"""(?m)(?:^|[\[{,\s])\?\s""")),
)
"""Spellings that hide a name from `_NAME`, each with a character that it takes: an escape, an alias as a key, a key
after a question mark."""


def names_in(data: bytes) -> list[bytes]:
    """List what may be names of tenants in a file's text; an empty one where a name may be hidden from the look."""
    names = _NAME.findall(data)
    return [*names, b""] if any(mark in data and spelling.search(data) for mark, spelling in _HIDING) else names


def suspects(read: Callable[[str], bytes], paths: Sequence[str]) -> set[str]:
    """Find files that may hold two tenants of one name, by a look at their text.

    Tenants are built one after the other, and neither of two with one name may be written; so the files in question
    have to be read before the first is built. This look is generous, as every ``name:`` counts as a tenant's, and
    cheap. A file in which a name may be hidden from it makes all of them suspects.

    Args:
        read: gives the bytes of a file; one that raises `TenantCompileError` is left to the reading pass.
        paths: the files.
    """
    first: dict[bytes, str] = {}
    found: set[str] = set()
    for path in paths:
        try:
            data = read(path)
        except TenantCompileError:
            continue  # the reading pass reports it
        names = names_in(data)
        if b"" in names:
            return set(paths)
        for name in set(names):
            other = first.setdefault(name, path)
            if other != path or names.count(name) > 1:
                found |= {other, path}
    return found


class Fleet:
    """Names and hosts that were seen, and the facts that fleet artifacts are made from."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self._names: dict[str, Place] = {}
        self._spaces: dict[str, Fact] = {}
        self._hosts: dict[str, tuple[Fact, Place]] = {}

    def claim_name(self, document: Document) -> Diagnostic | None:
        """Take a tenant's name; the finding (TC323) when another document has it."""
        name = document.value["metadata"]["name"]
        place = Place(document.file, ("metadata", "name"), document=document.index)
        other = self._names.setdefault(name, place)
        return None if other == place else self.clash(document, other)

    @staticmethod
    def clash(document: Document, other: Place) -> Diagnostic:
        """The finding that another document has a tenant's name."""
        name = document.value["metadata"]["name"]
        return Diagnostic(
            "TC323",
            f"two tenants are called `{name}`",
            place=Place(document.file, ("metadata", "name"), document=document.index),
            help="give one of them another name; until then neither is built",
            related=(Label(other, "the other one"),),
            tenant=name,
        )

    def add(self, fact: Fact) -> list[Diagnostic]:
        """Take in a tenant's environment; findings for objects (TC323) and hosts (TC324) that another one has.

        Two tenants with one host are an error: one could take the other's clients. Two environments of one tenant are a
        warning: only one of them can be reached.
        """
        self.facts.append(fact)
        found = self._same_objects(fact)
        for host, pointer in fact.hosts:
            place = Place(fact.file, pointer, document=fact.document)
            other, there = self._hosts.setdefault(host, (fact, place))
            if other is fact:
                continue
            same = other.tenant == fact.tenant
            whose = f"its environment {other.environment}" if same else f"the tenant `{other.tenant}`"
            found.append(
                Diagnostic(
                    "TC324",
                    f"the host {host} is exposed by {whose} too",
                    "warning" if same else "error",
                    place=place,
                    help="override `expose.hosts` in one environment" if same else "give each tenant hosts of its own",
                    related=() if same else (Label(there, f"the tenant `{other.tenant}` has it here"),),
                    tenant=fact.tenant,
                    environment=fact.environment,
                )
            )
        return found

    def _same_objects(self, fact: Fact) -> list[Diagnostic]:
        """Tenant `a` in `b-c` and tenant `a-b` in `c` would share a namespace, and so would names of one hash."""
        other = self._spaces.setdefault(fact.name, fact)
        if (other.tenant, other.environment) == (fact.tenant, fact.environment):
            return []
        there = Place(other.file, ("metadata", "name"), document=other.document)
        return [self.shared(fact, other.tenant, other.environment, there)]

    @staticmethod
    def shared(fact: Fact, tenant: str, environment: str, there: Place) -> Diagnostic:
        """The finding that another tenant would have the same namespace."""
        return Diagnostic(
            "TC323",
            f"`{fact.name}` is the tenant `{tenant}` in {environment} as well",
            place=Place(fact.file, ("metadata", "name"), document=fact.document),
            help="rename the tenant: its name and its environment's, joined, name its namespace and stores",
            related=(Label(there, "the other tenant"),),
            tenant=fact.tenant,
            environment=fact.environment,
        )
