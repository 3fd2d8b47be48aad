"""What an unknown file nearly is: the formats whose words it has, each with what it lacks; or its columns."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lca_ai.errors import LogError, shorten
from lca_ai.logs.formats import generic

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lca_ai.logs.records import Format

_MOST = 3
#: A format is near by two of its words at least, which it does not share with too many others.
_LEAST_WORDS, _LEAST_WEIGHT = 2, 1.0
#: Others are told beside the nearest one if they are at least so near.
_AS_NEAR = 0.5
_SHOWN = 8
#: A longer name of a column is none: it is not repeated in a message.
_LONGEST_NAME = 100
#: Numbers of seconds and milliseconds since 1970, of this age.
_SINCE_1970 = {"s": r"1\d{9}(?:\.\d*)?", "ms": r"1\d{12}"}
_TIME_LIKE = r"time|date|stamp|(?<![a-z])(?:ts|sec|seconds|elapsed)(?![a-z])"
_POWER_LIKE = r"power|watt"
_ENERGY_UNITS = {one.lower(): one for one in ("J", "mJ", "uJ", "kJ", "Wh", "mWh", "kWh")}
_ENERGY_UNIT = rf"(?<![a-z])({'|'.join(_ENERGY_UNITS)})(?![a-z])"
_ENERGY_LIKE = rf"energy|joule|{_ENERGY_UNIT}"
_ANY = (
    "a CSV or Parquet file with columns time, device and power [W] (or counter [J], or duration [s] and energy [J]), "
    "or columns=... (--columns); the formats are listed in docs/log-formats.md, see also lca-ai energy --help"
)


@dataclass(frozen=True)
class _Near:
    """A format, the words of it that a file has, those that it lacks, and how near that is."""

    form: Format
    has: list[str]
    lacks: list[str]
    weight: float

    def told(self) -> str:
        has = shorten(", ".join(self.has[:_MOST]))
        how = (
            f"no {', no '.join(self.lacks)}, has {has}"
            if self.lacks
            else f"has {has}, but not laid out as its files are"
        )
        return f"nearly {self.form.name}: {how}" + (f": {self.form.remedy}" if self.form.remedy else "")


def unrecognised(path: Path, head: str, known: Iterable[Format]) -> LogError:
    """Return the error of a text that no format knows: the nearest ones, or what its columns are."""
    near = _nearest(head, list(known))
    columns = _columns(head)
    told = "; ".join([*(one.told() for one in near), *([columns[0]] if columns else [])])
    return LogError(
        "the format is not recognised" + (f" ({told})" if told else ""),
        file=path.name,
        line=1,
        value=head.lstrip().split("\n", 1)[0],
        accepted=columns[1] if columns else _ANY,
    )


def _nearest(head: str, known: list[Format]) -> list[_Near]:
    shared = Counter(word for one in known for word in set("|".join((*one.marks, *one.signs)).split("|")))
    found = []
    for one in known:
        marks = {mark: _first(mark, head) for mark in one.marks}
        signs = {sign: _first(sign, head) for sign in one.signs}
        words = {name: there for name, there in {**marks, **signs}.items() if there}
        weight = sum(1 / shared[word] for word in words.values())
        if len(words) >= _LEAST_WORDS and weight >= _LEAST_WEIGHT:
            lacks = [mark.split("|")[0] for mark, there in marks.items() if not there]
            found.append(_Near(one, list(words.values()), lacks, weight))
    found.sort(key=lambda near: (-near.weight, len(near.lacks)))
    return [near for near in found[:_MOST] if near.weight >= _AS_NEAR * found[0].weight]


def _first(mark: str, head: str) -> str:
    """Return the first of some spellings that stands as a word in the head of a file, or nothing."""
    return next((word for word in mark.split("|") if re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", head)), "")


def _columns(head: str) -> tuple[str, str] | None:
    """Tell the columns of a CSV, which of a time and a power is not among them, and how to name them."""
    names = generic.header_of(head)
    second = head.lstrip().split("\n", 2)[1:2]
    sign = generic.delimiter_of(head)
    if any("{" in name for name in names):  # JSON
        return None
    if len(names) < 2 or not second or second[0].count(sign) != head.lstrip().split("\n", 1)[0].count(sign):  # noqa: PLR2004 (a table)
        return None
    shown = shorten(", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else ""))
    if any(re.fullmatch(r"[\d.:+\-/T Z]+", name) for name in names):
        since = _unit_since_1970(names[0])
        power = "1:W" if len(names) == 2 else "COLUMN:W"  # noqa: PLR2004 (the time, and the power)
        shell = f"(--columns time=0{since},power={power}; columns count from 0)"
        remedy = f"columns={{'time': '0{since}', 'power': '{power}'}} {shell}"
        return f"a table without names of columns: {shown}", remedy
    roles = generic.roles_of([name for name in names if len(name) <= _LONGEST_NAME])
    told = [
        f"no column of {what}"
        for what, those in (("a time", {"time"}), ("a power or an energy", {"power", "counter", "energy"}))
        if not those & set(roles)
    ]
    time = roles.get("time") or _only(names, _TIME_LIKE) or "COLUMN"
    time += _unit_since_1970(dict(zip(names, second[0].split(sign), strict=False)).get(time, ""))
    role, column = _reading(names, roles)
    words = shlex.quote(f"time={time},{role}={column}")
    how = f"columns={{'time': '{time}', '{role}': '{column}'}} (--columns {words})"
    if role == "counter":
        how += ", a running total; 'energy' in its place, where each row tells its own"
    elif column == "COLUMN:W" and len(names) > 2:  # noqa: PLR2004 (a time, and more than one other)
        how += "; COLUMN+COLUMN:W where each device has a column"
    return f"its columns are {shown}: {', '.join(told)}", how


def _unit_since_1970(cell: str) -> str:
    """Return ``:s`` or ``:ms`` for a number that is a time of our age since 1970 in that unit, else nothing."""
    return next((f":{unit}" for unit, digits in _SINCE_1970.items() if re.fullmatch(digits, cell.strip())), "")


def _reading(names: list[str], roles: dict[str, str]) -> tuple[str, str]:
    """Return the role and the column, with its unit, that most likely holds the readings."""
    known = next(((role, roles[role]) for role in ("power", "counter", "energy") if role in roles), None)
    if known:
        return known
    energy = _only(names, _ENERGY_LIKE)
    if any(re.search(_POWER_LIKE, name, re.IGNORECASE) for name in names) or not energy:
        return "power", f"{_only(names, _POWER_LIKE) or 'COLUMN'}:W"
    unit = re.search(_ENERGY_UNIT, energy, re.IGNORECASE)
    return "counter", f"{energy}:{_ENERGY_UNITS[unit[1].lower()] if unit else 'UNIT'}"


def _only(names: list[str], pattern: str) -> str | None:
    """Return the one name that a pattern fits: one of several may be a part, or the sum of the others."""
    found = [name for name in names if re.search(pattern, name, re.IGNORECASE)]
    return found[0] if len(found) == 1 and len(found[0]) <= _LONGEST_NAME else None
