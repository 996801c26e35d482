"""Who reaches whom under the policies of a cluster: a slow, literal reading of NetworkPolicies, Cilium's and Istio's.

What the APIs' documentation says, and no shortcuts: whatever any policy allows is allowed, what a Cilium policy denies
is denied before that, a pod that no policy of a direction chooses is open in it. An end is a pod (of a tenant, or of
the platform) or an address. A name leads somewhere when the pod may ask for it, and to the address that its owner says.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, NamedTuple

NAME = "app.kubernetes.io/name"
NAMESPACE = "io.kubernetes.pod.namespace"
RESOLVER = ("kube-system", {"k8s-app": "kube-dns"})


class Pod(NamedTuple):
    """One end inside the cluster."""

    namespace: str
    labels: dict[str, str]
    account: str = "default"
    meshed: bool = False
    """It has a sidecar, or is a gateway or a Prometheus in the mesh."""


class Try(NamedTuple):
    """What somebody tries to send."""

    port: int
    protocol: str = "TCP"
    name: str = ""
    """By which the sender learned the address."""


_QUESTION = Try(53, "UDP")


def resolver() -> Pod:
    """The cluster's resolver."""
    return Pod(*RESOLVER)


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a label selector chooses labels; an empty one chooses everything."""
    assert set(selector) <= {"matchLabels", "matchExpressions"}, selector
    others = selector.get("matchExpressions", ())
    assert {item["operator"] for item in others} <= {"NotIn", "DoesNotExist"}, selector
    excluded = any(
        labels.get(item["key"]) in item["values"] if item["operator"] == "NotIn" else item["key"] in labels
        for item in others
    )
    return not excluded and selector.get("matchLabels", {}).items() <= labels.items()


def within(address: str, block: dict[str, Any]) -> bool:
    """Whether an address is in a range and in none of its exceptions."""
    known = ipaddress.ip_address(address)
    return known in ipaddress.ip_network(block["cidr"]) and not any(
        known in ipaddress.ip_network(hole) for hole in block.get("except", ())
    )


def named(pattern: dict[str, str], name: str) -> bool:
    """Whether Cilium's pattern covers a name: a star is a part of one label, and alone it is every name."""
    if "matchName" in pattern:
        return pattern["matchName"] == name
    if pattern["matchPattern"] == "*":
        return True
    text = re.escape(pattern["matchPattern"]).replace(r"\*", "[-a-z0-9_]*")
    return re.fullmatch(text, name) is not None


class World:
    """The objects of all tenants of one cluster, applied."""

    def __init__(self, objects: list[dict[str, Any]], mesh: tuple[str, ...] = ("gateway", "monitoring")) -> None:
        self.objects = objects
        self.mesh = mesh
        labels = {item["metadata"]["name"]: item["metadata"]["labels"] for item in self.kind("Namespace")}
        self.namespaces = list(labels)
        self.injected = {name for name, said in labels.items() if {"istio-injection", "istio.io/rev"} & set(said)}

    def kind(self, kind: str, namespace: str = "") -> list[dict[str, Any]]:
        """The objects of a kind, of one namespace or of all."""
        return [
            item
            for item in self.objects
            if item["kind"] == kind and namespace in {"", item["metadata"].get("namespace")}
        ]

    def pod(self, namespace: str, service: str) -> Pod:
        """A pod of a tenant's service, as its template makes it."""
        return Pod(namespace, {NAME: service}, service, meshed=namespace in self.injected)

    def platform(self, namespace: str, labels: dict[str, str] | None = None) -> Pod:
        """A pod of the platform."""
        return Pod(namespace, labels or {}, meshed=namespace in self.mesh)

    def pods(self) -> list[tuple[Pod, int | None]]:
        """A pod of everything that runs, with the port that it listens on."""
        found = []
        for item in self.objects:
            template = item.get("spec", {}).get("template") or item.get("spec", {}).get("jobTemplate", {}).get(
                "spec", {}
            ).get("template")
            if template is not None and "containers" in template.get("spec", {}):
                namespace, spec = item["metadata"]["namespace"], template["spec"]
                ports = [port["containerPort"] for each in spec["containers"] for port in each.get("ports", ())]
                account = spec.get("serviceAccountName", "default")
                labels = template["metadata"]["labels"]
                meshed = namespace in self.injected
                found.append((Pod(namespace, labels, account, meshed), ports[0] if ports else None))
        return found

    def lets(self, source: Pod | str, target: Pod | str, port: int, protocol: str = "TCP", name: str = "") -> bool:
        """Whether traffic passes both ends; ``name`` is what the source learned the target's address by."""
        return (
            self._end("egress", source, target, Try(port, protocol, name))
            and self._end("ingress", target, source, Try(port, protocol))
            and self._mesh_lets(source, target, port)
        )

    def calls(self, source: Pod, name: str, address: str, port: int) -> bool:
        """Whether a pod gets through to a name that leads to an address."""
        return self.resolves(source, name) and self.lets(source, address, port, name=name)

    def resolves(self, source: Pod, name: str) -> bool:
        """Whether a pod's question for a name is answered: by the cluster's resolver, past Cilium's proxy."""
        if not self.lets(source, resolver(), 53, "UDP"):
            return False
        asked = [
            ports.get("rules", {}).get("dns")
            for policy in self._cilium("egress", source)
            for rule in policy.get("egress", ())
            if self._endpoints(rule.get("toEndpoints", ()), resolver(), source.namespace)
            for ports in rule["toPorts"]
            if self._port(ports, _QUESTION)
        ]
        plain = any(
            self._network_rule(rule, "to", resolver(), source.namespace, _QUESTION)
            for policy in self._network("egress", source)
            for rule in policy.get("egress", ())
        )
        # A rule without names beside one with names opens all: so the documentation of Cilium's rules.
        return plain or any(names is None or any(named(each, name) for each in names) for names in asked)

    def authenticated(self, source: Pod, target: Pod, port: int) -> bool:
        """Whether every rule of Cilium's that lets this in demands a proof of who it is, and there is one."""
        rules = [
            rule
            for policy in self._cilium("ingress", target)
            for rule in policy.get("ingress", ())
            if self._cilium_rule(rule, "from", source, target.namespace, Try(port))
        ]
        plain = any(
            self._network_rule(rule, "from", source, target.namespace, Try(port))
            for policy in self._network("ingress", target)
            for rule in policy.get("ingress", ())
        )
        return not plain and bool(rules) and all(rule.get("authentication") == {"mode": "required"} for rule in rules)

    def _end(self, direction: str, pod: Pod | str, peer: Pod | str, what: Try) -> bool:
        if isinstance(pod, str) or pod.namespace not in self.namespaces:
            return True
        side = "to" if direction == "egress" else "from"
        ours, theirs = self._network(direction, pod), self._cilium(direction, pod)
        for policy in theirs:
            for rule in policy.get(f"{direction}Deny", ()):
                if self._cilium_rule(rule, side, peer, pod.namespace, what):
                    return False
        return (
            not (ours or theirs)
            or any(
                self._network_rule(rule, side, peer, pod.namespace, what)
                for policy in ours
                for rule in policy.get(direction, ())
            )
            or any(
                self._cilium_rule(rule, side, peer, pod.namespace, what)
                for policy in theirs
                for rule in policy.get(direction, ())
            )
        )

    def _network(self, direction: str, pod: Pod) -> list[dict[str, Any]]:
        return [
            item["spec"]
            for item in self.kind("NetworkPolicy", pod.namespace)
            if direction.capitalize() in item["spec"]["policyTypes"]
            and selects(item["spec"]["podSelector"], pod.labels)
        ]

    def _cilium(self, direction: str, pod: Pod) -> list[dict[str, Any]]:
        return [
            item["spec"]
            for item in self.kind("CiliumNetworkPolicy", pod.namespace)
            if selects(item["spec"]["endpointSelector"], pod.labels)
            and {direction, f"{direction}Deny"} & set(item["spec"])
        ]

    def _network_rule(self, rule: dict[str, Any], side: str, peer: Pod | str, namespace: str, what: Try) -> bool:
        ports = rule.get("ports")
        if ports and not any(each["port"] == what.port and each["protocol"] == what.protocol for each in ports):
            return False
        return not rule.get(side) or any(self._network_peer(item, peer, namespace) for item in rule[side])

    @staticmethod
    def _network_peer(item: dict[str, Any], peer: Pod | str, namespace: str) -> bool:
        if "ipBlock" in item:
            return isinstance(peer, str) and within(peer, item["ipBlock"])
        if isinstance(peer, str):
            return False
        if "namespaceSelector" in item:
            if not selects(item["namespaceSelector"], {"kubernetes.io/metadata.name": peer.namespace}):
                return False
        elif peer.namespace != namespace:
            return False
        return selects(item.get("podSelector", {}), peer.labels)

    def _cilium_rule(self, rule: dict[str, Any], side: str, peer: Pod | str, namespace: str, what: Try) -> bool:
        peers = set(rule) - {"toPorts", "authentication"}
        assert peers <= {f"{side}Endpoints", f"{side}CIDRSet", "toFQDNs"}, rule
        assert len(peers) < 2, "Cilium combines no two of them"
        if "toPorts" in rule and not any(self._port(ports, what) for ports in rule["toPorts"]):
            return False
        if f"{side}Endpoints" in rule:
            return isinstance(peer, Pod) and self._endpoints(rule[f"{side}Endpoints"], peer, namespace)
        if f"{side}CIDRSet" in rule:  # ranges stand for what Cilium does not run
            return isinstance(peer, str) and any(within(peer, block) for block in rule[f"{side}CIDRSet"])
        if "toFQDNs" in rule:
            return isinstance(peer, str) and bool(what.name) and any(named(each, what.name) for each in rule["toFQDNs"])
        return True

    @staticmethod
    def _port(ports: dict[str, Any], what: Try) -> bool:
        return any(
            each["port"] == str(what.port) and each["protocol"] in {what.protocol, "ANY"} for each in ports["ports"]
        )

    @staticmethod
    def _endpoints(selectors: Any, peer: Pod, namespace: str) -> bool:
        labels = {**peer.labels, NAMESPACE: peer.namespace}
        for selector in selectors:
            wanted = {key.removeprefix("k8s:"): value for key, value in selector.get("matchLabels", {}).items()}
            # Without a namespace a selector means the policy's own.
            if {NAMESPACE: namespace, **wanted}.items() <= labels.items():
                return True
        return False

    def _mesh_lets(self, source: Pod | str, target: Pod | str, port: int) -> bool:
        """Whether the target's sidecar takes it. The port for metrics is its own: nothing is asked there."""
        if not isinstance(target, Pod) or not target.meshed or target.namespace not in self.namespaces or port == 15020:
            return True
        modes = [item["spec"]["mtls"]["mode"] for item in self.kind("PeerAuthentication", target.namespace)]
        proved = isinstance(source, Pod) and source.meshed
        if "STRICT" in modes and not proved:
            return False
        chosen = [
            item["spec"]
            for item in self.kind("AuthorizationPolicy", target.namespace)
            if selects(item["spec"].get("selector", {}), target.labels)
        ]
        return not chosen or any(
            self._source(each["source"], source) and str(port) in operation["operation"]["ports"]
            for spec in chosen
            for rule in spec.get("rules", ())
            for each in rule["from"]
            for operation in rule["to"]
        )

    @staticmethod
    def _source(said: dict[str, Any], source: Pod | str) -> bool:
        if not isinstance(source, Pod) or not source.meshed:
            return False
        principal = f"cluster.local/ns/{source.namespace}/sa/{source.account}"
        return principal in said.get("principals", ()) or source.namespace in said.get("namespaces", ())
