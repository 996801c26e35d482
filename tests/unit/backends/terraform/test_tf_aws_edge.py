"""The edge: what WAF looks for, how many requests an address may send, and where it stands."""

from __future__ import annotations

import pytest

from tenant_compiler.emit.json import dump

ATTACKS = ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"]
ADDRESSES = "AWSManagedRulesAmazonIpReputationList"


def _rules(content, name="edge"):
    return {rule["name"]: rule for rule in content["resource"]["aws_wafv2_web_acl"][name]["rule"]}


def _limit(content):
    (statement,) = _rules(content)["flood"]["statement"]
    return statement["rate_based_statement"][0]


def test_what_nobody_asks_for_or_nobody_can_reach_has_no_firewall(lower, make_edge, make_workload):
    """It stands before exposed services only."""
    inside = (make_workload(hosts=()),)

    assert "wafv2" not in dump(lower())
    assert "wafv2" not in dump(lower(edge=make_edge(), workloads=inside))
    assert "wafv2" not in dump(lower(edge=make_edge(firewall=False, denial_of_service=False)))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, [ADDRESSES, "flood", *ATTACKS]),
        ({"firewall": False}, [ADDRESSES, "flood"]),
        ({"denial_of_service": False}, [ADDRESSES, *ATTACKS]),
    ],
)
def test_rules_are_those_that_are_asked_for(lower, make_edge, asked, names):
    """Cheap ones first; each has a priority of its own and blocks what it finds."""
    rules = _rules(lower(edge=make_edge(**asked)))

    assert list(rules) == names
    assert [rule["priority"] for rule in rules.values()] == list(range(len(names)))
    for name, rule in rules.items():
        assert rule["action" if name == "flood" else "override_action"] == (
            [{"block": [{}]}] if name == "flood" else [{"none": [{}]}]
        )
        assert rule["visibility_config"][0]["cloudwatch_metrics_enabled"] is True


def test_large_bodies_are_counted_and_not_blocked(lower, make_edge):
    """The common rules would block every upload."""
    (statement,) = _rules(lower(edge=make_edge()))[ATTACKS[0]]["statement"]
    (override,) = statement["managed_rule_group_statement"][0]["rule_action_override"]

    assert override == {"name": "SizeRestrictions_BODY", "action_to_use": [{"count": [{}]}]}


@pytest.mark.parametrize(("quota", "limit"), [(50_000, 50_000), (0, 10), (9, 10), (10**9 * 3, 2 * 10**9)])
def test_one_address_may_ask_for_all_that_the_tenant_may(lower, make_edge, quota, limit):
    """A whole office comes from one address; the quota and the window are both of a minute."""
    counted = _limit(lower(edge=make_edge(), quotas={"api_requests_per_minute": quota}))

    assert counted == {"limit": limit, "aggregate_key_type": "IP", "evaluation_window_sec": 60}


def test_without_a_quota_there_is_nothing_to_count_to(lower, make_edge):
    """Known bad addresses are still refused."""
    content = lower(edge=make_edge(firewall=False), quotas={"api_requests_per_minute": None})

    assert list(_rules(content)) == [ADDRESSES]


def test_the_load_balancer_is_the_accounts(lower, make_edge):
    """Its ARN comes in by a variable that takes nothing else."""
    content = lower(edge=make_edge())
    variable = content["variable"]["edge_load_balancer_arn"]
    association = content["resource"]["aws_wafv2_web_acl_association"]["edge"]

    assert association["resource_arn"] == "${var.edge_load_balancer_arn}"
    assert association["web_acl_arn"] == "${aws_wafv2_web_acl.edge.arn}"
    assert variable["nullable"] is False
    assert "elasticloadbalancing" in variable["validation"][0]["condition"]


def test_every_region_that_serves_clients_has_a_firewall(lower, make_edge, make_site):
    """An active region beside the primary one is protected, too; one that stands by serves nobody."""
    sites = (make_site(), make_site("eu-west-1", role="active"), make_site("eu-north-1", role="standby"))
    content = lower(edge=make_edge(), sites=sites)
    lists = content["resource"]["aws_wafv2_web_acl"]

    assert {name: body.get("provider") for name, body in lists.items()} == {
        "edge": None,
        "edge_eu_west_1": "aws.eu_west_1",
    }
    assert [body["region"] for body in content["provider"]["aws"]] == ["eu-central-1", "eu-west-1"]
    assert set(content["variable"]) >= {"edge_load_balancer_arn", "edge_load_balancer_arn_eu_west_1"}


def test_every_object_says_what_it_carries(lineage, make_edge, make_site):
    """Verdicts find the objects by the leaf that is judged."""
    made = lineage(edge=make_edge(), sites=(make_site(), make_site("eu-west-1", role="active")))
    base = ("spec", "security", "network")

    assert {(*base, "web_application_firewall"), (*base, "ddos_protection")} <= set(made["aws_wafv2_web_acl.edge"])
    assert ("spec", "quotas", "api_requests_per_minute") in made["aws_wafv2_web_acl.edge"]
    assert ("spec", "placement", "regions", "eu-west-1") in made["provider.aws"]


def test_an_edge_alone_makes_a_root(lower, make_edge, check):
    """Also of a tenant without stores and keys, and the recorded schemas know all of it."""
    bare = {"keys": {"custody": "provider_managed"}, "sql": (), "objects": (), "edge": make_edge()}

    assert set(lower(**bare)["resource"]) == {"aws_wafv2_web_acl", "aws_wafv2_web_acl_association"}
    for pin in ("~> 5.100", "~> 6.69"):
        assert check({"aws": pin}, **bare) == []


def test_how_administrators_come_in_is_carried_by_the_databases(lineage, make_edge):
    """They have no public address, whichever of the closed ways is said."""
    said = ("spec", "security", "network", "admin_access")

    assert said in lineage(edge=make_edge()._replace(admin_from=(said,)))["aws_db_instance.records"]
    assert said not in lineage()["aws_db_instance.records"]
