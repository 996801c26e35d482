"""The schema check: what is refused, under which code, at which node, and in which words."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from tenant_compiler.data import data_folder
from tenant_compiler.read import schema
from tenant_compiler.read.formats import check_formats, check_labels

HEAD = {"apiVersion": "tenant-compiler.dev/v1", "kind": "Tenant", "metadata": {"name": "acme"}}


def tenant(spec: Any) -> dict[str, Any]:
    """A tenant's document with some settings."""
    return {**HEAD, "spec": {"tier": "standard", **spec}}


def one(spec: str, kind: Any = "tenant") -> Any:
    """The only finding about a tenant with this spec (in YAML)."""
    findings = schema.check(tenant(yaml.safe_load(spec)), kind, "tenants/acme.yaml")
    assert len(findings) == 1, findings
    return findings[0]


CASES = [
    # spec, code, message, help
    ("quotas: {cpu_core: 1}", "TC201", "unknown key quotas.cpu_core", "did you mean `cpu_cores`?"),
    ("cloud: aws", "TC201", "unknown key cloud", "did you mean `placement.cloud`?"),
    (
        "owner: {zzzz: 1}",
        "TC201",
        "unknown key owner.zzzz",
        "the keys here are `team`, `email`, `cost_center`, `on_call`",
    ),
    ("budget: {}", "TC201", "budget is not supported yet", "leave it out"),
    (
        "compliance: {retention: {justification: x}}",
        "TC201",
        "compliance.retention.justification is not supported yet",
        "leave it out",
    ),
    (
        "security: {scanning: {external: true}}",
        "TC201",
        "security.scanning.external is not supported yet",
        "leave it out; an approved vendor's scan from outside is attested, as `asv_scan` in `compliance.attestations`",
    ),
    ("environments: {e: {sizing: {}}}", "TC201", "environments.e.sizing is not supported yet", "leave it out"),
    (
        "compliance: {frameworks: {gdpr: {services: []}}}",
        "TC201",
        "compliance.frameworks.gdpr.services is not supported yet",
        "leave it out",
    ),
    (
        "extensions: {foo: {}}",
        "TC201",
        "unknown key extensions.foo",
        "no loaded plug-in has this section; `tenant-compile plugins list` shows those that are loaded",
    ),
    (
        "quotas: {cpu_cores: lots}",
        "TC202",
        "quotas.cpu_cores is text, but must be a number or `unlimited`",
        "write a number of cores such as 32, or `unlimited`",
    ),
    (
        "quotas: {cpu_cores: unlimitd}",
        "TC202",
        "quotas.cpu_cores is text, but must be a number or `unlimited`",
        "did you mean `unlimited`?",
    ),
    (
        "quotas: {cache_size_mb: 1.5}",
        "TC202",
        "quotas.cache_size_mb is 1.5, but must be a whole number or `unlimited`",
        "write a whole number of MiB such as 4096, or `unlimited`",
    ),
    (
        "quotas: {memory_gb: 16 GiB}",
        "TC202",
        "quotas.memory_gb is text, but must be a number or `unlimited`",
        "write the number alone; the unit is GiB",
    ),
    (
        "quotas: {memory_gb: '16'}",
        "TC202",
        "quotas.memory_gb is text, but must be a number or `unlimited`",
        "write it without quotes: `16`",
    ),
    (
        "services: {a: {port: 8080.0}}",
        "TC202",
        "services.a.port is 8080.0, but must be a whole number",
        "write `8080`",
    ),
    (
        "services: {a: {port: '12:30'}}",
        "TC202",
        "services.a.port is text, but must be a whole number",
        "write a whole number such as 8080",
    ),
    (
        "data: {sql: {records: {version: 16}}}",
        "TC202",
        "data.sql.records.version is 16, but must be `15`, `16` or `17`",
        'write it in quotes: `"16"`',
    ),
    (
        "display_name: 12",
        "TC202",
        "display_name is 12, but must be text",
        "write it in quotes: without them, YAML reads numbers and `true` as what they look like",
    ),
    (
        "security: {audit_logging: 'NO'}",
        "TC202",
        "security.audit_logging is text, but must be `true` or `false`",
        "write `false`: YAML 1.2 reads `NO` as text",
    ),
    ("domains: acme.example", "TC202", "domains is text, but must be a list", "write a list: `[acme.example]`"),
    (
        "services: [{name: portal}]",
        "TC202",
        "services is a list, but must be a map of names",
        "write a map: each entry's name as a key, and what it is below",
    ),
    ("services: {a: 3}", "TC202", "services.a is 3, but must be a section", "write its keys below it"),
    ("tier: null", "TC202", "tier is null, but must be text", "write text, such as `enterprise`"),
    (
        "placement: {cloud: awz}",
        "TC203",
        "placement.cloud is `awz`, but must be `aws`, `azure`, `gcp` or `on_premises`",
        "did you mean `aws`?",
    ),
    (
        "placement: {cloud: mainframe}",
        "TC203",
        "placement.cloud is `mainframe`, but must be `aws`, `azure`, `gcp` or `on_premises`",
        "write `aws`, `azure`, `gcp` or `on_premises`",
    ),
    (
        "security: {network: {egress: {a: {ports: [0]}}}}",
        "TC205",
        "security.network.egress.a.ports[0] is 0, but must be from 1 to 65535",
        "write a whole number",
    ),
    (
        "quotas: {cpu_cores: -3}",
        "TC205",
        "quotas.cpu_cores is -3, but must be at least 0",
        "write a number of cores such as 32, or `unlimited`",
    ),
    (
        "quotas: {cpu_cores: .nan}",
        "TC205",
        "quotas.cpu_cores is .nan, but must be finite",
        "write a number",
    ),
    (
        "data: {sql: {a: {storage_gb: 5}}}",
        "TC205",
        "data.sql.a.storage_gb is 5, but must be from 20 to 65536 GiB",
        "write a whole number of GiB such as 500",
    ),
    (
        "monitoring: {slos: {a: {objective_percent: 100}}}",
        "TC205",
        "monitoring.slos.a.objective_percent is 100, but must be more than 0 and less than 100 percent",
        "write a number of percent such as 99.9",
    ),
    (
        "owner: {email: care}",
        "TC206",
        "owner.email is `care`, but must be an e-mail address",
        "write `care@acme.example`",
    ),
    (
        "owner: {on_call: 'http://x.example/'}",
        "TC206",
        "owner.on_call is `http://x.example/`, but must be an https:// address",
        "did you mean `https://x.example/`?",
    ),
    (
        "owner: {team: Care Team}",
        "TC206",
        "owner.team is `Care Team`, but must be a DNS label",
        "did you mean `care-team`?",
    ),
    (
        "domains: ['https://Acme.example/']",
        "TC206",
        "domains[0] is `https://Acme.example/`, but must be a host name",
        "did you mean `acme.example`?",
    ),
    ('display_name: "a\\n"', "TC206", 'display_name is `"a\\n"`, but must be one line of text', "did you mean `a`?"),
    (
        "quotas:",
        "TC207",
        "quotas is null, but must be a section",
        "leave `quotas` out, or write what belongs below it; `quotas: {}` is an empty one",
    ),
    ("services:", "TC207", "services is null, but must be a map of names", "leave `services` out"),
    ("environments: {production: }", "TC207", "environments.production is null, but must be a section", "leave"),
    (
        "security: {network: {egress: {a: {ports: []}}}}",
        "TC208",
        "security.network.egress.a.ports has no items, but must have at least 1",
        "write `[443]`, for example",
    ),
    (
        f"owner: {{cost_center: {'x' * 64}}}",
        "TC208",
        "owner.cost_center has 64 characters",
        "shorten it by 1 character",
    ),
    ("environments: {}", "TC208", "environments has no entries, but must have at least 1", "write"),
    (
        "services: {Front_End: {}}",
        "TC209",
        "services.Front_End must be named with a DNS label",
        "did you mean `front-end`?",
    ),
]


@pytest.mark.parametrize(("spec", "code", "message", "help_"), CASES, ids=[case[0] for case in CASES])
def test_a_wrong_tenant_gives_one_finding_in_words(spec: str, code: str, message: str, help_: str) -> None:
    """A wrong value is explained once: its code, what is wrong, and what to write instead."""
    found = one(spec)
    assert found.code == code
    assert found.message.startswith(message)
    assert found.help.startswith(help_)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_a_finding_stands_at_its_node(case: tuple[str, str, str, str]) -> None:
    """A finding's place is the node itself; for keys that should not be there, the key."""
    found = one(case[0])
    assert found.place is not None
    assert found.place.pointer == found.pointer
    assert found.place.key is (found.code in ("TC201", "TC209"))
    value: Any = tenant(yaml.safe_load(case[0]))
    for part in found.pointer:
        value = value[part]


def test_a_whole_tenant_is_clean() -> None:
    """A tenant needs a head and a tier; what it removes from its layers may be null."""
    spec = {"owner": {"email": None}, "services": {"portal": None}, "domains": None, "extensions": {}}
    assert schema.check(tenant(spec), "tenant", "t.yaml") == []


def test_a_misspelt_key_and_the_missing_one_are_one_finding() -> None:
    """A missing key and an unknown one that resemble each other fold into one finding at the unknown one."""
    value = {**HEAD, "metadata": {"nmae": "acme"}, "spec": {}}
    (found,) = schema.check(value, "tenant", "t.yaml")
    assert (found.code, found.message) == ("TC201", "unknown key metadata.nmae")
    assert found.help == "did you mean `name`, which is missing?"


def test_a_missing_key_stands_at_its_section() -> None:
    """A missing key is named in full, and placed where it belongs."""
    (found,) = schema.check({**HEAD, "metadata": {}, "spec": {}}, "tenant", "t.yaml", 2)
    assert (found.code, found.message) == ("TC204", "metadata.name is missing")
    assert found.pointer == ("metadata", "name")
    assert found.help == "write `name: acme-health`"
    assert found.place is not None
    assert (found.place.pointer, found.place.document) == (("metadata",), 2)


def test_a_resolved_tenant_says_which_layers_could_help() -> None:
    """What no layer gives is missing in the resolved tenant, and any layer may give it."""
    spec = schema.fill_defaults({"tier": "standard", "owner": {"email": "a@b.example"}})
    found = {item.message: item for item in schema.check({**HEAD, "spec": spec}, "resolved")}
    finding = found["owner.team is missing"]
    assert finding.place is None
    assert finding.help == (
        "no layer says it: write `team: care-platform` in the tenant, a profile, the workspace's defaults or the tier"
        " preset"
    )


def test_a_resolved_tenant_holds_no_null() -> None:
    """Layers may remove with null; what they make holds none."""
    spec = schema.fill_defaults({"tier": "standard", "domains": None})
    found = {item.pointer: item for item in schema.check({**HEAD, "spec": spec}, "resolved")}
    assert found["spec", "domains"].message == "domains is null, but must be a list"


def test_findings_come_in_the_order_of_the_document() -> None:
    """Ten errors are ten findings, in the order in which people read them."""
    spec = """
        zulu: 1
        quotas: {memory_gb: x, cpu_cores: -1, cache_size_mb: 1.5}
        domains: [A.b, c.example, D.e]
        services: {Z: {port: 1, image: "!"}, a: {port: 1}}
    """
    found = schema.check(tenant(yaml.safe_load(spec)), "tenant", "t.yaml")
    assert [".".join(map(str, item.pointer[1:])) for item in found] == [
        "zulu",
        "quotas.memory_gb",
        "quotas.cpu_cores",
        "quotas.cache_size_mb",
        "domains.0",
        "domains.2",
        "services.Z",
        "services.Z.port",
        "services.Z.image",
        "services.a.port",
    ]


def test_a_node_has_one_finding() -> None:
    """Text that is too long and of the wrong form has one finding: the length."""
    (found,) = schema.check({**tenant({}), "metadata": {"name": "A" * 80}}, "tenant", "t.yaml")
    assert (found.code, found.message) == ("TC208", "metadata.name has 80 characters, but must have at most 40")


def test_an_enumeration_lists_what_its_values_mean() -> None:
    """The notes of a finding say what each value means, up to eight."""
    assert one("placement: {cloud: x}").notes[0] == "`aws`: Amazon Web Services."
    notes = one("data: {object: {a: {data_classes: [secret]}}}").notes
    assert len(notes) == 9
    assert notes[-1] == "and 2 more"


@pytest.mark.parametrize("value", [None, [], "x", 3, {}, {"kind": "Tenant"}, {"spec": None}])
def test_any_other_document_is_refused_without_a_traceback(value: Any) -> None:
    """A document that is no tenant at all has findings like any other."""
    for kind in ("tenant", "profile", "resolved", "workspace", "waiver", "framework"):
        assert schema.check(value, kind, "f.yaml")  # type: ignore[arg-type]


def test_a_document_that_is_no_section_is_called_the_document() -> None:
    """The root has no path; it is called the document."""
    (found,) = schema.check([], "tenant", "t.yaml")
    assert found.message == "the document is a list, but must be a section"


def test_what_json_cannot_hold_is_a_finding() -> None:
    """Dates of TOML, half characters and numbers that nobody can print do not crash the check."""
    priorities = {"a": dt.date(2026, 1, 1), "b": -(16**5000), "c": float("inf"), "d": "\ud800"}
    value = {"workspace": {"name": "a"}, "targets": {"kubernetes": {"priorities": priorities}}}
    found = schema.check(value, "workspace", "tenant-compile.toml")
    assert [(item.pointer[-1], item.code) for item in found] == [
        ("a", "TC202"),
        ("b", "TC205"),
        ("c", "TC205"),
        ("d", "TC206"),
    ]


def test_the_workspace_may_stand_deep_in_its_file() -> None:
    """In pyproject.toml the configuration stands below [tool.tenant-compile]; places say so, messages do not."""
    value = {"workspace": {"name": "a", "usage": []}, "defaults": {"budget": {}, "cloud": "aws"}}
    found = schema.check(value, "workspace", "pyproject.toml", base=("tool", "tenant-compile"))
    assert [(item.message, item.help) for item in found] == [
        ("workspace.usage is not supported yet", "leave it out"),
        ("defaults.budget is not supported yet", "leave it out"),
        ("unknown key defaults.cloud", "did you mean `defaults.placement.cloud`?"),
    ]
    assert found[0].place is not None
    assert found[0].place.pointer == ("tool", "tenant-compile", "workspace", "usage")


def test_a_profile_is_a_layer() -> None:
    """A profile sets what it likes, removes with null, and has no tier."""
    head = {"apiVersion": "tenant-compiler.dev/v1", "kind": "Profile"}
    spec = {"quotas": {"cpu_cores": None}, "placement": {"regions": {}}}
    assert schema.check({**head, "spec": spec}, "profile", "p.yaml") == []
    (found,) = schema.check({**head, "spec": {"tier": "free"}}, "profile", "p.yaml")
    assert found.message == "unknown key tier"


def test_a_document_of_typing_errors_takes_no_time() -> None:
    """Thousands of unknown keys are all found; near matches are looked for among the first."""
    found = schema.check(tenant({"quotas": {f"cpu_corez{index}": 1 for index in range(5000)}}), "tenant", "t.yaml")
    assert len(found) == 5000
    assert found[0].help == "did you mean `cpu_cores`?"


PAGES = [name for name in sorted(os.listdir(data_folder("codes"))) if name.startswith("TC2")]


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_are_true(page: str) -> None:
    """On the page of a code the wrong example gives that code, and the right one does not."""
    with open(os.path.join(data_folder("codes"), page), encoding="utf-8") as file:
        text = file.read()
    assert re.match(r"# TC2\d\d: [a-z]", text)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["What", "Why", "Wrong", "Right"]
    wrong, right = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    code = page.removesuffix(".md")
    assert code in _codes(wrong)
    assert code not in _codes(right)


def _codes(example: dict[str, Any]) -> set[str]:
    value = tenant(example.get("spec", {key: part for key, part in example.items() if key != "metadata"}))
    value["metadata"] = example.get("metadata", HEAD["metadata"])
    source = schema.Source("resolved", "", 0, ())
    found = [*schema.check(value, "tenant"), *check_formats(value, source)]
    if "spec" in example:
        found += [item for item in schema.check(value, "resolved") if item.pointer == ("spec", "owner", "team")]
    found += check_labels(value["metadata"].get("labels", {}), [], "t.yaml")
    return {item.code for item in found}


def test_the_clean_path_imports_nothing_heavy() -> None:
    """A clean check imports neither `jsonschema` nor the words that explain failures, nor the vocabulary."""
    code = """
import sys
from tenant_compiler.read import schema
value = {"apiVersion": "tenant-compiler.dev/v1", "kind": "Tenant", "metadata": {"name": "a"}, "spec": {"tier": "x"}}
assert schema.check(value, "tenant", "t.yaml") == []
heavy = ["jsonschema", "pydantic", "typing_extensions", "annotated_types", "dataclasses",
         "tenant_compiler.read.schema_explain", "tenant_compiler.model.vocabulary.tenant"]
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_workspace_is_checked_by_the_sections_that_it_has():
    """What an earlier one left out is judged in the next, and unknown sections are refused beside any others."""
    sound = {"workspace": {"name": "acme"}, "environments": {"production": {}}}
    assert schema.check(sound, "workspace") == []
    for wrong in ({"defaults": {"tier": 1}}, {"cluster": {"main": {"cloud": "moon"}}}, {"clusters": {}}):
        assert [found.severity for found in schema.check({**sound, **wrong}, "workspace")] == ["error"]
    assert schema.check(sound, "workspace") == []
