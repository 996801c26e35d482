"""What an API server would say to the objects of one namespace, written from the documentation of Kubernetes.

Three admission plug-ins, each as its page describes it, and nothing of the compiler's own lints:

- Pod Security admission: the controls of the Pod Security Standards, baseline and restricted;
- LimitRanger: defaults, minima, maxima and ratios of containers, pods and claims;
- ResourceQuota: what all pods and objects come to together, at full scale and while a new version starts.

Pods that an operator makes from its own kinds are made here as that operator does.
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from typing import Any, NamedTuple

# --- quantities

_UNITS = {"": 1, "m": Fraction(1, 1000), "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
_UNITS |= {f"{letter}i": 2 ** (10 * power) for power, letter in enumerate("KMGTP", 1)}


def amount(text: Any) -> Fraction:
    """Read a quantity; what is none raises."""
    number, unit = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", str(text)).groups()
    return Fraction(number) * _UNITS[unit]


# --- what makes pods, and how many at most


class Pods(NamedTuple):
    """Pods of one kind."""

    owner: str
    spec: dict[str, Any]
    annotations: dict[str, str]
    number: int
    """At full scale, with those of a new version that start before old ones go."""


def objects_by_kind(objects: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Sort objects."""
    found: dict[str, list[dict[str, Any]]] = {}
    for item in objects:
        found.setdefault(item["kind"], []).append(item)
    return found


def all_pods(objects: list[dict[str, Any]]) -> list[Pods]:
    """Every pod that the objects of a namespace may come to."""
    kinds = objects_by_kind(objects)
    adopted = {
        item["spec"]["workloadRef"]["name"] for item in kinds.get("Rollout", ()) if "workloadRef" in item["spec"]
    }
    found = []
    for kind in ("Deployment", "StatefulSet", "Rollout"):
        for item in kinds.get(kind, ()):
            name, spec = item["metadata"]["name"], item["spec"]
            if kind == "Deployment" and name in adopted:
                continue  # its Rollout scales it down
            template = spec.get("template") or _template_of(spec["workloadRef"]["name"], kinds)
            number = _with_new_version(kind, spec, _most(kind, name, spec, kinds))
            found.append(_pods(f"{kind}/{name}", template, number))
    for item in kinds.get("CronJob", ()):
        job = item["spec"]["jobTemplate"]["spec"]
        several = 1 if item["spec"].get("concurrencyPolicy") == "Forbid" else 2
        found.append(_pods(f"CronJob/{item['metadata']['name']}", job["template"], several * job.get("parallelism", 1)))
    found += [_pods(f"Job/{item['metadata']['name']}", item["spec"]["template"], 1) for item in kinds.get("Job", ())]
    found += [_collector(item) for item in kinds.get("OpenTelemetryCollector", ())]
    return found


def solvers(objects: list[dict[str, Any]], issuer: str) -> tuple[list[Pods], list[dict[str, Any]]]:
    """The pods and Services that cert-manager makes when all hosts of an issuer's certificates are challenged at once.

    As its controller comes: the amounts of its flags, and pods for the level `restricted`.
    """
    hosts = [
        host
        for item in kinds_of(objects, "Certificate")
        if item["spec"]["issuerRef"]["name"] == issuer
        for host in item["spec"]["dnsNames"]
    ]
    container = {
        "name": "acmesolver",
        "image": "quay.io/jetstack/cert-manager-acmesolver:v1.19.1",
        "ports": [{"name": "http", "containerPort": 8089}],
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    security = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    pod = {"restartPolicy": "OnFailure", "securityContext": security, "containers": [container]}
    service = {"apiVersion": "v1", "kind": "Service", "spec": {"type": "ClusterIP", "ports": [{"port": 8089}]}}
    route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "spec": {}}
    pods = [Pods(f"Challenge/{host}", pod, {"sidecar.istio.io/inject": "false"}, 1) for host in hosts]
    return pods, [made for _ in hosts for made in (service, route)]


def _pods(owner: str, template: dict[str, Any], number: int) -> Pods:
    return Pods(owner, template["spec"], template.get("metadata", {}).get("annotations", {}), number)


def _template_of(name: str, kinds: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return next(item["spec"]["template"] for item in kinds["Deployment"] if item["metadata"]["name"] == name)


def _most(kind: str, name: str, spec: dict[str, Any], kinds: dict[str, list[dict[str, Any]]]) -> int:
    for scaler, most in (("HorizontalPodAutoscaler", "maxReplicas"), ("ScaledObject", "maxReplicaCount")):
        for item in kinds.get(scaler, ()):
            target = item["spec"]["scaleTargetRef"]
            if target["name"] == name and target.get("kind", "Deployment") == kind:
                return int(item["spec"].get(most, 100))
    return int(spec.get("replicas", 1))


def _share(said: Any, replicas: int) -> int:
    return -(-int(said[:-1]) * replicas // 100) if isinstance(said, str) else int(said)


def _with_new_version(kind: str, spec: dict[str, Any], replicas: int) -> int:
    strategy = spec.get("strategy", {})
    if kind == "Deployment":
        if strategy.get("type") == "Recreate":
            return replicas
        return replicas + _share(strategy.get("rollingUpdate", {}).get("maxSurge", "25%"), replicas)
    if "blueGreen" in strategy:
        return 2 * replicas  # both versions run in full while one is promoted
    if "trafficRouting" in strategy.get("canary", {}):
        return 2 * replicas  # the stable version stays whole until the canary has all requests
    if "canary" in strategy:
        return replicas + _share(strategy["canary"].get("maxSurge", "25%"), replicas)
    return replicas


def _collector(item: dict[str, Any]) -> Pods:
    """The pods that the OpenTelemetry operator makes: one container with the security that the object says."""
    spec = item["spec"]
    most = spec.get("autoscaler", {}).get("maxReplicas") or spec.get("replicas", 1)
    container = {"name": "otc-container", "image": spec.get("image", "collector")}
    for ours, theirs in (("securityContext", "securityContext"), ("resources", "resources")):
        if ours in spec:
            container[theirs] = spec[ours]
    pod = {
        "serviceAccountName": spec.get("serviceAccount", "collector"),
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": "collector"}}, *spec.get("volumes", ())],
    }
    if "podSecurityContext" in spec:
        pod["securityContext"] = spec["podSecurityContext"]
    surge = _share(spec.get("deploymentUpdateStrategy", {}).get("rollingUpdate", {}).get("maxSurge", "25%"), most)
    return Pods(f"OpenTelemetryCollector/{item['metadata']['name']}", pod, spec.get("podAnnotations", {}), most + surge)


# --- Pod Security Standards

_CAPABILITIES = {
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
}
_SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
}
_SELINUX = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}


def pod_security(pods: Pods, level: str) -> list[str]:
    """The controls of a level that pods violate."""
    if level == "privileged":
        return []
    found = _baseline(pods)
    return found if level == "baseline" else [*found, *_restricted(pods.spec)]


def _containers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for kind in ("containers", "initContainers", "ephemeralContainers") for each in spec.get(kind, ())]


def _contexts(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The security context of the pod, then that of each container."""
    return [spec.get("securityContext", {}), *(each.get("securityContext", {}) for each in _containers(spec))]


def _baseline(pods: Pods) -> list[str]:
    spec = pods.spec
    contexts, containers = _contexts(spec), _containers(spec)
    added = {name for each in contexts for name in each.get("capabilities", {}).get("add", ())}
    handlers = [
        handler.get(way, {})
        for each in containers
        for handler in (
            *(each.get(probe, {}) for probe in ("livenessProbe", "readinessProbe", "startupProbe")),
            *each.get("lifecycle", {}).values(),
        )
        for way in ("httpGet", "tcpSocket")
    ]
    armor = [text for key, text in pods.annotations.items() if key.startswith("container.apparmor.security.beta")]
    sysctls = {each["name"] for each in contexts[0].get("sysctls", ())}
    selinux = [each.get("seLinuxOptions", {}) for each in contexts]
    controls = {
        "HostProcess": any(each.get("windowsOptions", {}).get("hostProcess") for each in contexts),
        "Host Namespaces": any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")),
        "Privileged Containers": any(each.get("privileged") for each in contexts),
        "Capabilities": bool(added - _CAPABILITIES),
        "HostPath Volumes": any("hostPath" in each for each in spec.get("volumes", ())),
        "Host Ports": any(port.get("hostPort") for each in containers for port in each.get("ports", ())),
        "Host Probes / Lifecycle Hooks": any(each.get("host") for each in handlers),
        "AppArmor": any(each.get("appArmorProfile", {}).get("type") == "Unconfined" for each in contexts)
        or any(text != "runtime/default" and not text.startswith("localhost/") for text in armor),
        "SELinux": any(
            each.get("type", "") not in _SELINUX or each.get("user") or each.get("role") for each in selinux
        ),
        "/proc Mount Type": any(each.get("procMount", "Default") != "Default" for each in contexts),
        "Seccomp": any(each.get("seccompProfile", {}).get("type") == "Unconfined" for each in contexts),
        "Sysctls": bool(sysctls - _SYSCTLS),
    }
    return [control for control, violated in controls.items() if violated]


def _restricted(spec: dict[str, Any]) -> list[str]:
    pod, *contexts = _contexts(spec)
    volumes = {kind for each in spec.get("volumes", ()) for kind in each if kind != "name"}
    profiles = [each.get("seccompProfile", pod.get("seccompProfile", {})).get("type") for each in contexts]
    roots = [each.get("runAsNonRoot", pod.get("runAsNonRoot")) for each in contexts]
    dropped = [each.get("capabilities", {}) for each in contexts]
    controls = {
        "Volume Types": bool(volumes - _VOLUMES),
        "Privilege Escalation": any(each.get("allowPrivilegeEscalation") is not False for each in contexts),
        "Running as Non-root": not all(root is True for root in roots),
        "Running as Non-root user": any(each.get("runAsUser") == 0 for each in (pod, *contexts)),
        "Seccomp (restricted)": not all(profile in {"RuntimeDefault", "Localhost"} for profile in profiles),
        "Capabilities (restricted)": any(
            "ALL" not in each.get("drop", ()) or set(each.get("add", ())) - {"NET_BIND_SERVICE"} for each in dropped
        ),
    }
    return [control for control, violated in controls.items() if violated]


# --- LimitRanger


def with_defaults(spec: dict[str, Any], limits: list[dict[str, Any]]) -> dict[str, Any]:
    """Pods as they are after the defaults of Kubernetes and of the LimitRanges."""
    return {
        **spec,
        **{
            kind: [{**each, "resources": _defaulted(each.get("resources", {}), limits)} for each in spec[kind]]
            for kind in ("containers", "initContainers")
            if kind in spec
        },
    }


def _defaulted(resources: dict[str, Any], limits: list[dict[str, Any]]) -> dict[str, Any]:
    most = dict(resources.get("limits", {}))
    least = {**most, **resources.get("requests", {})}
    for limit in limits:
        if limit["type"] == "Container":
            # What a LimitRange does not say itself: the default is the maximum, the default request the default.
            default = {**limit.get("max", {}), **limit.get("default", {})}
            for resource, text in default.items():
                most.setdefault(resource, text)
            for resource, text in {**limit.get("min", {}), **default, **limit.get("defaultRequest", {})}.items():
                least.setdefault(resource, text)
    return {"limits": most, "requests": least}


def limit_ranges(spec: dict[str, Any], limits: list[dict[str, Any]]) -> list[str]:
    """What LimitRanges refuse of pods that have their defaults."""
    found = []
    every = [*spec.get("containers", ()), *spec.get("initContainers", ())]
    for limit in limits:
        if limit["type"] == "Container":
            for each in every:
                found += [f"{each['name']}: {fault}" for fault in _faults(each["resources"], limit)]
        elif limit["type"] == "Pod":
            sums = {side: _sum(spec, side) for side in ("requests", "limits")}
            found += [f"the pod: {fault}" for fault in _faults(sums, limit)]
    return found


def _faults(resources: dict[str, Any], limit: dict[str, Any]) -> list[str]:
    requests, limits = resources["requests"], resources["limits"]
    found = []
    for resource, text in limit.get("min", {}).items():
        if resource not in requests or amount(requests[resource]) < amount(text):
            found.append(f"{resource} is requested below {text}")
    for resource, text in limit.get("max", {}).items():
        if resource not in limits or amount(limits[resource]) > amount(text):
            found.append(f"the limit of {resource} is not within {text}")
    for resource, ratio in limit.get("maxLimitRequestRatio", {}).items():
        if amount(limits[resource]) > amount(ratio) * amount(requests[resource]):
            found.append(f"limit and request of {resource} are further apart than {ratio}")
    return found


def _sum(spec: dict[str, Any], side: str) -> dict[str, Fraction]:
    """What a pod asks for: the sum of its containers, or the largest that runs before them."""
    total: Counter[str] = Counter()
    first: dict[str, Fraction] = {}
    for each in spec.get("containers", ()):
        for resource, text in each["resources"][side].items():
            total[resource] += amount(text)
    for each in spec.get("initContainers", ()):
        for resource, text in each["resources"][side].items():
            if each.get("restartPolicy") == "Always":
                total[resource] += amount(text)
            else:
                first[resource] = max(first.get(resource, Fraction(0)), amount(text))
    return {name: max(total.get(name, Fraction(0)), first.get(name, Fraction(0))) for name in {*total, *first}}


# --- ResourceQuota

_PLURALS = {"NetworkPolicy": "networkpolicies", "Gateway": "gateways"}
_GROUPED = ("cpu", "memory", "ephemeral-storage")


def quota(objects: list[dict[str, Any]], pods: list[Pods], hard: dict[str, Any]) -> list[str]:
    """What a ResourceQuota refuses, of objects and of pods that have their defaults."""
    used = _counted(objects)
    found = []
    for each in pods:
        sums = {side: _sum(each.spec, side) for side in ("requests", "limits")}
        used["pods"] += each.number
        used["count/pods"] += each.number
        for side, amounts in sums.items():
            for resource, value in amounts.items():
                used[f"{side}.{resource}"] += each.number * value
                if side == "requests":
                    used[resource] += each.number * value
        found += [f"{each.owner} says nothing of {name}" for name in hard if _unsaid(name, each.spec)]
    return found + [
        f"{name}: {float(used[name]):g} of {text}" for name, text in hard.items() if used[name] > amount(text)
    ]


def _unsaid(name: str, spec: dict[str, Any]) -> bool:
    """Whether a container lacks what a quota on compute makes mandatory."""
    side, _, resource = name.partition(".")
    if name in _GROUPED:
        side, resource = "requests", name
    if side not in {"requests", "limits"} or resource not in _GROUPED:
        return False
    return any(resource not in each["resources"][side] for each in spec.get("containers", ()))


def _counted(objects: list[dict[str, Any]]) -> Counter[str]:
    used: Counter[str] = Counter()
    for item in objects:
        kind, group = item["kind"], item["apiVersion"].rpartition("/")[0]
        plural = _PLURALS.get(kind, kind.lower() + ("es" if kind.endswith("s") else "s"))
        used[f"count/{plural}.{group}" if group else f"count/{plural}"] += 1
        if not group:
            used[plural] += 1
        if kind == "Service":
            used["services.loadbalancers"] += item["spec"].get("type") == "LoadBalancer"
            used["services.nodeports"] += item["spec"].get("type") in {"LoadBalancer", "NodePort"}
        if kind == "PersistentVolumeClaim":
            size = amount(item["spec"]["resources"]["requests"]["storage"])
            used["requests.storage"] += size
            storage_class = item["spec"].get("storageClassName")
            if storage_class:
                used[f"{storage_class}.storageclass.storage.k8s.io/requests.storage"] += size
                used[f"{storage_class}.storageclass.storage.k8s.io/persistentvolumeclaims"] += 1
        for claim in item["spec"].get("volumeClaimTemplates", ()) if kind == "StatefulSet" else ():
            used["persistentvolumeclaims"] += item["spec"].get("replicas", 1)
            size = amount(claim["spec"]["resources"]["requests"]["storage"])
            used["requests.storage"] += item["spec"].get("replicas", 1) * size
    return used


# --- all of it


def kinds_of(objects: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The objects of a kind."""
    return [item for item in objects if item["kind"] == kind]


def refused(objects: list[dict[str, Any]], namespace: str, solved_by: str = "") -> list[str]:
    """What an API server refuses of the objects of a namespace, in words; empty for nothing.

    Args:
        objects: of the namespace, and others.
        namespace: its name.
        solved_by: the issuer that has hosts answer authorities from pods in the namespace.
    """
    own = [item for item in objects if item["metadata"].get("namespace") == namespace]
    kinds = objects_by_kind(own)
    space = next((item for item in kinds_of(objects, "Namespace") if item["metadata"]["name"] == namespace), None)
    if space is None:
        return []  # what stands elsewhere, such as what delivers it, makes no pods there
    level = space["metadata"]["labels"].get("pod-security.kubernetes.io/enforce", "privileged")
    limits = [limit for item in kinds.get("LimitRange", ()) for limit in item["spec"]["limits"]]
    answering, beside = solvers(own, solved_by)
    pods = [each._replace(spec=with_defaults(each.spec, limits)) for each in [*all_pods(own), *answering]]
    found = [f"{each.owner}: {control}" for each in pods for control in pod_security(each, level)]
    found += [f"{each.owner}: {fault}" for each in pods for fault in limit_ranges(each.spec, limits)]
    for item in kinds.get("ResourceQuota", ()):
        if not item["spec"].get("scopeSelector") and not item["spec"].get("scopes"):
            found += quota([*own, *beside], pods, item["spec"]["hard"])
    for item in kinds.get("PersistentVolumeClaim", ()):
        sizes = {"requests": {"storage": item["spec"]["resources"]["requests"]["storage"]}}
        sizes["limits"] = sizes["requests"]
        found += [
            f"PersistentVolumeClaim/{item['metadata']['name']}: {fault}"
            for limit in limits
            if limit["type"] == "PersistentVolumeClaim"
            for fault in _faults(sizes, limit)
        ]
    return found
