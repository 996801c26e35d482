"""How a tenant is run, as planned: traces, what is taken out of them, and where its namespace is backed up."""

from __future__ import annotations

import pytest

AT = ("spec", "monitoring")


def test_nobody_who_says_nothing_has_traces(plan):
    """No share, and no need."""
    made = plan()
    assert made.tracing is None
    assert not [need for need in made.needs if need.feature.startswith("tracing")]


def test_all_traces_are_kept_unless_said(plan):
    """A time alone asks for the traces of all requests, without those beyond a share."""
    made = plan(monitoring={"tracing": {"retention_days": 7}}).tracing
    assert (made.sampling_percent, made.keep_errors, made.retention_days, made.redact) == (100, False, 7, ())
    assert made.made_from == made.kept_from == ((*AT, "tracing", "retention_days"),)


def test_each_promise_is_a_need_at_its_own_line(plan):
    """The share, the errors beyond it, what is taken out, and the time."""
    made = plan(
        monitoring={
            "tracing": {"sampling_percent": 10, "keep_errors": True, "retention_days": 7},
            "logging": {"redact": ["ssn"]},
        }
    )
    needs = {need.feature: need.pointer for need in made.needs if need.feature.startswith("tracing")}
    assert needs == {
        "tracing": (*AT, "tracing", "sampling_percent"),
        "tracing.errors": (*AT, "tracing", "keep_errors"),
        "tracing.redaction": (*AT, "logging", "redact"),
        "tracing.retention": (*AT, "tracing", "retention_days"),
    }
    assert made.tracing.made_from == (
        (*AT, "tracing", "sampling_percent"),
        (*AT, "tracing", "keep_errors"),
        (*AT, "logging", "redact"),
    )


def test_what_is_taken_out_needs_no_word_about_traces(plan):
    """Records are read by the same collector."""
    made = plan(monitoring={"logging": {"redact": ["ssn"]}})
    assert [need.feature for need in made.needs if need.feature.startswith("tracing")] == ["tracing.redaction"]
    assert made.tracing.made_from == ((*AT, "logging", "redact"),)


def test_errors_need_nothing_more_where_all_traces_are_kept(plan):
    """They are among them."""
    made = plan(monitoring={"tracing": {"sampling_percent": 100, "keep_errors": True}})
    assert "tracing.errors" not in [need.feature for need in made.needs]


def test_services_read_the_header_of_a_request(plan):
    """As a public setting."""
    settings = {each.name: each.value for each in plan(monitoring={"logging": {"correlation_header": "x-id"}}).settings}
    assert settings["CORRELATION_HEADER"] == "x-id"


@pytest.fixture
def velero(project):
    """A workspace whose cluster backs up to a region."""

    def make(region, kind="velero", copies=()):
        with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
            text = file.read()
        where = f'region = "{region}", copies = {list(copies)}'
        backup = f'backup = {{ kind = "{kind}", bucket = "acme-backup", {where} }}\n'
        project.write("tenant-compile.toml", text + backup)

    return make


def test_the_bucket_of_the_cluster_lies_inside_the_residency(project, velero, service):
    """A tenant whose namespace would be backed up outside is refused; one without backups is not."""
    velero("us-east-1")
    inside = {
        "cloud": "aws",
        "regions": {"eu-central-1": {}},
        "residency": {"jurisdictions": ["EU"], "strict": True},
    }
    project.tenant(placement=inside, services={"app": service()}, backup={"schedule": "0 2 * * *"})
    found = [finding for finding in project.one().diagnostics if finding.code == "TC319"]
    assert [(finding.severity, finding.place.pointer) for finding in found] == [
        ("error", ("spec", "backup", "schedule"))
    ]
    project.tenant(placement=inside, services={"app": service()})
    assert "TC319" not in project.codes()


def test_a_bucket_takes_data_into_every_region_that_it_is_copied_to(plan, velero, service):
    """A copy outside of the residency is as much outside as the bucket would be."""
    velero("eu-west-1", copies=["us-east-1"])
    made = plan(services={"app": service()}, backup={"schedule": "0 2 * * *"})
    assert [(other.region, other.jurisdiction) for other in made.other_regions] == [
        ("eu-west-1", "EU"),
        ("us-east-1", "US"),
    ]


def test_a_cluster_that_backs_up_nothing_sends_nothing_anywhere(plan, velero, service):
    """Its bucket does not count."""
    velero("us-east-1", "none")
    assert plan(services={"app": service()}, backup={"schedule": "0 2 * * *"}).other_regions == ()


def test_a_key_of_ones_own_is_needed_for_backups_of_the_namespace(plan, service):
    """Where there is a schedule, and something runs."""
    features = [
        need.feature
        for need in plan(
            services={"app": service()}, backup={"schedule": "0 2 * * *"}, security={"encryption_level": "enhanced"}
        ).needs
    ]
    assert "backup.key" in features


def test_volumes_with_a_schedule_need_something_that_backs_them_up(plan, service):
    """A service without volumes does not, nor do volumes that nobody promises to back up."""
    disks = service(storage={"files": {"size_gb": 5, "mount": "/data"}})
    nightly = {"schedule": "0 2 * * *"}

    def needed(**spec):
        return [need.pointer for need in plan(**spec).needs if need.feature == "backup.volumes"]

    assert needed(services={"app": disks}, backup=nightly) == [("spec", "backup", "schedule")]
    assert needed(services={"app": disks}) == needed(services={"app": service()}, backup=nightly) == []


def test_copies_and_locks_of_volumes_backups_are_asked_for_by_what_is_said(plan, service):
    """More than one copy, by its number or its region; a lock when it is wanted."""
    disks = service(storage={"files": {"size_gb": 5, "mount": "/data"}})

    def needed(**said):
        made = plan(services={"app": disks}, backup={"schedule": "0 2 * * *", **said})
        return [(need.feature, need.pointer[-1]) for need in made.needs if need.feature.startswith("backup.")][1:]

    assert needed() == needed(copies=1, immutable=False) == []
    assert needed(copies=3) == [("backup.copies", "copies")]
    assert needed(region="eu-west-1") == [("backup.copies", "region")]
    assert needed(immutable=True) == [("backup.immutable", "immutable")]


def test_times_for_changes_are_planned_by_name(plan, service):
    """In the zone that is said, else in UTC; each leads to its own line."""
    windows = {
        "weekend": {"days": ["sat", "sun"], "start": "01:00", "end": "05:00", "timezone": "Europe/Berlin"},
        "night": {"days": ["mon"], "start": "23:00", "end": "01:00"},
    }
    made = plan(services={"app": service()}, change_control={"maintenance_windows": windows})
    found = {window.name: window for window in made.windows}
    assert found["weekend"].days == ("sat", "sun")
    assert (found["weekend"].timezone, found["night"].timezone) == ("Europe/Berlin", "Etc/UTC")
    at = ("spec", "change_control", "maintenance_windows")
    assert found["night"].made_from == ((*at, "night"),)
    assert [need.pointer for need in made.needs if need.feature == "change.windows"] == [at]


def test_scans_are_planned_where_somebody_asks_for_them(plan, service):
    """Every week unless said; tests of services only where some are exposed."""
    app = {"app": service()}
    assert plan(services=app, security={"vulnerability_scanning": False}).scans is None
    made = plan(services=app, security={"vulnerability_scanning": True, "penetration_testing": True})
    assert made.scans.interval_days == 7
    assert made.scans.images_from == (("spec", "security", "vulnerability_scanning"),)
    assert [need.feature for need in made.needs if need.feature.startswith("scanning.")] == ["scanning.images"]
    exposed = {"app": service(expose={"hosts": ["a.acme.example"]})}
    made = plan(services=exposed, security={"penetration_testing": True, "scanning": {"interval_days": 3}})
    assert (made.scans.interval_days, made.scans.images_from) == (3, ())
    assert [need.feature for need in made.needs if need.feature.startswith("scanning.")] == ["scanning.services"]
