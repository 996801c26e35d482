"""Databases: size, TLS, logs, encryption, and what keeps them from being lost."""

from __future__ import annotations

import re

import pytest

from tenant_compiler.backends.terraform.aws.classes import CLASSES, Demand, choose, demand


def _instance(content, name="records"):
    return content["resource"]["aws_db_instance"][name]


def _parameters(content, name="records"):
    group = content["resource"]["aws_db_parameter_group"][name]
    return {parameter["name"]: parameter["value"] for parameter in group["parameter"]}


def test_a_database_is_hard_to_lose(lower):
    """Deletion is refused twice, backups outlive the instance, and a last snapshot is made."""
    instance = _instance(lower())

    assert instance["lifecycle"] == {"prevent_destroy": True}
    assert instance["deletion_protection"] is True
    assert instance["skip_final_snapshot"] is False
    assert instance["final_snapshot_identifier"] == f"{instance['identifier']}-final"
    assert instance["delete_automated_backups"] is False
    assert instance["backup_retention_period"] == 14


def test_a_database_is_encrypted_and_private(lower):
    """Storage and password are under the tenant's key, and there is no public address."""
    instance = _instance(lower())

    assert instance["storage_encrypted"] is True
    assert instance["kms_key_id"] == instance["master_user_secret_kms_key_id"] == "${aws_kms_key.tenant.arn}"
    assert instance["manage_master_user_password"] is True
    assert "password" not in instance
    assert instance["publicly_accessible"] is False


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_database_takes_tls_only(version, lower):
    """Clients must use TLS of the tenant's minimum."""
    parameters = _parameters(lower(keys={"tls_minimum": version}))

    assert parameters["rds.force_ssl"] == "1"
    assert parameters["ssl_min_protocol_version"] == f"TLSv{version}"


def test_audit_logs_go_to_the_log_service(lower):
    """With audit logging, connections and changing statements are logged and exported; without, they are not."""
    logged, silent = lower(audit_logging=True), lower(audit_logging=False)
    words = {"log_connections": "1", "log_disconnections": "1", "log_statement": "mod"}

    assert words.items() <= _parameters(logged).items()
    assert _instance(logged)["enabled_cloudwatch_logs_exports"] == ["postgresql", "upgrade"]
    assert words.keys().isdisjoint(_parameters(silent))
    assert "enabled_cloudwatch_logs_exports" not in _instance(silent)


def test_connections_are_the_stores_share(lower, make_sql_store):
    """The share of the quota is the limit of the database; unlimited leaves RDS' own."""
    assert _parameters(lower(sql=(make_sql_store(connections=17),)))["max_connections"] == "17"
    assert "max_connections" not in _parameters(lower(sql=(make_sql_store(connections=None),)))


def test_static_parameters_wait_for_a_restart(lower):
    """RDS refuses `immediate` for parameters that PostgreSQL reads at start only."""
    group = lower()["resource"]["aws_db_parameter_group"]["records"]
    waiting = {item["name"] for item in group["parameter"] if item["apply_method"] == "pending-reboot"}

    assert waiting == {"rds.force_ssl", "max_connections"}


@pytest.mark.parametrize(
    ("start", "most", "ceiling"),
    [(500, 5000, 5000), (500, None, 65536), (500, 90000, 65536), (100, 110, 110), (100, 109, None), (100, 50, None)],
)
def test_storage_grows_up_to_the_quota(start, most, ceiling, lower, make_sql_store):
    """Storage starts as written and may grow to the quota, RDS' own end, or not at all where RDS would refuse."""
    instance = _instance(lower(sql=(make_sql_store(storage_gb=start, maximum_storage_gb=most),)))

    assert (instance["storage_type"], instance["allocated_storage"]) == ("gp3", start)
    assert instance.get("max_allocated_storage") == ceiling


@pytest.mark.parametrize("available", [True, False])
def test_high_availability_is_a_second_zone(available, lower, make_sql_store):
    """A standby in another zone, if the tenant wants one."""
    assert _instance(lower(sql=(make_sql_store(high_availability=available),)))["multi_az"] is available


def test_a_new_major_version_gets_parameters_of_its_own(lower, make_sql_store):
    """The group's name and family follow the version, and the new group is there before the old one goes."""
    group = lower(sql=(make_sql_store(version="17"),))["resource"]["aws_db_parameter_group"]["records"]

    assert group["family"] == "postgres17"
    assert group["name"].endswith("-pg17")
    assert group["lifecycle"] == {"create_before_destroy": True}


def test_names_fit_rds(lower, make_sql_store):
    """Long names give identifiers of at most 63 characters with single dashes that start with a letter."""
    content = lower(name="t-" + "a" * 100, sql=(make_sql_store("s" * 63),))

    assert re.fullmatch(r"[a-z](-?[a-z0-9])+", _instance(content, "s" * 63)["identifier"])
    assert len(_instance(content, "s" * 63)["identifier"]) <= 63


@pytest.mark.parametrize(
    ("cores", "connections", "name"),
    [
        (1, 20, "db.t4g.small"),
        (0, 1, "db.t4g.micro"),
        (2, 20, "db.m7g.large"),
        (32, 200, "db.m7g.2xlarge"),
        (8, 1500, "db.r7g.large"),
        (128, 5000, "db.m7g.8xlarge"),
        (None, 200, "db.r7g.16xlarge"),
        (1, None, "db.r7g.16xlarge"),
        (4000, 200, "db.r7g.16xlarge"),
    ],
)
def test_the_cheapest_class_that_fits_is_chosen(cores, connections, name, lower, make_sql_store):
    """Connections need memory, the tenant's CPU quota gives vCPUs; unlimited gets the largest."""
    content = lower(quotas={"cpu_cores": cores}, sql=(make_sql_store(connections=connections),))

    assert _instance(content)["instance_class"] == name


def test_databases_share_the_cpu(make_tf_plan, make_sql_store):
    """Two databases of a tenant get half each."""
    one, two = make_sql_store("one"), make_sql_store("two")

    assert demand(make_tf_plan(sql=(one,)), one).milli_vcpus == 8000
    assert demand(make_tf_plan(sql=(one, two)), one).milli_vcpus == 4000


def test_no_class_is_passed_over_for_a_dearer_one():
    """Whatever is asked, nothing before the chosen class is large enough, and the chosen one is."""
    for cpu in range(0, 64_001, 1600):
        for memory in range(0, 512 * 1024 + 1, 16 * 1024):
            chosen = choose(Demand(cpu, memory))
            large = [item for item in CLASSES if item.milli_vcpus >= cpu and item.memory_mib >= memory]
            assert chosen == large[0]


def test_the_table_is_in_the_order_of_cost():
    """By what a vCPU of m7g costs (r7g: 1.42 times that, t4g less than any), no class is dearer than the next."""
    cost = [
        item.milli_vcpus * (1.42 if ".r7g." in item.name else 1.0) if ".t4g." not in item.name else item.memory_mib / 99
        for item in CLASSES
    ]

    assert cost == sorted(cost)
    assert len({item.name for item in CLASSES}) == len(CLASSES)
