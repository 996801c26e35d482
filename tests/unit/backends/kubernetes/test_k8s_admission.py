"""Which images a cluster lets into a tenant's namespace."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.emit.escape import cel_string

BACKEND = KubernetesBackend()
POLICY = "ValidatingAdmissionPolicy/t-acme-health-production.images"
BINDING = "ValidatingAdmissionPolicyBinding/t-acme-health-production.images"
IMAGES = ("spec", "security", "images")


@pytest.fixture
def lowered(make_plan, make_images, make_context, lower):
    """Lower a tenant with rules for images, and give its objects by id."""

    def objects(plan=None, **images):
        made = lower(plan or make_plan(images=make_images(**images)), make_context())
        return {item.id: item for item in made["shared-eu"]}

    return objects


def test_the_policy_holds_in_the_tenants_namespace_only(lowered):
    """Both objects are the cluster's; the binding chooses the namespace by the name that the API server gives it."""
    objects = lowered()
    binding = objects[BINDING].value["spec"]

    assert "namespace" not in objects[POLICY].value["metadata"]
    assert binding["policyName"] == objects[POLICY].value["metadata"]["name"]
    assert binding["validationActions"] == ["Deny"]
    assert binding["matchResources"] == {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "t-acme-health-production"}}
    }


def test_two_tenants_never_share_a_policy(make_plan, make_images, lowered):
    """Even where a tenant and its environment are called like another one with the policy's ending."""
    one = lowered(make_plan(name="t-acme", images=make_images()))
    other = lowered(make_plan(name="t-acme-images", images=make_images()))

    def policies(objects):
        return {id_ for id_ in objects if id_.startswith("ValidatingAdmissionPolicy")}

    assert len(policies(one)) == len(policies(other)) == 2
    assert not policies(one) & policies(other)


def test_every_container_is_looked_at_however_it_came(lowered):
    """Containers, those that run before them, and those that are added to a running pod for debugging."""
    spec = lowered()[POLICY].value["spec"]
    (rule,) = spec["matchConstraints"]["resourceRules"]
    images = next(variable["expression"] for variable in spec["variables"] if variable["name"] == "images")

    assert rule["resources"] == ["pods", "pods/ephemeralcontainers"]
    assert rule["operations"] == ["CREATE", "UPDATE"]
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        assert f"object.spec.{kind}.map(c, c.image)" in images
    assert spec["failurePolicy"] == "Fail"


def test_a_registry_ends_at_a_slash(lowered):
    """A host that only begins like an allowed one is none: `registry.acme.example.evil`."""
    (_, validation) = lowered(registries=("registry.acme.example", "other.example/apps"))[POLICY].value["spec"][
        "validations"
    ]

    assert '["registry.acme.example/", "other.example/apps/"].exists(' in validation["expression"]
    assert "registry.acme.example or other.example/apps" in validation["message"]


def test_text_of_a_registry_stays_text(lowered):
    """What a tenant writes is one string of the expression, whatever is in it."""
    hostile = 'x" + object.metadata.name + "'

    validation = lowered(registries=(hostile,))[POLICY].value["spec"]["validations"][1]

    assert f"[{cel_string(hostile + '/')}].exists(" in validation["expression"]


def test_the_policy_says_what_the_tenant_says_and_no_more(lowered, make_plan):
    """Digests, registries or both; nothing for a tenant that says nothing; each with the leaf behind it."""
    digests = lowered(registries=())[POLICY]
    registries = lowered(digests_required=False)[POLICY]

    assert digests.made_from == ((*IMAGES, "digests_required"),)
    assert registries.made_from == ((*IMAGES, "registries"),)
    assert [len(each.value["spec"]["validations"]) for each in (digests, registries)] == [1, 1]
    assert "@sha256:[0-9a-f]{64}$" in digests.value["spec"]["validations"][0]["expression"]
    assert POLICY not in lowered(make_plan())


def test_pods_that_run_keep_their_images(lowered):
    """An update is judged by what it adds: a finalizer can be taken from a pod that is older than the rule."""
    spec = lowered()[POLICY].value["spec"]

    assert 'request.operation == "CREATE" ? [] : oldObject.spec' in spec["variables"][1]["expression"]
    assert all("image in variables.running ||" in validation["expression"] for validation in spec["validations"])


@pytest.mark.parametrize("minor", [f"1.{minor}" for minor in range(30, 38)])
def test_policy_and_binding_are_valid_in_every_version(lowered, minor):
    """Both kinds are of the API's first version since 1.30."""
    objects = lowered()

    for id_ in (POLICY, BINDING):
        value = objects[id_].value
        assert validator(minor, f"{value['apiVersion']}/{value['kind']}").is_valid(value)
