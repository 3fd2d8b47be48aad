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
    r"(?:\d+[ \t]*\|[ \t]*)?(?P<name>[^|\n]*[^|\s\n])[ \t]*\|(?:[^|\n]*\|){0,3}?[ \t]*"
    r"(?P<power>[^|\s\n]+|No Reading)[ \t]*(?:\|[ \t]*)?(?:Watts|W)[ \t]*(?:\|[^\n]*)?"
    r"|(?P<date>" + DATE_LINE + r")"
    r")[ \t]*$",
    re.MULTILINE,
)
_HEAD_ROW = re.compile(
    r"^[^|\n]+\|(?:[^|\n]*\|){0,4}[ \t]*[\w.]+[ \t]*(?:\|[ \t]*)?(?:Watts|W)[ \t]*(?:\||$)", re.MULTILINE
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
    return bool(_HEAD_ROW.search(head))


def _read(path: Path, text: str, options: Options) -> Records:
    found = pd.DataFrame([match.groupdict() for match in _ROW.finditer(text)], columns=["name", "power", "date"])
    found["date"] = found["date"].ffill()
    rows = found[found["name"].notna()]
    device = rows["name"].str.strip()
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
    parents, device_covers = domains([str(name) for name in device.unique()])
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
