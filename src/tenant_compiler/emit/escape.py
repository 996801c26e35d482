"""Tenant text inside other languages: one function a language, each the whole truth about that language.

A tenant may write anything. Where its text ends up in something that is evaluated, the function here makes the
evaluation give the text back, character by character; where the target has no escape, the text is changed visibly.
"""

from __future__ import annotations

import re

from tenant_compiler.emit.json import quoted

_LABEL_LENGTH = 63
_HASH_BYTES = 5
_LABEL = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?", re.ASCII)
_NOT_LABEL = re.compile(r"[^A-Za-z0-9_.-]+")
_REGEX_SYNTAX = re.compile(r"[\\.+*?()|\[\]{}^$]")
_OTTL_SYNTAX = re.compile(r"[^A-Za-z0-9_]")
_GRAFANA_DOLLAR = re.compile(r"\$(?=[\w{])")
_GRAFANA_BRACKET = re.compile(r"\[(?=\[)")
# C0 with line ends and tabs, DEL, C1, the marks, embeddings and isolates of bidirectional text, separators, the
# byte-order mark and other invisible formatting (also the tag characters, which can hide whole sentences), halves of
# characters. The joiners U+200C and U+200D stay: Persian and emoji need them.
_TERMINAL = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def terraform(text: str) -> str:
    """Escape for a string of Terraform's JSON syntax, where strings are templates; keys of objects too."""
    return text.replace("${", "$${").replace("%{", "%%{")


def go_template(text: str) -> str:
    """Escape for a Go template, such as an annotation of a Prometheus alert.

    A ``{`` at the very end joins with a ``{`` that the caller puts behind it: put no template right behind the text.
    """
    return text.replace("{{", '{{"{{"}}')


def promql_string(text: str) -> str:
    """Write a PromQL string with its quotes.

    Raises:
        ValueError: the text holds a lone surrogate.
    """
    return quoted(text)


def argo_promql_string(text: str) -> str:
    r"""Write a PromQL string with its quotes for a template of Argo, where ``{{`` begins a placeholder.

    Argo knows no escape for it, but PromQL does: the second brace becomes ``\x7b``.

    Raises:
        ValueError: the text holds a lone surrogate.
    """
    return quoted(text).replace("{{", "{\\x7b")


def promql_regex(text: str) -> str:
    """Write a regular expression (RE2) that matches exactly the text; still without quotes."""
    return _REGEX_SYNTAX.sub(r"\\\g<0>", text)


def cel_string(text: str) -> str:
    """Write a string of the Common Expression Language with its quotes; CEL knows every escape that JSON has here.

    Raises:
        ValueError: the text holds a lone surrogate.
    """
    return quoted(text)


def grafana(text: str) -> str:
    """Disarm Grafana's variables (``$name``, ``${name}``, ``[[name]]``) in titles, descriptions and queries.

    Grafana has no escape for them, so their first characters become their full-width look-alikes, U+FF04 and U+FF3B.
    Not for identifiers that must stay equal to what a query finds.
    """
    return _GRAFANA_BRACKET.sub("\uff3b", _GRAFANA_DOLLAR.sub("\uff04", text))


def kubernetes_value(text: str) -> str:
    """Escape for ``env[].value``, ``command`` and ``args``, where the kubelet expands ``$(NAME)``.

    It also turns ``$$`` into ``$``, so wherever one of the two occurs every ``$`` is doubled.
    """
    return text.replace("$", "$$") if "$(" in text or "$$" in text else text


def opentelemetry(text: str) -> str:
    """Escape for a value in a collector's configuration, where ``${env:NAME}`` and ``${file:PATH}`` are expanded.

    ``$$`` stands for ``$`` there, so every ``$`` is doubled.
    """
    return text.replace("$", "$$")


def ottl_pattern(text: str) -> str:
    """Write a regular expression (RE2) that matches exactly the text, for a string of OTTL; still without quotes.

    Neither a quote nor a backslash of the text may end the string: what is no letter or digit is written by its number.
    """
    return _OTTL_SYNTAX.sub(_in_hex, text)


def terminal(text: str) -> str:
    r"""Show control, bidirectional and invisible characters as ``\n``, ``\x1b``, ``\u202e``, for one line of a report.

    A backslash stays as it is, so the result is for reading, not for decoding.
    """
    return text if text.isascii() and text.isprintable() else _TERMINAL.sub(_visible, text)


def label_value(text: str) -> str:
    """Make a Kubernetes label value (at most 63 characters of ``A-Za-z0-9_.-``, a letter or digit at both ends).

    A text that is one stays. Any other is cut down to what is allowed and ends in ten hexadecimal digits of its hash,
    so that different texts give different values unless someone looks for a collision: no value to decide access by.
    """
    if _LABEL.fullmatch(text):
        return text
    from hashlib import blake2b  # noqa: PLC0415 - hashlib loads OpenSSL, and most texts need no hash

    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).hexdigest()
    kept = _NOT_LABEL.sub("-", text)[: _LABEL_LENGTH - len(digest) - 1].strip("_.-")
    return f"{kept}-{digest}" if kept else digest


def _in_hex(found: re.Match[str]) -> str:
    """By its number, with the backslash doubled, because OTTL reads the string first."""
    return f"\\\\x{{{ord(found.group()):x}}}"


def _visible(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    if code > 0xFFFF:  # noqa: PLR2004 - beyond four digits
        return f"\\U{code:08x}"
    return _SHORT.get(character) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")  # noqa: PLR2004 - the same
