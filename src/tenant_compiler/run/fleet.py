"""What is checked over the whole fleet: names and hosts. Only small facts of a tenant are kept."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic, Label, Place, TenantCompileError
from tenant_compiler.read import files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenant_compiler.model.backend import Fact
    from tenant_compiler.model.document import Document

_NAME = re.compile(rb"""(?<![A-Za-z0-9_.-])name["']?\s*:\s*["']?([A-Za-z0-9][A-Za-z0-9_.-]*)""")


def suspects(root: str, paths: Iterable[str]) -> set[str]:
    """Find files that may hold two tenants of one name, by a look at their text.

    Tenants are built one after the other, and neither of two with one name may be written; so the files in question
    have to be read before the first is built. This look is generous, as every ``name:`` counts as a tenant's, and
    cheap. An exotic spelling that it misses is still found when the second tenant is read.
    """
    first: dict[bytes, str] = {}
    found: set[str] = set()
    for path in paths:
        try:
            data = files.read_bytes(os.path.join(root, path), path)
        except TenantCompileError:
            continue  # the reading pass reports it
        names = _NAME.findall(data)
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
        """Take in a tenant's environment; findings (TC324) for hosts that another one has.

        Two tenants with one host are an error: one could take the other's clients. Two environments of one tenant are a
        warning: only one of them can be reached.
        """
        self.facts.append(fact)
        found = []
        for host, service in fact.hosts:
            place = Place(fact.file, ("spec", "services", service, "expose", "hosts"), document=fact.document)
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
