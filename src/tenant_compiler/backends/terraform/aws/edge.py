"""What stands before exposed services: a web access list of AWS WAF in each region that serves clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.aws.names import alias, provider_of
from tenant_compiler.backends.terraform.expression import Expression, refer
from tenant_compiler.backends.terraform.root import Block, resource
from tenant_compiler.model.names import cloud_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.plan import Plan

EDGE: Final = "edge"
LOAD_BALANCER: Final = "edge_load_balancer_arn"
WINDOW_SECONDS: Final = 60
"""WAF counts the requests of each address over so long: the quota is for each minute."""
LEAST_REQUESTS: Final = 10
MOST_REQUESTS: Final = 2_000_000_000
"""The limits that WAF takes."""

_ATTACKS: Final = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet")
_ADDRESSES: Final = "AWSManagedRulesAmazonIpReputationList"
_LARGE_BODY: Final = "SizeRestrictions_BODY"
_NAME_LENGTH: Final = 128


def has_edge(plan: Plan) -> bool:
    """Tell whether something is exposed and to be protected."""
    return (plan.edge.firewall or plan.edge.denial_of_service) and any(service.hosts for service in plan.workloads)


def served_regions(plan: Plan) -> tuple[str, ...]:
    """The regions that serve clients, the primary one first."""
    return tuple(site.region for site in plan.sites if site.role in {"primary", "active"})


def edge_blocks(plan: Plan) -> Iterator[Block]:
    """Make the access lists, and attach each to the load balancer that the account gives."""
    quota = ("spec", "quotas", "api_requests_per_minute")
    made_from = (*plan.edge.made_from, quota) if plan.edge.denial_of_service else plan.edge.made_from
    for region in served_regions(plan):
        suffix = "" if region == plan.primary.region else f"_{alias(region)}"
        place = provider_of(plan, region)
        body = {
            "name": cloud_name(plan, EDGE, _NAME_LENGTH),
            "scope": "REGIONAL",
            "default_action": [{"allow": [{}]}],
            "rule": list(_rules(plan)),
            "visibility_config": [_metrics(EDGE)],
            **place,
        }
        yield resource("aws_wafv2_web_acl", f"{EDGE}{suffix}", body, made_from)
        attached = {
            "resource_arn": refer("var", f"{LOAD_BALANCER}{suffix}"),
            "web_acl_arn": refer("aws_wafv2_web_acl", f"{EDGE}{suffix}", "arn"),
            **place,
        }
        yield resource("aws_wafv2_web_acl_association", f"{EDGE}{suffix}", attached, plan.edge.made_from)
        yield _variable(f"{LOAD_BALANCER}{suffix}", region, plan)


def _variable(name: str, region: str, plan: Plan) -> Block:
    """What the account must give: the load balancer of this tenant alone, because each has one access list at most."""
    condition = Expression(f'${{can(regex("^arn:aws[a-z-]*:elasticloadbalancing:", var.{name}))}}')
    body = {
        "type": "string",
        "description": f"ARN of the application load balancer in {region} that clients reach this tenant through.",
        "nullable": False,
        "validation": [{"condition": condition, "error_message": "Give the ARN of an application load balancer."}],
    }
    return Block(("variable", name), body, plan.edge.made_from)


def _rules(plan: Plan) -> Iterator[dict[str, Any]]:
    """Known bad addresses first, because that is cheap; then floods, then attacks by what is asked."""
    rules = [_managed(_ADDRESSES)]
    requests = plan.quotas["api_requests_per_minute"]
    if plan.edge.denial_of_service and requests is not None:
        # A whole office comes from one address, so each may ask for all that the tenant may: no more than that.
        limit = min(max(int(requests), LEAST_REQUESTS), MOST_REQUESTS)
        counted = {"limit": limit, "aggregate_key_type": "IP", "evaluation_window_sec": WINDOW_SECONDS}
        rules.append(
            {"name": "flood", "action": [{"block": [{}]}], "statement": [{"rate_based_statement": [counted]}]}
            | {"visibility_config": [_metrics("flood")]}
        )
    if plan.edge.firewall:
        rules += map(_managed, _ATTACKS)
    for priority, rule in enumerate(rules):
        yield {"name": rule["name"], "priority": priority, **rule}


def _managed(group: str) -> dict[str, Any]:
    """A group of rules that AWS keeps up to date."""
    statement: dict[str, Any] = {"vendor_name": "AWS", "name": group}
    if group == _ATTACKS[0]:
        # It blocks every body above 8 KiB, so every upload: those are counted only.
        count = {"name": _LARGE_BODY, "action_to_use": [{"count": [{}]}]}
        statement["rule_action_override"] = [count]
    return {
        "name": group,
        "override_action": [{"none": [{}]}],
        "statement": [{"managed_rule_group_statement": [statement]}],
        "visibility_config": [_metrics(group)],
    }


def _metrics(name: str) -> dict[str, Any]:
    return {"cloudwatch_metrics_enabled": True, "metric_name": name, "sampled_requests_enabled": True}
