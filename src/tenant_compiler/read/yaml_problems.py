"""Diagnostics about YAML files: what the parser's or the reader's complaint means, where, and what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import DocumentStartEvent
from yaml.nodes import MappingNode, ScalarNode
from yaml.tokens import AliasToken

from tenant_compiler.model.diagnostic import Diagnostic, Label, Place, Span
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.yaml_parser import LimitExceededError, Limits, open_parser
from tenant_compiler.read.yaml_positions import node_span
from tenant_compiler.read.yaml_syntax import syntax_problem
from tenant_compiler.read.yaml_text import forbidden_character, lines_of

if TYPE_CHECKING:
    from yaml.nodes import Node

    from tenant_compiler.read.yaml_graph import Expansion

_TAG = re.compile(r"![^\s,\[\]{}]*")
_MERGE_HELP = "write the keys out, or move what tenants share into a profile"


class Problems(NamedTuple):
    """Makes the diagnostics of one document."""

    data: bytes
    file: str
    document: int
    limits: Limits

    def of_parser(self, error: YAMLError | LimitExceededError) -> Diagnostic:
        """Explain why the parser gave up (TC103, TC106, TC108, TC109)."""
        if isinstance(error, LimitExceededError):
            mark = error.mark
            span = Span(mark.line + 1, mark.column + 1, mark.column + 2) if mark else Span(1, 1, 2)
            return self._too_deep(span) if error.code == "TC106" else self._too_many(span)
        if isinstance(error, MarkedYAMLError):
            return syntax_problem(error, lines_of(self.data), self.file, self.document)
        return forbidden_character(self.data, self.file)

    def empty_file(self) -> Diagnostic:
        """Say that a file holds no document (TC111)."""
        return self._say(
            "TC111", "the file is empty, or holds only comments", Span(1, 1, 2), "write a document, or delete the file"
        )

    def empty_document(self) -> Diagnostic:
        """Say that a document holds nothing (TC111), at the `---` that starts it."""
        parser = open_parser(self.data, self.limits)
        starts: list[Any] = []
        while len(starts) <= self.document:
            event = parser.get_event()
            if isinstance(event, DocumentStartEvent):
                starts.append(event.start_mark)
        mark = starts[-1]
        span = Span(mark.line + 1, mark.column + 1, mark.column + 4)
        return self._say(
            "TC111", "the document after this `---` is empty", span, "write the document, or remove the `---`"
        )

    def long_number(self, node: ScalarNode) -> Diagnostic:
        """Say that a number has too many digits to be one (TC112)."""
        return self._say(
            "TC112",
            f"a number of {len(node.value)} characters is too long",
            self._span(node),
            "write a shorter number, or put quotes around it to make it a text",
        )

    def too_deep(self, node: Node) -> Diagnostic:
        """Say that a collection is nested too deep (TC106)."""
        return self._too_deep(self._span(node))

    def custom_tag(self, node: Node) -> Diagnostic:
        """Say that tags are refused (TC109), the standard ones too."""
        return self._say(
            "TC109",
            "tags such as `!name` are not supported",
            self._tag_span(node),
            'write the value without the tag; "quotes" make a value a text',
        )

    def duplicate_key(self, node: ScalarNode, first: Node) -> Diagnostic:
        """Say that a mapping has a key twice (TC104)."""
        place = Place(self.file, document=self.document, span=self._span(first))
        return self._say(
            "TC104",
            f"the key `{_shortened(node.value)}` is written twice",
            self._span(node),
            "keep one of the two",
            label="written again here",
            related=(Label(place, "first written here"),),
        )

    def bad_key(self, node: Node) -> Diagnostic:
        """Say that a key is no string (TC110)."""
        if type(node) is not ScalarNode:
            kind = "a mapping" if type(node) is MappingNode else "a list"
            message, advice = f"a key must be a text, but this one is {kind}", "write a word as the key"
            if _is_template(node):
                advice = "put quotes around a value that starts with `{{`"
        elif node.value == "<<":
            message, advice = "the merge key `<<` is not supported", _MERGE_HELP
        elif node.value == "":
            message, advice = "the key is missing before `:`", "write `key: value`"
        else:
            shown = _shortened(node.value)
            message = f"a key must be a text, but YAML reads `{shown}` as another type"
            advice = f'put quotes around it: `"{shown}"`'
        return self._say("TC110", message, self._span(node), advice)

    def expansion(self, found: Expansion) -> Diagnostic:
        """Say why aliases cannot be expanded (TC105, or TC106 when they nest too deep), at the first alias there."""
        span = self._alias_span(found.node)
        if found.cause == "depth":
            return self._too_deep(span)
        message = (
            "an alias stands inside the value that it names"
            if found.cause == "cycle"
            else f"aliases expand to more than {self.limits.nodes} values"
        )
        return self._say("TC105", message, span, "write the values out, or move what is shared into a profile")

    def _alias_span(self, node: Node) -> Span:
        # Composing replaced the aliases by what they name, so only the tokens still know where they stood.
        parser = open_parser(self.data, self.limits)
        start, end = node.start_mark.index, node.end_mark.index
        while True:
            token = parser.get_token()
            assert token is not None, "a value that is too large without an alias is refused by the parser"
            if isinstance(token, AliasToken) and start <= token.start_mark.index <= end:
                mark = token.start_mark
                return Span(mark.line + 1, mark.column + 1, token.end_mark.column + 1)

    def _tag_span(self, node: Node) -> Span:
        start = node.start_mark
        found = _TAG.search(lines_of(self.data)[start.line], start.column)
        if found is None:  # an anchor stands alone on the first line, and the tag below it
            return self._span(node)
        return Span(start.line + 1, found.start() + 1, found.end() + 1)

    def _too_deep(self, span: Span) -> Diagnostic:
        return self._say(
            "TC106",
            f"values are nested more than {self.limits.depth} levels deep",
            span,
            "remove levels; a tenant needs fewer than ten",
        )

    def _too_many(self, span: Span) -> Diagnostic:
        return self._say(
            "TC108",
            f"the file has more than {self.limits.nodes} keys and values",
            span,
            "split it into several files",
        )

    def _span(self, node: Node) -> Span:
        return node_span(node, lines_of(self.data))

    def _say(self, code: str, message: str, span: Span, advice: str, **more: Any) -> Diagnostic:
        place = Place(self.file, document=self.document, span=span)
        return Diagnostic(code, message, place=place, help=advice, **more)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - fits a line of a report


def _is_template(node: Node) -> bool:
    # `host: {{ name }}` is YAML for a mapping whose key is a mapping, and nearly always a template without quotes.
    return bool(type(node) is MappingNode and node.flow_style)
