"""The lints that compare objects: references of every kind, order, selectors, hosts. Schemas let all of it through."""

from __future__ import annotations

import copy

import pytest

from tenant_compiler.backends.kubernetes.lints.pack import PACK
from tenant_compiler.backends.kubernetes.lints.ways import OF_PODS, WAYS
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.model.artifact import Artifact, ArtifactObject

MINOR = "1.34"
SPACE = "t-acme-production"
LABELS = {"app.kubernetes.io/name": "portal"}
SELECTOR = {"matchLabels": LABELS}
POD = {"containers": [{"name": "portal", "image": "x", "ports": [{"name": "http", "containerPort": 8080}]}]}
TEMPLATE = {"metadata": {"labels": LABELS}, "spec": POD}
ANALYSIS = {"templates": [{"templateName": "slo"}]}
GATEWAY_API = "gateway.networking.k8s.io/v1"
ENVOY = "gateway.envoyproxy.io/v1alpha1"


def thing(api_version, kind, name, /, **fields):
    """An object in the tenant's namespace."""
    meta = {"name": name} if kind == "Namespace" else {"name": name, "namespace": SPACE}
    value = {"apiVersion": api_version, "kind": kind, "metadata": meta, **fields}
    return ArtifactObject(f"{kind}/{name}", value, (("spec", "services", "portal"),))


def store():
    """A secret store."""
    return thing(
        "external-secrets.io/v1", "SecretStore", "vault", spec={"provider": {"vault": {"server": "https://v"}}}
    )


def targets():
    """What others refer to, in the order in which it applies."""
    deployment = {"selector": SELECTOR, "template": TEMPLATE}
    metric = {"name": "ok", "provider": {"prometheus": {"address": "http://p", "query": "up"}}}
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    port = {"name": "http", "port": 8080, "targetPort": "http"}
    return [
        thing("v1", "Namespace", SPACE),
        thing("v1", "ServiceAccount", "portal"),
        thing("rbac.authorization.k8s.io/v1", "Role", "looking", rules=[]),
        thing("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "images", spec={}),
        thing("cilium.io/v2", "CiliumCIDRGroup", "office", spec={"externalCIDRs": ["203.0.113.0/24"]}),
        store(),
        thing("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", "vault", spec={"provider": "aws"}),
        thing("v1", "PersistentVolumeClaim", "data", spec=claim),
        thing("v1", "ConfigMap", "settings", data={}),
        thing("keda.sh/v1alpha1", "TriggerAuthentication", "queue", spec={}),
        thing("argoproj.io/v1alpha1", "AnalysisTemplate", "slo", spec={"metrics": [metric]}),
        thing("argoproj.io/v1alpha1", "AppProject", "acme", spec={}),
        thing("source.toolkit.fluxcd.io/v1", "GitRepository", "fleet", spec={"interval": "1m", "url": "https://x"}),
        thing("v1", "Service", "portal", spec={"selector": LABELS, "ports": [port]}),
        thing("apps/v1", "Deployment", "portal", spec=deployment),
        thing("cert-manager.io/v1", "Issuer", "dns", spec={}),
        thing(
            GATEWAY_API,
            "Gateway",
            "own",
            spec={
                "gatewayClassName": "envoy",
                "listeners": [{"name": "https", "port": 443, "protocol": "HTTPS", "hostname": "a.acme.example"}],
            },
        ),
    ]


def route(kind="HTTPRoute", **rule):
    """A route to the portal."""
    rules = [{"backendRefs": [{"name": "portal", "port": 8080}], **rule}]
    return thing(GATEWAY_API, kind, "portal", spec={"parentRefs": [{"name": "own"}], "rules": rules})


def rollout(**strategy):
    """A Rollout of the portal's Deployment."""
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "portal"}
    return thing(
        "argoproj.io/v1alpha1",
        "Rollout",
        "portal",
        spec={"selector": SELECTOR, "workloadRef": reference, "strategy": strategy},
    )


def policy(kind, **spec):
    """A policy of Envoy Gateway before the route."""
    reference = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "portal"}
    return thing(ENVOY, kind, "edge", spec={"targetRefs": [reference], **spec})


def pods(**spec):
    """A Job-like Deployment of other pods."""
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {**POD, **spec}}
    return thing("apps/v1", "Deployment", "other", spec={"selector": {"matchLabels": {"a": "b"}}, "template": template})


def container(**fields):
    """The only container of such pods."""
    return {"containers": [{"name": "main", "image": "x", **fields}]}


SCALED = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "portal"}
PLUGIN = "argoproj-labs/gatewayAPI"
CASES = {
    "a binding and its role": (thing("rbac.authorization.k8s.io/v1", "RoleBinding", "x", roleRef={
        "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "looking"}), "Role/looking"),
    "a binding and an account": (thing("rbac.authorization.k8s.io/v1", "RoleBinding", "x", roleRef={
        "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        subjects=[{"kind": "ServiceAccount", "name": "portal", "namespace": SPACE}]), "ServiceAccount/portal"),
    "an admission binding": (thing("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", "x",
        spec={"policyName": "images", "validationActions": ["Deny"]}), "ValidatingAdmissionPolicy/images"),
    "an autoscaler": (thing("autoscaling/v2", "HorizontalPodAutoscaler", "x",
        spec={"scaleTargetRef": SCALED, "maxReplicas": 2}), "Deployment/portal"),
    "a recommender": (thing("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", "x",
        spec={"targetRef": SCALED}), "Deployment/portal"),
    "a scaled object, kind left out": (thing("keda.sh/v1alpha1", "ScaledObject", "x",
        spec={"scaleTargetRef": {"name": "portal"}, "triggers": [{"type": "cpu", "metadata": {}}]}),
        "Deployment/portal"),
    "a trigger's credentials": (thing("keda.sh/v1alpha1", "ScaledObject", "x",
        spec={"scaleTargetRef": {"name": "portal"}, "triggers": [
            {"type": "kafka", "metadata": {}, "authenticationRef": {"name": "queue"}}]}),
        "TriggerAuthentication/queue"),
    "a rollout and its workload": (rollout(canary={}), "Deployment/portal"),
    "an active service": (rollout(blueGreen={"activeService": "portal"}), "Service/portal"),
    "a preview service": (rollout(blueGreen={"activeService": "portal", "previewService": "portal"}), "Service/portal"),
    "a canary service": (rollout(canary={"canaryService": "portal", "stableService": "portal"}), "Service/portal"),
    "an analysis before promotion": (rollout(blueGreen={"activeService": "portal",
        "prePromotionAnalysis": ANALYSIS}), "AnalysisTemplate/slo"),
    "an analysis of a step": (rollout(canary={"steps": [{"setWeight": 5}, {"analysis": ANALYSIS}]}),
        "AnalysisTemplate/slo"),
    "an analysis all the time": (rollout(canary={"analysis": ANALYSIS}), "AnalysisTemplate/slo"),
    "a certificate": (thing("cert-manager.io/v1", "Certificate", "x",
        spec={"secretName": "tls", "issuerRef": {"name": "dns"}, "dnsNames": ["a.acme.example"]}), "Issuer/dns"),
    "an external secret": (thing("external-secrets.io/v1", "ExternalSecret", "x",
        spec={"secretStoreRef": {"name": "vault"}}), "SecretStore/vault"),
    "a route and its gateway": (route(), "Gateway/own"),
    "a route and its service": (route(), "Service/portal"),
    "a route of gRPC": (route("GRPCRoute"), "Service/portal"),
    "a mirror": (route(backendRefs=[{"kind": "ServiceImport", "group": "x.example", "name": "far"}], filters=[
        {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "portal", "port": 8080}}}]),
        "Service/portal"),
    "TLS to a service": (thing(GATEWAY_API, "BackendTLSPolicy", "x", spec={
        "targetRefs": [{"group": "", "kind": "Service", "name": "portal"}],
        "validation": {"hostname": "portal", "wellKnownCACertificates": "System"}}), "Service/portal"),
    "addresses of a group": (thing("cilium.io/v2", "CiliumNetworkPolicy", "x", spec={
        "endpointSelector": {}, "egress": [{"toCIDRSet": [{"cidrGroupRef": "office"}]}]}), "CiliumCIDRGroup/office"),
    "an application and its project": (thing("argoproj.io/v1alpha1", "Application", "x", spec={
        "project": "acme", "destination": {}, "source": {"repoURL": "https://x"}}), "AppProject/acme"),
    "a kustomization and its source": (thing("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "x", spec={
        "interval": "1m", "prune": True, "sourceRef": {"kind": "GitRepository", "name": "fleet"}}),
        "GitRepository/fleet"),
    "a collector and its account": (thing("opentelemetry.io/v1beta1", "OpenTelemetryCollector", "x", spec={
        "serviceAccount": "portal", "managementState": "managed", "config": {
            "receivers": {}, "exporters": {}, "service": {"pipelines": {}}}}), "ServiceAccount/portal"),
    "pods and their account": (pods(serviceAccountName="portal"), "ServiceAccount/portal"),
    "pods and a volume": (pods(volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]),
        "PersistentVolumeClaim/data"),
    "pods and projected settings": (pods(volumes=[{"name": "d", "projected": {"sources": [
        {"configMap": {"name": "settings"}}]}}]), "ConfigMap/settings"),
    "pods and mounted secrets": (pods(volumes=[{"name": "d", "csi": {"driver": "secrets-store.csi.k8s.io",
        "volumeAttributes": {"secretProviderClass": "vault"}}}]), "SecretProviderClass/vault"),
    "pods and their settings": (pods(**container(envFrom=[{"configMapRef": {"name": "settings"}}])),
        "ConfigMap/settings"),
    "pods and one setting": (pods(**container(env=[{"name": "A", "valueFrom": {
        "configMapKeyRef": {"name": "settings", "key": "A"}}}])), "ConfigMap/settings"),
    "pods that start with settings": (pods(initContainers=container(envFrom=[
        {"configMapRef": {"name": "settings"}}])["containers"]), "ConfigMap/settings"),
}  # fmt: skip
"""What refers, and what it refers to."""


def findings(objects, files=None, plan=None):
    """What the pack finds; objects in one file, or in several, with the list that kustomize reads."""
    made = [Artifact("c/10.yaml", "yaml", [], tuple(objects))] if files is None else files
    return [finding for rule in PACK.rules for finding in rule.check(made, plan, None)]


def codes(objects, **more):
    """Their codes."""
    return [finding.code for finding in findings(objects, **more)]


def accepted(item):
    """Whether the schema of the kind finds nothing."""
    value = item.value
    return validator(MINOR, f"{value['apiVersion']}/{value['kind']}").is_valid(value)


@pytest.mark.parametrize("case", CASES)
def test_a_reference_leads_somewhere_and_to_what_is_there_already(case):
    """Silent when it does; TC507 when nothing is there, TC587 when it comes too late. The schema accepts all three."""
    item, wanted = CASES[case]
    whole = [*targets(), item]
    (target,) = (each for each in whole if each.id == wanted)
    rest = [each for each in whole if each.id != wanted]

    assert all(accepted(each) for each in whole)
    assert codes(whole) == []
    missing = [each for each in findings(rest) if each.object == item.id and each.code == "TC507"]
    assert missing
    assert wanted.partition("/")[2] in missing[0].message
    late = [each for each in findings([*rest, target]) if each.object == item.id]
    assert {each.code for each in late} == {"TC587"}
    assert wanted in late[0].message


def test_every_row_of_the_table_is_shown_by_a_case_or_is_a_kind_that_the_bundle_does_not_have():
    """A new row needs a case here, unless an older row of its kind has one."""
    shown = {item.value["kind"] for item, _ in CASES.values()}
    without_schema = {"TCPRoute"}
    by_policies = {"SecurityPolicy", "BackendTrafficPolicy", "ClientTrafficPolicy"}
    assert set(WAYS) - shown == without_schema | by_policies
    assert {way.kind for way in OF_PODS} == {
        wanted.partition("/")[0] for item, wanted in CASES.values() if item.id == "Deployment/other"
    }


@pytest.mark.parametrize("kind", ["SecurityPolicy", "BackendTrafficPolicy", "ClientTrafficPolicy"])
def test_a_policy_of_the_edge_comes_before_the_route_that_it_protects(kind):
    """So that no route is open even for a moment; a route that is not there is an error, too."""
    whole = [*targets(), policy(kind), route()]

    assert codes(whole) == []
    assert codes([*targets(), route(), policy(kind)]) == ["TC587"]
    assert codes([*targets(), policy(kind)]) == ["TC507"]


def test_what_belongs_to_others_is_not_looked_for():
    """A gateway in another namespace, cluster-wide kinds and what is optional may be anywhere."""
    parent = thing(GATEWAY_API, "HTTPRoute", "r", spec={"parentRefs": [{"name": "public", "namespace": "gateway"}]})
    issuer = thing("cert-manager.io/v1", "Certificate", "c", spec={
        "secretName": "tls", "issuerRef": {"name": "le", "kind": "ClusterIssuer"}})  # fmt: skip
    template = rollout(canary={"analysis": {"templates": [{"templateName": "x", "clusterScope": True}]}})
    optional = pods(volumes=[{"name": "d", "configMap": {"name": "x", "optional": True}}])
    default = pods(serviceAccountName="default")
    other = thing("other.example/v1", "Rollout", "r", spec={"workloadRef": {"kind": "Deployment", "name": "gone"}})

    assert codes([*targets(), parent, issuer, optional]) == []
    assert codes([*targets(), default, other]) == []
    assert codes([*targets(), template]) == []


def test_a_rollouts_route_stands_behind_it():
    """Routes lead to services, the rollout shifts weights of the route: it is enough that the route is there."""
    shifting = rollout(canary={"canaryService": "portal", "stableService": "portal", "trafficRouting": {
        "plugins": {PLUGIN: {"httpRoute": "portal", "namespace": SPACE}}}})  # fmt: skip

    assert codes([*targets(), shifting, route()]) == []
    assert codes([*targets(), shifting]) == ["TC507"]


def wave(item, number):
    """A copy of an object in a wave of Argo CD."""
    value = copy.deepcopy(item.value)
    value["metadata"]["annotations"] = {"argocd.argoproj.io/sync-wave": number}
    return item._replace(value=value, text="")


def test_waves_count_before_places():
    """What is needed in a later wave comes too late, wherever it stands; what is no number is wave 0."""
    scaler = CASES["an autoscaler"][0]
    whole = targets()
    at = [item.id for item in whole].index("Deployment/portal")

    assert codes([*whole, wave(scaler, "-1")]) == ["TC587", "TC587"]  # before the namespace and the Deployment
    assert codes([*whole, wave(scaler, "5")]) == []
    assert codes([*whole, wave(scaler, "soon")]) == []
    late = [*whole[:at], wave(whole[at], "2"), *whole[at + 1 :]]
    assert "TC587" in codes([*late, scaler])
    assert codes([*late, wave(scaler, "2")]) == []


def test_a_namespace_comes_before_what_is_in_it():
    """Else the first apply fails on everything."""
    account = thing("v1", "ServiceAccount", "portal")

    found = findings([account, thing("v1", "Namespace", SPACE)])

    assert [(each.code, each.object) for each in found] == [("TC587", "ServiceAccount/portal")]


def file(name, *objects):
    """A file of the folder."""
    return Artifact(f"c/{name}", "yaml", [], objects)


def listed(*names):
    """The list that kustomize reads."""
    return Artifact("c/kustomization.yaml", "yaml", [{"kind": "Kustomization", "resources": list(names)}], ())


def test_the_order_of_files_is_that_of_kustomization():
    """Wherever the list and the files stand among the artifacts."""
    space, account = thing("v1", "Namespace", SPACE), thing("v1", "ServiceAccount", "portal")
    files = [file("b.yaml", account), listed("a.yaml", "b.yaml"), file("a.yaml", space)]

    assert codes((), files=files) == []
    files[1] = listed("b.yaml", "a.yaml")
    assert codes((), files=files) == ["TC587"]


def test_kustomization_lists_every_file_once_and_nothing_else():
    """A file that it forgets is applied by nobody, one that is not there makes it fail."""
    space, account = thing("v1", "Namespace", SPACE), thing("v1", "ServiceAccount", "portal")

    found = findings((), files=[file("a.yaml", space), file("b.yaml", account), listed("a.yaml", "z.yaml")])

    assert [each.code for each in found] == ["TC588", "TC588"]
    assert "does not list b.yaml" in found[0].message
    assert "lists z.yaml, which is not there" in found[1].message


SELECTING = {
    "a service": thing("v1", "Service", "x", spec={"selector": {"app": "gone"}, "ports": [{"port": 1}]}),
    "a network policy": thing("networking.k8s.io/v1", "NetworkPolicy", "x", spec={
        "podSelector": {"matchLabels": {"app": "gone"}}}),
    "a peer of a network policy": thing("networking.k8s.io/v1", "NetworkPolicy", "x", spec={
        "podSelector": {}, "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "gone"}}}]}]}),
    "a budget": thing("policy/v1", "PodDisruptionBudget", "x", spec={
        "maxUnavailable": "50%", "selector": {"matchLabels": {"app": "gone"}}}),
    "a policy of Cilium": thing("cilium.io/v2", "CiliumNetworkPolicy", "x", spec={
        "endpointSelector": {"matchLabels": {"k8s:app": "gone"}}, "ingress": [{}]}),
    "mutual TLS": thing("security.istio.io/v1", "PeerAuthentication", "x", spec={
        "selector": {"matchLabels": {"app": "gone"}}}),
    "an authorization": thing("security.istio.io/v1", "AuthorizationPolicy", "x", spec={
        "selector": {"matchLabels": {"app": "gone"}}}),
    "a sidecar": thing("networking.istio.io/v1", "Sidecar", "x", spec={
        "workloadSelector": {"labels": {"app": "gone"}}}),
}  # fmt: skip


def chosen(value):
    """A copy in which the labels of the portal stand for those of no pods."""
    if isinstance(value, dict):
        names = {"app": "app.kubernetes.io/name", "k8s:app": "k8s:app.kubernetes.io/name"}
        return {names.get(key, key): chosen(below) for key, below in value.items()}
    return [chosen(below) for below in value] if isinstance(value, list) else "portal" if value == "gone" else value


@pytest.mark.parametrize("case", SELECTING)
def test_a_selector_of_no_pods_is_found(case):
    """TC585 names the labels; the same object for pods that are there is sound, and the schema accepts both."""
    item = SELECTING[case]
    sound = item._replace(value=chosen(item.value), text="")

    (found,) = findings([*targets(), item])

    assert accepted(item)
    assert (found.code, found.object) == ("TC585", item.id)
    assert "app=gone" in found.message
    assert codes([*targets(), sound]) == []


def test_pods_of_operators_and_of_other_sources_may_be_selected():
    """The pods of a collector have labels that its operator gives; labels that are not of Kubernetes nobody knows."""
    collector = CASES["a collector and its account"][0]
    chosen = {"app.kubernetes.io/name": "x-collector", "app.kubernetes.io/component": "opentelemetry-collector"}
    policy_of_it = thing("networking.k8s.io/v1", "NetworkPolicy", "x", spec={"podSelector": {"matchLabels": chosen}})
    reserved = thing("cilium.io/v2", "CiliumNetworkPolicy", "y", spec={
        "endpointSelector": {"matchLabels": {"reserved:host": ""}}})  # fmt: skip

    assert codes([*targets(), collector, policy_of_it, reserved]) == []
    assert codes([*targets(), policy_of_it]) == ["TC585"]


def hosts(kind, *names):
    """An object with host names."""
    return {
        "HTTPRoute": lambda: thing(GATEWAY_API, kind, "x", spec={"hostnames": list(names)}),
        "GRPCRoute": lambda: thing(GATEWAY_API, kind, "x", spec={"hostnames": list(names)}),
        "Gateway": lambda: thing(GATEWAY_API, kind, "x", spec={"gatewayClassName": "envoy", "listeners": [
            {"name": f"l{port}", "port": port, "protocol": "HTTPS", "hostname": name}
            for port, name in enumerate(names, 1)]}),
        "Certificate": lambda: thing("cert-manager.io/v1", kind, "x", spec={
            "secretName": "tls", "issuerRef": {"name": "le", "kind": "ClusterIssuer"}, "dnsNames": list(names)}),
        "Ingress": lambda: thing("networking.k8s.io/v1", kind, "x", spec={"rules": [
            {"host": name} for name in names]}),
    }[kind]()  # fmt: skip


@pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute", "Gateway", "Certificate", "Ingress"])
def test_hosts_lie_below_the_tenants_domains(make_plan, kind):
    """TC586 for every other one, whoever made the object; a domain's own name and names below it are the tenant's."""
    plan = make_plan(domains=("acme.example", "brand.example"))
    sound = hosts(kind, "acme.example", "a.acme.example", "*.brand.example")
    foreign = hosts(kind, "a.acme.example", "notacme.example", "acme.example.evil.example")

    assert codes([sound], plan=plan) == []
    found = findings([foreign], plan=plan)
    assert [each.code for each in found] == ["TC586", "TC586"]
    assert "notacme.example" in found[0].message
    assert kind == "Ingress" or accepted(foreign)


def test_a_certificate_may_be_for_a_service_of_the_tenant(make_plan):
    """Its own namespace only, and no route is for such a name."""
    plan = make_plan(domains=("acme.example",), name=SPACE)

    assert codes([hosts("Certificate", f"portal.{SPACE}.svc", f"portal.{SPACE}.svc.cluster.local")], plan=plan) == []
    assert codes([hosts("Certificate", "portal.t-other-production.svc")], plan=plan) == ["TC586"]
    assert codes([hosts("HTTPRoute", f"portal.{SPACE}.svc")], plan=plan) == ["TC586"]


LARGE = {
    "an object": thing("v1", "Service", "x", spec={"externalName": "x" * (3 << 19)}),
    "annotations": ArtifactObject(
        "Service/x",
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x", "annotations": {"a": "x" * (256 << 10)}}},
        (("spec",),),
    ),
    "data": thing("v1", "ConfigMap", "x", data={"a": "x" * (1 << 20)}),
}


@pytest.mark.parametrize("case", LARGE)
def test_what_is_too_large_is_found(case):
    """TC584 says by how much; the schema accepts it. What is large as YAML is counted again as JSON."""
    item = LARGE[case]
    (found,) = [each for each in findings([item]) if each.code == "TC584"]

    assert accepted(item)
    assert " 1 KiB more than the" in found.message
    assert codes([thing("v1", "ConfigMap", "x", data={"a": "x" * 1000})._replace(text="x" * (3 << 20))]) == []
    assert codes([thing("v1", "ConfigMap", "x", data={"a": "é" * (1 << 18)})]) == []
