"""What the fields of a tenant mean: the plan of small tenants, field by field."""

from __future__ import annotations

import pytest

from tenant_compiler.plan.planner import DEFAULT_CPU_PERCENT


@pytest.fixture
def load(plan, service):
    """Plan the workload of one service."""

    def make(**fields):
        services = {"portal": service(**fields)}
        return plan(services=services, data={"sql": {"db": {}}}).workloads[0]

    return make


def test_objects_are_named_with_prefix_tenant_and_environment(plan):
    """One name for namespaces, buckets and roots."""
    assert plan().name == "t-acme-production"


def test_a_tenant_without_a_display_name_is_shown_by_its_name(plan):
    """Dashboards always have something to call it."""
    assert plan().display_name == "acme"
    assert plan(display_name="ACME GmbH").display_name == "ACME GmbH"


def test_hosts_may_lie_below_the_domains_of_the_brand(plan):
    """Both lists count."""
    assert plan(branding={"name": "B", "domains": ["b.example"]}).domains == ("acme.example", "b.example")


def test_unlimited_is_none_and_a_number_is_itself(plan):
    """No number stands for infinity in a plan."""
    made = plan(
        tier="white_label",
        owner={"team": "t", "email": "t@acme.example"},
        branding={"name": "B", "domains": ["b.example"]},
        quotas={"cpu_cores": 2.5},
    )
    assert made.quotas["cpu_cores"] == 2.5
    assert made.quotas["memory_gb"] is None
    assert len(made.quotas) == 10


@pytest.mark.parametrize(
    ("cores", "millicores"), [(0.1, 100), (0.3, 300), (0.0015, 2), (1, 1000), (0.5, 500), (1.1, 1100), (2.675, 2675)]
)
def test_cores_become_millicores_rounded_up(load, cores, millicores):
    """Binary fractions never add one."""
    assert load(resources={"requests": {"cpu_cores": cores}}).requests.millicores == millicores


def test_memory_becomes_mebibytes_rounded_up(load):
    """A gigabyte of the vocabulary is 1024 MiB."""
    made = load(resources={"requests": {"memory_gb": 0.3, "ephemeral_storage_gb": 1}})
    assert (made.requests.memory_mib, made.requests.ephemeral_mib) == (308, 1024)


def test_a_limit_that_is_not_said_is_the_request(load):
    """Each amount by itself."""
    made = load(resources={"requests": {"cpu_cores": 0.5, "memory_gb": 1}, "limits": {"cpu_cores": 1}})
    assert (made.limits.millicores, made.limits.memory_mib, made.limits.ephemeral_mib) == (1000, 1024, None)


def test_a_service_that_says_nothing_of_resources_gets_a_little(load):
    """A tenth of a core and an eighth of a gigabyte."""
    assert load().requests[:2] == (100, 128)


@pytest.mark.parametrize(
    ("scaling", "replicas"),
    [
        ({}, (1, 1, None)),
        ({"fixed": 3}, (3, 3, None)),
        ({"minimum": 2}, (2, 2, None)),
        ({"maximum": 4}, (1, 4, DEFAULT_CPU_PERCENT)),
        ({"minimum": 2, "maximum": 6}, (2, 6, DEFAULT_CPU_PERCENT)),
        ({"minimum": 2, "maximum": 6, "cpu_percent": 50}, (2, 6, 50)),
        ({"minimum": 2, "maximum": 2}, (2, 2, None)),
    ],
)
def test_scaling_is_a_number_or_a_range(load, scaling, replicas):
    """What is left out has one meaning."""
    assert load(scaling=scaling).replicas == replicas


def test_only_web_services_have_a_port(load):
    """Nobody can call the others."""
    assert load().port == 8080
    assert load(kind="worker").port is None
    assert load(kind="cron", schedule="15 2 * * *").port is None


def test_callers_are_the_services_that_call(plan, service):
    """The other direction of `calls`, by name."""
    made = plan(services={"b": service(calls=["c"]), "a": service(calls=["c"]), "c": service()})
    assert {load.name: load.callers for load in made.workloads} == {"b": (), "a": (), "c": ("a", "b")}


def test_a_pods_bandwidth_is_its_share_at_full_scale(plan, service):
    """All pods together never exceed the tenant's quota, and none gets nothing."""
    services = {"a": service(scaling={"fixed": 3}), "b": service(scaling={"minimum": 1, "maximum": 4})}
    made = plan(quotas={"network_bandwidth_mbps": 100}, services=services)
    assert {load.bandwidth_mbps for load in made.workloads} == {14}
    made = plan(quotas={"network_bandwidth_mbps": 1}, services=services)
    assert {load.bandwidth_mbps for load in made.workloads} == {1}


def test_databases_share_connections_and_growth(plan):
    """Each gets an equal part of the quotas."""
    made = plan(
        quotas={"database_connections": 25, "storage_gb": 100},
        data={"sql": {"a": {}, "b": {"storage_gb": 30}, "c": {}}},
    )
    assert {store.connections for store in made.sql} == {8}
    assert {store.maximum_storage_gb for store in made.sql} == {33}
    assert [store.storage_gb for store in made.sql] == [20, 30, 20]


def test_the_primary_site_comes_first_the_others_by_name(plan):
    """Whatever the order in the file."""
    regions = {"eu-west-3": {"role": "standby"}, "eu-west-1": {"role": "active"}, "eu-south-1": {"role": "primary"}}
    made = plan(placement={"cloud": "aws", "regions": regions})
    assert [site.region for site in made.sites] == ["eu-south-1", "eu-west-1", "eu-west-3"]
    assert made.primary.role == "primary"


def test_a_region_finds_the_only_cluster_that_stands_there(project, plan):
    """With two, the tenant has to name one."""
    assert plan().primary.cluster == "shared-eu"
    with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
        text = file.read()
    project.write("tenant-compile.toml", text + '\n[cluster.second-eu]\ncloud = "aws"\nregion = "eu-central-1"\n')
    assert plan().primary.cluster == ""
    regions = {"eu-central-1": {"cluster_profile": "second-eu"}}
    assert plan(placement={"cloud": "aws", "regions": regions}).primary.cluster == "second-eu"


def test_a_region_of_the_operators_own_has_the_jurisdiction_of_its_cluster(project, plan):
    """Only the cluster profile knows where the building stands."""
    with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
        text = file.read()
    more = '\n[cluster.berlin]\ncloud = "on_premises"\nregion = "dc-1"\njurisdiction = "EU"\n'
    project.write("tenant-compile.toml", text + more)
    site = plan(placement={"cloud": "on_premises", "regions": {"dc-1": {}}}).primary
    assert (site.cluster, site.jurisdiction) == ("berlin", "EU")


@pytest.mark.parametrize(("percent", "text"), [(99.9, "99.9"), (99.95, "99.95"), (99, "99"), (99.0, "99.0")])
def test_an_objective_is_the_number_that_was_written(plan, service, percent, text):
    """No binary fraction ever shows."""
    slos = {"up": {"service": "portal", "objective_percent": percent}}
    assert plan(services={"portal": service()}, monitoring={"slos": slos}).objectives[0].objective == text


def test_settings_are_what_every_workload_may_know(plan):
    """The tenant, its place and its brand, each with the line that it comes from."""
    brand = {
        "name": "Brand",
        "domains": ["b.example", "c.example"],
        "logo": "logo.svg",
        "colors": {"primary": "#112233"},
        "support_email": "help@b.example",
    }
    made = plan(display_name="ACME", branding=brand)
    assert {setting.name: setting.value for setting in made.settings} == {
        "TENANT": "acme",
        "ENVIRONMENT": "production",
        "TIER": "standard",
        "PRIMARY_REGION": "eu-central-1",
        "DISPLAY_NAME": "ACME",
        "BRAND_NAME": "Brand",
        "BRAND_DOMAINS": "b.example,c.example",
        "BRAND_LOGO": "logo.svg",
        "BRAND_SUPPORT_EMAIL": "help@b.example",
        "BRAND_COLOR_PRIMARY": "#112233",
    }


def test_a_plan_lists_what_it_needs_of_the_platform(plan, service):
    """Services, ways out, hosts, stores, keys, logs, a second region and objectives."""
    made = plan(
        tier="enterprise",
        owner={"team": "t", "email": "t@acme.example"},
        placement={"cloud": "aws", "regions": {"eu-central-1": {}, "eu-west-1": {"role": "standby"}}},
        services={"portal": service(uses=["db"], expose={"hosts": ["a.acme.example"]})},
        data={"sql": {"db": {}}, "object": {"files": {}}},
        monitoring={"slos": {"up": {"service": "portal", "objective_percent": 99.9}}},
        security={
            "encryption_level": "classified",
            "network": {
                "egress": {
                    "mail": {"host": "mail.example", "reason": "mail"},
                    "range": {"cidr": "203.0.113.0/24", "reason": "bank"},
                }
            },
        },
    )
    assert {need.feature for need in made.needs} >= {
        "workloads",
        "network.isolation",
        "egress.host",
        "egress.cidr",
        "edge.hosts",
        "edge.limits",
        "store.sql",
        "store.object",
        "keys.customer_managed",
        "keys.hsm",
        "keys.fips",
        "audit",
        "multi_region",
        "slo",
    }


def test_a_tenant_with_nothing_needs_no_workloads_and_no_stores(plan):
    """Nothing is asked for that nobody asked for."""
    features = {need.feature.partition(".")[0] for need in plan().needs}
    assert not features & {"workloads", "network", "store", "keys", "slo", "edge", "egress"}
