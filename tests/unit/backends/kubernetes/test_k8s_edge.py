"""Routes and sign-on at the edge."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.edge.sign_on import session_minutes
from tenant_compiler.backends.kubernetes.lints.pack import PACK

BACKEND = KubernetesBackend()
IDENTITY = ("spec", "security", "identity")


@pytest.fixture
def lowered(make_protected, envoy, lower):
    """Lower a protected plan for a cluster with an Envoy Gateway, and give its objects by id."""

    def objects(context=None, **overrides):
        return {item.id: item for item in lower(make_protected(**overrides), context or envoy)["shared-eu"]}

    return objects


@pytest.fixture
def policy(lowered, make_identity):
    """The spec of the sign-on's policy."""
    return lambda **identity: lowered(identity=make_identity(**identity))["SecurityPolicy/default.edge"].value["spec"]


def test_an_exposed_service_has_a_route_from_the_gateway(lowered):
    """The route names the Gateway, the hosts, and the service with its port; it leads back to the hosts."""
    route = lowered()["HTTPRoute/portal"]

    assert route.value["spec"] == {
        "parentRefs": [{"namespace": "gateway", "name": "public"}],
        "hostnames": ["portal.acme.example"],
        "rules": [{"backendRefs": [{"name": "portal", "port": 8080}], "timeouts": {"request": "60s"}}],
    }
    assert route.value["metadata"]["namespace"] == "t-acme-health-production"
    assert route.made_from[0] == ("spec", "services", "portal", "expose", "hosts")


def test_more_hosts_than_a_route_may_have_make_more_routes(lowered, make_workload):
    """Sixteen names a route; every route has the sign-on before it."""
    hosts = tuple(f"h{number}.acme.example" for number in range(33))
    objects = lowered(workloads=(make_workload(hosts=hosts),))
    routes = [item.value for id_, item in objects.items() if id_.startswith("HTTPRoute/")]

    assert [route["metadata"]["name"] for route in routes] == ["portal", "portal.2", "portal.3"]
    assert tuple(host for route in routes for host in route["spec"]["hostnames"]) == hosts
    targets = objects["SecurityPolicy/default.edge"].value["spec"]["targetRefs"]
    assert [target["name"] for target in targets] == ["portal", "portal.2", "portal.3"]


@pytest.mark.parametrize(
    ("gateway", "answer"),
    [
        (None, "cannot"),
        ({"namespace": "gateway", "kind": "none", "name": "public"}, "later"),
        ({"namespace": "gateway", "kind": "envoy-gateway"}, "cannot"),
        ({"namespace": "gateway", "kind": "envoy-gateway", "name": "public"}, "honoured"),
    ],
)
def test_routes_and_sign_on_are_made_for_a_named_envoy_gateway_only(
    *, lowered, make_protected, make_context, make_cluster, make_need, gateway, answer
):
    """Objects and answers go together: what is not emitted is not called honoured."""
    context = make_context(cluster={"shared-eu": make_cluster(gateway=gateway)})
    kinds = {id_.partition("/")[0] for id_ in lowered(context)}

    assert ({"HTTPRoute", "SecurityPolicy"} <= kinds) == (answer == "honoured")
    assert ({"HTTPRoute", "SecurityPolicy"} & kinds == set()) == (answer != "honoured")
    for feature, pointer in (
        ("edge.hosts", ("spec", "services", "portal", "expose", "hosts")),
        ("edge.sign_on", (*IDENTITY, "sso")),
    ):
        assert BACKEND.supports(make_need(feature, pointer=pointer), make_protected(), context) == answer


def test_a_grpc_service_has_a_route_of_its_kind_behind_the_sign_on(lowered, make_workload):
    """Paths name its services and methods; the policy stands before it as before the others."""
    paths = ("/acme.search.v1.Search", "/grpc.health.v1.Health/Check")
    rpc = make_workload("rpc", protocol="grpc", hosts=("rpc.acme.example",), paths=paths)
    objects = lowered(workloads=(make_workload(), rpc))

    assert objects["GRPCRoute/rpc"].value["spec"]["rules"] == [
        {
            "matches": [
                {"method": {"service": "acme.search.v1.Search"}},
                {"method": {"service": "grpc.health.v1.Health", "method": "Check"}},
            ],
            "backendRefs": [{"name": "rpc", "port": 8080}],
        }
    ]
    targets = objects["SecurityPolicy/default.edge"].value["spec"]["targetRefs"]
    assert [(target["kind"], target["name"]) for target in targets] == [("HTTPRoute", "portal"), ("GRPCRoute", "rpc")]


def test_paths_let_nothing_else_through(lowered, make_workload):
    """Only what lies below them, and what the gateway answers itself where users sign on."""
    portal = make_workload(paths=("/api", "/docs"))

    def paths(**overrides):
        (rule,) = lowered(workloads=(portal,), **overrides)["HTTPRoute/portal"].value["spec"]["rules"]
        return [tuple(match["path"].values()) for match in rule["matches"]]

    below = [("PathPrefix", "/api"), ("PathPrefix", "/docs")]
    assert paths(identity=None) == below
    assert paths() == [*below, ("Exact", "/oauth2/callback"), ("Exact", "/logout")]


def test_the_weakest_cluster_decides(*, make_protected, make_site, make_context, make_cluster, make_need, envoy):
    """Where one region has no gateway, the tenant's routes are not everywhere."""
    clusters = {**envoy.clusters, "west": make_cluster(gateway=None)}
    plan = make_protected(sites=(make_site(), make_site("eu-west-1", role="active", cluster="west")))

    assert BACKEND.supports(make_need("edge.sign_on"), plan, make_context(cluster=clusters)) == "cannot"


def test_users_sign_on_with_the_tenants_own_provider(policy):
    """Issuer and client are the tenant's; the secret is named, never written."""
    oidc = policy()["oidc"]

    assert oidc["provider"] == {"issuer": "https://id.acme.example"}
    assert (oidc["clientID"], oidc["clientSecret"]) == ("acme-health", {"name": "acme-oidc"})


def test_a_session_ends_and_is_not_prolonged(policy):
    """The smaller of both limits holds; without any the provider's own holds, and tokens are refreshed as usual."""
    limited, free = policy()["oidc"], policy(idle_minutes=None, privileged_idle_minutes=None)["oidc"]

    assert (limited["refreshToken"], limited["defaultTokenTTL"]) == (False, "10m")
    assert not {"refreshToken", "defaultTokenTTL"} & set(free)


@pytest.mark.parametrize(
    ("idle", "privileged", "minutes"), [(15, 10, 10), (15, 30, 15), (15, None, 15), (None, 10, 10), (None, None, None)]
)
def test_the_smaller_limit_holds_for_everybody(make_identity, idle, privileged, minutes):
    """The edge does not know who has more rights."""
    assert session_minutes(make_identity(idle_minutes=idle, privileged_idle_minutes=privileged)) == minutes


def test_only_a_second_factor_that_counts_gets_in(policy):
    """Nobody gets in whose token does not name one of the tenant's methods, in the words of RFC 8176."""
    spec = policy(mfa_methods=("webauthn", "piv", "totp", "sms"))
    (provider,), (rule,) = spec["jwt"]["providers"], spec["authorization"]["rules"]

    assert spec["authorization"]["defaultAction"] == "Deny"
    assert rule["action"] == "Allow"
    assert rule["principal"]["jwt"] == {
        "provider": provider["name"],
        "claims": [{"name": "amr", "valueType": "StringArray", "values": ["hwk", "sc", "otp", "sms"]}],
    }


def test_the_token_that_is_checked_is_the_one_of_the_sign_on(policy):
    """It comes from the cookie of the sign-on, was issued by the tenant's provider and for the tenant's client."""
    spec = policy()
    (provider,) = spec["jwt"]["providers"]

    assert provider["extractFrom"]["cookies"] == [spec["oidc"]["cookieNames"]["idToken"]]
    assert (provider["issuer"], provider["audiences"]) == (spec["oidc"]["provider"]["issuer"], ["acme-health"])
    assert provider["remoteJWKS"]["uri"] == "https://id.acme.example/keys"


@pytest.mark.parametrize("identity", [{"mfa_required": False}, {"mfa_methods": ()}])
def test_without_methods_that_are_required_there_is_only_a_sign_on(lowered, make_identity, identity):
    """The policy looks for no factor, and does not claim to carry what is said of factors."""
    item = lowered(identity=make_identity(**identity))["SecurityPolicy/default.edge"]

    assert not {"jwt", "authorization"} & set(item.value["spec"])
    assert ("spec", "security", "mfa_required") not in item.made_from
    assert (*IDENTITY, "mfa_methods") not in item.made_from
    assert (*IDENTITY, "sso", "issuer") in item.made_from


def test_the_policy_leads_back_to_every_leaf_that_it_carries(lowered, make_identity):
    """Sign-on, factors and both limits."""
    assert lowered()["SecurityPolicy/default.edge"].made_from == make_identity().made_from


def test_nothing_stands_before_a_tenant_without_routes_or_provider(lowered, make_workload):
    """A policy without a target would hold for nothing."""
    assert "SecurityPolicy/default.edge" not in lowered(identity=None)
    assert "SecurityPolicy/default.edge" not in lowered(workloads=(make_workload(hosts=()),))


def test_the_sign_on_stands_before_the_routes(lowered):
    """It applies first, so that no route is open even for a moment."""
    ids = list(lowered())

    assert ids.index("SecurityPolicy/default.edge") < ids.index("HTTPRoute/portal")


def test_what_the_provider_must_do_is_said(make_protected, envoy):
    """Two infos: when tokens end, and which keys and claims they need; nothing where no policy is made."""
    sessions, keys = BACKEND.check((), make_protected(), envoy)

    assert {(each.code, each.severity) for each in (sessions, keys)} == {("TC524", "info")}
    assert sessions.pointer == (*IDENTITY, "privileged_session_idle_minutes")
    assert "10 minutes" in sessions.help
    assert keys.pointer == (*IDENTITY, "sso", "issuer")
    assert "https://id.acme.example/keys" in keys.message


def test_a_provider_of_whom_nothing_is_asked_is_no_finding(make_protected, make_identity, make_context, envoy):
    """No limit and no factor: nothing to say; and nothing either where the gateway is somebody else's."""
    lax = make_identity(mfa_required=False, idle_minutes=None, privileged_idle_minutes=None)

    assert list(BACKEND.check((), make_protected(identity=lax), envoy)) == []
    assert list(BACKEND.check((), make_protected(), make_context())) == []


def test_a_secret_in_a_key_that_the_gateway_does_not_read_is_found(make_protected, make_identity, envoy):
    """Envoy Gateway looks in the key `client-secret`; the finding stands where the tenant names another."""
    identity = make_identity(client_secret="secret/acme-oidc/client_secret")

    finding = next(iter(BACKEND.check((), make_protected(identity=identity), envoy)))

    assert (finding.code, finding.severity) == ("TC520", "warning")
    assert finding.pointer == (*IDENTITY, "sso", "client_secret", "from")
    assert "secret/acme-oidc/client-secret" in finding.help


@pytest.mark.parametrize("minor", ["1.30", "1.34", "1.37"])
def test_routes_and_policies_are_valid(*, make_protected, make_context, make_cluster, make_workload, envoy, minor):
    """The schemas of both projects accept them, and the lints find nothing."""
    gateway = envoy.clusters["shared-eu"]["gateway"]
    context = make_context(cluster={"shared-eu": make_cluster(kubernetes=minor, gateway=gateway)})
    plan = make_protected(workloads=(make_workload(), make_workload("admin", hosts=("admin.acme.example",))))
    artifacts = BACKEND.lower(plan, context)

    assert {finding.code for finding in BACKEND.check(artifacts, plan, context)} == {"TC524"}
    assert [finding for rule in PACK.rules for finding in rule.check(artifacts, None, None)] == []
