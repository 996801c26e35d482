"""Finding files by the globs of the configuration: ``**`` is any number of folders, ``*`` and ``?`` stay inside one."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence


def matching_files(
    root: str, patterns: Sequence[str], left_out: Collection[str] = (), unsaved: Iterable[str] = ()
) -> list[str]:
    """List the files that match, relative to a folder with ``/``, sorted, without following links to folders.

    Args:
        root: the folder.
        patterns: globs; a folder that does not exist has no files.
        left_out: folders that are not looked into.
        unsaved: files that count as if they were on disk.
    """
    compiled = [_regex(pattern) for pattern in patterns]
    heads = sorted({head(pattern) for pattern in patterns})
    found = {*unsaved, *(file for folder in heads for file in _walk(root, folder, left_out))}
    return sorted(file for file in found if any(pattern.fullmatch(file) for pattern in compiled))


def head(pattern: str) -> str:
    """The folders of a glob before its first wildcard."""
    parts = pattern.split("/")[:-1]
    wild = next((index for index, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts))
    return "/".join(parts[:wild])


def _regex(pattern: str) -> re.Pattern[str]:
    text = ""
    for part in re.split(r"(\*\*/|\*|\?)", pattern):
        text += {"**/": r"(?:[^/]+/)*", "*": r"[^/]*", "?": r"[^/]"}.get(part, re.escape(part))
    return re.compile(text)


def _walk(root: str, folder: str, left_out: Collection[str]) -> Iterator[str]:
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            listed: Sequence[os.DirEntry[str]] = list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in listed:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            if path not in left_out:
                yield from _walk(root, path, left_out)
        else:
            yield path
