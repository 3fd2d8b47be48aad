"""Parts of a log that were integrated before, kept in a folder: running again over more files reads only the new ones.

A part is known by its file (see :mod:`lca_ai.logs.known_files`) and by its place in it; it is kept with the rules it
was integrated by. What is done survives an interruption: parts are written every few seconds.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lca_ai.errors import LogError
from lca_ai.logs.known_files import FORM, KnownFiles, keys_in
from lca_ai.logs.parts import Part
from lca_ai.logs.pieces import Piece
from lca_ai.logs.records import Note, Options
from lca_ai.logs.rows import Rows
from lca_ai.logs.segments import MaxGap, Rules

if TYPE_CHECKING:
    import pyarrow as pa

_RULES, _FILES = "rules.json", "parts-*.parquet"
_FLUSH_SECONDS = 5.0
_MOST_FILES = 16
_KEY = b"lca_ai"


class Kept:
    """The folder of kept parts, of files that are read by some options, with or without their jobs."""

    def __init__(self, folder: Path, options: Options, *, jobs: bool = False) -> None:
        self.folder = folder
        self._jobs = jobs
        self.files = KnownFiles(folder, options)
        self._new: dict[str, Part] = {}
        self._written = time.monotonic()

    @cached_property
    def _contents(self) -> list[_Content]:
        """What was kept when it was first asked for."""
        return [_read(path) for path in sorted(self.folder.glob(_FILES))]

    @cached_property
    def _held(self) -> set[str]:
        return {digest for content in self._contents for digest in content.told}

    def digest_of(self, piece: Piece) -> str:
        """What tells a part from any other, and from that of the same piece after its file has changed."""
        return f"{piece.key}:{piece.group}:{piece.begin}{':jobs' * self._jobs}"

    def holds(self, path: Path) -> bool:
        """Whether all parts of a file are kept, as it lies there."""
        pieces = self.files.pieces(path)
        return pieces is not None and all(self.digest_of(piece) in self._held for piece in pieces)

    def missing(self, pieces: list[Piece]) -> list[Piece]:
        """Those of some pieces whose parts are not kept."""
        return [piece for piece in pieces if self.digest_of(piece) not in self._held]

    def rules(self, asked: Rules) -> Rules:
        """The rules that the kept parts went by, extended to new devices; those asked for where nothing is kept yet.

        Raises
        ------
        LogError : where the kept parts went by other rules than those asked for
        """
        path = self.folder / _RULES
        self.folder.mkdir(parents=True, exist_ok=True)
        given = _plain(asked)
        if path.is_file():
            kept = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(asked.max_gap, dict) and isinstance(kept["max_gap"], dict):
                given["max_gap"] = asked.max_gap | kept["max_gap"]
            if kept | {"max_gap": given["max_gap"]} != given:
                raise LogError(
                    "the kept parts were integrated by other rules", file=path.name, value=json.dumps(kept)[:200],
                    accepted="the same kind, window and max_gap, or another folder",
                )  # fmt: skip
        path.write_text(json.dumps(given), encoding="utf-8")
        limit: MaxGap = given["max_gap"]
        return Rules(asked.kind, limit, asked.window, asked.absurd_power)

    def take(self, numbers: dict[str, int]) -> tuple[set[str], Part]:
        """Which of some pieces are kept, and the sum of their parts; ``numbers`` are their tags by their digests."""
        found: set[str] = set()
        whole = Part()
        for content in self._contents:
            mine = {key: one for key, one in content.told.items() if key in numbers and key not in found}
            if not mine:
                continue
            found |= set(mine)
            tags = {key: numbers[key] for key in mine}
            for name in _LAYOUT:
                getattr(whole, name).extend(content.table(name, tags))
            for one in mine.values():
                _fill(whole, one)
        return found, whole

    def add(self, digest: str, part: Part) -> None:
        """Keep one part; it is on disk within a few seconds."""
        self._new[digest] = part
        if time.monotonic() - self._written > _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is not on disk yet; many small files become one."""
        import pyarrow as pa
        import pyarrow.compute as pc

        self._written = time.monotonic()
        files = sorted(self.folder.glob(_FILES))
        if self._new:
            tables = [table for key, part in self._new.items() for table in _tables(key, part)]
            told = {key: _told(part) for key, part in self._new.items()}
            rows = pa.concat_tables([_schema().empty_table(), *tables])  # a part without a usable row has no table
            _write(self.folder / f"parts-{time.time_ns():020d}.parquet", rows, told)
            self._new.clear()
        if len(files) > _MOST_FILES:
            both = [_read(path) for path in files]
            together = pa.concat_tables([one.rows for one in both])
            told = {key: one for content in both for key, one in content.told.items()}
            current = keys_in(self.folder)  # what lies there no more, or has changed, is left out
            told = {key: one for key, one in told.items() if key.partition(":")[0] in current}
            there = pc.is_in(together["part"].cast(pa.string()), pa.array(list(told), pa.string()))
            _write(self.folder / f"parts-{time.time_ns():020d}.parquet", together.filter(there), told)
            for path in files:
                path.unlink()


def _plain(rules: Rules) -> dict[str, Any]:
    return {
        "form": FORM, "kind": rules.kind, "max_gap": rules.max_gap, "window": list(rules.window),
        "absurd_power": rules.absurd_power,
    }  # fmt: skip


#: The tables of a part, one below the other in a file: which of their columns is in which of the file's.
_LAYOUT = {
    "hours": {"hour": "moment", "energy": "a", "covered": "b", "gap": "c", "samples": "d"},
    "runs": {"first": "moment", "last": "end", "first_value": "a", "last_value": "b"},
    "curve": {"time": "moment", "value": "a"},
    "jobs": {"hour": "moment", "energy": "a", "covered": "b", "gap": "c"},
}
#: Columns of text, which not all parts have.
_TEXTS = {"runs": ("first_job", "last_job")}


def _schema() -> pa.Schema:
    """The columns of a file of kept parts."""
    import pyarrow as pa

    text = pa.dictionary(pa.int32(), pa.string())
    numbers = [(name, pa.int64()) for name in ("moment", "end")] + [(name, pa.float64()) for name in "abcd"]
    texts = [(name, text) for columns in _TEXTS.values() for name in columns]
    return pa.schema([("part", text), ("table", text), ("device", text), *numbers, *texts])


def _tables(key: str, part: Part) -> list[pa.Table]:
    """The rows of a part as a file has them."""
    import pyarrow as pa

    schema = _schema()
    found = []
    for name, layout in _LAYOUT.items():
        for rows in getattr(part, name):
            size = len(rows.device)
            columns = {to: pa.array(rows.columns[column]) for column, to in layout.items()}
            told = [one for one in _TEXTS.get(name, ()) if one in rows.columns]
            columns |= {one: pa.array(rows.columns[one], pa.string()).dictionary_encode() for one in told}
            columns |= {
                "part": pa.repeat(key, size).dictionary_encode(),
                "table": pa.repeat(name, size).dictionary_encode(),
                "device": pa.DictionaryArray.from_arrays(pa.array(rows.device, pa.int32()), pa.array(rows.names)),
            }
            filled = [columns.get(one.name, pa.nulls(size, one.type)) for one in schema]
            found.append(pa.Table.from_arrays(filled, schema=schema))
    return found


@dataclass(frozen=True)
class _Content:
    """A file of kept parts: the rows of their tables, and what else was told of each."""

    rows: pa.Table
    told: dict[str, Any]

    def table(self, name: str, tags: dict[str, int]) -> list[Rows]:
        """Return one table of some parts, with their tags if it bears any."""
        chosen, part, device, names = self._places()
        tag = np.array([tags.get(key, -1) for key in names["part"]], dtype=np.int64)[part]
        number = names["table"].index(name) if name in names["table"] else -1
        kept = (chosen == number) & (tag >= 0)
        if not kept.any():
            return []
        columns = {column: self.rows[to].to_numpy()[kept] for column, to in _LAYOUT[name].items()}
        if name == "runs":
            columns |= {"tag": tag[kept]} | {time: columns[time].astype(np.int64) for time in ("first", "last")}
        for one in _TEXTS.get(name, ()):
            texts = self.rows[one].filter(kept)
            if texts.null_count == 0:
                columns[one] = texts.to_numpy(zero_copy_only=False).astype(object)
        return [Rows(names["device"], device[kept], columns)]

    def _places(self) -> tuple[Any, Any, Any, dict[str, list[str]]]:
        columns = [self.rows[name].unify_dictionaries().combine_chunks() for name in ("table", "part", "device")]
        codes = [one.indices.to_numpy() for one in columns]
        names = {
            name: one.dictionary.to_pylist() for name, one in zip(("table", "part", "device"), columns, strict=True)
        }
        return *codes, names


def _told(part: Part) -> dict[str, Any]:
    return {
        "outside": part.outside,
        "longest": part.longest,
        "notes": [(note.what, note.count, note.detail) for note in part.notes],
        "readings": dict(part.readings),
        "rows": part.rows,
        "first": part.first,
        "last": part.last,
    }


def _fill(whole: Part, told: dict[str, Any]) -> None:
    """Add what was kept of a part, but for its tables, to a sum."""
    whole.outside += told["outside"]
    whole.longest = max(whole.longest, told["longest"])
    whole.notes += [Note(*one) for one in told["notes"]]
    whole.readings.update(told["readings"])
    whole.rows += told["rows"]
    edges = [one for one in (whole.first, told["first"]) if one is not None]
    whole.first = min(edges, default=None)
    whole.last = max((one for one in (whole.last, told["last"]) if one is not None), default=None)


def _read(path: Path) -> _Content:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path).read(use_threads=False)
        told = json.loads(table.schema.metadata[_KEY])
    except (pa.ArrowException, OSError, KeyError, ValueError) as fault:
        raise LogError(
            "a file of kept parts cannot be read", file=path.name, accepted="remove it: it is made again"
        ) from fault
    return _Content(table, told)


def _write(path: Path, rows: pa.Table, told: dict[str, Any]) -> None:
    from pyarrow import parquet

    table = rows.unify_dictionaries().replace_schema_metadata({_KEY: json.dumps(told).encode()})
    beside = path.with_suffix(".partial")
    parquet.write_table(table, beside)
    beside.replace(path)
