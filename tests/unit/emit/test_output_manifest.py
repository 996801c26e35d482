"""The manifest's bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.emit import manifest
from tenant_compiler.emit.manifest import Manifest, decode, digest, encode, valid_path

part = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,10}", fullmatch=True)
paths = st.lists(part, min_size=1, max_size=4).map("/".join)
hashes = st.lists(st.binary(max_size=3).map(lambda data: digest((data,))), min_size=1, max_size=2).map(tuple)


def test_bytes() -> None:
    """A manifest is sorted JSON with a file a line."""
    data = encode(
        Manifest("acme", "tenants/acme.yaml", complete=True, files={"b": ("0" * 32,), "a": ("1" * 32, "2" * 32)})
    )
    assert data.decode() == (
        '{\n  "format": 1,\n  "owner": "acme",\n  "complete": true,\n  "source": "tenants/acme.yaml",\n  "files": {\n'
        f'    "a": ["{"1" * 32}", "{"2" * 32}"],\n    "b": "{"0" * 32}"\n  }}\n}}\n'
    )


@settings(max_examples=50, deadline=None)
@given(st.text(), st.booleans(), st.dictionaries(paths, hashes, max_size=5))
def test_round_trip(source: str, complete: bool, files: dict[str, tuple[str, ...]]) -> None:
    """What is written is read back, also by another reader of JSON."""
    written = Manifest("acme", source, complete, files)
    assert decode(encode(written), "acme") == written
    assert json.loads(encode(written))["source"] == source


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_noise(data: bytes) -> None:
    """Noise is refused with a reason, never anything worse."""
    with pytest.raises(ValueError, match=r"^it "):
        decode(data, "acme")


def test_newer_format() -> None:
    """A manifest of a later version is told from a broken one."""
    with pytest.raises(ValueError, match="its format is 7"):
        decode(b'{"format": 7}', "acme")


def test_digest_of_pieces() -> None:
    """A hash does not depend on how the bytes are cut, and is the one of the standard library."""
    from hashlib import blake2b

    assert digest((b"ab", b"c")) == digest((b"abc",)) == blake2b(b"abc", digest_size=16).hexdigest()


@given(st.text(alphabet="ab./\\-_A\n\0é", max_size=12))
def test_valid_paths_stay_below(path: str) -> None:
    """A valid path never has an empty part or one that begins with a dot."""
    if valid_path(path):
        assert all(part and not part.startswith(".") for part in path.split("/"))
        assert not manifest.MANIFEST.startswith(path)
