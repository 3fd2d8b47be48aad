"""Power rows of a BMC's sensors, repeated between date lines: ``ipmitool sensor``, ``ipmitool sdr``, ``ipmi-sensors``.

Every sensor in Watts is a device. A sensor of the whole computer contains all others; without one, the inputs of the
power supplies are the computer, and the sensors of CPUs, memory and GPUs lie within them. Reference: ``man ipmitool``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import origin
from lca_ai.logs.formats.stamps import DATE_LINE, isoformat, utc_times
from lca_ai.logs.records import Format, Options, Records, numbers

if TYPE_CHECKING:
    from pathlib import Path

#: ``Name | 154.000 | Watts | ok``, ``Name | 154 Watts | ok``, ``Name | 77h | ok | 7.1 | 154 Watts``, and FreeIPMI's
#: ``77 | Name | Power Supply | 154.00 | W | 'OK'``.
_ROW = re.compile(
    r"^[ \t]*(?:"
    r"(?:(?P<host>[\w.\-]+):[ \t]+(?=\d+[ \t]*\|))?(?:\d+[ \t]*\|[ \t]*)?"
    r"(?P<name>[^|\n]*[^|\s\n])[ \t]*\|(?:[^|\n]*\|){0,3}?[ \t]*"
    r"(?P<power>[^|\s\n]+|No Reading)[ \t]*(?:(?:\|[ \t]*)?Watts|\|[ \t]*W)[ \t]*(?:\|[^\n]*)?"
    r"|(?P<date>" + DATE_LINE + r")"
    r")[ \t]*$",
    re.MULTILINE,
)
_HEAD_ROW = re.compile(
    r"^[^|\n]+\|(?:[^|\n]*\|){0,4}[ \t]*(?:\d[\w.]*|na|N/A|No Reading|[Dd]isabled)[ \t]*"
    r"(?:(?:\|[ \t]*)?Watts|\|[ \t]*W)[ \t]*(?:\||$)",
    re.MULTILINE,
)
#: With commas in the place of bars: ``ipmitool -c sdr``, and ``ipmi-sensors --comma-separated-output``.
_COMMAS = re.compile(
    r"^[^,|\n]+,(?:\d[\d.]*|na|),Watts,(?:ok|ns|na|nc|cr|nr|[lu]n[crn]r?)?(?:,.*)?$"
    r"|^(?:[\w.\-]+:[ \t]+)?\d+,[^,|\n]+,[^,|\n]+,(?:[^,|\n]+,)?(?:\d[\d.]*|N/A),W,(?:'|N/A).*$",
    re.MULTILINE,
)
#: ``ipmitool sensor get NAME``.
_ONE = re.compile(
    r"^Sensor ID[ \t]*:[ \t]*(?P<name>[^\n]+?)[ \t]*\(0x\w+\)\n(?:[ \t]+(?!Sensor Reading)[^\n]*\n){0,4}"
    r"[ \t]+Sensor Reading[ \t]*:[ \t]*(?P<power>No Reading|[\d.]+)(?:[ \t]*\([^\n()]*\))?"
    r"(?P<unit>[ \t]+Watts)?[ \t]*$",
    re.MULTILINE,
)
_SUPPLY = re.compile(r"\b(?:ps|psu|power supply)[ _\-]*\d*", re.IGNORECASE)
_OUTPUT = re.compile(r"out", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?:sys|system|total|node|server|chassis|platform).*(?:pwr|power|consumption)"
    r"|(?:pwr|power)[ _\-]*(?:consumption|meter)|total[ _\-]*(?:pwr|power)",
    re.IGNORECASE,
)
_PARTS = {
    "gpu": re.compile(r"gpu|accelerator", re.IGNORECASE),
    "memory": re.compile(r"mem|dimm|dram", re.IGNORECASE),
    "cpu": re.compile(r"cpu|proc|socket", re.IGNORECASE),
    "storage": re.compile(r"hdd|ssd|disk|drive|storage|nvme", re.IGNORECASE),
}


def _matches(head: str) -> bool:
    return bool(_HEAD_ROW.search(head) or _COMMAS.search(head) or any(one["unit"] for one in _ONE.finditer(head)))


def _with_bars(text: str) -> str:
    """Return the rows of other layouts as those of ``ipmitool sensor``."""
    text = _ONE.sub(lambda one: f"{one['name']} | {one['power']} | Watts" if one["unit"] else "", text)
    return _COMMAS.sub(lambda row: row.group().replace(",", " | "), text)


def _read(path: Path, text: str, options: Options) -> Records:
    lines = [match.groupdict() for match in _ROW.finditer(_with_bars(text))]
    found = pd.DataFrame(lines, columns=["host", "name", "power", "date"])
    found["date"] = found["date"].ffill()
    rows = found[found["name"].notna()]
    host = rows["host"].fillna("")
    device = rows["name"].str.strip().where(host.eq(""), host + "/" + rows["name"].str.strip())
    if rows["date"].isna().all():
        missing = LogError(
            "no reading has a time",
            file=path.name,
            value=rows["name"].iloc[0] if len(rows) else None,
            accepted="a date line before each reading, e.g. while date -Is; do ipmitool sdr; sleep 5; done",
        )
        times, note = origin.by_turn(device, options, path, missing=missing)
        notes = [note]
    else:
        times, notes = utc_times(rows["date"].fillna("").astype("str").map(isoformat), device, options, path)
    frame = pd.DataFrame({"time": times, "device": device[times.index], "power": numbers(rows["power"][times.index])})
    parents, device_covers = _of_hosts(pd.DataFrame({"host": host, "device": device}).drop_duplicates())
    top = [covers for name, covers in device_covers.items() if name not in parents]
    return Records(
        "power",
        frame.reset_index(drop=True),
        FORMAT.name,
        len(rows),
        tuple(dict.fromkeys(part for covers in top for part in covers)) or None,
        notes,
        parents=parents,
        device_covers=device_covers,
    )


def _of_hosts(devices: pd.DataFrame) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return the same as :func:`domains`, of the sensors of several hosts."""
    parents: dict[str, str] = {}
    covers: dict[str, tuple[str, ...]] = {}
    for host, rows in devices.groupby("host", sort=False):
        prefix = f"{host!s}/" if host else ""
        within, what = domains([str(name).removeprefix(prefix) for name in rows["device"]])
        parents |= {prefix + name: prefix + parent for name, parent in within.items()}
        covers |= {prefix + name: parts for name, parts in what.items()}
    return parents, covers


def domains(names: list[str]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return which sensor each is a part of, and what each covers, by their names.

    >>> domains(["Pwr Consumption", "PS1 Input Power", "CPU Power"])[0]
    {'PS1 Input Power': 'Pwr Consumption', 'CPU Power': 'Pwr Consumption'}
    """
    supplies = [name for name in names if _SUPPLY.search(name)]
    inputs = [name for name in supplies if not _OUTPUT.search(name)]
    whole = [name for name in names if _WHOLE.search(name) and name not in supplies and not _is_part(name)]
    top = whole[:1] or inputs
    covers: dict[str, tuple[str, ...]] = dict.fromkeys([*whole, *supplies], ("node",))
    for name in names:
        part = next((part for part, pattern in _PARTS.items() if pattern.search(name)), None)
        if name not in covers and part:
            covers[name] = (part,)
    parents = {}
    for name in names:
        if top and name not in top:
            same = [one for one in inputs if _digits(one) == _digits(name)] if name in supplies else []
            parents[name] = whole[0] if whole else (same or top)[0]
    return parents, covers


def _is_part(name: str) -> bool:
    return any(pattern.search(name) for pattern in _PARTS.values())


def _digits(name: str) -> str:
    return "".join(re.findall(r"\d", name)[:1])


FORMAT = Format(
    "ipmi-sensors",
    "power sensors of a BMC (ipmitool sensor or sdr, ipmi-sensors)",
    _matches,
    _read,
    marks=("Watts|W",),
    signs=("degrees C", "RPM", "Volts"),
    remedy="record with ipmitool sensor",
)
