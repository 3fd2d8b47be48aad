"""Parts of a log that were integrated before, kept in a folder: running again over more files reads only the new ones.

A part is known by its file's path, size and time of change and by its place in it; it is kept with the rules it was
integrated by. What is done survives an interruption: parts are written every few seconds.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lca_ai.errors import LogError
from lca_ai.logs.chunks import Piece
from lca_ai.logs.integrate import MaxGap, Rules
from lca_ai.logs.parts import Part
from lca_ai.logs.records import Note
from lca_ai.logs.rows import Rows

if TYPE_CHECKING:
    import pyarrow as pa

_RULES, _FILES = "rules.json", "parts-*.parquet"
_FORM = 2
_FLUSH_SECONDS = 5.0
_MOST_FILES = 16
_KEY = b"lca_ai"


def digest_of(piece: Piece) -> str:
    """What tells a piece from any other, and from itself after its file has changed."""
    found = piece.path.stat()
    told = (str(piece.path.resolve()), found.st_size, found.st_mtime_ns, piece.group, piece.begin, piece.end)
    columns = (piece.kind, piece.time, piece.time_unit, piece.device, piece.value, piece.factor, piece.name)
    return hashlib.sha256(repr((_FORM, told, columns)).encode()).hexdigest()[:24]


@dataclass
class Kept:
    """The folder of kept parts."""

    folder: Path
    _new: dict[str, Part] = field(default_factory=dict)
    _written: float = field(default_factory=time.monotonic)

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
        for path in sorted(self.folder.glob(_FILES)):
            content = _read(path)
            mine = {key: one for key, one in content.told.items() if key in numbers and key not in found}
            if not mine:
                continue
            found |= set(mine)
            tags = {key: numbers[key] for key in mine}
            whole.hours += content.table("hours", tags)
            whole.runs += content.table("runs", tags)
            whole.curve += content.table("curve", tags)
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
            _write(self.folder / f"parts-{time.time_ns():020d}.parquet", together, told)
            for path in files:
                path.unlink()


def _plain(rules: Rules) -> dict[str, Any]:
    return {
        "form": _FORM, "kind": rules.kind, "max_gap": rules.max_gap, "window": list(rules.window),
        "absurd_power": rules.absurd_power,
    }  # fmt: skip


#: The tables of a part, one below the other in a file: which of their columns is in which of the file's.
_LAYOUT = {
    "hours": {"hour": "moment", "energy": "a", "covered": "b", "gap": "c", "samples": "d"},
    "runs": {"first": "moment", "last": "end", "first_value": "a", "last_value": "b"},
    "curve": {"time": "moment", "value": "a"},
}


def _schema() -> pa.Schema:
    """The columns of a file of kept parts."""
    import pyarrow as pa

    text = pa.dictionary(pa.int32(), pa.string())
    numbers = [(name, pa.int64()) for name in ("moment", "end")] + [(name, pa.float64()) for name in "abcd"]
    return pa.schema([("part", text), ("table", text), ("device", text), *numbers])


def _tables(key: str, part: Part) -> list[pa.Table]:
    """The rows of a part as a file has them."""
    import pyarrow as pa

    schema = _schema()
    found = []
    for name, layout in _LAYOUT.items():
        for rows in getattr(part, name):
            size = len(rows.device)
            columns = {to: pa.array(rows.columns[column]) for column, to in layout.items()}
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
        table = parquet.read_table(path)
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
