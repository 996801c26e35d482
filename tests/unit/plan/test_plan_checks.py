"""The checks of plans: for every code a tenant that is wrong, where it is shown, and tenants that are right."""

from __future__ import annotations

import re

import pytest

from tenant_compiler.plan.planner import make_plan
from tenant_compiler.plan.plugin import tenant_compiler_checks

DIGEST = "@sha256:" + "0" * 64
HOSTS = {"hosts": ["a.acme.example"]}


@pytest.fixture
def found(project):
    """What the checks of plans find in a tenant with these settings: code, pointer in the file, message and help."""

    def make(name="acme", **spec):
        project.tenant(name, **spec)
        findings = [finding for finding in project.one().diagnostics if finding.code < "TC4"]
        assert all(finding.place.file == f"tenants/{name}.yaml" for finding in findings)
        return [
            (finding.code, finding.place.pointer[1:], finding.message + "; " + finding.help) for finding in findings
        ]

    return make


def test_a_sound_tenant_has_no_finding(found, service):
    """Everything that is checked, in order."""
    services = {
        "portal": service(calls=["search"], uses=["db", "files"], expose=HOSTS, env={"LOG_LEVEL": "info"}),
        "search": service(scaling={"minimum": 2, "maximum": 4}, resources={"limits": {"cpu_cores": 1}}),
        "nightly": service(kind="cron", schedule="15 2 * * *"),
    }
    assert found(services=services, data={"sql": {"db": {}}, "object": {"files": {}}}) == []


@pytest.mark.parametrize(
    ("name", "words"), [("default", "reserved"), ("kubernetes", "reserved"), ("kube-dns", "reserved")]
)
def test_names_of_the_platform_are_reserved(found, name, words):
    """TC315, at the name."""
    ((code, pointer, text),) = found(name)
    assert (code, pointer) == ("TC315", ("name",))
    assert words in text


def test_a_name_that_is_too_long_with_its_environment_ends_in_a_hash(project):
    """Prefix, tenant and environment together are a DNS label; names that differ at the end stay different."""
    environments = {"e" * 30: {}, "e" * 30 + "x": {}}
    with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
        text = file.read()
    sections = "\n".join(f"[environments.{name}]" for name in environments)
    project.write("tenant-compile.toml", text.replace("[environments.staging]", sections))
    project.tenant("a" * 40, environments=environments)
    result = project.one()
    assert [finding.code for finding in result.diagnostics if finding.severity == "error"] == []
    names = [each.plan.name for each in result.environments]
    assert [len(name) for name in names] == [63, 63]
    assert all(re.fullmatch("t-a{40}-e{11}-[0-9a-f]{8}", name) for name in names)
    assert len(set(names)) == 2


@pytest.mark.parametrize(
    ("services", "pointer", "words"),
    [
        ({"portal": {"calls": ["serch"]}, "search": {}}, ("services", "portal", "calls", 0), "did you mean `search`"),
        ({"portal": {"calls": ["job"]}, "job": {"kind": "worker"}}, ("services", "portal", "calls", 0), "kind worker"),
        ({"job": {"kind": "worker", "expose": HOSTS}}, ("services", "job", "expose"), "no port to expose"),
    ],
)
def test_what_is_called_must_exist_and_listen(found, service, services, pointer, words):
    """TC310, at the call."""
    services = {name: service(**fields) for name, fields in services.items()}
    ((code, where, text),) = found(services=services)
    assert (code, where) == ("TC310", pointer)
    assert words in text


def test_an_objective_is_about_a_service_that_exists(found, service):
    """TC310, at the objective's service."""
    slos = {"up": {"service": "portl", "objective_percent": 99.9}}
    ((code, where, text),) = found(services={"portal": service()}, monitoring={"slos": slos})
    assert (code, where) == ("TC310", ("monitoring", "slos", "up", "service"))
    assert "`portal`" in text


def test_what_is_used_must_exist(found, service):
    """TC311, with a near match or the word that there is none at all."""
    ((code, where, text),) = found(services={"a": service(uses=["db"])})
    assert (code, where) == ("TC311", ("services", "a", "uses", 0))
    assert "there is no store at all" in text


def test_a_store_has_its_name_alone(found):
    """TC311: `uses` could mean either."""
    findings = found(data={"sql": {"files": {}}, "object": {"files": {}}})
    assert ("TC311", ("data", "object", "files")) in [item[:2] for item in findings]


def test_a_cron_service_needs_its_schedule(found, service):
    """TC204, at the service."""
    assert [item[:2] for item in found(services={"job": service(kind="cron")})] == [("TC204", ("services", "job"))]


@pytest.mark.parametrize(
    ("hosts", "pointer"),
    [
        ({"a": ["a.other.example"]}, ("services", "a", "expose", "hosts", 0)),
        ({"a": ["notacme.example"]}, ("services", "a", "expose", "hosts", 0)),
        ({"a": ["x.acme.example", "x.acme.example"]}, ("services", "a", "expose", "hosts", 1)),
        ({"a": ["x.acme.example"], "b": ["y.acme.example", "x.acme.example"]}, ("services", "b", "expose", "hosts", 1)),
    ],
)
def test_hosts_lie_below_the_tenants_domains_and_stand_once(found, service, hosts, pointer):
    """TC312, at the very host."""
    services = {name: service(expose={"hosts": names}) for name, names in hosts.items()}
    findings = found(services=services)
    assert [item[:2] for item in findings] == [("TC312", pointer)]


@pytest.mark.parametrize("host", ["acme.example", "a.b.acme.example", "shop.brand.example"])
def test_hosts_at_or_below_a_domain_are_the_tenants(found, service, host):
    """The domain itself, anything below, and the brand's."""
    findings = found(
        services={"a": service(expose={"hosts": [host]})}, branding={"name": "B", "domains": ["brand.example"]}
    )
    assert findings == []


@pytest.mark.parametrize(
    ("image", "codes"),
    [
        ("registry.acme.example/apps/a:1" + DIGEST, []),
        ("registry.acme.example/apps/a:1", ["TC313"]),
        ("registry.acme.example/appsecret/a:1" + DIGEST, ["TC314"]),
        ("registry.acme.example.evil.example/apps/a" + DIGEST, ["TC314"]),
        ("nginx", ["TC313", "TC314"]),
    ],
)
def test_images_are_pinned_and_from_allowed_registries(found, image, codes):
    """TC313 and TC314, at the image; a registry is a whole part of the path, not how it starts."""
    images = {"registries": ["registry.acme.example/apps"], "digests_required": True}
    findings = found(services={"a": {"image": image}}, security={"images": images})
    assert [item[0] for item in findings] == codes
    assert {item[1] for item in findings} <= {("services", "a", "image")}


def test_a_minimum_above_its_maximum_is_no_range(found, service):
    """TC316, at the minimum."""
    findings = found(services={"a": service(scaling={"minimum": 5, "maximum": 2})})
    assert [item[:2] for item in findings] == [("TC316", ("services", "a", "scaling", "minimum"))]


@pytest.mark.parametrize(
    ("requests", "limits", "field"),
    [({"cpu_cores": 1}, {"cpu_cores": 0.5}, "cpu_cores"), ({"memory_gb": 2}, {"memory_gb": 1}, "memory_gb")],
)
def test_a_limit_is_not_below_its_request(found, service, requests, limits, field):
    """TC316, at the limit."""
    findings = found(services={"a": service(resources={"requests": requests, "limits": limits})})
    assert [item[:2] for item in findings] == [("TC316", ("services", "a", "resources", "limits", field))]


@pytest.mark.parametrize(
    ("cloud", "regions", "words"),
    [
        ("aws", {"eu-central-1": {"role": "standby"}}, "none is"),
        ("aws", {"eu-central-1": {}, "eu-west-1": {}}, "eu-central-1 and eu-west-1 are"),
        ("aws", {"eu-centrl-1": {}}, "did you mean `eu-central-1`"),
        ("azure", {"eu-central-1": {}}, "the cloud azure has no region"),
        ("on_premises", {"dc-1": {}}, "any cluster profile on premises"),
    ],
)
def test_regions_exist_and_one_is_primary(found, cloud, regions, words):
    """TC318, at the regions or at the region."""
    findings = found(placement={"cloud": cloud, "regions": regions})
    assert [item[0] for item in findings] == ["TC318"]
    assert words in findings[0][2]


@pytest.mark.parametrize(("strict", "severity"), [(True, "error"), (False, "warning")])
def test_a_region_outside_the_residency_is_refused_or_reported(project, strict, severity):
    """TC319: as strict as the tenant says."""
    residency = {"jurisdictions": ["EU", "CH"], "strict": strict}
    project.tenant(placement={"cloud": "aws", "regions": {"us-east-1": {}}, "residency": residency})
    (found,) = (finding for finding in project.one().diagnostics if finding.code == "TC319")
    assert found.severity == severity
    assert found.place.pointer == ("spec", "placement", "regions", "us-east-1")
    assert "outside EU, CH" in found.message


def test_a_region_that_nobody_knows_the_jurisdiction_of_is_outside(found):
    """What cannot be shown to lie inside does not."""
    residency = {"jurisdictions": ["EU"]}
    findings = found(placement={"cloud": "aws", "regions": {"sa-east-1": {}}, "residency": residency})
    assert [item[0] for item in findings] == ["TC319"]


def test_a_region_inside_the_residency_is_fine(found):
    """Every jurisdiction of the list counts."""
    residency = {"jurisdictions": ["US", "EU"]}
    assert found(placement={"cloud": "aws", "regions": {"eu-central-1": {}}, "residency": residency}) == []


@pytest.mark.parametrize(
    ("region", "cluster", "words"),
    [
        ("eu-central-1", "shared-us", "did you mean `shared-eu`"),
        ("eu-west-1", "shared-eu", "stands in aws eu-central-1, not in aws eu-west-1"),
    ],
)
def test_a_named_cluster_exists_and_stands_in_the_region(found, region, cluster, words):
    """TC321, at the name."""
    findings = found(placement={"cloud": "aws", "regions": {region: {"cluster_profile": cluster}}})
    (item,) = findings
    assert item[:2] == ("TC321", ("placement", "regions", region, "cluster_profile"))
    assert words in item[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter2"),
        ("API_KEY", "x"),
        ("GITHUB_TOKEN", "x"),
        ("AWS_CREDENTIALS", "x"),
        ("URL", "postgres://user:pass@db.example/x"),
        ("KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("PEM", "-----BEGIN RSA PRIVATE KEY-----"),
        ("A", "ghp_" + "a" * 36),
        ("B", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig"),
        ("C", "xoxb-123456789012-abc"),
    ],
)
def test_what_looks_like_a_secret_is_one(found, service, name, value):
    """TC320, at the variable; its value is never in the message."""
    findings = found(services={"a": service(env={"LOG_LEVEL": "info", name: value})})
    assert [item[:2] for item in findings] == [("TC320", ("services", "a", "env", name))]
    assert len(value) < 4 or value not in findings[0][2]


@pytest.mark.parametrize(
    ("name", "value"),
    [("LOG_LEVEL", "info"), ("TOKENIZER", "bpe"), ("DB_PASSWORD", ""), ("URL", "https://a.example/x"), ("GH", "ghost")],
)
def test_ordinary_settings_are_no_secrets(found, service, name, value):
    """Names and values that only resemble one, and a variable that is empty."""
    assert found(services={"a": service(env={name: value})}) == []


@pytest.mark.parametrize(
    "egress", [{"reason": "mail"}, {"host": "a.example", "cidr": "203.0.113.0/24", "reason": "mail"}]
)
def test_a_way_out_leads_to_a_host_or_to_a_range(found, egress):
    """TC322: neither and both are mistakes."""
    findings = found(security={"network": {"egress": {"mail": egress}}})
    assert [item[:2] for item in findings] == [("TC322", ("security", "network", "egress", "mail"))]


def test_every_check_gives_only_the_codes_that_it_names(project, service):
    """A code that is not in the list could not be selected or explained."""
    project.tenant(
        services={"a": service(calls=["x"], uses=["y"], scaling={"minimum": 2, "maximum": 1}, env={"TOKEN": "x"})},
        placement={
            "cloud": "aws",
            "regions": {"nowhere": {"cluster_profile": "none"}},
            "residency": {"jurisdictions": ["EU"]},
        },
    )
    session = project.session()
    (document,), _ = session.files.read("tenants/acme.yaml")
    resolved, _ = session.tools.resolver.resolve(document, "production")
    plan = make_plan(resolved, session.workspace.config)
    given = 0
    for check in tenant_compiler_checks():
        codes = [finding.code for finding in check.check(plan, session.tools.context)]
        assert set(codes) <= set(check.codes)
        given += len(codes)
    assert given >= 6
