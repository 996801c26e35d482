"""Who gets to a route: addresses, countries, users' groups, pages of other sites; all of it in one policy."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.model.plan_edge import AllowList, GeoFence

BACKEND = KubernetesBackend()
SECURITY = ("spec", "security")
CIDRS = ("203.0.113.0/24", "2001:db8:10::/48")
LIST = AllowList(CIDRS, ((*SECURITY, "ip_whitelist_enabled"), (*SECURITY, "ip_whitelist")))
AT_FENCE = tuple((*SECURITY, "geo_restriction", key) for key in ("mode", "countries"))
INSIDE = GeoFence(allowed=True, countries=("DE", "AT"), made_from=AT_FENCE)
OUTSIDE = GeoFence(allowed=False, countries=("RU",), made_from=AT_FENCE)
POLICY = "SecurityPolicy/default.edge"


@pytest.fixture
def lowered(make_protected, envoy, lower):
    """Lower a plan for a cluster with an Envoy Gateway, and give its objects by id."""

    def objects(context=None, **overrides):
        plan = make_protected(**{"identity": None, **overrides})
        return {item.id: item for item in lower(plan, context or envoy)["shared-eu"]}

    return objects


def authorization(objects, name=POLICY):
    """What a policy asks of clients."""
    return objects[name].value["spec"]["authorization"]


def test_address_country_factor_and_group_must_all_fit(lowered, make_identity):
    """One rule with all conditions: a second rule would let in who meets one of them only."""
    identity = make_identity(groups_claim="groups", groups=("grp-admin", "grp-staff"))
    asked = authorization(lowered(allow_list=LIST, geo_fence=INSIDE, identity=identity))

    assert asked["defaultAction"] == "Deny"
    (rule,) = asked["rules"]
    assert rule["action"] == "Allow"
    assert rule["principal"]["clientCIDRs"] == list(CIDRS)
    assert rule["principal"]["clientIPGeoLocations"] == [{"country": "DE"}, {"country": "AT"}]
    assert [claim["name"] for claim in rule["principal"]["jwt"]["claims"]] == ["amr", "groups"]


def test_countries_that_are_kept_out_are_refused_first(lowered):
    """The first rule that fits decides; without another condition everybody else gets in."""
    alone = authorization(lowered(geo_fence=OUTSIDE))
    both = authorization(lowered(geo_fence=OUTSIDE, allow_list=LIST))
    refusal = {"name": "geo-fence", "action": "Deny", "principal": {"clientIPGeoLocations": [{"country": "RU"}]}}

    assert alone == {"defaultAction": "Allow", "rules": [refusal]}
    assert both["defaultAction"] == "Deny"
    assert both["rules"][0] == refusal
    assert [rule["action"] for rule in both["rules"]] == ["Deny", "Allow"]


def test_groups_are_asked_for_without_a_second_factor_as_well(lowered, make_identity):
    """The token is read, from the cookie that the sign-on sets."""
    identity = make_identity(mfa_required=False, groups_claim="realm.groups", groups=("grp-staff",))
    spec = lowered(identity=identity)[POLICY].value["spec"]

    (claim,) = spec["authorization"]["rules"][0]["principal"]["jwt"]["claims"]
    assert claim == {"name": "realm.groups", "valueType": "StringArray", "values": ["grp-staff"]}
    assert spec["jwt"]["providers"][0]["extractFrom"]["cookies"] == [spec["oidc"]["cookieNames"]["idToken"]]


def test_more_groups_than_a_claim_may_list_make_more_rules(lowered, make_identity):
    """A rule takes 128 values; each rule has all other conditions, too."""
    groups = tuple(f"grp-{number}" for number in range(200))
    rules = authorization(lowered(allow_list=LIST, identity=make_identity(groups_claim="groups", groups=groups)))[
        "rules"
    ]

    claims = [rule["principal"]["jwt"]["claims"] for rule in rules]
    assert [len(of[1]["values"]) for of in claims] == [128, 72]
    assert tuple(name for of in claims for name in of[1]["values"]) == groups
    assert all(rule["principal"]["clientCIDRs"] == list(CIDRS) for rule in rules)
    assert len({rule["name"] for rule in rules}) == 2


def test_a_service_that_other_sites_may_call_has_a_policy_of_its_own(lowered, make_workload):
    """With the same conditions; no route has two policies, of which only one would hold."""
    api = make_workload("api", hosts=("api.acme.example",), cors_origins=("https://acme.example",))
    objects = lowered(workloads=(make_workload(), api), allow_list=LIST)

    assert objects["SecurityPolicy/api"].value["spec"]["cors"]["allowOrigins"] == ["https://acme.example"]
    assert authorization(objects, "SecurityPolicy/api") == authorization(objects)
    targets = [
        (target["kind"], target["name"])
        for id_, item in objects.items()
        if id_.startswith("SecurityPolicy/")
        for target in item.value["spec"]["targetRefs"]
    ]
    assert sorted(targets) == [("HTTPRoute", "api"), ("HTTPRoute", "portal")]
    assert ("spec", "services", "api", "expose", "cors_origins") in objects["SecurityPolicy/api"].made_from


def test_pages_may_read_what_a_grpc_service_answers(lowered, make_workload):
    """GRPC in browsers has headers of its own."""
    rpc = make_workload("rpc", protocol="grpc", cors_origins=("https://acme.example",))
    cors = lowered(workloads=(rpc,))["SecurityPolicy/rpc"].value["spec"]["cors"]

    assert "x-grpc-web" in cors["allowHeaders"]
    assert cors["exposeHeaders"] == ["grpc-message", "grpc-status"]


def test_the_policy_leads_back_to_the_list_and_the_fence(lowered):
    """To the leaves, so that a verdict about one of them finds its object."""
    assert lowered(allow_list=LIST, geo_fence=INSIDE)[POLICY].made_from == (*LIST.made_from, *AT_FENCE)


def test_without_anything_to_ask_there_is_no_policy(lowered):
    """Anybody may come from anywhere."""
    assert not [id_ for id_ in lowered() if id_.startswith("SecurityPolicy/")]


@pytest.mark.parametrize("feature", ["allow_list", "geo_fence", "cors", "limits", "roles", "sign_on", "tls"])
def test_a_gateway_that_takes_routes_only_cannot_guard(
    *, lowered, make_protected, make_context, make_cluster, make_need, feature
):
    """There are routes and no policies, and the finding names the need, the cluster and what it lacks."""
    gateway = {"namespace": "gateway", "kind": "gateway-api", "name": "public"}
    context = make_context(cluster={"shared-eu": make_cluster(gateway=gateway)})
    need = make_need(f"edge.{feature}", what="the thing")
    objects = lowered(context)

    assert "HTTPRoute/portal" in objects
    assert not [id_ for id_ in objects if "Policy/default.edge" in id_]
    assert BACKEND.supports(need, make_protected(), context) == "cannot"
    lack = BACKEND.lack(need, make_protected(), context)
    assert "the thing" in lack.words
    assert "`shared-eu`" in lack.words


@pytest.mark.parametrize(("geoip", "answer"), [(True, "honoured"), (False, "cannot")])
def test_a_fence_needs_a_gateway_that_knows_countries(
    *, make_protected, make_context, make_cluster, make_need, geoip, answer
):
    """Without the database nobody, or everybody, would get in."""
    gateway = {"namespace": "gateway", "kind": "envoy-gateway", "name": "public", "geoip": geoip}
    context = make_context(cluster={"shared-eu": make_cluster(gateway=gateway)})

    assert BACKEND.supports(make_need("edge.geo_fence"), make_protected(), context) == answer


@pytest.mark.parametrize("kind", ["gateway-api", "envoy-gateway"])
@pytest.mark.parametrize(
    ("guard", "words"),
    [({"allow_list": LIST}, "allow-list"), ({"geo_fence": INSIDE}, "geo fence"), ({"identity": ...}, "sign-on")],
)
def test_no_route_is_open_where_a_guard_cannot_stand(
    *, lowered, make_protected, make_identity, make_context, make_cluster, make_need, kind, guard, words
):
    """Better no way in than one for everybody: the finding is about the routes, too."""
    gateway = {"namespace": "gateway", "kind": kind, "name": "public"}
    context = make_context(cluster={"shared-eu": make_cluster(gateway=gateway)})
    guard = {key: make_identity() if value is ... else value for key, value in guard.items()}
    shut = kind == "gateway-api" or "geo_fence" in guard
    need = make_need("edge.hosts", pointer=("spec", "services", "portal", "expose", "hosts"))

    assert ("HTTPRoute/portal" in lowered(context, **guard)) != shut
    lack = BACKEND.lack(need, make_protected(**{"identity": None, **guard}), context)
    assert (lack is not None) == shut
    assert not shut or words in lack.words


def test_what_somebody_else_configures_is_no_lack(make_protected, make_context, make_need):
    """A gateway of the kind none is set up by other means."""
    for feature in ("edge.allow_list", "edge.geo_fence", "edge.cors", "edge.tls"):
        assert BACKEND.supports(make_need(feature), make_protected(), make_context()) == "later"
