"""A Gateway of the tenant's own, certificates, and connections that are no requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.edge.gateway import secret_name
from tenant_compiler.backends.kubernetes.lints.pack import PACK
from tenant_compiler.model.plan_edge import AllowList, EdgeTls, GeoFence
from tenant_compiler.model.plan_trust import MUTUAL, ZERO_TRUST, Trust

BACKEND = KubernetesBackend()
OWN = {
    "namespace": "envoy-gateway-system",
    "kind": "envoy-gateway",
    "class": "envoy",
    "tcp_routes": True,
    "geoip": True,
}
SHARED = {
    "namespace": "gateway",
    "kind": "envoy-gateway",
    "name": "public",
    "rate_limit_service": True,
    "geoip": True,
}
DNS = {"issuer": "letsencrypt", "kind": "ClusterIssuer", "challenge": "dns01"}
HTTP = {**DNS, "challenge": "http01"}
ACME = {"server": "https://acme.example/directory", "dns01": {"route53": {"region": "eu-central-1"}}}
LIST = AllowList(("203.0.113.0/24",), (("spec", "security", "ip_whitelist"),))
FENCE = GeoFence(allowed=True, countries=("DE",), made_from=(("spec", "security", "geo_restriction", "mode"),))
DAYS = ("spec", "security", "tls", "certificate_days")
NAMESPACE = "t-acme-health-production"


@pytest.fixture
def cluster(make_context, make_cluster):
    """A cluster with this gateway and these certificates."""

    def make(gateway, certificates=None, **more):
        offered = {"gateway": gateway, **({"certificates": certificates} if certificates else {}), **more}
        return make_context(cluster={"shared-eu": make_cluster(**offered)})

    return make


@pytest.fixture
def lowered(make_plan, lower, cluster):
    """The objects of a plan in such a cluster by id."""

    def objects(gateway=OWN, certificates=DNS, **overrides):
        return {item.id: item for item in lower(make_plan(**overrides), cluster(gateway, certificates))["shared-eu"]}

    return objects


@pytest.fixture
def refused(make_plan, cluster, make_need):
    """What is said of the routes of the first service; empty where they are honoured."""

    def words(gateway=OWN, certificates=DNS, **overrides):
        plan, context = make_plan(**overrides), cluster(gateway, certificates)
        workload = plan.workloads[-1]
        need = make_need("edge.hosts", pointer=(*workload.made_from[0], "expose", "hosts"))
        lack = BACKEND.lack(need, plan, context)
        assert (BACKEND.supports(need, plan, context) == "cannot") == (lack is not None)
        return lack.words if lack is not None else ""

    return words


def test_a_tenants_own_gateway_has_a_listener_for_each_host(lowered, make_workload):
    """With the host's name and certificate, for routes of one kind from the tenant's own namespace only."""
    rpc = make_workload("rpc", protocol="grpc", hosts=("rpc.acme.example",))
    gateway = lowered(workloads=(make_workload(), rpc))["Gateway/edge"]

    assert gateway.value["spec"]["gatewayClassName"] == "envoy"
    first, second = gateway.value["spec"]["listeners"]
    assert first == {
        "name": "portal.acme.example",
        "hostname": "portal.acme.example",
        "port": 443,
        "protocol": "HTTPS",
        "tls": {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": "tls.portal.acme.example"}]},
        "allowedRoutes": {
            "namespaces": {"from": "Same"},
            "kinds": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}],
        },
    }
    assert second["allowedRoutes"]["kinds"][0]["kind"] == "GRPCRoute"
    assert gateway.made_from == tuple(("spec", "services", name, "expose", "hosts") for name in ("portal", "rpc"))


def test_routes_of_the_tenant_are_attached_to_its_own_gateway(lowered):
    """In the same namespace, so that no namespace is named and none must grant anything."""
    objects = lowered()

    assert objects["HTTPRoute/portal"].value["spec"]["parentRefs"] == [{"name": "edge"}]
    assert not [id_ for id_ in objects if id_.startswith("ReferenceGrant/")]


def test_more_hosts_than_a_gateway_has_listeners_make_more_gateways(lowered, make_workload):
    """64 a Gateway; a route names every Gateway that has one of its hosts."""
    hosts = tuple(f"h{number}.acme.example" for number in range(70))
    objects = lowered(workloads=(make_workload(hosts=hosts),))

    assert [len(objects[f"Gateway/{name}"].value["spec"]["listeners"]) for name in ("edge", "edge-2")] == [64, 6]
    parents = [objects[f"HTTPRoute/{name}"].value["spec"]["parentRefs"] for name in ("portal", "portal.5")]
    assert parents == [[{"name": "edge"}], [{"name": "edge-2"}]]
    policy = objects["ClientTrafficPolicy/default.edge"].value["spec"]
    assert [target["name"] for target in policy["targetRefs"]] == ["edge", "edge-2"]


def test_each_host_has_a_certificate(lowered):
    """A key that is made anew each time, renewed when a third of its time is left, from the platform's issuer."""
    tls = EdgeTls("1.3", 60, (DAYS,))
    certificate = lowered(edge_tls=tls)["Certificate/tls.portal.acme.example"]

    assert certificate.value["spec"] == {
        "secretName": "tls.portal.acme.example",
        "dnsNames": ["portal.acme.example"],
        "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "letsencrypt"},
        "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
        "usages": ["digital signature", "server auth"],
        "duration": "1440h",
        "renewBefore": "480h",
    }
    assert certificate.made_from == (("spec", "services", "portal", "expose", "hosts"), DAYS)


def test_an_issuer_of_the_tenants_own_is_made_where_the_profile_says_how(lowered):
    """Its account's key is a Secret of the tenant's; it changes the DNS."""
    own = {"issuer": "acme", "kind": "Issuer", "challenge": "http01", "acme": {**ACME, "email": "a@acme.example"}}
    objects = lowered(certificates=own)

    assert objects["Issuer/acme"].value["spec"]["acme"] == {
        "server": "https://acme.example/directory",
        "email": "a@acme.example",
        "privateKeySecretRef": {"name": "account.acme"},
        "solvers": [{"dns01": {"route53": {"region": "eu-central-1"}}}],
    }
    reference = objects["Certificate/tls.portal.acme.example"].value["spec"]["issuerRef"]
    assert (reference["kind"], reference["name"]) == ("Issuer", "acme")
    assert "email" not in lowered(certificates={**own, "acme": ACME})["Issuer/acme"].value["spec"]["acme"]


def test_the_platforms_gateway_may_read_the_secrets_that_it_needs(lowered, make_workload):
    """By name and no other Secret, sixteen a grant; the listener is the platform's."""
    hosts = tuple(f"h{number}.acme.example" for number in range(17))
    objects = lowered(SHARED, workloads=(make_workload(hosts=hosts),))
    first, second = (objects[f"ReferenceGrant/default.certificates{suffix}"] for suffix in ("", ".2"))

    assert first.value["spec"]["from"] == [
        {"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "gateway"}
    ]
    named = [each["name"] for grant in (first, second) for each in grant.value["spec"]["to"]]
    assert named == [f"tls.{host}" for host in hosts]
    assert "Gateway/edge" not in objects


def test_the_listener_that_the_platform_must_add_is_said(make_plan, cluster):
    """For each host; nothing where the Gateway is the tenant's own, or has certificates already."""
    (said,) = BACKEND.check((), make_plan(), cluster(SHARED, DNS))

    assert (said.code, said.severity) == ("TC565", "info")
    assert said.pointer == ("spec", "services", "portal", "expose", "hosts", 0)
    assert "t-acme-health-production/tls.portal.acme.example" in said.message
    assert list(BACKEND.check((), make_plan(), cluster(SHARED))) == []
    assert list(BACKEND.check((), make_plan(), cluster({**OWN, "rate_limit_service": True}, DNS))) == []


@pytest.mark.parametrize(
    ("gateway", "certificates", "plan", "words"),
    [
        (OWN, None, {}, "has no issuer"),
        (OWN, HTTP, {}, "no listener for plain HTTP"),
        (OWN, {"issuer": "acme", "kind": "Issuer", "challenge": "dns01"}, {}, "does not say how to make one"),
        (SHARED, HTTP, {"allow_list": LIST}, "an IP allow-list"),
        (SHARED, HTTP, {"geo_fence": FENCE}, "a geo fence"),
        (SHARED, HTTP, {}, ""),
        (SHARED, None, {"allow_list": LIST}, ""),
        (SHARED, {**HTTP, "challenge": "none"}, {"allow_list": LIST}, ""),
        (OWN, {**HTTP, "challenge": "none"}, {}, ""),
    ],
)
def test_hosts_without_a_certificate_are_not_routed(*, refused, lowered, gateway, certificates, plan, words):
    """What could get no certificate is refused, with the cluster's name, and then there is no route at all."""
    said = refused(gateway, certificates, **plan)

    assert words in said
    assert bool(words) == bool(said)
    assert not said or "`shared-eu`" in said
    routes = {id_ for id_ in lowered(gateway, certificates, **plan) if id_.startswith(("HTTPRoute/", "Gateway/"))}
    assert bool(routes) != bool(said)


def test_a_sign_on_needs_certificates_by_way_of_the_dns(refused, make_identity):
    """An authority cannot sign on."""
    assert "a sign-on" in refused(SHARED, HTTP, identity=make_identity())


def test_connections_come_in_by_a_port_of_the_tenants_own_gateway(lowered, make_workload):
    """The listener takes TCPRoutes of the namespace; the route names it, because a connection has no host name."""
    wire = make_workload("wire", protocol="tcp", port=5432, hosts=("wire.acme.example",))
    objects = lowered(workloads=(make_workload(), wire), allow_list=LIST)

    listener = objects["Gateway/edge"].value["spec"]["listeners"][1]
    assert (listener["name"], listener["protocol"], listener["port"]) == ("wire", "TCP", 5432)
    assert objects["TCPRoute/wire"].value["spec"] == {
        "parentRefs": [{"name": "edge", "sectionName": "wire"}],
        "rules": [{"backendRefs": [{"name": "wire", "port": 5432}]}],
    }
    policy = objects["SecurityPolicy/default.connections"].value["spec"]
    assert [target["kind"] for target in policy["targetRefs"]] == ["TCPRoute"]
    assert policy["authorization"]["defaultAction"] == "Deny"
    assert policy["authorization"]["rules"][0]["principal"] == {"clientCIDRs": ["203.0.113.0/24"]}
    assert [id_ for id_ in objects if id_.startswith("Certificate/")] == ["Certificate/tls.portal.acme.example"]


@pytest.mark.parametrize(
    ("gateway", "plan", "words"),
    [
        (SHARED, {}, "one for all"),
        ({**OWN, "tcp_routes": False}, {}, "TCPRoutes"),
        (OWN, {"geo_fence": FENCE}, "the geo fence"),
        ({**OWN, "kind": "gateway-api"}, {"allow_list": LIST}, "the IP allow-list"),
        ({**OWN, "kind": "gateway-api"}, {}, ""),
        (OWN, {}, ""),
    ],
)
def test_connections_lead_past_no_guard(*, refused, lowered, make_workload, gateway, plan, words):
    """Where a gateway cannot ask of a connection what it asks of requests, there is no route for it."""
    workloads = (make_workload("wire", protocol="tcp", port=5432, hosts=("wire.acme.example",)),)
    said = refused(gateway, workloads=workloads, **plan)

    assert words in said
    assert bool(words) == bool(said)
    assert ("TCPRoute/wire" in lowered(gateway, workloads=workloads, **plan)) != bool(said)


def test_connections_lead_past_no_sign_on(refused, make_workload, make_identity):
    """Users of plain connections cannot sign on."""
    workloads = (make_workload("wire", protocol="tcp", port=5432),)

    assert "the single sign-on" in refused(workloads=workloads, identity=make_identity())


def test_two_services_cannot_have_one_port_of_a_gateway(refused, lowered, make_workload):
    """The second one is refused; the first one is there."""
    workloads = tuple(make_workload(name, protocol="tcp", port=5432) for name in ("one", "two"))

    assert "`one` has 5432 too" in refused(workloads=workloads)
    assert [id_ for id_ in lowered(workloads=workloads) if id_.startswith("TCPRoute/")] == ["TCPRoute/one"]


def test_a_gateway_with_a_name_is_the_platforms_whatever_its_class(lowered):
    """The name wins."""
    objects = lowered({**SHARED, "class": "envoy"}, None)

    assert "Gateway/edge" not in objects
    assert objects["HTTPRoute/portal"].value["spec"]["parentRefs"] == [{"namespace": "gateway", "name": "public"}]


PODS = {"issuer": "pods", "root": "pods-root"}
READS = {"name": "tls", "mountPath": "/etc/tls", "readOnly": True}


@pytest.fixture
def encrypted(make_plan, make_workload, lower, cluster):
    """The objects of services of these protocols that speak TLS themselves."""

    def objects(*protocols, pods=PODS, gateway=SHARED):
        context = cluster(gateway, **({"pod_certificates": pods} if pods else {}))
        loads = tuple(
            make_workload(protocol, protocol=protocol, hosts=(f"{protocol}.acme.example",), tls=True)
            for protocol in protocols
        )
        return {item.id: item for item in lower(make_plan(workloads=loads), context)["shared-eu"]}

    return objects


def test_the_gateway_encrypts_on_to_a_service_that_speaks_tls(encrypted):
    """It knows the service by its name in the cluster, by an authority whose root is in the namespace."""
    objects = encrypted("http")
    name = "http.t-acme-health-production.svc"

    assert objects["BackendTLSPolicy/http"].value["spec"] == {
        "targetRefs": [{"group": "", "kind": "Service", "name": "http"}],
        "validation": {
            "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "pods-root"}],
            "hostname": name,
        },
    }
    certificate = objects["Certificate/pod.http"].value["spec"]
    assert (certificate["dnsNames"], certificate["secretName"]) == ([name], "pod.http")
    assert certificate["issuerRef"] == {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "pods"}
    assert objects["Certificate/pod.http"].made_from[0] == ("spec", "services", "http", "expose", "tls")


@pytest.mark.parametrize(
    ("protocol", "probe"),
    [
        ("http", {"httpGet": {"path": "/ready", "port": 8080, "scheme": "HTTPS"}}),
        ("grpc", {"tcpSocket": {"port": 8080}}),
    ],
)
def test_its_pods_have_the_certificate_and_are_asked_by_tls(encrypted, protocol, probe):
    """The kubelet's calls of gRPC know no TLS, so there the port must do."""
    objects = encrypted(protocol)
    pod = objects[f"Deployment/{protocol}"].value["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert {"name": "tls", "secret": {"secretName": f"pod.{protocol}"}} in pod["volumes"]
    assert READS in container["volumeMounts"]
    assert {key: container["readinessProbe"][key] for key in probe} == probe
    assert objects[f"Service/{protocol}"].value["spec"]["ports"][0]["appProtocol"] == "https"
    assert objects[f"Service/{protocol}"].value["spec"]["ports"][0]["targetPort"] == protocol


def test_without_an_authority_nobody_is_led_to_it(encrypted, refused, make_workload):
    """Its pods could not be known; the finding says what the cluster lacks."""
    objects = encrypted("http", pods=None)

    assert "HTTPRoute/http" not in objects
    assert "BackendTLSPolicy/http" not in objects
    assert READS not in objects["Deployment/http"].value["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
    assert "an authority that vouches for pods" in refused(SHARED, None, workloads=(make_workload(tls=True),))


def test_pods_have_their_certificate_even_where_nothing_leads_to_them(encrypted):
    """A pod that waits for a Secret never starts, and other services may call it."""
    objects = encrypted("http", gateway={"namespace": "gateway", "kind": "none"})

    assert "Certificate/pod.http" in objects
    assert "HTTPRoute/http" not in objects


@pytest.mark.parametrize("minor", ["1.30", "1.37"])
def test_everything_of_encrypted_services_is_valid(*, make_plan, cluster, make_workload, minor):
    """The schemas accept it, and the lints find nothing."""
    context = cluster(SHARED, pod_certificates=PODS, kubernetes=minor)
    loads = (make_workload(tls=True), make_workload("rpc", protocol="grpc", hosts=("rpc.acme.example",), tls=True))
    plan = make_plan(workloads=loads)
    artifacts = BACKEND.lower(plan, context)

    assert list(BACKEND.check(artifacts, plan, context)) == []
    assert [finding for rule in PACK.rules for finding in rule.check(artifacts, None, None)] == []


@given(st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?){1,3}", fullmatch=True))
def test_a_secrets_name_is_valid_for_every_host(host):
    """At most 253 characters, with a dot that no service's Secret has, and the host itself where there is room."""
    name = secret_name(host)

    assert len(name) <= 253
    assert name.startswith("tls.")
    assert len(host) > 249 or name == f"tls.{host}"


@pytest.mark.parametrize("minor", [f"1.{number}" for number in range(30, 38)])
@pytest.mark.parametrize("kind", ["gateway-api", "envoy-gateway"])
def test_everything_of_an_own_gateway_is_valid(*, make_plan, cluster, make_workload, minor, kind):
    """The schemas of every version accept it, and the lints find nothing."""
    context = cluster({**OWN, "kind": kind, "trusted_hops": 2}, DNS, kubernetes=minor)
    plan = make_plan(
        workloads=(
            make_workload(paths=("/a", "/b"), cors_origins=("https://acme.example",)),
            make_workload("rpc", protocol="grpc", hosts=("rpc.acme.example",), paths=("/acme.v1.Search",)),
            make_workload("wire", protocol="tcp", port=5432, hosts=("wire.acme.example",)),
        ),
        allow_list=LIST if kind == "envoy-gateway" else None,
    )
    artifacts = BACKEND.lower(plan, context)

    assert {finding.code for finding in BACKEND.check(artifacts, plan, context)} <= {"TC564"}
    assert [finding for rule in PACK.rules for finding in rule.check(artifacts, None, None)] == []
    kinds = {item.value["kind"] for artifact in artifacts for item in artifact.objects}
    assert {"Gateway", "Certificate", "HTTPRoute", "GRPCRoute"} <= kinds
    assert ("TCPRoute" in kinds) == (plan.allow_list is None or kind == "envoy-gateway")


SOLVER = "registry.platform.example/acmesolver@sha256:" + "0" * 64
SOLVED = {**HTTP, "solver_image": SOLVER}


def test_images_that_may_run_are_asked_for_the_one_that_answers(*, refused, lowered, make_images):
    """A tenant that says which images may run would shut out the pods that prove its hosts: so they are named."""
    images = make_images()
    assert "does not say which image answers" in refused(SHARED, HTTP, images=images)
    assert refused(SHARED, SOLVED, images=images) == ""
    policy = f"ValidatingAdmissionPolicy/{NAMESPACE}.images"
    assert SOLVER in str(lowered(SHARED, SOLVED, images=images)[policy].value)
    for other in (None, {**SOLVED, "challenge": "dns01"}, {**SOLVED, "challenge": "none"}):
        assert SOLVER not in str(lowered(SHARED, other, images=images)[policy].value)


@pytest.mark.parametrize(
    "certificates", [None, DNS, {**HTTP, "challenge": "none"}, {**DNS, "kind": "Issuer", "acme": ACME}]
)
def test_only_hosts_that_are_asked_have_pods_that_answer(lowered, certificates):
    """No other way of getting certificates makes pods in the namespace, so nothing is opened for any."""
    before, with_pods = lowered(SHARED, certificates), lowered(SHARED, HTTP)
    kinds = {id_ for id_ in with_pods if id_.endswith("/default.challenges")}
    assert kinds == {"NetworkPolicy/default.challenges"}
    assert not kinds & set(before)
    assert "http01-solver" not in str([item.value for item in before.values()])
    assert not any(id_.endswith("/default.challenges") for id_ in lowered(OWN, HTTP))


def test_pods_and_services_that_answer_are_counted(lowered, make_workload):
    """One of each for a host: the quota has room for all of them at once, and opens no port of a node."""
    hosts = tuple(f"h{number}.acme.example" for number in range(40))

    def hard(certificates):
        return lowered(SHARED, certificates, workloads=(make_workload(hosts=hosts),))["ResourceQuota/quota"].value[
            "spec"
        ]["hard"]

    plain, solved = hard(DNS), hard(HTTP)
    for name in ("pods", "services"):
        assert int(solved[name]) - int(plain[name]) >= 40
    assert solved["services.nodeports"] == "0"


def test_the_amounts_of_pods_that_answer_are_within_the_tenants_quota(make_plan, make_workload, cluster):
    """TC511: six hosts that are asked at once want 600 millicores beside the service."""
    workloads = (make_workload(hosts=tuple(f"h{number}.acme.example" for number in range(6))),)

    def least(certificates):
        for tenths in range(1, 1000):
            plan = make_plan(workloads=workloads, quotas={"cpu_cores": tenths / 10})
            artifacts = BACKEND.lower(plan, cluster(SHARED, certificates))
            if not [found for rule in PACK.rules for found in rule.check(artifacts, plan, None)]:
                return tenths
        raise AssertionError

    assert least(HTTP) - least(DNS) == 6


def test_what_the_issuer_must_be_told_is_said_once(make_plan, make_workload, cluster):
    """Its solvers' Services are of a type that the quota allows."""
    plan = make_plan(workloads=(make_workload(hosts=("a.acme.example", "b.acme.example")),))
    codes = [found.code for found in BACKEND.check((), plan, cluster(SHARED, HTTP))]
    assert codes == ["TC565", "TC565", "TC566"]
    assert "TC566" not in [found.code for found in BACKEND.check((), plan, cluster(SHARED, DNS))]


@pytest.mark.parametrize("minor", ["1.30", "1.37"])
@pytest.mark.parametrize(
    ("offered", "kind"),
    [
        ({}, "NetworkPolicy"),
        ({"network_policy": "cilium"}, "CiliumNetworkPolicy"),
        ({"network_policy": "cilium", "mesh": {"kind": "cilium"}}, "CiliumNetworkPolicy"),
        ({"mesh": {"kind": "istio", "namespace": "istio-system"}}, "NetworkPolicy"),
    ],
)
def test_what_lets_the_gateway_in_is_valid(make_plan, make_egress, cluster, *, minor, offered, kind):
    """In the words of the cluster's policies, with a pod that no lint misses."""
    trust = Trust(zero_trust=True, mutual=True, end_to_end=False, made_from=(ZERO_TRUST, MUTUAL))
    plan = make_plan(trust=trust, egress=(make_egress("mail", host="mail.example"),))
    context = cluster(SHARED, HTTP, kubernetes=minor, **offered)
    artifacts = BACKEND.lower(plan, context)
    ids = [item.id for artifact in artifacts for item in artifact.objects]
    assert [id_ for id_ in ids if id_.endswith("/default.challenges")] == [f"{kind}/default.challenges"]
    assert [found for found in BACKEND.check(artifacts, plan, context) if found.severity == "error"] == []
    assert [found for rule in PACK.rules for found in rule.check(artifacts, plan, None)] == []
