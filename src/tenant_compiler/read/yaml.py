"""Bytes to documents: YAML 1.2 core, one value per document, every problem at its line and column.

The clean path makes values only; spans are worked out when there is something to say (``yaml_problems``,
``yaml_positions``), from the same nodes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from yaml.error import YAMLError
from yaml.nodes import MappingNode, ScalarNode

from tenant_compiler.model.document import Document
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.yaml_parser import LIMITS, LimitExceededError, Limits, compose

if TYPE_CHECKING:
    from yaml.nodes import Node

    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.read.yaml_problems import Problems

__all__ = ["LIMITS", "Limits", "Reading", "read_documents"]

_CONSTANTS: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_NUMBER_START: Final = frozenset("-+.0123456789")
MERGE_KEY: Final = "<<"
NUMBER_LENGTH: Final = 100
"""Characters of a number: Python refuses integers of more than 4300 digits, and nothing here needs so many."""
_MEMO_ENTRIES = 10_000
_MEMO_LENGTH = 64


class Reading(NamedTuple):
    """What a file holds. With diagnostics the file is broken, even where some of its documents are sound."""

    documents: tuple[Document, ...]
    """The sound ones, in order."""
    diagnostics: tuple[Diagnostic, ...]
    """In the order of the file."""


class LongNumberError(Exception):
    """A plain scalar is a number of more than ``NUMBER_LENGTH`` characters."""


class _Memo(dict[str, Any]):
    """Remembers what a plain scalar means: a fleet says ``true``, ``production`` and ``4`` many thousand times."""

    def __missing__(self, text: str) -> Any:
        value = self.make(text)
        if len(text) <= _MEMO_LENGTH:
            if len(self) >= _MEMO_ENTRIES:
                self.clear()
            self[text] = value
        return value

    @staticmethod
    def make(text: str) -> Any:
        """Give the value of a plain scalar."""
        return plain_value(text)


class _KeyMemo(_Memo):
    """The same for plain keys; None for one that cannot be a key."""

    @staticmethod
    def make(text: str) -> str | None:
        """Give the text itself if it is a string that may be a key."""
        is_string = text not in _CONSTANTS and text != MERGE_KEY and not is_number(text)
        return text if is_string else None


_values = _Memo()
_keys = _KeyMemo()


def is_number(text: str) -> bool:
    """Say whether YAML 1.2's core schema reads a plain scalar as a number."""
    if not text or text[0] not in _NUMBER_START:
        return False
    return _INTEGER.fullmatch(text) is not None or _FLOAT.fullmatch(text) is not None


def plain_value(text: str) -> Any:
    """Give the value of a plain scalar in YAML 1.2's core schema: ``NO`` is a string, ``012`` is 12.

    Raises:
        LongNumberError: a number of more than ``NUMBER_LENGTH`` characters.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if not is_number(text):
        return text
    if len(text) > NUMBER_LENGTH:
        raise LongNumberError
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    # Python spells the special values without the dot.
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def read_documents(data: bytes, file: str, limits: Limits = LIMITS) -> Reading:
    """Read all documents of a file.

    A problem inside a document leaves that document out and the rest is read; a syntax error or a limit ends the
    reading, and the documents before it stand.

    Args:
        data: the file, UTF-8, with or without a byte-order mark, any line ends.
        file: how diagnostics name it.
        limits: bounds on size, nodes and depth.
    """
    if (not data.isascii() or len(data) > limits.size) and (refusal := _refuse_bytes(data, file, limits)):
        return Reading((), (refusal,))
    documents: list[Document] = []
    problems: list[Diagnostic] = []
    index = -1
    builder = _Builder(data, file, limits)
    try:
        for index, root in enumerate(compose(data, limits)):
            value = builder.document(root, index)
            if builder.problems:
                problems += sorted(builder.problems, key=_position)
            else:
                documents.append(Document(file, index, value))
    except (YAMLError, LimitExceededError) as error:
        problems.append(_explain(data, file, index + 1, limits).of_parser(error))
    else:
        if index < 0:
            problems.append(_explain(data, file, 0, limits).empty_file())
    return Reading(tuple(documents), tuple(problems))


def _explain(data: bytes, file: str, document: int, limits: Limits) -> Problems:
    from tenant_compiler.read.yaml_problems import Problems  # noqa: PLC0415 - only for errors

    return Problems(data, file, document, limits)


def _position(problem: Diagnostic) -> tuple[int, ...]:
    return problem.place.span if problem.place and problem.place.span else ()


def _refuse_bytes(data: bytes, file: str, limits: Limits) -> Diagnostic | None:
    from tenant_compiler.read import yaml_text  # noqa: PLC0415 - most files are ASCII and small

    return yaml_text.refuse(data, file, limits.size)


class _Builder:
    """Makes the values of one file's documents, and collects what is wrong with the one at hand."""

    __slots__ = ("_data", "_file", "_has_aliases", "_has_tags", "_index", "_limits", "problems")

    def __init__(self, data: bytes, file: str, limits: Limits) -> None:
        self._data = data
        self._file = file
        self._limits = limits
        # The characters are rare, and no tag or alias can be written without them.
        self._has_tags = b"!" in data
        self._has_aliases = b"*" in data and b"&" in data
        self._index = 0
        self.problems: list[Diagnostic] = []

    def document(self, root: Node, index: int) -> Any:
        """Give the value of the next document; it means nothing when ``problems`` is not empty."""
        self._index = index
        self.problems = []
        if type(root) is ScalarNode and not root.style and root.value == "":
            self.problems.append(self._problem.empty_document())
            return None
        if self._has_tags:
            self._report_tags(root)
        if self._has_aliases and self._report_aliases(root):
            return None
        return self._value(root, 0)

    def _value(self, node: Any, depth: int) -> Any:
        if type(node) is ScalarNode:
            if node.style:
                return node.value
            try:
                return _values[node.value]
            except LongNumberError:
                self.problems.append(self._problem.long_number(node))
                return None
        if depth >= self._limits.depth:
            self.problems.append(self._problem.too_deep(node))
            return None
        if type(node) is MappingNode:
            return self._mapping(node, depth + 1)
        return [self._value(item, depth + 1) for item in node.value]

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if type(key_node) is ScalarNode:
                key = key_node.value if key_node.style else _keys[key_node.value]
                if key is not None and key not in result:
                    result[key] = self._value(value_node, depth)
                    continue
            self._report_key(node, key_node, result)
            self._value(value_node, depth)
        return result

    @property
    def _problem(self) -> Problems:
        return _explain(self._data, self._file, self._index, self._limits)

    def _report_key(self, mapping: MappingNode, key_node: Any, seen: dict[str, Any]) -> None:
        if type(key_node) is ScalarNode and key_node.value in seen:
            first = next(key for key, _ in mapping.value if key.value == key_node.value)
            self.problems.append(self._problem.duplicate_key(key_node, first))
        else:
            self.problems.append(self._problem.bad_key(key_node))

    def _report_tags(self, root: Node) -> None:
        from tenant_compiler.read import yaml_graph  # noqa: PLC0415 - only for files with a `!`

        self.problems += [self._problem.custom_tag(node) for node in yaml_graph.tagged(root, self._data)]

    def _report_aliases(self, root: Node) -> bool:
        from tenant_compiler.read import yaml_graph  # noqa: PLC0415 - only for files with aliases

        found = yaml_graph.expansion_problem(root, self._limits)
        if found is not None:
            self.problems.append(self._problem.expansion(found))
        return found is not None
