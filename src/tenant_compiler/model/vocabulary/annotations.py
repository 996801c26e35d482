"""What a field says of itself beside its type, and how that becomes JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

_UNSET: Final = object()


class Info(NamedTuple):
    """The documentation of one field, and what the compiler does with it over the layers."""

    doc: str
    """One or two sentences."""
    example: Any = _UNSET
    """A value that is valid for the field."""
    unit: str = ""
    """``cores``, ``GiB``, ``percent`` …; empty where a value has none."""
    values: Mapping[str, str] | None = None
    """For an enumeration: a sentence for each value."""
    default: Any = _UNSET
    """What the field is when no layer says anything; a field without default may stay absent."""
    union: bool = False
    """A list whose layers add up, instead of the last one winning."""
    pattern: str | None = None
    """For text: the regular expression (ECMA 262, anchored) that it must match."""
    keys: str | None = None
    """For a map: the regular expression that its keys must match."""
    format: str | None = None
    """For text: the check function of the compiler that applies, where a pattern does not do (``cidr``, ``cron``)."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the documentation to the schema of the type."""
        schema = dict(handler(core_schema))
        if self.values is not None:
            for keyword in ("enum", "const", "type"):
                schema.pop(keyword, None)
            schema["oneOf"] = [{"const": value, "description": text} for value, text in self.values.items()]
        schema["description"] = f"{self.doc} Unit: {self.unit}." if self.unit else self.doc
        if self.example is not _UNSET:
            schema["examples"] = [self.example]
        if self.default is not _UNSET:
            schema["default"] = self.default
        if self.pattern is not None:
            schema["pattern"] = self.pattern
        if self.keys is not None:
            schema["propertyNames"] = {"pattern": self.keys}
        extra = {"x-unit": self.unit, "x-format": self.format}
        schema.update({keyword: value for keyword, value in extra.items() if value})
        if self.union:
            schema["x-union"] = True
        return schema


LABEL: Final = r"^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$"
"""A DNS-1123 label that does not start with a digit (a Service's name must not)."""
NAME: Final = r"^[a-z0-9]([-_.a-z0-9]{0,61}[a-z0-9])?$"
"""A name that only the compiler reads: profiles' last parts, environments, data classes."""
HOST: Final = r"^(?=[-.a-z0-9]{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$"
"""A lower-case host name with at least one dot and no wildcard."""
EMAIL: Final = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$"
URL: Final = r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\s\"<>{}|\\^`]*)?$"
AGGREGATOR: Final = (
    r"^https://(?=[-.a-z0-9]{1,253}(:|/|$))[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+"
    r"(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?(/[A-Za-z0-9._~/-]*)?$"
)
"""An address of which a host that policies can name and a port can be read off."""
LINE: Final = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"
"""One line of text without control characters."""
TEXT: Final = r"^(?=\s*\S)[^\x00-\x08\x0b-\x1f\x7f-\x9f]+$"
"""Some lines of text without control characters, not all blank."""
GROUP: Final = r"^(?!system:)[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"
"""A group of people; Kubernetes' own are refused."""
FROM: Final = r"^secret/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/[A-Za-z0-9_][-._A-Za-z0-9]{0,252}$"
"""A secret of the cluster and a key in it. No dot in its name: names with one are those of objects that we make."""
PATH: Final = r"^/((?!\.{1,2}(/|$))[A-Za-z0-9._~-]+(/|$))*$"
"""A path of whole segments, none of them empty or a step upwards, nothing encoded: what a route takes as a prefix."""
ORIGIN: Final = (
    r"^https://(?=[-.a-z0-9]{1,245}(:|$))[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+(:[0-9]{1,5})?$"
)
"""Another site, as browsers name it: scheme and host, a port where it is not the usual one, no path, no wildcard."""
SUBDOMAIN: Final = r"^(?=[-.a-z0-9]{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
"""The name of an object of most kinds."""
SOURCE: Final = (
    r"^(secret/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/[A-Za-z0-9_][-._A-Za-z0-9]{0,252}"
    r"|store/[a-z]([-a-z0-9]{0,61}[a-z0-9])?/[a-z]{1,32})$"
)
"""A secret and a key in it, or a store and a field of it."""
PINNED: Final = r"^[a-z0-9][a-z0-9.:/_-]{0,252}@sha256:[0-9a-f]{64}$"
"""An image of the platform's own, pinned by its digest."""
VOLUME: Final = r"^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$"
"""A volume's name: short, because more is put before it."""
