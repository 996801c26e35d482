"""What protects a tenant, as planned: the trail, backups, sign-on, duties, the edge, scans; and what contradicts it."""

from __future__ import annotations

import pytest

from tenant_compiler.read.schedule import longest_gap_minutes

SSO = {
    "issuer": "https://id.acme.example",
    "client_id": "acme",
    "client_secret": {"from": "secret/acme-oidc/client_secret"},
}


@pytest.fixture
def found(project):
    """The findings of a tenant with these settings: code, severity, pointer below `spec`."""

    def make(**spec):
        project.tenant(**spec)
        return [
            (finding.code, finding.severity, finding.place.pointer[1:])
            for finding in project.one().diagnostics
            if finding.code < "TC4"
        ]

    return make


def test_a_tenant_that_says_nothing_has_nothing(plan):
    """No trail, no backups, no sign-on, no duties, no scans, and an edge without protection."""
    made = plan()
    assert (made.audit, made.backup, made.identity, made.duties, made.scanning) == (None,) * 5
    assert (made.edge.firewall, made.edge.denial_of_service) == (False, False)
    assert made.other_regions == made.unused == ()
    assert [need.feature for need in made.needs] == []


def test_a_trail_is_online_for_all_its_time_in_the_primary_region_unless_said(plan):
    """Only how long it is kept must be said."""
    made = plan(security={"audit": {"retention_days": 365}}).audit
    assert made[:-1] == ((), 365, 365, False, False, "eu-central-1")
    assert made.made_from == (("spec", "security", "audit", "retention_days"),)


def test_a_trail_says_each_leaf_that_it_was_made_from(plan):
    """So a verdict about one of them finds the objects that carry it."""
    audit = {
        "events": ["data_access"],
        "online_days": 90,
        "retention_days": 365,
        "immutable": True,
        "separate_account": True,
        "sink": {"region": "eu-west-1"},
    }
    made = plan(security={"audit": audit}).audit
    assert made[:-1] == (("data_access",), 90, 365, True, True, "eu-west-1")
    assert {pointer[3:] for pointer in made.made_from} == {
        *((key,) for key in audit if key != "sink"),
        ("sink", "region"),
    }


@pytest.mark.parametrize(
    ("said", "copies", "region", "days"),
    [
        ({}, 1, "", 35),
        ({"region": "eu-west-1"}, 2, "eu-west-1", 35),
        ({"region": "eu-west-1", "copies": 3, "retention_days": 7}, 3, "eu-west-1", 7),
        ({"copies": 2}, 2, "", 35),
    ],
)
def test_a_region_for_backups_is_a_second_copy(plan, said, copies, region, days):
    """Unless the number of copies is said."""
    made = plan(backup={"schedule": "0 2 * * *", **said}).backup
    assert (made.schedule, made.copies, made.region, made.retention_days) == ("0 2 * * *", copies, region, days)
    assert {pointer[-1] for pointer in made.made_from} == {"schedule", *said}


def test_single_sign_on_makes_an_identity(plan):
    """Sessions and second factors belong to it."""
    identity = {"sso": SSO, "mfa_methods": ["webauthn"], "session_idle_minutes": 15}
    made = plan(security={"mfa_required": True, "identity": identity}).identity
    assert made[:8] == (
        "https://id.acme.example",
        "acme",
        "secret/acme-oidc/client_secret",
        "https://id.acme.example/.well-known/jwks.json",
        True,
        ("webauthn",),
        15,
        None,
    )
    assert ("spec", "security", "mfa_required") in made.made_from
    assert ("spec", "security", "identity", "sso", "client_secret", "from") in made.made_from
    elsewhere = {**identity, "sso": {**SSO, "keys_url": "https://id.acme.example/keys"}}
    assert plan(security={"identity": elsewhere}).identity.keys_url == "https://id.acme.example/keys"
    assert plan(security={"mfa_required": True, "identity": {"mfa_methods": ["totp"]}}).identity is None


def test_duties_are_those_that_have_groups(plan):
    """An empty list names nobody."""
    roles = {"deployers": ["grp-deploy"], "approvers": []}
    made = plan(change_control={"roles": roles}).duties
    assert made[:3] == (("grp-deploy",), (), ())
    assert made.made_from == (("spec", "change_control", "roles", "deployers"),)
    assert plan(change_control={"roles": {"approvers": []}}).duties is None


def test_what_is_asked_of_the_platform_has_a_need(plan, service):
    """Each protection once, at the leaf that asks for it; those of the edge only where something is exposed."""
    security = {
        "network": {"web_application_firewall": True, "ddos_protection": True},
        "identity": {"sso": SSO},
        "scanning": {"interval_days": 7},
        "audit": {"retention_days": 365},
    }
    asked = {
        "security": security,
        "backup": {"schedule": "0 2 * * *"},
        "change_control": {"roles": {"approvers": ["g"]}},
    }
    features = [need.feature for need in plan(**asked).needs]
    assert features == ["audit.trail", "access.duties", "scanning"]
    exposed = {"portal": service(expose={"hosts": ["a.acme.example"]})}
    features = [need.feature for need in plan(**asked, services=exposed, data={"object": {"scans": {}}}).needs]
    assert {"edge.sign_on", "backup", "audit.trail", "access.duties", "scanning"} < set(features)
    assert features.count("edge.firewall") == 2


@pytest.mark.parametrize("group", ["system:masters", "system:", "a\nb"])
def test_groups_of_kubernetes_itself_are_refused(found, group):
    """In every list of groups of people."""
    spec = {"change_control": {"roles": {"deployers": [group]}}}
    assert [item[0] for item in found(**spec)] == ["TC206"]


@pytest.mark.parametrize(
    ("spec", "pointer"),
    [
        ({"backup": {"schedule": "0 2 * * *", "region": "us-east-1"}}, ("backup", "region")),
        (
            {"security": {"audit": {"retention_days": 1, "sink": {"region": "us-east-1"}}}},
            ("security", "audit", "sink", "region"),
        ),
        ({"monitoring": {"logging": {"sink": {"region": "us-east-1"}}}}, ("monitoring", "logging", "sink", "region")),
    ],
)
def test_data_is_sent_to_regions_inside_the_residency_only(found, spec, pointer):
    """TC319, at the region; a region that does not exist is TC318 too."""
    placement = {"cloud": "aws", "regions": {"eu-central-1": {}}, "residency": {"jurisdictions": ["EU"]}}
    assert found(placement=placement, **spec) == [("TC319", "error", pointer)]
    free = {"cloud": "aws", "regions": {"eu-central-1": {}}}
    assert found(placement=free, **spec) == []


def test_data_is_sent_to_regions_that_exist(found):
    """TC318, at the region."""
    spec = {"backup": {"schedule": "0 2 * * *", "region": "eu-west-9"}}
    assert found(**spec) == [("TC318", "error", ("backup", "region"))]


def test_settings_without_the_one_that_they_need_are_told(found):
    """TC326 for each, as a warning; a review by people needs no trail of ours."""
    audit = {"events": ["system"], "sink": {"region": "eu-west-1"}, "review": {"every_days": 7}}
    assert found(backup={"immutable": True}, security={"audit": audit}) == [
        ("TC326", "warning", ("backup", "immutable")),
        ("TC326", "warning", ("security", "audit", "events")),
        ("TC326", "warning", ("security", "audit", "sink")),
    ]


def test_times_that_contradict_each_other_are_refused(found):
    """TC327: online for longer than kept, locked for longer than alive, locked without versions."""
    base = ("data", "object", "scans", "object_lock_days")
    assert found(security={"audit": {"retention_days": 30, "online_days": 31}}) == [
        ("TC327", "error", ("security", "audit", "online_days"))
    ]
    for store in ({"lifecycle_days": 9}, {"versioning": False}):
        assert found(data={"object": {"scans": {"object_lock_days": 10, **store}}}) == [("TC327", "error", base)]
    sound = {"scans": {"object_lock_days": 10, "lifecycle_days": 10}}
    assert found(security={"audit": {"retention_days": 30, "online_days": 30}}, data={"object": sound}) == []


def test_days_that_never_were_are_refused_in_the_resolved_tenant(found):
    """TC213, with the line of the tenant."""
    compliance = {"attestations": {"penetration_test": {"date": "2026-02-30"}}}
    pointer = ("compliance", "attestations", "penetration_test", "date")
    assert found(compliance=compliance) == [("TC213", "error", pointer)]


POINT = ("spec", "placement", "disaster_recovery", "recovery_point_minutes")


@pytest.fixture
def recovery(project, service):
    """The findings about the recovery point of a tenant with volumes: severity, place in the file, message and help."""

    def make(minutes, schedule, storage):
        place = {"cloud": "aws", "regions": {"eu-central-1": {}}}
        place["disaster_recovery"] = {} if minutes is None else {"recovery_point_minutes": minutes}
        backup = {"schedule": schedule} if schedule else {}
        project.tenant(placement=place, backup=backup, services={"app": service(storage=storage)})
        return [
            (finding.severity, finding.place.pointer, finding.message, finding.help)
            for finding in project.one().diagnostics
            if finding.code == "TC328"
        ]

    return make


DISK = {"size_gb": 5, "mount": "/data"}


def test_a_volume_is_backed_up_as_often_as_the_recovery_point_asks_for(recovery):
    """Told with both numbers, at the promise that nothing keeps; a database keeps its changes besides."""
    (one,) = recovery(60, "0 2 * * *", {"files": DISK})
    assert one[:2] == ("warning", POINT)
    assert one[2] == (
        'a disaster may cost the changes of 60 minutes, but backup.schedule "0 2 * * *" leaves the volume `app.files`'
        " without a backup for 1440 minutes"
    )
    assert one[3] == 'write `backup: {schedule: "0 * * * *"}`, or raise recovery_point_minutes to 1440'
    assert recovery(60, "0 2 * * *", {}) == []
    assert recovery(1440, "0 2 * * *", {"files": DISK}) == recovery(None, "0 2 * * *", {"files": DISK}) == []


def test_a_volume_that_nothing_backs_up_has_no_recovery_point(recovery):
    """Where there are several, the first is named."""
    (one,) = recovery(10000, "", {"files": DISK, "more": {**DISK, "mount": "/more"}})
    assert "nothing backs up the volume `app.files` and 1 more" in one[2]
    assert one[3] == 'write `backup: {schedule: "0 2 * * *"}`'


@pytest.mark.parametrize(
    ("minutes", "schedule"),
    [(0, "* * * * *"), (1, "* * * * *"), (29, "*/20 * * * *"), (59, "*/30 * * * *"), (300, "0 */4 * * *")],
)
def test_the_schedule_that_help_names_is_often_enough(recovery, minutes, schedule):
    """As far as cron can: there is nothing between two minutes."""
    (one,) = recovery(minutes, "0 2 * * 0", {"files": DISK})
    assert f'"{schedule}"' in one[3]
    assert longest_gap_minutes(schedule) <= max(minutes, 1)
