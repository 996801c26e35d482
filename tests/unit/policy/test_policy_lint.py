"""What is found in rules without an engine. Each lint is shown something wrong and something right beside it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_compiler.judge.lint.lint import lint
from tenant_compiler.judge.lint.paths import check_paths
from tenant_compiler.judge.lint.portable import check_builtins, check_portable
from tenant_compiler.judge.lint.script import Script
from tenant_compiler.judge.lint.shape import input_shape
from tenant_compiler.judge.lint.unlimited import check_unlimited
from tenant_compiler.model.policy import Parameter

HEAD = "package acme.rules.one\n\nimport rego.v1\n\n"
LIMITS = Parameter("limits", "days", {"a": 1}, "lower", "By kind")
LEAST = Parameter("least", "people", 2, "higher", "The fewest")


def script(body):
    """A module with a rule."""
    return Script(HEAD + body, "policies/one.rego")


def shown(text, found):
    """Findings as the stretch that they point at, with code and message."""
    lines = text.split("\n")
    return [
        (
            each.code,
            lines[each.place.span.line - 1][each.place.span.column - 1 : each.place.span.end - 1],
            each.message,
        )
        for each in found
    ]


def nowhere(body, *, tenant=True):
    """The stretches of a rule that lead nowhere, by code."""
    found = check_paths(script(body), input_shape([LIMITS, LEAST]), tenant=tenant)
    return [(code, text) for code, text, _ in shown(HEAD + body, found)]


def portable(body):
    """The findings of a rule about what engines read differently."""
    return shown(HEAD + body, check_portable(script(body)))


REFERENCES = [
    ("input.tenant.spec.secruity.tls", "secruity"),
    ('input.tenant["spec"].security["tsl"]', '"tsl"'),
    ("input.tenants.spec", "tenants"),
    ("input.tenant.spec.data.sql[_].retention_day", "retention_day"),
    ('input.tenant.spec.data.sql["a-b"].retention_day', "retention_day"),
    ("input.tenant.spec.compliance.contacts.boss", "boss"),
    ("input.tenant.spec.quotas.cpu_cores > 2", "cpu_cores"),
    ("input.tenant.spec.monitoring.slos.a.objective_percent < 99", "objective_percent"),
    ("input.sites[0].regoin", "regoin"),
    ("input.sites.region", "region"),
    ("input.parameters.most", "most"),
    ("input.parameters.least.a", "a"),
    ("input.frameworks.hipaa.levle", "levle"),
    ("input.artifacts.kubernetes.Role[_].spec", "spec"),
    ("input.artifacts.helm", "helm"),
    ("input.environment.name", "name"),
    ('object.get(input.tenant, ["spec", "backup", "retention"], 0) > 1', '"retention"'),
    ('object.get(input.tenant.spec, "backups", {})', '"backups"'),
    ('object.get(input, ["tenant", "meta"], {})', '"meta"'),
    ("some name, store in input.tenant.spec.data.sql\n\tstore.enginee", "enginee"),
    ("some store in input.tenant.spec.data.sql\n\tsome class in store.data_class", "data_class"),
    ("every service in input.tenant.spec.services { service.imag }", "imag"),
    ("tls := input.tenant.spec.security.tls\n\ttls.minimum == 1", "minimum"),
    ("spec = input.tenant.spec\n\tspec.secrets", "secrets"),
    ("some tier in input.tenant.spec.tier", "input.tenant.spec.tier"),
    ("input.tenant.spec.tier[_]", "input.tenant.spec.tier"),
    ("found := [site | some site in input.sites; site.zone > 1]", "zone"),
    ('review := object.get(input.tenant, ["spec", "security", "audit"], {})\n\treview.retention', "retention"),
]


@pytest.mark.parametrize(("line", "wrong"), REFERENCES, ids=[line for line, _ in REFERENCES])
def test_a_reference_to_what_no_input_has_is_found_at_its_step(line, wrong):
    """Through dots and brackets, `object.get`, iterations and assignments."""
    assert nowhere(f"_rule if {{\n\t{line}\n}}\n") == [("TC863", wrong)]


SOUND = [
    "input.tenant.spec.security.tls.minimum_version",
    "input.tenant.metadata.labels.anything",
    "input.tenant.spec.quotas.cpu_millicores.unlimited",
    "input.tenant.spec.extensions.anything.at_all[3]",
    "input.tenant.spec.compliance.agreements.dpa.expires_in_days < 0",
    "input.tenant.spec.compliance.attestations[kind].age_days > input.parameters.limits[kind]",
    "input.artifacts.kubernetes[kind][_].value.spec.whatever",
    "input.artifacts[_][_][_].value",
    "some path in walk(input.tenant)",
    "some name, store in input.tenant.spec.data.object\n\tstore.versioning",
    "x := input.tenant.spec.data.sql\n\ty := x | {}\n\ty.z",
    'x := object.get(input.tenant.spec.services, "a", {"z": 1})\n\tx.image',
    "[store, other] := [1, 2]\n\tstore.a == other.b",
    "some [kind, store] in {[1, 2]}\n\tstore.nothing",
    "x := count(input.tenant.spec.services)\n\tx.y",
]


@pytest.mark.parametrize("line", SOUND)
def test_what_may_be_there_is_left_alone(line):
    """Also what cannot be followed: it is certain or it is no finding."""
    assert nowhere(f"_rule if {{\n\t{line}\n}}\n") == []


def test_names_of_the_module_are_followed():
    """A value of the module, one made of another, and not the argument of a function of the same name."""
    body = """_spec := input.tenant.spec

_tls := _spec.security.tls

_old if _tls.minimum_versoin == "1.2"

_twice := input.sites

_twice := input.tenant.spec.services

_any if _twice[_].zones

_two(_tls) if _tls.whatever
"""
    assert nowhere(body) == [("TC863", "minimum_versoin")]


def test_what_goes_round_in_a_circle_is_left_alone():
    """Names that are made of each other end somewhere."""
    assert nowhere("_a := _b.x\n\n_b := _a.y\n\n_c if _a.z\n") == []


def test_one_of_several_ways_is_enough():
    """Of a field that some stores have and others do not, nobody knows."""
    body = (
        "_rule if {\n\tinput.tenant.spec.data[kind][_].lifecycle_days\n\tinput.tenant.spec.data[kind][_].nothing\n}\n"
    )
    assert nowhere(body) == [("TC863", "nothing")]


def test_the_message_says_where_and_the_help_what_was_meant():
    """With what is above the step as it is written."""
    (found,) = check_paths(script("_x if input.tenant.spec.backup.retention_day\n"), input_shape([]), tenant=True)
    assert found.message == "there is no `retention_day` in `input.tenant.spec.backup`, so this is never defined"
    assert found.help == "did you mean `retention_days`?"
    (found,) = check_paths(script("_x if input.tenant.spec.backup.xyzzy\n"), input_shape([]), tenant=True)
    assert found.help.startswith("there are schedule, copies, ")


PATHS = [
    ('checked contains ["spec", "backup", "retention"]', '"retention"'),
    ('checked contains ["spec", "quotas", "cpu_millicores"]', '"cpu_millicores"'),
    ('deny contains {"message": "m", "path": ["spec", "quotas", "cpu_millicores"]}', '"cpu_millicores"'),
    ('deny contains {"message": "m", "path": ["spec", "services", name, "imag"]} if some name', '"imag"'),
    ('deny contains {"fix": {"path": ["spec", "tierr"], "value": "x"}}', '"tierr"'),
    ('_path := ["spec", "security", "tls", "minimum"]', '"minimum"'),
    ('_path := ["metadata", "nmae"]', '"nmae"'),
    ('_path := ["spec", "domains", 0, "x"]', '"x"'),
]


@pytest.mark.parametrize(("line", "wrong"), PATHS, ids=[line for line, _ in PATHS])
def test_a_literal_path_to_what_no_tenant_has_is_found_at_its_item(line, wrong):
    """Paths of findings lead into the tenant as people write it, not into the projection."""
    assert nowhere(line + "\n") == [("TC864", wrong)]


@pytest.mark.parametrize(
    "line",
    [
        'checked contains ["spec", "quotas", "cpu_cores"]',
        '_path := ["spec", "quotas", "cpu_millicores"]',
        'checked contains ["spec", "data", kind, name, "data_classes"] if some kind, name',
        'checked contains ["spec", "domains", 0]',
        'deny contains {"object": "x", "at": ["spec", "template", "spec"], "message": "m"}',
        "_pairs := [spec | spec := input.sites]",
        '_words := ["special", "spec"]',
        "_empty := []",
    ],
)
def test_a_path_to_something_is_left_alone(line):
    """And so is what is no path into a tenant."""
    assert nowhere(line + "\n") == []


def test_paths_into_manifests_are_no_paths_into_a_tenant():
    """In a rule about what is emitted, `spec` may be an object's; below the tenant's sections nothing is."""
    body = '_pod := ["spec", "template", "spec"]\n\n_labels := ["metadata", "annotations"]\n'
    assert nowhere(body, tenant=False) == []
    assert nowhere('_path := ["spec", "backup", "retention"]\n', tenant=False) == [("TC864", '"retention"')]
    assert nowhere('checked contains ["metadata", "annotations"]\n', tenant=False) == [("TC864", '"annotations"')]


PORTABLE = [
    ("_x := 0.1 + 1", "TC860", "0.1"),
    ("_x := 1e3", "TC860", "1e3"),
    ("_x := 9007199254740993", "TC860", "9007199254740993"),
    ("_x if regex.match(`^\\d+$`, input.environment)", "TC860", "`^\\d+$`"),
    ('_x if regex.match("\\\\w", input.environment)', "TC860", '"\\\\w"'),
    ("_p := `\\s`\n\n_x if regex.match(_p, input.environment)", "TC860", "`\\s`"),
    ("_x if regex.match(`(?!a)b`, input.environment)", "TC860", "`(?!a)b`"),
    ("_x if input.tenant.spec.extensions.if", "TC860", "if"),
    ("_x if not input.tenant.spec.domains[_] == 1", "TC860", "input.tenant.spec.domains[_]"),
    ("_x if count([1]) == 2 with count as 2", "TC860", "count"),
    ('_x := sprintf("%d and %s", [1])', "TC861", '"%d and %s"'),
    ('_x := sprintf("%d", [1, 2])', "TC861", '"%d"'),
    ('_x := sprintf("%5d", [1])', "TC861", '"%5d"'),
    ('_x := sprintf("%x", [1])', "TC861", '"%x"'),
    ('_x := sprintf("100%", [])', "TC861", '"100%"'),
    ('_x := sprintf("%", x)', "TC861", '"%"'),
]


@pytest.mark.parametrize(("line", "code", "wrong"), PORTABLE, ids=[line for line, _, _ in PORTABLE])
def test_what_engines_read_differently_is_found(line, code, wrong):
    """Each with its place and code."""
    assert [(each[0], each[1]) for each in portable(line + "\n")] == [(code, wrong)]


@pytest.mark.parametrize(
    "line",
    [
        "_x := 9007199254740992 - 1",
        "_x if regex.match(`^[0-9]+$`, input.environment)",
        "_x := `c:\\data`",
        '_x if input.tenant.spec.extensions["if"]',
        "_x if not 1 in input.tenant.spec.domains",
        "_x if not input.tenant.spec.domains[0] == 1",
        '_x if _y with input as {"tenant": {}}',
        '_x := sprintf("%s is %v, %d of 100%%", [1, "two", 3])',
        '_x := sprintf("%s", list)',
        '_x := sprintf("%s and %s", [y | some y in [1, 2]])',
        "_x := sprintf(format, [1])",
        'contains_all if contains("abc", "b")',
    ],
)
def test_what_engines_read_alike_is_left_alone(line):
    """Also formats whose values nobody can count."""
    assert portable(line + "\n") == []


def test_lines_are_short_and_modules_say_which_rego_they_are():
    """Engines refuse the one, and take the other for another language."""
    (found,) = portable("_x := `" + "x" * 1000 + "`\n")
    assert found[0] == "TC860"
    assert "1,008 columns" in found[2]
    (found,) = check_portable(Script("package a.b\n\n_x := 1\n", "policies/one.rego"))
    assert found.message == "the module does not import rego.v1"


def test_builtins_that_one_engine_lacks_are_found_once():
    """What is told for the workspace's own engine is not told again."""
    modules = {"a.rego": HEAD + "_x := crypto.sha256(`a`)\n\n_y := http.send({})\n\n_z := nothing(1)\n\n_t := $`a`\n"}
    assert [(each.code, each.place.span.line) for each in check_builtins(modules, "portable")] == [
        ("TC860", 11),
        ("TC860", 5),
        ("TC860", 7),
        ("TC860", 9),
    ]
    assert [each.place.span.line for each in check_builtins(modules, "opa-embedded")] == [5]
    assert list(check_builtins(modules, "regorus")) == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('x == "unlimited"', True),
        ('"unlimited" != x', True),
        ('x = "unlimited"', True),
        ('x in {"unlimited", "none"}', True),
        ('x in ["unlimited"]', True),
        ('"unlimited" in xs', True),
        ('x == {"unlimited": true}', False),
        ('x := {"unlimited"}', False),
        ("x.unlimited", False),
        ('message := sprintf("%s", ["unlimited"])', False),
    ],
)
def test_a_comparison_with_the_text_unlimited_never_holds(line, wrong):
    """What rules read is an object."""
    assert [each.code for each in check_unlimited(script(f"_x if {{\n\t{line}\n}}\n"))] == ["TC862"] * wrong


def test_a_sound_rule_has_no_findings(book):
    """A rule, its parameter and its cases."""
    assert list(lint(book())) == []


def test_a_parameter_that_nobody_reads_is_found(book):
    """Neither the rule nor a library that it imports."""
    body = 'deny contains {"message": "m", "path": ["spec"]} if false\n\nchecked contains ["spec"]\n'
    (found,) = lint(book(body))
    assert (found.code, found.place.span.line) == ("TC865", 11)
    assert "`least` of ACME1 `enough` is never read" in found.message
    assert list(lint(book(body.replace("if false", "if input.parameters[_] == 7")))) == []


def test_a_library_may_read_the_parameters_of_its_rules(book):
    """It is the module that imports it which declares them."""
    rule = "import data.acme.lib.tools\n\n"
    body = rule + 'deny contains {"message": "m", "path": ["spec"]} if tools.low\n\nchecked contains ["spec"]\n'
    library = "package acme.lib.tools\n\nimport rego.v1\n\nlow if 1 < input.parameters.{}\n"
    made = book(body)
    beside = {**made.sources, "policies/lib/tools.rego": library.format("least")}
    assert list(lint(made._replace(sources=beside))) == []
    beside["policies/lib/tools.rego"] = library.format("lesat")
    assert [found.code for found in lint(made._replace(sources=beside))] == ["TC865", "TC863"]


def test_a_rule_that_is_not_tested_enough_is_found(book):
    """Without cases, and without some kind of case."""
    (found,) = lint(book(cases="rule: other\nbase: a\ncases: [{name: x, expect: {findings: [], checked: []}}]\n"))
    assert (found.code, found.message) == ("TC866", "nobody tests the rule ACME1 `enough`: it has no cases")
    one = "rule: enough\nbase: clinic\ncases: [{name: x, expect: {findings: [], checked: [a]}}]\n"
    (found,) = lint(book(cases=one))
    assert found.message == "no case of ACME1 `enough` shows what does not and where there is nothing to judge"


def test_tests_may_print_and_need_no_metadata(book):
    """But `with` stands in for input and data only, there too."""
    test = "package acme.enough_test\n\nimport rego.v1\n\ntest_x if {\n\tprint(1)\n\tnot false with input as {}\n}\n"
    assert list(lint(book(tests={"policies/enough_test.rego": test}))) == []
    mock = test.replace("with input as {}", "with count as 1")
    assert [found.code for found in lint(book(tests={"policies/enough_test.rego": mock}))] == ["TC860"]


def test_a_built_in_rule_is_used_by_a_framework(book, built_in):
    """Or carries a rule that one uses; a workspace's rule may stand alone."""
    made = book()._replace(built_in=True, sources=built_in.sources | book().sources, engine="auto")
    codes = [found.code for found in lint(made._replace(frameworks=built_in.frameworks))]
    assert codes == ["TC865"]


def test_what_no_engine_takes_is_told_for_built_in_rules(book):
    """With the engine's words and place."""
    made = book()
    broken = {**made.sources, "policies/rego/lib/broken.rego": "package acme.lib\n\nimport rego.v1\n\nx := := 1\n"}
    found = [each for each in lint(made._replace(built_in=True, sources=broken)) if each.code == "TC812"]
    assert [(each.place.file, each.place.span.line) for each in found] == [("policies/rego/lib/broken.rego", 5)]


PIECES = st.sampled_from(
    [*"[]{}().,;|\n`#%", '"', " ", "some ", " in ", " := ", "every ", "not ", "with ", "input.", "x", "object.get("]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_text_can_be_looked_through(body):
    """Whatever an engine says of it: people lint while they write."""
    made = script(body)
    assert isinstance([*check_paths(made, input_shape([]), tenant=True)], list)
    assert isinstance([*check_portable(made), *check_unlimited(made)], list)


@pytest.mark.parametrize("piece", ["[", "input.", "x[_]", "some x in ", "object.get(", 'x in {1}\n"unlimited"\n'])
def test_a_long_module_takes_no_long_time(piece):
    """A module of a workspace may have 256 KiB."""
    made = script(piece * 5000)
    before = time.process_time()
    assert isinstance([*check_paths(made, input_shape([]), tenant=True), *check_unlimited(made)], list)
    assert time.process_time() - before < 3
