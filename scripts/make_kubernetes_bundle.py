"""Make schemas/kubernetes from the installed kubernetes-validate package: one slim schema a kind, each stored once.

    python scripts/make_kubernetes_bundle.py [--output schemas/kubernetes] [--custom CATALOG]

Kinds that a cluster learns from a CustomResourceDefinition are in no release of Kubernetes. They come from a checkout
of CRDs-catalog when one is named, else from the bundle itself: then only the package is read anew.

Files that are made:

- ``<kind>-<hash>.json``: the schema of a kind with the definitions that it reaches, without texts for people.
  Many kinds are equal in several Kubernetes minors, and the hash of the content lets those share a file.
- ``index.json``: ``{"1.34": {"apps/v1/Deployment": "deployment-<hash>.json", …}, …}``.
- ``list-map-keys.json``: ``{"apps/v1/Deployment": {"/spec/template/spec/containers": {"name": null}, …}, …}``:
  the lists in which Kubernetes tells entries apart by these keys, with the value of a missing key (null: it must be
  there). ``*`` in a path stands for every entry. Made from the newest minor.
- ``SOURCES.md``: where all this comes from.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import sys
from typing import Any

MINORS = ("1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37")

KINDS = {
    "v1/Namespace": "namespace-v1",
    "v1/ResourceQuota": "resourcequota-v1",
    "v1/LimitRange": "limitrange-v1",
    "v1/ServiceAccount": "serviceaccount-v1",
    "v1/ConfigMap": "configmap-v1",
    "v1/Service": "service-v1",
    "v1/PersistentVolumeClaim": "persistentvolumeclaim-v1",
    "storage.k8s.io/v1/StorageClass": "storageclass-storage-v1",
    "networking.k8s.io/v1/NetworkPolicy": "networkpolicy-networking-v1",
    "rbac.authorization.k8s.io/v1/Role": "role-rbac-v1",
    "rbac.authorization.k8s.io/v1/RoleBinding": "rolebinding-rbac-v1",
    "apps/v1/Deployment": "deployment-apps-v1",
    "batch/v1/CronJob": "cronjob-batch-v1",
    "autoscaling/v2/HorizontalPodAutoscaler": "horizontalpodautoscaler-autoscaling-v2",
    "policy/v1/PodDisruptionBudget": "poddisruptionbudget-policy-v1",
    "scheduling.k8s.io/v1/PriorityClass": "priorityclass-scheduling-v1",
    "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy": "validatingadmissionpolicy-admissionregistration-v1",
    "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding": (
        "validatingadmissionpolicybinding-admissionregistration-v1"
    ),
}
"""What our back-end emits, and the package's name for its schema."""

CUSTOM_KINDS = tuple(
    f"{group}/{kind}"
    for group, kinds in {
        "gateway.networking.k8s.io/v1": "Gateway HTTPRoute GRPCRoute BackendTLSPolicy",
        "gateway.networking.k8s.io/v1beta1": "ReferenceGrant",
        "gateway.envoyproxy.io/v1alpha1": "SecurityPolicy BackendTrafficPolicy ClientTrafficPolicy",
        "cert-manager.io/v1": "Certificate Issuer",
        "cilium.io/v2": "CiliumNetworkPolicy CiliumCIDRGroup",
        "security.istio.io/v1": "PeerAuthentication AuthorizationPolicy",
        "networking.istio.io/v1": "Sidecar",
        "keda.sh/v1alpha1": "ScaledObject TriggerAuthentication",
        "autoscaling.k8s.io/v1": "VerticalPodAutoscaler",
        "argoproj.io/v1alpha1": "Rollout AnalysisTemplate AppProject Application",
        "kustomize.toolkit.fluxcd.io/v1": "Kustomization",
        "source.toolkit.fluxcd.io/v1": "GitRepository",
        "external-secrets.io/v1": "ExternalSecret SecretStore",
        "bitnami.com/v1alpha1": "SealedSecret",
        "secrets-store.csi.x-k8s.io/v1": "SecretProviderClass",
        "opentelemetry.io/v1beta1": "OpenTelemetryCollector",
        "opentelemetry.io/v1alpha1": "Instrumentation",
        "velero.io/v1": "Schedule BackupStorageLocation",
    }.items()
    for kind in kinds.split()
)
"""What it emits beside that: kinds of other projects; the catalog has a file for each, named after it."""

TCP_ROUTE = "gateway.networking.k8s.io/v1alpha2/TCPRoute"
_HTTP_ROUTE = "gateway.networking.k8s.io/v1/HTTPRoute"

_METADATA = {"$ref": "#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
"""A definition of a custom kind leaves the metadata open; the API server does not."""

_WHEN_MISSING = {"protocol": "TCP"}
"""What a missing key of an entry stands for; the definitions say it in words only ("Defaults to TCP")."""

_FOR_PEOPLE = frozenset({"$id", "$schema", "default", "description", "format", "title"})
_MAPS_OF_SCHEMAS = frozenset({"$defs", "properties", "patternProperties"})

SOURCES = """\
# Kubernetes schemas

Made by `scripts/make_kubernetes_bundle.py`; do not edit.

| what | where from | licence |
|---|---|---|
| OpenAPI definitions of the API, {first} to {last} | kubernetes/kubernetes, `api/openapi-spec` | Apache-2.0 |
| their JSON Schemas, `v1.NN.0-local-strict` | PyPI `kubernetes-validate` {version} | Apache-2.0 |
| JSON Schemas of {custom} other kinds | datreeio/CRDs-catalog 7b1e26ef9dee | MIT, (c) 2022 datree.io |
| TCPRoute, of the parts that HTTPRoute has, too | kubernetes-sigs/gateway-api 008ffdb97f25, `config/crd` | Apache-2.0 |
| their CustomResourceDefinitions | the projects named below | Apache-2.0 |

The projects: kubernetes-sigs (gateway-api, secrets-store-csi-driver), kubernetes/autoscaler, envoyproxy/gateway,
cert-manager, cilium, istio, kedacore/keda, argoproj (argo-cd, argo-rollouts), fluxcd, external-secrets,
bitnami-labs/sealed-secrets, open-telemetry/opentelemetry-operator, vmware-tanzu/velero.

In the strict form, fields that Kubernetes does not know are refused. Custom kinds have the metadata of Kubernetes
itself and no status.

Changed by us: texts for people, formats, defaults and vendor extensions are left out, and every file holds only the
definitions that its kind reaches.
"""


def package_folder() -> str:
    """The folder of the installed kubernetes-validate package.

    Raises:
        SystemExit: it is not installed.
    """
    spec = importlib.util.find_spec("kubernetes_validate")
    if spec is None or spec.origin is None:
        raise SystemExit("kubernetes-validate is not installed; run `make` targets inside .venv")
    return os.path.dirname(spec.origin)


def catalogue(folder: str) -> dict[str, dict[str, Any]]:
    """Read the schemas of custom kinds from a checkout of CRDs-catalog, closed, without status."""
    found = {}
    for kind in CUSTOM_KINDS:
        version, name = kind.rsplit("/", 1)
        group, number = version.split("/")
        spec = _load(os.path.join(folder, group, f"{name.lower()}_{number}.json"))["properties"]["spec"]
        found[kind] = {
            "type": "object",
            "required": ["apiVersion", "kind", "metadata", "spec"],
            "properties": {
                "apiVersion": {"enum": [version], "type": "string"},
                "kind": {"enum": [name], "type": "string"},
                "metadata": _METADATA,
                "spec": spec,
            },
            "additionalProperties": False,
        }
    return found


def tcp_route(http: dict[str, Any]) -> dict[str, Any]:
    """The schema of TCPRoute, from that of HTTPRoute: parents and backends are of the same types in both."""
    parts = http["properties"]["spec"]["properties"]
    rule = parts["rules"]["items"]["properties"]
    backend = rule["backendRefs"]["items"]
    refs = {key: value for key, value in backend["properties"].items() if key != "filters"}
    backends = {**rule["backendRefs"], "minItems": 1, "items": {**backend, "properties": refs}}
    rules = {
        "type": "array",
        "minItems": 1,
        "maxItems": 16,
        "items": {
            "type": "object",
            "properties": {"backendRefs": backends, "name": rule["name"]},
            "additionalProperties": False,
        },
    }
    version, kind = TCP_ROUTE.rsplit("/", 1)
    own = {
        "apiVersion": {"enum": [version], "type": "string"},
        "kind": {"enum": [kind], "type": "string"},
        "spec": {
            "type": "object",
            "required": ["rules"],
            "properties": {"parentRefs": parts["parentRefs"], "rules": rules},
            "additionalProperties": False,
        },
    }
    return {**http, "properties": {**http["properties"], **own}}


def kept(bundle: str) -> dict[str, dict[str, Any]]:
    """Read the schemas of custom kinds from a bundle as it is, with the keys of their lists put back."""
    index, lists = _load(os.path.join(bundle, "index.json")), _load(os.path.join(bundle, "list-map-keys.json"))
    found = {}
    for kind in CUSTOM_KINDS:
        schema = _load(os.path.join(bundle, index[MINORS[-1]][kind]))
        del schema["$defs"]  # the package has them
        for path, keys in lists[kind].items():
            node = schema
            for part in path.split("/")[1:]:
                node = node["items"] if part == "*" else node["properties"][part]
            node["x-kubernetes-list-map-keys"] = list(keys)
        found[kind] = schema
    return found


def make(package: str, version: str, custom: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Make the text of every file, by name; the same bytes for the same sources.

    Args:
        package: the folder of kubernetes-validate.
        version: its version.
        custom: what `catalogue` or `kept` gives.
    """
    derived = {TCP_ROUTE: tcp_route(custom[_HTTP_ROUTE])}
    files: dict[str, str] = {}
    index: dict[str, dict[str, str]] = {}
    lists: dict[str, dict[str, dict[str, str | None]]] = {}
    for minor in MINORS:
        folder = os.path.join(package, "kubernetes-json-schema", f"v{minor}.0-local-strict")
        definitions = _load(os.path.join(folder, "_definitions.json"))["$defs"]
        index[minor] = {}
        released = {kind: _load(os.path.join(folder, stem + ".json")) for kind, stem in KINDS.items()}
        for kind, raw in (*released.items(), *custom.items(), *derived.items()):
            text = _compact(with_definitions(raw, definitions))
            digest = hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
            name = f"{kind.rsplit('/', 1)[1].lower()}-{digest}.json"
            if files.setdefault(name, text) != text:
                raise SystemExit(f"two schemas have the name {name}")
            index[minor][kind] = name
            if minor == MINORS[-1]:
                lists[kind] = dict(sorted(list_map_keys(raw, definitions)))
    files["index.json"] = json.dumps(index, indent=1) + "\n"
    files["list-map-keys.json"] = json.dumps(lists, indent=1) + "\n"
    files["SOURCES.md"] = SOURCES.format(
        first=MINORS[0],
        last=MINORS[-1],
        version=version,
        custom=len(CUSTOM_KINDS),
    )
    return files


def with_definitions(raw: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A kind's schema that stands alone: slim, and with the definitions that it reaches in ``$defs``."""
    schema: dict[str, Any] = slim(raw)
    reached: dict[str, Any] = {}
    waiting = _references(schema)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = slim(definitions[name])
            waiting += _references(reached[name])
    if reached:
        schema["$defs"] = dict(sorted(reached.items()))
    return schema


def slim(schema: Any, *, names: bool = False) -> Any:
    """Leave out what no validator needs. With ``names`` the keys are names of properties, not words of JSON Schema."""
    if isinstance(schema, list):
        return [slim(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {}
    for key, value in schema.items():
        if names:
            result[key] = slim(value)
        elif key == "$ref":
            result[key] = "#/$defs/" + _definition(value)
        elif key not in _FOR_PEOPLE and not key.startswith("x-kubernetes-"):
            result[key] = slim(value, names=key in _MAPS_OF_SCHEMAS)
    return result


def list_map_keys(
    raw: dict[str, Any], definitions: dict[str, Any], path: str = "", seen: tuple[str, ...] = ()
) -> list[tuple[str, dict[str, str | None]]]:
    """Find the lists of a kind that Kubernetes treats as maps: ``(path, {key: value when missing})``."""
    while "$ref" in raw:
        name = _definition(raw["$ref"])
        if name in seen:
            return []
        seen, raw = (*seen, name), definitions[name]
    found: list[tuple[str, dict[str, str | None]]] = []
    keys = raw.get("x-kubernetes-list-map-keys")
    if keys:
        found.append((path, {key: _WHEN_MISSING.get(key) for key in keys}))
    for name, child in raw.get("properties", {}).items():
        if path or name not in {"metadata", "status"}:  # the server writes those
            found += list_map_keys(child, definitions, f"{path}/{name}", seen)
    for word in ("items", "additionalProperties"):
        if isinstance(raw.get(word), dict):
            found += list_map_keys(raw[word], definitions, f"{path}/*", seen)
    return found


def write(files: dict[str, str], output: str) -> None:
    """Write the files and remove the schemas that no index names any more."""
    os.makedirs(output, exist_ok=True)
    for name in set(os.listdir(output)) - files.keys():
        os.unlink(os.path.join(output, name))
    for name, text in files.items():
        with open(os.path.join(output, name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)


def main(arguments: list[str]) -> int:
    """Run the command line; print what was made."""
    parser = argparse.ArgumentParser(description="Make the slim Kubernetes schemas.")
    parser.add_argument("--output", default="schemas/kubernetes")
    parser.add_argument("--custom", metavar="CATALOG", help="a checkout of CRDs-catalog (default: what the output has)")
    options = parser.parse_args(arguments)
    custom = catalogue(options.custom) if options.custom else kept(options.output)
    files = make(package_folder(), importlib.metadata.version("kubernetes-validate"), custom)
    write(files, options.output)
    size = sum(len(text.encode()) for text in files.values()) // 1024
    kinds = len(KINDS) + len(custom) + 1
    print(f"{options.output}: {len(files)} files, {size} KiB for {kinds} kinds x {len(MINORS)} minors")
    return 0


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for item in schema for name in _references(item)]
    if not isinstance(schema, dict):
        return []
    own = [_definition(schema["$ref"])] if isinstance(schema.get("$ref"), str) else []
    return own + [name for value in schema.values() for name in _references(value)]


def _definition(reference: str) -> str:
    return reference.rsplit("/", 1)[1]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def _load(path: str) -> Any:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
