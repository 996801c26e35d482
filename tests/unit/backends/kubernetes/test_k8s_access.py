"""Who may do what: operators, and the groups with duties."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.lints.pack import PACK

BACKEND = KubernetesBackend()
LOOKING = {"get", "list", "watch"}


@pytest.fixture
def lowered(make_protected, make_context):
    """Lower a protected plan, and give its objects by id."""

    def lower(context=None, **overrides):
        artifacts = BACKEND.lower(make_protected(**overrides), context or make_context())
        return {item.id: item for item in artifacts[0].objects}

    return lower


def granted(role):
    """What a role grants, as (API group, resource, verb)."""
    return {
        (group, resource, verb)
        for rule in role.value["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_deployers_change_what_runs_and_nothing_else(lowered):
    """They patch and update workloads; they create and delete nothing, and touch no network, account, role or quota."""
    changes = {item for item in granted(lowered()["Role/deployers"]) if item[2] not in LOOKING}

    assert {resource for _, resource, _ in changes} == {
        "configmaps",
        "cronjobs",
        "deployments",
        "horizontalpodautoscalers",
        "poddisruptionbudgets",
        "services",
    }
    assert {verb for _, _, verb in changes} == {"patch", "update"}


@pytest.mark.parametrize("duty", ["approvers", "database-admins"])
def test_who_approves_or_administers_databases_only_looks(lowered, duty):
    """Neither may change anything in the cluster, nor open a way to pods past the gateway."""
    rights = granted(lowered()[f"Role/{duty}"])

    assert {verb for _, _, verb in rights} == LOOKING
    assert ("apps", "deployments", "get") in rights
    assert not any(resource.startswith(("pods/portforward", "pods/exec")) for _, resource, _ in rights)


@pytest.mark.parametrize("duty", ["deployers", "approvers", "database-admins"])
def test_no_duty_reads_secrets_or_has_a_wildcard(lowered, duty):
    """Secrets are left out by naming everything else."""
    for parts in granted(lowered()[f"Role/{duty}"]):
        assert "*" not in parts
        assert parts[1] != "secrets"


def test_groups_are_bound_to_their_duty_as_declared(lowered, make_duties):
    """A group in two duties gets both, so that the rule about it has something to find; order is kept."""
    objects = lowered(duties=make_duties(deployers=("grp-b", "grp-a"), approvers=("grp-a",)))

    def bound(name):
        binding = objects[f"RoleBinding/{name}"].value
        assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
        return [(subject["kind"], subject["name"]) for subject in binding["subjects"]]

    assert bound("deployers") == [("Group", "grp-b"), ("Group", "grp-a")]
    assert bound("approvers") == [("Group", "grp-a")]
    assert bound("database-admins") == [("Group", "grp-care-dba")]


def test_a_duty_that_nobody_has_makes_no_role(lowered, make_duties):
    """Without groups there is nothing to bind; without duties there is none of the roles."""
    some = lowered(duties=make_duties(approvers=()))
    none = lowered(duties=None)

    assert "Role/approvers" not in some
    assert "RoleBinding/deployers" in some
    assert [id_ for id_ in none if id_.startswith("Role")] == ["Role/operators", "RoleBinding/operators"]


def test_a_duty_leads_back_to_the_groups_of_that_duty(lowered):
    """Role and binding carry the leaf that names the groups, and no other."""
    objects = lowered()

    for id_, leaf in (("Role/deployers", "deployers"), ("RoleBinding/database-admins", "database_admins")):
        assert objects[id_].made_from == (("spec", "change_control", "roles", leaf),)


def test_the_lints_find_nothing_in_duties(lowered, make_protected, make_context):
    """No wildcard, no verb that escalates, no group of the cluster's own."""
    artifacts = BACKEND.lower(make_protected(), make_context())

    assert [finding for rule in PACK.rules for finding in rule.check(artifacts, None, None)] == []


def test_rights_by_duties_are_honoured(make_protected, make_context, make_need):
    """The need is met by every cluster."""
    assert BACKEND.supports(make_need("access.duties"), make_protected(), make_context()) == "honoured"
