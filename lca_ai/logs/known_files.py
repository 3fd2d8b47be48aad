"""What the files of a log are, kept beside their parts: a file that was looked at before is not opened again.

A file is known by its path, size and time of change, and described by its pieces. Its pieces need the file only where
their parts are not kept: a compressed file that is known need not be unpacked.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from lca_ai.errors import LogError
from lca_ai.logs.pieces import Piece
from lca_ai.logs.records import Options

#: The form in which parts are kept: those of another one are made again.
FORM = 3
#: What pieces of one file, and of files with the same columns, differ in.
_OWN = ("group", "begin", "end", "rows", "name", "device", "names")
_ELSEWHERE = ("path", "key", "here", "head")
_SHARED = tuple(one.name for one in fields(Piece) if one.name not in (*_OWN, *_ELSEWHERE))


class KnownFiles:
    """The files that a folder of kept parts knows, as some options read them."""

    def __init__(self, folder: Path, options: Options) -> None:
        told = repr((options.timezone, sorted((options.columns or {}).items()), options.device))
        self._path = folder / f"files-{hashlib.sha256(told.encode()).hexdigest()[:8]}.json"
        self._looked: dict[Path, list[Piece] | None] = {}
        self._changed = False

    @cached_property
    def _content(self) -> dict[str, Any]:
        """``columns``: what pieces share; ``files``: path -> version, key, whether it is compressed, its pieces."""
        if not self._path.is_file():
            return {"columns": [], "files": {}}
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            return {"columns": [_frozen(row) for row in content["columns"]], "files": content["files"]}
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise LogError(
                "the list of known files cannot be read", file=self._path.name, accepted="remove it: it is made again"
            ) from fault

    def pieces(self, path: Path) -> list[Piece] | None:
        """The pieces of a file, as it lies there; None where it is not known, or has changed."""
        if path not in self._looked:
            found = self._content["files"].get(str(path.absolute()))
            known = found is not None and found[0] == _version(path)
            self._looked[path] = [self._piece(path, *found[1:3], *one) for one in found[3]] if known else None
        return self._looked[path]

    def _piece(self, path: Path, key: str, packed: bool, shared: int, *own: Any) -> Piece:  # noqa: FBT001 (a row)
        given = dict(zip((*_SHARED, *_OWN), (*self._content["columns"][shared], *map(_frozen, own)), strict=True))
        return Piece(path=path, key=key, here=not packed, **given)

    def add(self, path: Path, pieces: list[Piece], *, packed: bool) -> list[Piece]:
        """Take in the file that lies at a path, compressed or not, and return its pieces with its key."""
        version = _version(path)
        columns, rows = self._content["columns"], []
        for piece in pieces:
            shared = tuple(getattr(piece, name) for name in _SHARED)
            if shared not in columns:
                columns.append(shared)
            rows.append([columns.index(shared), *(getattr(piece, name) for name in _OWN)])
        told = repr((FORM, self._path.name, str(path.absolute()), version, [columns[row[0]] for row in rows[:1]]))
        key = hashlib.sha256(told.encode()).hexdigest()[:24]
        self._content["files"][str(path.absolute())] = [version, key, packed, rows]
        self._changed = True
        return [replace(piece, key=key) for piece in pieces]

    def save(self) -> None:
        """Write what was taken in."""
        if self._changed:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_suffix(".partial")
            beside.write_text(json.dumps(self._content), encoding="utf-8")
            beside.replace(self._path)
            self._changed = False


def _frozen(one: Any) -> Any:
    """Lists as tuples, at any depth."""
    return tuple(map(_frozen, one)) if isinstance(one, list) else one


def keys_in(folder: Path) -> set[str]:
    """The keys of all files that a folder knows, in the version that was seen last."""
    lists = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("files-*.json")]
    return {row[1] for content in lists for row in content["files"].values()}


def _version(path: Path) -> list[int]:
    """Size [bytes] and time of change [ns] of a file."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]
