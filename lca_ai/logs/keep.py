"""Parts of a log that were integrated before, kept in a folder: running again over more files reads only the new ones.

A part is known by its file's path, size and time of change and by its place in it; it is kept with the rules it was
integrated by. What is done survives an interruption: parts are written every few seconds.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.chunks import Piece
from lca_ai.logs.integrate import MaxGap, Rules
from lca_ai.logs.parts import Part
from lca_ai.logs.records import Note

_RULES, _FILES = "rules.json", "parts-*.parquet"
_FORM = 1
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
            hours, told = _read(path)
            mine = {key: one for key, one in told.items() if key in numbers and key not in found}
            if not mine:
                continue
            found |= set(mine)
            kept = hours[hours["part"].isin(set(mine))]
            whole.hours.append(kept.drop(columns="part").set_index(["device", "hour"]))
            for key, one in mine.items():
                _fill(whole, one, numbers[key])
        return found, whole

    def add(self, digest: str, part: Part) -> None:
        """Keep one part; it is on disk within a few seconds."""
        self._new[digest] = part
        if time.monotonic() - self._written > _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is not on disk yet; many small files become one."""
        self._written = time.monotonic()
        files = sorted(self.folder.glob(_FILES))
        if self._new:
            tables, told = [], {}
            for key, part in self._new.items():
                tables += [table.reset_index().assign(part=key) for table in part.hours]
                told[key] = _told(part)
            _write(self.folder / f"parts-{time.time_ns():020d}.parquet", pd.concat(tables, ignore_index=True), told)
            self._new.clear()
        if len(files) > _MOST_FILES:
            both = [_read(path) for path in files]
            together = pd.concat([hours for hours, _ in both], ignore_index=True)
            _write(
                self.folder / f"parts-{time.time_ns():020d}.parquet",
                together,
                {k: v for _, t in both for k, v in t.items()},
            )
            for path in files:
                path.unlink()


def _plain(rules: Rules) -> dict[str, Any]:
    return {
        "form": _FORM, "kind": rules.kind, "max_gap": rules.max_gap, "window": list(rules.window),
        "absurd_power": rules.absurd_power,
    }  # fmt: skip


def _told(part: Part) -> dict[str, Any]:
    return {
        "runs": [table.drop(columns="tag").to_dict("list") for table in part.runs],
        "curve": [table.to_dict("list") for table in part.curve],
        "outside": part.outside,
        "longest": part.longest,
        "notes": [(note.what, note.count, note.detail) for note in part.notes],
        "readings": dict(part.readings),
        "rows": part.rows,
        "first": part.first,
        "last": part.last,
    }


def _fill(whole: Part, told: dict[str, Any], tag: int) -> None:
    """Add what was kept of a part, but for its hours, to a sum."""
    whole.runs += [pd.DataFrame(one).assign(tag=tag) for one in told["runs"]]
    whole.curve += [pd.DataFrame(one) for one in told["curve"]]
    whole.outside += told["outside"]
    whole.longest = max(whole.longest, told["longest"])
    whole.notes += [Note(*one) for one in told["notes"]]
    whole.readings.update(Counter(told["readings"]))
    whole.rows += told["rows"]
    edges = [one for one in (whole.first, told["first"]) if one is not None]
    whole.first = min(edges, default=None)
    whole.last = max((one for one in (whole.last, told["last"]) if one is not None), default=None)


def _read(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
        told = json.loads(table.schema.metadata[_KEY])
    except (pa.ArrowException, OSError, KeyError, ValueError) as fault:
        raise LogError(
            "a file of kept parts cannot be read", file=path.name, accepted="remove it: it is made again"
        ) from fault
    return table.to_pandas(), told


def _write(path: Path, hours: pd.DataFrame, told: dict[str, Any]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(hours, preserve_index=False)
    table = table.replace_schema_metadata({_KEY: json.dumps(told).encode()})
    beside = path.with_suffix(".partial")
    parquet.write_table(table, beside)
    beside.replace(path)
