"""The way in, as planned: allow-list, geo fence, paths and groups; and what is refused of them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_compiler.plan.countries import COUNTRIES, GROUPS, MEANT
from tenant_compiler.plan.entrance import MAXIMUM_RANGES, _merged

SECURITY = ("spec", "security")
LIST = ("security", "ip_whitelist")
ON = {"ip_whitelist_enabled": True}


@pytest.fixture
def found(project):
    """The findings of a tenant with these settings: code, severity, pointer below `spec`; and their words."""

    def make(**spec):
        project.tenant(**spec)
        return [
            (finding.code, finding.severity, finding.place.pointer[1:], f"{finding.message}; {finding.help}")
            for finding in project.one().diagnostics
            if finding.code < "TC4"
        ]

    return make


@pytest.fixture
def listed(found):
    """The findings of an allow-list."""
    return lambda *cidrs, **spec: found(security={**ON, "ip_whitelist": list(cidrs)}, **spec)


def test_a_list_that_is_not_on_is_none(plan):
    """Clients come from anywhere; the ranges have no effect, which is said elsewhere."""
    assert plan(security={"ip_whitelist": ["203.0.113.0/24"]}).allow_list is None
    assert plan(security={"ip_whitelist_enabled": False}).allow_list is None


def test_a_list_holds_what_was_said(plan):
    """In its order, so that a finding about an entry stands at its line."""
    said = ["203.0.113.128/25", "2001:db8::/48", "203.0.113.0/25"]
    made = plan(security={**ON, "ip_whitelist": said}).allow_list

    assert made.cidrs == tuple(said)
    assert made.made_from == ((*SECURITY, "ip_whitelist_enabled"), (*SECURITY, "ip_whitelist"))


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(20, 32)), min_size=1, max_size=30))
def test_merging_changes_no_address(pairs):
    """The merged ranges hold exactly the addresses that were said, and do not overlap."""
    said = [ipaddress.ip_network((address, length), strict=False) for address, length in pairs]
    merged = [ipaddress.ip_network(text) for text in _merged([str(network) for network in said])]

    assert all(any(network.subnet_of(wide) for wide in merged) for network in said)
    addresses = {(int(each.network_address) + step) for each in said for step in range(each.num_addresses)}
    assert sum(each.num_addresses for each in merged) == len(addresses)


def test_an_empty_list_is_refused(found):
    """Nobody could come in."""
    ((code, severity, pointer, words),) = found(security=ON)

    assert (code, severity, pointer) == ("TC334", "error", ("security", "ip_whitelist_enabled"))
    assert "nobody" in words


@pytest.mark.parametrize(
    ("cidr", "words"),
    [
        ("0.0.0.0/0", "lets everybody in"),
        ("::/0", "lets everybody in"),
        ("::ffff:203.0.113.0/120", "write `203.0.113.0/24`"),
        ("0:0:0:0:0:ffff:cb00:7100/120", "write `203.0.113.0/24`"),
    ],
)
def test_entries_that_cannot_be_meant_are_refused(listed, cidr, words):
    """At the entry, with what to write instead."""
    ((code, severity, pointer, said),) = listed("198.51.100.0/24", cidr)

    assert (code, severity, pointer) == ("TC335", "error", (*LIST, 1))
    assert words in said


def test_ranges_that_together_are_everything_are_refused(listed):
    """Two halves are a whole."""
    ((code, _, pointer, words),) = listed("0.0.0.0/1", "128.0.0.0/1")

    assert (code, pointer) == ("TC335", LIST)
    assert "together" in words


def test_ten_thousand_ranges_are_refused_by_number(listed):
    """With how many there are, how many there may be, and how many merging leaves."""
    apart = [f"{100 + index // 65536}.{index // 256 % 256}.{index % 256}.0/25" for index in range(10_000)]
    ((code, _, pointer, words),) = listed(*apart)

    assert (code, pointer) == ("TC335", LIST)
    assert "10000 ranges" in words
    assert str(MAXIMUM_RANGES) in words
    assert str(10_000 - MAXIMUM_RANGES) in words
    neighbours = [f"101.128.{index // 256}.{index % 256}/32" for index in range(4096)]
    ((*_, words),) = listed(*neighbours, "198.51.100.0/24")
    assert "2 ranges hold the same addresses" in words
    assert listed(*neighbours) == []


def test_the_longest_list_fits_into_an_annotation(plan):
    """What `kubectl apply` keeps of the object stays below 256 KiB, with ranges as long as they can be."""
    longest = max(len(f"{ipaddress.ip_network((2**128 - 1 - 2 * index, 128))}") for index in range(10))

    assert MAXIMUM_RANGES * (longest + len('"",')) < 256 * 1024 - 65536
    assert plan().allow_list is None


def test_an_entry_inside_another_one_changes_nothing(listed):
    """Said at the narrower one, and of two equal ones at the second."""
    found = listed("203.0.113.128/25", "203.0.113.0/24", "198.51.100.0/24", "198.51.100.0/24")

    assert sorted(pointer for _, _, pointer, _ in found) == [(*LIST, 0), (*LIST, 3)]
    assert {(code, severity) for code, severity, *_ in found} == {("TC336", "warning")}
    assert all("changes nothing" in words for *_, words in found)


@pytest.mark.parametrize("cidr", ["10.0.0.0/8", "192.168.1.0/24", "169.254.0.0/16", "fc00::/7", "100.64.0.0/10"])
def test_private_ranges_never_come_from_the_internet(listed, project, cidr):
    """A warning; on premises, where a gateway may stand in a private network, nothing is said."""
    ((code, severity, pointer, words),) = listed(cidr)
    assert (code, severity, pointer) == ("TC336", "warning", (*LIST, 0))
    assert "no client from the internet" in words

    project.write(
        "tenant-compile.toml",
        '[workspace]\nname = "acme"\n[targets]\nenable = ["kubernetes"]\n'
        '[cluster.own]\ncloud = "on_premises"\nregion = "dc-1"\njurisdiction = "EU"\n',
    )
    assert listed(cidr, placement={"cloud": "on_premises", "regions": {"dc-1": {}}}) == []


def test_ranges_have_their_first_address(listed):
    """As everywhere: bits behind the length are a mistake."""
    ((code, *_),) = listed("203.0.113.7/24")
    assert code == "TC206"


@pytest.mark.parametrize(("mode", "allowed"), [("allow", True), ("deny", False)])
def test_a_fence_has_each_country_once(plan, mode, allowed):
    """In the order in which they are said."""
    made = plan(security={"geo_restriction": {"mode": mode, "countries": ["DE", "AT", "DE"]}}).geo_fence

    assert made[:2] == (allowed, ("DE", "AT"))
    assert made.made_from == tuple((*SECURITY, "geo_restriction", key) for key in ("mode", "countries"))
    assert plan().geo_fence is None


@pytest.mark.parametrize(("code", "words"), [("UK", "write `GB`"), ("EU", "the European Union"), ("QQ", "two letters")])
def test_what_is_no_country_is_refused(found, code, words):
    """With what is meant, where that is known."""
    ((found_code, severity, pointer, said),) = found(
        security={"geo_restriction": {"mode": "deny", "countries": ["FR", code]}}
    )

    assert (found_code, severity) == ("TC337", "error")
    assert pointer[:3] == ("security", "geo_restriction", "countries")
    assert words in said


def test_the_list_of_countries_is_that_of_the_standard():
    """249 codes; what is mistaken for one is none, and means one."""
    assert len(COUNTRIES) == 249
    assert not (MEANT.keys() | GROUPS.keys()) & COUNTRIES
    assert set(MEANT.values()) <= COUNTRIES


@pytest.mark.parametrize("path", ["/Search", "/acme.search.v1.Search", "/acme.search.v1.Search/Find"])
def test_a_grpc_service_is_exposed_by_its_calls(found, service, path):
    """A service with its package, and a method of it or none."""
    rpc = service(protocol="grpc", expose={"hosts": ["rpc.acme.example"], "paths": [path]})
    assert [code for code, *_ in found(services={"rpc": rpc})] == []


@pytest.mark.parametrize("path", ["/v1/search/find", "/acme-search", "/1Search", "/acme..Search"])
def test_a_path_that_is_no_call_is_refused(found, service, path):
    """Nothing would ever match it."""
    rpc = service(protocol="grpc", expose={"hosts": ["rpc.acme.example"], "paths": [path]})
    ((code, severity, pointer, _),) = found(services={"rpc": rpc})

    assert (code, severity) == ("TC338", "error")
    assert pointer[:4] == ("services", "rpc", "expose", "paths")


def test_the_root_is_all_paths(plan, service):
    """Whatever stands beside it; a slash at the end changes nothing."""

    def paths(*said):
        exposed = service(expose={"hosts": ["a.acme.example"], "paths": list(said)})
        return plan(services={"a": exposed}).workloads[0].paths

    assert paths("/api", "/") == ("/",)
    assert paths("/api/", "/api", "/docs") == ("/api", "/docs")


@pytest.mark.parametrize("path", ["api", "//", "/a//b", "/a/../b", "/.", "/a/..", "/%2e%2e", "/a b", "/a?b", "/a#b"])
def test_paths_are_whole_segments(project, service, path):
    """Nothing that a proxy and a service may read in two ways."""
    exposed = service(expose={"hosts": ["a.acme.example"], "paths": [path]})
    project.tenant(services={"a": exposed})
    assert [finding.code for finding in project.one().diagnostics if finding.severity == "error"] == ["TC206"]


@pytest.mark.parametrize(
    "origin", ["*", "https://*.acme.example", "http://acme.example", "https://acme.example/", "https://a", "null"]
)
def test_origins_are_whole_sites(project, service, origin):
    """Cookies are sent along, so each site is named in full, and by https."""
    exposed = service(expose={"hosts": ["a.acme.example"], "cors_origins": [origin]})
    project.tenant(services={"a": exposed})
    assert [finding.code for finding in project.one().diagnostics if finding.severity == "error"] == ["TC206"]


def test_connections_have_no_paths_and_no_pages(found, service):
    """Of a service that speaks something else, these have no effect."""
    expose = {"hosts": ["a.acme.example"], "paths": ["/a"], "cors_origins": ["https://acme.example"], "tls": True}
    said = found(services={"a": service(protocol="tcp", expose=expose)})

    assert [(code, pointer[-1]) for code, _, pointer, _ in said] == [
        ("TC316", "paths"),
        ("TC316", "cors_origins"),
        ("TC316", "tls"),
    ]


def test_wildcards_are_no_hosts(project, service):
    """One would take all names below a domain, those of other services too; the finding says so."""
    project.tenant(services={"a": service(expose={"hosts": ["*.acme.example"]})})
    (finding,) = project.one().diagnostics

    assert finding.code == "TC206"
    assert "no wildcard" in finding.message


def test_groups_are_looked_at_where_a_claim_names_them(plan):
    """All roles' groups, each once; without the claim nobody looks."""
    sso = {"issuer": "https://id.acme.example", "client_id": "a", "client_secret": {"from": "secret/oidc/key"}}
    roles = {"admin": {"groups": ["g-1"]}, "staff": {"groups": ["g-2", "g-1"]}, "none": {}}

    made = plan(security={"identity": {"sso": {**sso, "groups_claim": "groups"}, "roles": roles}}).identity
    assert (made.groups_claim, made.groups) == ("groups", ("g-1", "g-2"))
    assert (*SECURITY, "identity", "roles", "admin", "groups") in made.made_from
    unasked = plan(security={"identity": {"sso": sso, "roles": roles}}).identity
    assert (unasked.groups_claim, unasked.groups) == ("", ())
    assert not [pointer for pointer in unasked.made_from if "roles" in pointer]


def test_settings_of_the_edge_that_change_nothing_are_found(found):
    """Ranges without the list being on, a claim without groups."""
    sso = {
        "issuer": "https://id.acme.example",
        "client_id": "a",
        "client_secret": {"from": "secret/oidc/key"},
        "groups_claim": "groups",
    }
    said = found(security={"ip_whitelist": ["203.0.113.0/24"], "identity": {"sso": sso}})

    assert [(code, severity, pointer[-1]) for code, severity, pointer, _ in said] == [
        ("TC326", "warning", "ip_whitelist"),
        ("TC326", "warning", "groups_claim"),
    ]


def test_certificates_are_asked_for_as_long_as_said(plan):
    """Ninety days when nothing is said."""
    assert plan().edge_tls.certificate_days == 90
    made = plan(security={"tls": {"certificate_days": 30}}).edge_tls
    assert made.certificate_days == 30
    assert (*SECURITY, "tls", "certificate_days") in made.made_from


def test_each_condition_of_the_way_in_is_a_need(plan, service):
    """Of a tenant that is exposed; nobody comes in to another one."""
    sso = {"issuer": "https://id.acme.example", "client_id": "a", "client_secret": {"from": "secret/oidc/key"}}
    security = {
        **ON,
        "ip_whitelist": ["203.0.113.0/24"],
        "geo_restriction": {"mode": "allow", "countries": ["DE"]},
        "tls": {"minimum_version": "1.3"},
        "identity": {"sso": {**sso, "groups_claim": "groups"}, "roles": {"staff": {"groups": ["g"]}}},
    }
    exposed = service(expose={"hosts": ["a.acme.example"], "cors_origins": ["https://acme.example"]})
    wanted = {"allow_list", "cors", "geo_fence", "hosts", "limits", "roles", "sign_on", "tls"}

    def features(**spec):
        needs = plan(security=security, **spec).needs
        return {need.feature.removeprefix("edge.") for need in needs if need.feature.startswith("edge.")}

    assert features(services={"a": exposed}) == wanted
    assert features(services={"a": service()}) == set()
