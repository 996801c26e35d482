"""The builtins of each engine, and the look for calls that it lacks or that nobody may make.

regorus finds out that a builtin is missing when a call is reached, and lets ``http.send`` be undefined; OPA would
really send. So modules are looked through by their tokens before anything is evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenant_compiler.judge.rego import outline
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.judge.rego import Outline, Reference

Dialect: TypeAlias = Literal["regorus", "opa-embedded", "portable"]
"""``portable``: what all engines have, and do alike."""

_BOTH: Final = frozenset(
    """
    abs array.concat array.reverse array.slice base64.decode base64.encode base64.is_valid base64url.decode
    base64url.encode base64url.encode_no_pad bits.and bits.lsh bits.negate bits.or bits.rsh bits.xor ceil concat
    contains count endswith floor format_int glob.match glob.quote_meta graph.reachable graph.reachable_paths
    hex.decode hex.encode indexof indexof_n intersection is_array is_boolean is_null is_number is_object is_set
    is_string json.filter json.is_valid json.marshal json.marshal_with_options json.match_schema json.patch
    json.remove json.unmarshal json.verify_schema lower max min net.cidr_contains net.cidr_expand
    net.cidr_is_valid numbers.range numbers.range_step object.filter object.get object.keys object.remove
    object.subset object.union object.union_n print product regex.find_all_string_submatch_n regex.find_n
    regex.is_valid regex.match regex.replace regex.split regex.template_match replace round semver.compare
    semver.is_valid set sort split sprintf startswith strings.any_prefix_match strings.any_suffix_match
    strings.count strings.replace_n strings.reverse substring sum time.add_date time.clock time.date time.diff
    time.format time.parse_duration_ns time.parse_ns time.parse_rfc3339_ns time.weekday to_number trace trim
    trim_left trim_prefix trim_right trim_space trim_suffix type_name union units.parse units.parse_bytes upper
    urlquery.decode urlquery.decode_object urlquery.encode urlquery.encode_object uuid.parse walk yaml.is_valid
    yaml.marshal yaml.unmarshal
    """.split()  # noqa: SIM905 - a list of quoted names would be three pages long
)
_OPA_ONLY: Final = frozenset(
    """
    array.flatten crypto.hmac.equal crypto.hmac.md5 crypto.hmac.sha1 crypto.hmac.sha256 crypto.hmac.sha512
    crypto.md5 crypto.parse_private_keys crypto.sha1 crypto.sha256 crypto.x509.parse_and_verify_certificates
    crypto.x509.parse_and_verify_certificates_with_options crypto.x509.parse_certificate_request
    crypto.x509.parse_certificates crypto.x509.parse_keypair crypto.x509.parse_rsa_private_key graphql.is_valid
    graphql.parse graphql.parse_and_verify graphql.parse_query graphql.parse_schema graphql.schema_is_valid
    io.jwt.decode io.jwt.decode_verify io.jwt.encode_sign io.jwt.encode_sign_raw io.jwt.verify_eddsa
    io.jwt.verify_es256 io.jwt.verify_es384 io.jwt.verify_es512 io.jwt.verify_hs256 io.jwt.verify_hs384
    io.jwt.verify_hs512 io.jwt.verify_ps256 io.jwt.verify_ps384 io.jwt.verify_ps512 io.jwt.verify_rs256
    io.jwt.verify_rs384 io.jwt.verify_rs512 net.cidr_contains_matches net.cidr_intersects net.cidr_merge
    net.cidr_overlap providers.aws.sign_req regex.globs_match rego.metadata.chain rego.metadata.rule
    rego.parse_module strings.render_template
    """.split()  # noqa: SIM905
)
_UNLIKE: Final = frozenset({"json.match_schema", "print", "trace"})
"""Builtins that all engines have, with results or effects that differ."""

FORBIDDEN: Final[Mapping[str, str]] = {
    "http.send": "it would reach the network",
    "net.lookup_ip_addr": "it would reach the network",
    "opa.runtime": "it would read the environment",
    "rand.intn": "the same input must give the same result",
    "time.now_ns": "the same input must give the same result; ages in days are in the input",
    "uuid.rfc4122": "the same input must give the same result",
}
"""Builtins that no rule may name, with the reason."""

BUILTINS: Final[Mapping[Dialect, frozenset[str]]] = {
    "regorus": _BOTH | (FORBIDDEN.keys() - {"net.lookup_ip_addr"}),
    "opa-embedded": _BOTH | _OPA_ONLY | FORBIDDEN.keys(),
    "portable": _BOTH - _UNLIKE,
}
_KNOWN: Final = _BOTH | _OPA_ONLY | FORBIDDEN.keys()


class Problem(NamedTuple):
    """A name that keeps a module from being evaluated."""

    file: str
    name: str
    """``http.send``."""
    kind: Literal["forbidden", "lacking", "unknown", "template", "open"]
    """``unknown``: no engine has it, and no module defines it. ``template``: ``$"…"``, which not every engine knows and
    whose expressions nobody looks into. ``open``: a string without an end."""
    reason: str
    """For a forbidden one."""
    start: int
    """Offset in the module, in characters."""
    end: int


def scan(modules: Mapping[str, str], dialect: Dialect) -> list[Problem]:
    """Look for calls that cannot be evaluated, or may not.

    Args:
        modules: sources by file.
        dialect: whose builtins there are.

    Returns:
        The problems, in the order of the modules.
    """
    outlines = {file: outline(source) for file, source in modules.items()}
    names: dict[tuple[str, ...], set[str]] = {}
    for each in outlines.values():
        names.setdefault(each.package, set()).update(head.name for head in each.heads)
    return [problem for file, each in outlines.items() for problem in _problems(file, each, names, dialect)]


def _problems(
    file: str, each: Outline, names: Mapping[tuple[str, ...], set[str]], dialect: Dialect
) -> Iterator[Problem]:
    aliases = {one.alias for one in each.imports} | {"data", "input"} | names[each.package]
    for token in each.strange:
        yield Problem(file, token.text, token.kind, "", token.start, token.end)  # type: ignore[arg-type]  # these two
    for reference in each.references:
        # No call is needed to use a builtin (`with count as http.send`), and no name hides it from every engine.
        name = _forbidden(reference)
        if name:
            yield Problem(file, name, "forbidden", FORBIDDEN[name], reference.start, reference.end)
        elif reference.called and reference.path[0] not in aliases:
            name = ".".join(reference.path)
            if name not in BUILTINS[dialect]:
                kind: Literal["lacking", "unknown"] = "lacking" if name in _KNOWN else "unknown"
                yield Problem(file, name, kind, "", reference.start, reference.end)


def _forbidden(reference: Reference) -> str:
    """The forbidden builtin that a reference begins with; empty for none."""
    for length in range(2, len(reference.path) + 1):
        name = ".".join(reference.path[:length])
        if name in FORBIDDEN:
            return name
    return ""
