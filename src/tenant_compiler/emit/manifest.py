"""The manifest of an output folder: which files are ours, by hash, and whether the last run reached its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenant_compiler.model.record import NamedTuple

try:  # hashlib would load OpenSSL, which costs more than all hashing of a small run
    from _blake2 import blake2b
except ImportError:  # a Python that was built without it has the same function there
    from hashlib import blake2b

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MANIFEST = ".tenant-compile.json"
"""The manifest's file name, in the folder of its owner."""
FLEET = "_fleet"
"""The owner of what belongs to no single tenant. The underscore keeps it apart from every tenant's name."""
SIZE_LIMIT = 8 * 1024 * 1024
"""Bytes: far above any real manifest (some 80,000 files), far below what hurts to read."""

_FORMAT = 1
_KEYS = frozenset({"format", "owner", "complete", "source", "files"})
_PART = r"[a-z0-9][a-z0-9._-]{0,199}"
_OWNER = re.compile(_PART)
_PATH = re.compile(rf"{_PART}(?:/{_PART}){{0,15}}")
_HASH = re.compile(r"[0-9a-f]{32}")
_MOST_HASHES = 2


class Manifest(NamedTuple):
    """What one owner (a tenant, or the fleet) has in the output."""

    owner: str
    source: str
    """The file that the owner was read from, relative to the workspace."""
    complete: bool
    """False from before the first change of a run until after its last one."""
    files: Mapping[str, tuple[str, ...]]
    """Path below the owner's folder to the hashes that the file may have: one, or the old and the new one."""


def digest(chunks: Iterable[bytes]) -> str:
    """Hash a file's bytes, given in pieces: BLAKE2b of 16 bytes, as 32 hexadecimal digits."""
    hashed = blake2b(digest_size=16)
    for chunk in chunks:
        hashed.update(chunk)
    return hashed.hexdigest()


def valid_owner(name: str) -> bool:
    """Tell whether a folder of that name may belong to an owner."""
    return name == FLEET or _OWNER.fullmatch(name) is not None


def valid_path(path: str) -> bool:
    """Tell whether a path may stand below an owner's folder.

    No part may begin with a dot, so there is no ``..``, no absolute path, and nothing that hides or is the manifest.
    """
    return _PATH.fullmatch(path) is not None


def encode(manifest: Manifest) -> bytes:
    """Write a manifest as JSON, a file a line and sorted, so that version control merges it well."""
    from json import dumps  # noqa: PLC0415 - a run that only reads sources has no use for it

    rows = [
        f'    "{path}": "{hashes[0]}"' if len(hashes) == 1 else f'    "{path}": {dumps(list(hashes))}'
        for path, hashes in sorted(manifest.files.items())
    ]
    files = "{\n" + ",\n".join(rows) + "\n  }" if rows else "{}"
    return (
        f'{{\n  "format": {_FORMAT},\n  "owner": "{manifest.owner}",\n'
        f'  "complete": {"true" if manifest.complete else "false"},\n'
        f'  "source": {dumps(manifest.source)},\n  "files": {files}\n}}\n'
    ).encode()


def decode(data: bytes, owner: str) -> Manifest:
    """Read a manifest, believing nothing that it says before it is checked.

    Args:
        data: the file's bytes; at most ``SIZE_LIMIT``, or the manifest is refused.
        owner: the name of the folder that the file stands in.

    Raises:
        ValueError: it is no manifest of that folder; the text says why, for a user.
    """
    from json import loads  # noqa: PLC0415 - see encode

    if len(data) > SIZE_LIMIT:
        raise ValueError(f"it is larger than {SIZE_LIMIT // 1024 // 1024} MiB")
    try:
        raw = loads(data)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(raw, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - the content is wrong, not a caller's type
    if type(raw.get("format")) is int and raw["format"] > _FORMAT:
        raise ValueError(f"its format is {raw['format']}, and this version knows formats up to {_FORMAT}")
    if raw.keys() != _KEYS or type(raw["format"]) is not int or raw["format"] != _FORMAT:
        raise ValueError("its keys are not those of a manifest")
    if raw["owner"] != owner:
        raise ValueError("it names another owner than its folder")
    if type(raw["complete"]) is not bool or not isinstance(raw["source"], str) or not isinstance(raw["files"], dict):
        raise ValueError("a value has the wrong type")
    return Manifest(
        owner, raw["source"], raw["complete"], {path: _row(path, raw["files"][path]) for path in raw["files"]}
    )


def _row(path: str, value: object) -> tuple[str, ...]:
    """Check one row: a safe path, and one or two hashes."""
    if not valid_path(path):
        raise ValueError(f"the path {path[:80]!r} is not one that a build writes")
    hashes = value if isinstance(value, list) else [value]
    if not 1 <= len(hashes) <= _MOST_HASHES or not all(
        isinstance(item, str) and _HASH.fullmatch(item) for item in hashes
    ):
        raise ValueError(f"the hash of {path!r} is none")
    return tuple(hashes)
