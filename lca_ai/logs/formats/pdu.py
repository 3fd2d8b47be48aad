"""Rack PDUs: a CSV of outlets (and the inlet), each with its active power and its energy counter.

One row a reading of an outlet (columns such as ``Time, PDU, Outlet, Active Power (W), Active Energy (Wh)``), or one row
a time with a column for each (``Outlet 1 Active Power (W)``). The counter is read where it is told, else the power;
apparent power (VA) is neither. A PDU is counted at one level: as a whole, else by inlets, banks, outlets. The names are
those of Raritan/Server Technology (sensors "Active Power", "Active Energy" of inlets and outlets), APC ("Power kW",
"Energy kWh" of a bank or device, "Dev kW") and Eaton ("Input 1", "Outlet 1 Watts"); lines before the header, as in
APC's data.txt, are passed over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.stamps import epoch_times, utc_times
from lca_ai.logs.records import Format, Note, Options, Records, numbers, read_table
from lca_ai.logs.times import parse_times

if TYPE_CHECKING:
    from pathlib import Path

_TIME = re.compile(r"(?:date ?/? ?time|time ?stamp|time|reading_time|date)(?:\s*\(?UTC\)?)?", re.IGNORECASE)
_CLOCK = re.compile(r"time", re.IGNORECASE)
_DAY = re.compile(r"date", re.IGNORECASE)
_HOST = re.compile(r"pdu(?:[ _](?:name|id|ip|serial))?|device(?:[ _]name)?|unit|host", re.IGNORECASE)
_PLACE = re.compile(
    r"(?:outlet|inlet|bank|cord|receptacle|port|object|entity)(?:[ _](?:id|no\.?|number|name|label))?", re.IGNORECASE
)
_UNIT = r"[\s_]*[\[(]?(?P<unit>mW|kW|W|Watts|kWh|Wh|J)[\])]?"
_POWER = re.compile(
    r"(?P<place>.*?)[\s_.:/\-]*(?:(?:active[\s_]*)?power(?!.*(?:factor|apparent))"
    + _UNIT
    + r"|(?P<watts>watts?)\s*(?:\(W\))?)",
    re.IGNORECASE,
)
#: What APC calls the power and the energy of the whole device, beside a date and a time.
_DEVICE = re.compile(r"(?:dev(?:ice)?[\s_]*)?(?:power|energy|pwr)?[\s_]*(?P<unit>kWh?)", re.IGNORECASE)
_ENERGY = re.compile(r"(?P<place>.*?)[\s_.:/\-]*(?:active[\s_]*)?energy" + _UNIT, re.IGNORECASE)
_IS_PLACE = re.compile(
    r"(?:.*(?<![a-z]))?(?:outlet|inlet|input|cord|bank|receptacle|total|pdu)s?\d*(?![a-z\d]).*", re.IGNORECASE
)
#: What a place of a PDU is, from the whole to its parts; what is none of these is an outlet.
_LEVELS = (
    re.compile(
        r"(?!.*(?:outlet|inlet))(?:(?:.*[\s._\-])?totals?(?:[\s._\-].*)?|pdu[\s_.\-]*\d*|device|unit)", re.IGNORECASE
    ),
    re.compile(r"(?:.*\.)?(?:inlet|input|infeed|cord)s?\d*(?![a-z\d])(?!.*outlet).*|I\d+", re.IGNORECASE),
    re.compile(r"(?:.*\.)?(?:bank|branch|breaker|phase|line)s?[\s_.#\-]*(?:\d+|[A-C]|L\d(?:-L\d)?)?", re.IGNORECASE),
)
_WHOLE = "device"
_WATTS = {"mw": 1e-3, "w": 1.0, "watts": 1.0, "kw": 1e3}
_JOULES = {"j": 1.0, "wh": 3.6e3, "kwh": 3.6e6}
_TIMES = ("ISO8601", "%Y/%m/%d %H:%M:%S")
_TWO_ORDERS = ("%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S")
_BEFORE_HEADER = 30
_LONGEST_NAME = 120


def _matches(head: str) -> bool:
    return _header_line(head) is not None


def _header_line(text: str) -> int | None:
    """Return the number of the line that names a time, an outlet or inlet, and a power or energy with its unit."""
    for number, line in enumerate(text.lstrip().split("\n")[:_BEFORE_HEADER]):
        names = _names(line)
        metered = [found for name in names if (found := _metered(name))]
        placed = any(_PLACE.fullmatch(name) for name in names) or any(
            _IS_PLACE.fullmatch(place) for _, place, _ in metered
        )
        dated = any(_DAY.fullmatch(name) for name in names) and any(_CLOCK.fullmatch(name) for name in names)
        if placed and any(_TIME.fullmatch(name) for name in names) and metered:
            return number
        if dated and any(_DEVICE.fullmatch(name) for name in names):
            return number
    return None


def _names(line: str) -> list[str]:
    names = [name.strip(' "') for name in line.split(_delimiter(line))]
    return [name for name in names if len(name) <= _LONGEST_NAME] if len(names) > 1 else []


def _delimiter(line: str) -> str:
    return max((";", "\t", ","), key=line.count)


def _metered(name: str) -> tuple[str, str, float] | None:
    """Return the role of a column, the place that its name tells, and its unit in W or J."""
    for role, pattern, factors in (("counter", _ENERGY, _JOULES), ("power", _POWER, _WATTS)):
        found = pattern.fullmatch(name)
        unit = found and (found["unit"] or "W").lower()
        if found and unit in factors:
            # milli or mega: a PDU measures no megawatt
            return role, found["place"].strip(), factors[unit]
    whole = _DEVICE.fullmatch(name)
    if whole is None:
        return None
    energy = whole["unit"].lower() == "kwh"
    return "counter" if energy else "power", "", _JOULES["kwh"] if energy else _WATTS["kw"]


def _read(path: Path, text: str, options: Options) -> Records | list[Records]:
    lines = text.lstrip()
    number = _header_line(lines) or 0
    body = "\n".join(lines.split("\n")[number:])
    header = body.split("\n", 1)[0]
    table, notes = read_table(body, _delimiter(header), file=path.name)
    if _delimiter(header) == ";":
        table = table.apply(lambda cells: cells.str.replace(r"^(-?\d+),(\d+)$", r"\1.\2", regex=True))
    repeated = table.iloc[:, 0].eq(table.columns[0])
    table = table[~repeated]
    if table.empty:
        raise LogError("the file has a header and no row", file=path.name, line=number + 1)
    readings = _long(table, path)
    device = _named(readings, options)
    stamps = _stamps(table, path).reindex(readings["row"]).set_axis(readings.index)
    times, unreadable = utc_times(stamps, device, options, path, patterns=(*_TIMES, *_TWO_ORDERS))
    readings = readings.assign(time=times, device=device).loc[times.index]
    kept = _counters_first(readings)
    # A place of which both are told has its counter read; of several kinds in one log, each is a record of its own.
    notes += [*unreadable, Note("repeated header", int(repeated.sum()), "the log was started again into the file")]
    found = [note for note in notes if note.count]
    parents = _parents(readings)
    records = [
        Records(
            "counter" if role == "counter" else "power",
            rows[["time", "device", "value"]].rename(columns={"value": role}).reset_index(drop=True),
            FORMAT.name,
            len(table),
            ("node",),
            found if number == 0 else [],
            parents={child: parent for child, parent in parents.items() if (rows["device"] == child).any()},
        )
        for number, (role, rows) in enumerate(kept.items())
    ]
    return records[0] if len(records) == 1 else records


def _long(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return one row per reading: the row of the table, its host and place, its role and its value [W or J]."""
    host = next((name for name in table.columns if _HOST.fullmatch(name) and not _PLACE.fullmatch(name)), None)
    place = next((name for name in table.columns if _PLACE.fullmatch(name)), None)
    hosts = table[host].fillna("").str.strip() if host else pd.Series("", index=table.index)
    parts = []
    for name in table.columns:
        found = _metered(name)
        if not found:
            continue
        role, told, factor = found
        where = table[place].str.strip() if not told and place else pd.Series(told or _WHOLE, index=table.index)
        if place and not told:
            kind = _PLACE.fullmatch(place)
            word = re.split(r"[ _]", kind[0].lower())[0] if kind else "outlet"
            bare = where.str.fullmatch(r"\d+", na=False)
            where = where.mask(bare, f"{word} " + where.astype("str"))
        parts.append(
            pd.DataFrame(
                {
                    "row": table.index,
                    "host": hosts,
                    "place": where,
                    "role": role,
                    "value": numbers(table[name]) * factor,
                }
            )
        )
    if not parts:
        raise LogError("no column of a power or an energy of an outlet", file=path.name, value=", ".join(table.columns))
    return pd.concat(parts, ignore_index=True)


def _named(readings: pd.DataFrame, options: Options) -> pd.Series:
    host = readings["host"].where(readings["host"].ne(""), options.device or "")
    return readings["place"].where(host.eq(""), host + "/" + readings["place"].astype("str"))


def _stamps(table: pd.DataFrame, path: Path) -> pd.Series:
    clocks = [name for name in table.columns if _CLOCK.fullmatch(name)]
    days = [name for name in table.columns if _DAY.fullmatch(name)]
    if clocks and days:
        texts = table[days[0]].fillna("").str.strip() + " " + table[clocks[0]].fillna("").str.strip()
    else:
        texts = table[next(name for name in table.columns if _TIME.fullmatch(name))].fillna("").str.strip()
    seconds = pd.to_numeric(texts, errors="coerce")
    if seconds.notna().any() and len(epoch := epoch_times(seconds)):
        return (
            pd.to_datetime(epoch, unit="us", utc=True)
            .dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            .reindex(texts.index)
            .fillna("")
        )
    if all(parse_times(texts, (order,)).notna().all() for order in _TWO_ORDERS):
        raise LogError(
            "month or day first? the dates do not tell", file=path.name, value=texts.iloc[0], accepted="ISO 8601"
        )
    return texts


def _counters_first(readings: pd.DataFrame) -> dict[str, pd.DataFrame]:
    counted = readings["role"].eq("counter")
    known = readings[counted & readings["value"].notna()].groupby("device").size()
    without_power = ~readings["device"].isin(readings["device"][~counted])
    by_counter = readings["device"].isin(known.index[known > 1]) | without_power
    kept = readings[counted == by_counter]
    return {str(role): rows for role, rows in kept.groupby("role", sort=True)}


def _parents(readings: pd.DataFrame) -> dict[str, str]:
    """Return what each place of a PDU lies within: in the whole, else in its inlets, else in its banks.

    Which one of several inlets an outlet is on is not told: it is shown within the first.
    """
    places = readings.dropna(subset=["device"]).drop_duplicates("device")
    level = places["place"].astype("str").fillna("").map(_level)
    parents: dict[str, str] = {}
    for _, rows in places.assign(level=level).groupby("host"):
        highest = rows["level"].eq(rows["level"].min())
        top = [str(device) for device in rows["device"][highest]]
        parents |= {str(device): top[0] for device in rows["device"][~highest]}
        # "Inlet 1 L1" is a phase of "Inlet 1"
        parents |= {one: whole for one in top for whole in top if re.match(rf"{re.escape(whole)}[\s_.:/\-]", one)}
    return parents


def _level(place: str) -> int:
    return next((number for number, pattern in enumerate(_LEVELS) if pattern.fullmatch(place)), len(_LEVELS))


FORMAT = Format(
    "pdu",
    "a rack PDU's CSV of outlets and inlet",
    _matches,
    _read,
    marks=("Outlet|Inlet|outlet|inlet", "Active Power|Active Energy"),
    signs=("PDU", "RMS Current", "Apparent Power", "Power Factor"),
    remedy="a column of a time, of an outlet, and of a power or energy with its unit",
)
