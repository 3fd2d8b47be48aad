"""Compare a result with an older one: the same to the last digit, or exactly which rows moved and by how much."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from lca_ai.errors import InputError
from lca_ai.impact.result import Result

_IMPACT_KEYS = ("workload", "life_cycle_stage", "process", "category")
_FACTOR_KEYS = ("process", "flow")
_TOTAL_KEYS = ("category",)
#: Tables of a result that are compared row by row; only the impacts are in the results of every version.
_ROWS = {"impacts": _IMPACT_KEYS, "totals": _TOTAL_KEYS, "factors": _FACTOR_KEYS}
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Recomputed:
    """What is different from an older result.

    Attributes
    ----------
    study : field of the study -> (then, now), where they differ
    software : package -> (version then, version now), where they differ
    tables : table -> (version then, version now), where the content differs
    files : files of the study whose content differs
    factors : rows of factors and inputs that moved: ``process``, ``flow``, ``then``, ``now``, ``change``
    totals : categories whose total moved: ``category``, ``then``, ``now``, ``change``
    impacts : rows of impacts that moved: keys, ``then``, ``now``, ``change``
    """

    study: Mapping[str, tuple[str, str]]
    software: Mapping[str, tuple[str, str]]
    tables: Mapping[str, tuple[str, str]]
    files: tuple[str, ...]
    factors: pd.DataFrame
    totals: pd.DataFrame
    impacts: pd.DataFrame

    @property
    def same(self) -> bool:
        """Whether every row of impacts is the same."""
        return self.impacts.empty

    def lines(self, *, most: int = 40) -> list[str]:
        """The differences, in words; at most ``most`` rows of each kind."""
        found = [f"study: {name} {then} -> {now}" for name, (then, now) in self.study.items()]
        found += [f"software: {name} {then} -> {now}" for name, (then, now) in self.software.items()]
        found += [f"table: {name} {then} -> {now}" for name, (then, now) in self.tables.items()]
        found += [f"file: {name} has changed" for name in self.files]
        for kind, rows, keys in self._kinds():
            shown = rows.head(most).to_dict("records")
            found += [f"{kind}: {', '.join(str(row[key]) for key in keys)}: {_moved(row)}" for row in shown]
            if len(rows) > most:
                found.append(f"{kind}: {len(rows) - most} more rows")
        return found

    def moved(self) -> pd.DataFrame:
        """Every row that moved, whatever its kind.

        Returns
        -------
        DataFrame with ``kind`` ("total", "factor", "impact"), ``workload``, ``life_cycle_stage``, ``process``,
        ``flow`` and ``category`` (empty where the kind has no such key), ``then``, ``now`` and ``change`` (a share of
        ``then``); a row that is new has no ``then``, one that is gone no ``now``. Amounts are in the unit of their
        category or flow.
        """
        keys = dict.fromkeys([*_IMPACT_KEYS[:-1], *_FACTOR_KEYS, *_IMPACT_KEYS[-1:]])
        columns = ["kind", *keys, "then", "now", "change"]
        rows = [{"kind": kind, **row} for kind, table, _ in self._kinds() for row in table.to_dict("records")]
        table = pd.DataFrame(rows, columns=columns)
        return table.fillna(dict.fromkeys(["kind", *keys], ""))

    def _kinds(self) -> tuple[tuple[str, pd.DataFrame, tuple[str, ...]], ...]:
        return (
            ("total", self.totals, _TOTAL_KEYS),
            ("factor", self.factors, _FACTOR_KEYS),
            ("impact", self.impacts, _IMPACT_KEYS),
        )


def read_lock(path: str | Path) -> Mapping[str, Any]:
    """An older ``result.json``.

    Raises
    ------
    InputError : where it is not one, naming the field that is not as a result has it
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("no such file", file=path) from None
    except (OSError, ValueError) as fault:
        raise InputError("not a result.json", file=path, value=str(fault)) from None
    if not isinstance(data, dict) or not {"impacts", "lock"} <= set(data):
        raise InputError("not a result.json", file=path, accepted="the result.json that an assessment wrote")
    for place, value, accepted in (*_odd_rows(data), *_odd_lock(data["lock"])):
        raise InputError("not a result.json", file=path, field=place, value=value, accepted=accepted)
    return data


def _odd_rows(data: Mapping[str, Any]) -> Iterator[tuple[str, object, str]]:
    """Fields of the tables that cannot be compared: place, value, and what is accepted."""
    for name, keys in _ROWS.items():
        rows = data.get(name, [])
        if not isinstance(rows, list):
            yield name, rows, "a list of rows"
            continue
        for place, row in ((f"{name}[{number}]", row) for number, row in enumerate(rows)):
            if not isinstance(row, dict):
                yield place, row, f"a row with {', '.join(keys)} and amount"
                continue
            yield from ((f"{place}.{key}", row.get(key), "a text") for key in keys if not isinstance(row.get(key), str))
            amount = row.get("amount", "nothing")
            if isinstance(amount, bool) or not isinstance(amount, int | float | None):
                yield f"{place}.amount", amount, "a number, or null where there is no figure"


def _odd_lock(lock: object) -> Iterator[tuple[str, object, str]]:
    if not isinstance(lock, dict):
        yield "lock", lock, "versions and hashes"
        return
    for name in ("software", "tables", "files"):
        entries = lock.get(name, {})
        if not isinstance(entries, dict):
            yield f"lock.{name}", entries, "names with their versions or hashes"
        elif name == "tables":
            odd = ((key, entry) for key, entry in entries.items() if not isinstance(entry, dict))
            yield from ((f"lock.tables.{key}", entry, "its version and sha256") for key, entry in odd)


def recompute(result: Result, old: Mapping[str, Any]) -> Recomputed:
    """What is different between ``result`` and an older one, as :func:`read_lock` gives it."""
    then, now = old["lock"], result.lock
    plain = result.to_dict()
    return Recomputed(
        study=_differ(
            *(_flat({name: data.get(name) for name in ("goal_and_scope", "workloads")}) for data in (old, plain))
        ),
        software=_differ(then.get("software", {}), now["software"]),
        tables={
            name: (
                str(then.get("tables", {}).get(name, {}).get("version", "absent")),
                str(now["tables"].get(name, {}).get("version", "absent")),
            )
            for name in sorted({*then.get("tables", {}), *now["tables"]})
            if then.get("tables", {}).get(name, {}).get("sha256") != now["tables"].get(name, {}).get("sha256")
        },
        files=tuple(sorted(_differ(then.get("files", {}), now["files"]))),
        factors=_moves(old.get("factors", ()), result.factors, _FACTOR_KEYS),
        totals=_moves(old.get("totals", ()), result.totals.reset_index(), _TOTAL_KEYS),
        impacts=_moves(old["impacts"], result.impacts, _IMPACT_KEYS),
    )


def _differ(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    names = sorted({*then, *now})
    return {
        name: (str(then.get(name, "absent")), str(now.get(name, "absent")))
        for name in names
        if then.get(name) != now.get(name)
    }


def _flat(data: Any, place: str = "") -> dict[str, Any]:
    """Nested plain data as one level: dotted place -> value."""
    pairs = data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list | tuple) else None
    if pairs is None:
        return {place: data}
    return {key: value for name, part in pairs for key, value in _flat(part, f"{place}.{name}".strip(".")).items()}


def _moves(old: Iterable[Mapping[str, Any]], new: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    """Rows whose amount is not the same, the largest change first; a row that is new or gone has no change."""
    before = pd.DataFrame(list(old), columns=[*keys, "amount"]).groupby(list(keys), sort=False)["amount"].sum()
    after = new.groupby(list(keys), sort=False)["amount"].sum()
    table = pd.concat({"then": before, "now": after}, axis=1)
    moved = table[~((table["now"] - table["then"]).abs() <= _ROUNDING * table["then"].abs())]
    moved = moved.assign(change=moved["now"] / moved["then"] - 1.0)
    order = moved["change"].abs().fillna(float("inf")).sort_values(ascending=False, kind="stable").index
    return moved.loc[order].reset_index(names=list(keys))


def _moved(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["then"]):
        return f"new, {row['now']:.6g}"
    if pd.isna(row["now"]):
        return f"gone, was {row['then']:.6g}"
    return f"{row['then']:.6g} -> {row['now']:.6g} ({100 * row['change']:+.3g} %)"
