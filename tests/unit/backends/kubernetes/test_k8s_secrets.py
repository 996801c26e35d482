"""Secrets: what brings them, what pods read, and what a platform cannot bring."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.model.plan_data import READER, CloudHome, CloudIdentity, SecretUse
from tenant_compiler.model.rollout import Queue, Triggers

BACKEND = KubernetesBackend()
BASE = ("spec", "services", "portal", "secrets")
SIGN_ON = ("spec", "security", "identity", "sso", "client_secret", "from")
SEALED = "AgB" + "A" * 700

HOST = SecretUse("DATABASE_HOST", "store", "records", "host", ((*BASE, "DATABASE_HOST", "from"),))
PASSWORD = SecretUse("PASSWORD", "secret", "records-login", "pass.word", ((*BASE, "PASSWORD", "from"),))
OURS = "t-acme-health-production"

AWS = {"account_id": "111122223333", "oidc_issuer": "https://oidc.example/one", "secrets": {"kind": "external-secrets"}}
HOME = CloudHome("eu-central-1", "irsa", "", "111122223333", "oidc.example/one")
FETCHES = CloudIdentity(READER, (), True, (HOME,), (PASSWORD.made_from[0],))


@pytest.fixture
def world(make_plan, make_context, make_cluster, make_workload, make_site, *, make_identity):
    """Make the plan of a service with these secrets, and a cluster with these fields."""

    def make(cluster=None, uses=(HOST, PASSWORD), cloud="aws", sign_on=False, **plan):
        workload = make_workload(secrets=uses, uses=("records",))
        said = {"workloads": (workload,), "cloud": cloud, "sites": (make_site(cloud=cloud),), **plan}
        if sign_on:
            said["identity"] = make_identity()
        return make_plan(**said), make_context(cluster={"shared-eu": make_cluster(**(cluster or {}))})

    return make


@pytest.fixture
def objects(world, lower):
    """Lower such a plan, and give the objects by id."""

    def make(*args, **kwargs):
        return {item.id: item for item in lower(*world(*args, **kwargs))["shared-eu"]}

    return make


@pytest.fixture
def answer(world, make_need):
    """Ask for a secret: the answer and what is lacking."""

    def ask(pointer, *args, **kwargs):
        plan, context = world(*args, **kwargs)
        need = make_need("secrets", what="the variable", pointer=pointer)
        return BACKEND.supports(need, plan, context), BACKEND.lack(need, plan, context)

    return ask


def pod(found):
    """The portal's pod."""
    return found["Deployment/portal"].value["spec"]["template"]["spec"]


def test_pods_refer_to_secrets_and_hold_none(objects):
    """The name and the key; what is known of a store is in a Secret that no secret of people can be."""
    env = {each["name"]: each for each in pod(objects())["containers"][0]["env"]}

    assert env["PASSWORD"]["valueFrom"] == {"secretKeyRef": {"name": "records-login", "key": "pass.word"}}
    assert env["DATABASE_HOST"]["valueFrom"] == {"secretKeyRef": {"name": "store.records", "key": "host"}}
    assert "value" not in env["PASSWORD"]


def test_a_secret_is_fetched_from_below_the_tenants_own_path(objects):
    """In the name of an account of the namespace, whose role ends at that path; never by a store of the cluster."""
    found = objects(AWS, identities=(FETCHES,))
    external = found["ExternalSecret/records-login"].value["spec"]
    store = found["SecretStore/tenant"].value
    account = found[f"ServiceAccount/{READER}"].value

    assert external["data"] == [
        {"secretKey": "pass.word", "remoteRef": {"key": f"acme-saas/{OURS}/records-login", "property": "pass.word"}}
    ]
    assert external["target"]["creationPolicy"] == "Owner"
    assert external["secretStoreRef"] == {"kind": "SecretStore", "name": "tenant"}
    assert store["metadata"]["namespace"] == OURS
    assert store["spec"]["provider"]["aws"]["auth"]["jwt"]["serviceAccountRef"] == {"name": READER}
    assert account["automountServiceAccountToken"] is False
    role = account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"]
    assert role.startswith(f"arn:aws:iam::111122223333:role/{OURS}-secrets-reader-")
    assert found["ExternalSecret/store.records"].value["spec"]["target"]["name"] == "store.records"


@pytest.mark.parametrize(
    ("cloud", "cluster", "provider", "key"),
    [
        ("gcp", {"account_id": "acme-prod"}, "gcpsm", f"acme-saas_{OURS}_records-login"),
        (
            "azure",
            {
                "secrets": {"kind": "external-secrets", "address": "https://acme.vault.azure.net"},
                "client_ids": {f"{OURS}/{READER}": "0" * 36},
            },
            "azurekv",
            f"{OURS}-records-login-",
        ),
        (
            "on_premises",
            {"secrets": {"kind": "external-secrets", "address": "https://vault.example"}},
            "vault",
            f"acme-saas/{OURS}/records-login",
        ),
    ],
)
def test_every_secret_service_keeps_tenants_apart(objects, answer, *, cloud, cluster, provider, key):
    """By a path, or by the whole name, in the words of the service."""
    said = {"secrets": {"kind": "external-secrets"}, "cloud": cloud, **cluster}
    found = objects(said, (PASSWORD,), cloud=cloud)

    assert provider in found["SecretStore/tenant"].value["spec"]["provider"]
    (data,) = found["ExternalSecret/records-login"].value["spec"]["data"]
    assert data["remoteRef"]["key"].startswith(key)
    assert answer(PASSWORD.made_from[0], said, (PASSWORD,), cloud=cloud)[0] == "honoured"
    assert answer(HOST.made_from[0], said, (HOST,), cloud=cloud)[0] == "cannot"


def test_the_sign_on_has_its_secret_by_the_same_way(objects):
    """The gateway reads a Secret, which an ExternalSecret makes; without clients there is no need for it."""
    found = objects(AWS, (), sign_on=True)
    assert "ExternalSecret/acme-oidc" in found
    assert SIGN_ON in found["ExternalSecret/acme-oidc"].made_from


def test_what_is_sealed_is_passed_on(objects):
    """As it is, in the strict scope: no annotation loosens it; keys that nobody reads stay out."""
    sealed = {"records-login": {"pass.word": SEALED, "other": SEALED}}
    found = objects({"secrets": {"kind": "sealed-secrets"}}, (PASSWORD,), sealed=sealed)
    value = found["SealedSecret/records-login"].value

    assert value["spec"]["encryptedData"] == {"pass.word": SEALED}
    assert [key for key in value["metadata"]["annotations"] if "sealedsecrets" in key] == []
    assert value["metadata"]["namespace"] == OURS
    assert ("spec", "security", "sealed_secrets", "records-login") in found["SealedSecret/records-login"].made_from


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        ({"cloud_identity": "pod-identity"}, {"usePodIdentity": "true", "region": "eu-central-1"}),
        ({"cloud_identity": "irsa"}, {"region": "eu-central-1"}),
    ],
)
def test_secrets_without_a_copy_are_files(objects, cluster, expected):
    """The service is told their names, and no variable refers to a Secret."""
    found = objects({"secrets": {"kind": "csi"}, **cluster})
    parameters = found["SecretProviderClass/portal"].value["spec"]["parameters"]
    container = pod(found)["containers"][0]
    env = {each["name"]: each.get("value") for each in container["env"]}

    assert expected.items() <= parameters.items()
    assert json.loads(parameters["objects"])[1] == {
        "objectName": f"acme-saas/{OURS}/records-login",
        "objectType": "secretsmanager",
        "jmesPath": [{"path": '"pass.word"', "objectAlias": "PASSWORD"}],
    }
    assert env["PASSWORD_FILE"] == "/run/secrets/service/PASSWORD"
    assert "PASSWORD" not in env
    assert container["volumeMounts"][-1] == {"name": "secrets", "mountPath": "/run/secrets/service", "readOnly": True}
    assert pod(found)["volumes"][-1]["csi"]["volumeAttributes"] == {"secretProviderClass": "portal"}
    assert not any(key.startswith(("ExternalSecret", "SecretStore")) for key in found)


def test_a_vault_gives_files_too(objects):
    """Version 2 of its engine has `data` in the path."""
    secrets = {"kind": "csi", "provider": "vault", "address": "https://vault.example", "engine": "kv", "login": "one"}
    parameters = objects({"secrets": secrets}, (PASSWORD,))["SecretProviderClass/portal"].value["spec"]["parameters"]

    assert parameters["vaultKubernetesMountPath"] == "one"
    assert json.loads(parameters["objects"]) == [
        {
            "objectName": "PASSWORD",
            "secretPath": f"kv/data/acme-saas/{OURS}/records-login",
            "secretKey": "pass.word",
        }
    ]


@pytest.mark.parametrize(
    ("use", "cluster", "words"),
    [
        (PASSWORD, {"secrets": {"kind": "external-secrets"}}, "does not say `account_id` and `oidc_issuer`"),
        (PASSWORD, {"secrets": {"kind": "external-secrets", "provider": "vault"}}, "does not say `secrets.address`"),
        (PASSWORD, {"secrets": {"kind": "external-secrets", "provider": "gcp"}}, "does not say `account_id`"),
        (
            PASSWORD,
            {"secrets": {"kind": "external-secrets", "provider": "azure"}},
            "`secrets.address` and `client_ids.",
        ),
        (HOST, {"secrets": {"kind": "external-secrets", "provider": "gcp"}}, "is about a store"),
        (PASSWORD, {"secrets": {"kind": "sealed-secrets"}}, "which nobody has sealed for the cluster `shared-eu`"),
        (HOST, {"secrets": {"kind": "sealed-secrets"}}, "is known only once the store is made"),
        (PASSWORD, {"secrets": {"kind": "csi"}}, "has no `cloud_identity`"),
        (PASSWORD, {"secrets": {"kind": "csi", "provider": "gcp"}}, "which is not built"),
        (PASSWORD, {"secrets": {"kind": "csi", "provider": "vault"}}, "does not say its `secrets.address`"),
    ],
)
def test_a_secret_that_never_comes_is_an_error(answer, use, cluster, words):
    """Its pods would not start; the finding says what is lacking."""
    support, lack = answer(use.made_from[0], {"account_id": None, **cluster}, (use,))
    assert (support, lack.severity) == ("cannot", "error")
    assert words in lack.words


def test_the_gateway_reads_no_files(answer):
    """A sign-on needs a Secret, so a cluster without copies of secrets cannot have one."""
    support, lack = answer(SIGN_ON, {"secrets": {"kind": "csi"}, "cloud_identity": "irsa"}, (), sign_on=True)
    assert support == "cannot"
    assert "must be a Secret" in lack.words


def test_people_are_told_what_they_must_bring(world):
    """TC573, once for each Secret, where nothing does; that of the sign-on is known to be there."""
    plan, context = world(sign_on=True)
    found = [item for item in BACKEND.check(BACKEND.lower(plan, context), plan, context) if item.code == "TC573"]

    assert [item.object for item in found] == ["Secret/store.records", "Secret/records-login"]
    assert {item.severity for item in found} == {"info"}
    assert "`pass.word`" in found[1].message


@pytest.mark.parametrize("minor", ["1.30", "1.37"])
@pytest.mark.parametrize(
    "cluster",
    [
        AWS,
        {"secrets": {"kind": "external-secrets", "provider": "vault", "address": "https://vault.example"}},
        {"secrets": {"kind": "external-secrets", "provider": "azure", "address": "https://acme.vault.azure.net"}},
        {"secrets": {"kind": "external-secrets", "provider": "gcp"}, "account_id": "acme-prod"},
        {"secrets": {"kind": "sealed-secrets"}},
        {"secrets": {"kind": "csi"}, "cloud_identity": "irsa"},
        {"secrets": {"kind": "csi", "provider": "vault", "address": "https://vault.example"}},
    ],
)
def test_what_brings_secrets_is_valid(world, minor, cluster):
    """Every kind passes the schemas of its version."""
    sealed = {"records-login": {"pass.word": SEALED}}
    plan, context = world({"kubernetes": minor, **cluster}, sealed=sealed, identities=(FETCHES,))
    found = BACKEND.check(BACKEND.lower(plan, context), plan, context)
    assert [item for item in found if item.severity == "error"] == []


QUEUE = Queue("rabbitmq", "plans", 5, "secret/plans/address")
TRIGGERS = Triggers(None, QUEUE, (), (("spec", "services", "portal", "scaling", "queue"),))
ADDRESS = ("spec", "services", "portal", "scaling", "queue", "address", "from")


@pytest.fixture
def asked(make_plan, make_context, make_cluster, make_workload, lower, *, make_need, make_site):
    """What becomes of the address of a queue in a cluster: its objects by id, the answer and the findings."""

    def make(cluster, autoscaler="keda", **plan):
        context = make_context(cluster={"shared-eu": make_cluster(autoscaler=autoscaler, **cluster)})
        made = make_plan(workloads=(make_workload(triggers=TRIGGERS),), **plan)
        need = make_need("secrets", what="the address", pointer=ADDRESS)
        found = [finding.code for finding in BACKEND.check((), made, context)]
        objects = {item.id: item for item in lower(made, context)["shared-eu"]}
        return objects, BACKEND.supports(need, made, context), BACKEND.lack(need, made, context), found

    return make


def test_the_address_of_a_queue_is_brought_like_any_secret(asked):
    """KEDA reads it, so it must be there: fetched, passed on as it was sealed, or said to be for people to make."""
    objects, answer, _, _ = asked(AWS, identities=(FETCHES,))
    assert objects["ExternalSecret/plans"].value["spec"]["data"][0]["secretKey"] == "address"
    assert ADDRESS in objects["ExternalSecret/plans"].made_from
    assert answer == "honoured"
    objects, answer, _, _ = asked({"secrets": {"kind": "sealed-secrets"}}, sealed={"plans": {"address": SEALED}})
    assert objects["SealedSecret/plans"].value["spec"]["encryptedData"] == {"address": SEALED}
    assert answer == "honoured"
    objects, answer, _, found = asked({})
    assert not any("Secret/" in id_ for id_ in objects)
    assert "TC573" in found


def test_the_address_of_a_queue_that_cannot_be_brought_is_said(asked):
    """Sealed by nobody, or only in files of pods; without KEDA nobody asks for it."""
    _, answer, lack, _ = asked({"secrets": {"kind": "sealed-secrets"}})
    assert (answer, lack.severity) == ("cannot", "error")
    _, answer, lack, _ = asked({"secrets": {"kind": "csi"}, "cloud_identity": "irsa"})
    assert answer == "cannot"
    assert "which KEDA reads" in lack.words
    _, answer, _, found = asked({"secrets": {"kind": "sealed-secrets"}}, autoscaler="hpa")
    assert answer == "honoured"
    assert "TC573" not in found
