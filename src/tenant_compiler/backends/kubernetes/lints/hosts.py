"""Host names in objects: they must lie below the tenant's own domains, whoever made the object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.lints.found import mappings, within, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group

_CLUSTER: Final = (".svc", ".svc.cluster.local")


def _hostnames(value: dict[str, Any]) -> list[str]:
    return words(within(value, "spec").get("hostnames"))


def _listeners(value: dict[str, Any]) -> list[str]:
    return words([listener.get("hostname") for listener in mappings(within(value, "spec").get("listeners"))])


def _names(value: dict[str, Any]) -> list[str]:
    return words(within(value, "spec").get("dnsNames"))


def _rules(value: dict[str, Any]) -> list[str]:
    return words([rule.get("host") for rule in mappings(within(value, "spec").get("rules"))])


_HOSTS: Final[Mapping[str, Callable[[dict[str, Any]], list[str]]]] = {
    "HTTPRoute": _hostnames,
    "GRPCRoute": _hostnames,
    "TLSRoute": _hostnames,
    "Gateway": _listeners,
    "Certificate": _names,
    "Ingress": _rules,
}


def judge(groups: Iterable[Group], domains: Sequence[str], namespace: str, found: Found) -> None:
    """Judge the host names of routes, gateways and certificates.

    Codes: TC586.

    Args:
        groups: the objects by folder.
        domains: the tenant's.
        namespace: the tenant's: a certificate may be for the names of its own services inside the cluster.
        found: takes the findings.
    """
    below = tuple(f".{domain}" for domain in domains)
    inside = tuple(f".{namespace}{suffix}" for suffix in _CLUSTER)
    for group in groups:
        for kind, hosts in _HOSTS.items():
            for item in group.of(kind).values():
                for host in hosts(item.value):
                    if not (
                        host in domains or host.endswith(below) or (kind == "Certificate" and host.endswith(inside))
                    ):
                        found.add(
                            "TC586",
                            item,
                            f"{host} lies outside the tenant's domains",
                            "name a host below one of `spec.domains`, or add the domain when it is the tenant's",
                        )
