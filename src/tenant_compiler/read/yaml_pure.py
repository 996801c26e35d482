"""The parser for a PyYAML without libyaml: the same answers, ten times slower; stricter about tabs between words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from tenant_compiler.read.yaml_parser import Counting

if TYPE_CHECKING:
    from tenant_compiler.read.yaml_parser import Limits


class PureParser(Counting, Reader, Scanner, Parser, Composer):
    """PyYAML's own composer; it always counts, because Python's stack is shorter than the C one."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        Reader.__init__(self, data)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        self.bound(limits)

    def scan_flow_scalar_non_spaces(self, double: Any, start_mark: Any) -> Any:
        r"""Refuse ``"\ud800"`` and ``"\UFFFFFFFF"`` as libyaml does: they are no characters.

        Raises:
            ScannerError: an escape that names no character.
        """
        try:
            chunks = super().scan_flow_scalar_non_spaces(double, start_mark)
            "".join(chunks).encode()
        except (ValueError, OverflowError) as error:
            raise ScannerError(
                "while parsing a quoted scalar", start_mark, "found invalid Unicode escape", self.get_mark()
            ) from error
        return chunks
