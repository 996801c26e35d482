"""Access in an emergency: who may ask for it, what it grants, and how it ends."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.lints.pack import PACK
from tenant_compiler.model.plan_data import BreakGlass

BACKEND = KubernetesBackend()
BASE = ("spec", "change_control", "break_glass")
AT = ((*BASE, "roles"), (*BASE, "maximum_minutes"))
OURS = "t-acme-health-production"


@pytest.fixture
def objects(make_plan, make_context, lower):
    """Lower a plan with access in an emergency, and give the objects by id."""

    def make(groups=("grp-glass",), minutes=60):
        plan = make_plan(break_glass=BreakGlass(groups, minutes, AT))
        return {item.id: item for item in lower(plan, make_context())["shared-eu"]}

    return make


def test_no_person_is_bound_to_the_rights(objects):
    """A service account has them; the declared groups may ask for its token, and for no other account's."""
    found = objects(("grp-a", "grp-b"))
    rights, door = found["RoleBinding/break.glass"].value, found["RoleBinding/break.glass.entry"].value

    assert rights["subjects"] == [{"kind": "ServiceAccount", "name": "break.glass", "namespace": OURS}]
    assert [subject["name"] for subject in door["subjects"]] == ["grp-a", "grp-b"]
    assert found["Role/break.glass.entry"].value["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["serviceaccounts/token"],
            "resourceNames": ["break.glass"],
            "verbs": ["create"],
        }
    ]
    assert found["ServiceAccount/break.glass"].value["automountServiceAccountToken"] is False


def test_a_token_ends_as_soon_as_it_must(objects):
    """The cluster refuses to issue a longer one, in this namespace, for this account."""
    found = objects(minutes=45)
    policy = found[f"ValidatingAdmissionPolicy/{OURS}.break.glass"].value["spec"]
    binding = found[f"ValidatingAdmissionPolicyBinding/{OURS}.break.glass"].value["spec"]

    assert policy["validations"][0]["expression"] == "object.spec.expirationSeconds <= 2700"
    assert policy["failurePolicy"] == "Fail"
    assert policy["matchConstraints"]["resourceRules"][0]["resources"] == ["serviceaccounts/token"]
    assert binding["validationActions"] == ["Deny"]
    assert binding["matchResources"]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": OURS}
    assert set(AT) <= set(found["Role/break.glass"].made_from)


def test_an_emergency_reads_no_secret_and_opens_no_shell(objects):
    """What deployers and operators may, each rule once."""
    rules = objects()["Role/break.glass"].value["rules"]
    granted = {(resource, verb) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}

    assert {("deployments", "patch"), ("pods", "delete"), ("pods/log", "get")} <= granted
    assert not {resource for resource, _ in granted} & {"secrets", "pods/exec", "pods/attach", "pods/portforward"}
    assert len({str(rule) for rule in rules}) == len(rules)


@pytest.mark.parametrize(("groups", "minutes"), [((), 60), (("grp-glass",), None), (("grp-glass",), 9)])
def test_without_an_end_there_is_no_access(objects, groups, minutes):
    """Nor without groups, nor where the end is sooner than the cluster can."""
    assert not any("break.glass" in name for name in objects(groups, minutes))


@pytest.mark.parametrize(("minutes", "support"), [(10, "honoured"), (9, "cannot")])
def test_the_shortest_token_is_ten_minutes(make_plan, make_context, make_need, minutes, support):
    """A shorter one is an error that says so."""
    plan, need = make_plan(break_glass=BreakGlass(("grp-glass",), minutes, AT)), make_need("access.emergency")
    assert BACKEND.supports(need, plan, make_context()) == support
    if support == "cannot":
        lack = BACKEND.lack(need, plan, make_context())
        assert lack.severity == "error"
        assert "no token for less than ten" in lack.words


@pytest.mark.parametrize("minor", [f"1.{minor}" for minor in range(30, 38)])
def test_access_in_an_emergency_is_valid(make_plan, make_context, make_cluster, minor):
    """In every version, and no lint finds that it gives too much."""
    context = make_context(cluster={"shared-eu": make_cluster(kubernetes=minor)})
    plan = make_plan(break_glass=BreakGlass(("grp-glass",), 60, AT))
    artifacts = BACKEND.lower(plan, context)
    assert list(BACKEND.check(artifacts, plan, context)) == []
    assert [finding for rule in PACK.rules for finding in rule.check(artifacts, plan, context)] == []
