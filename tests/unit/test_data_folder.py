"""Where the built-in data is."""

from __future__ import annotations

import os

import pytest

from tenant_compiler import data


@pytest.mark.parametrize("name", ["schemas", "tier_presets", "policies", "codes"])
def test_built_in_data_is_found(name: data.Folder) -> None:
    """Each folder is there, in the checkout as in the wheel."""
    assert os.listdir(data.data_folder(name))


def test_a_wheel_holds_its_own(tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package has data in it, that is taken: other folders above it are other people's."""
    monkeypatch.setattr(data, "_PACKED", str(tmp_path))
    assert data.data_folder("codes") == os.path.join(tmp_path, "codes")


def test_another_folder_is_a_bug() -> None:
    """Names of folders are ours, so a wrong one is no user's error."""
    with pytest.raises(KeyError):
        data.data_folder("nowhere")  # type: ignore[arg-type]
