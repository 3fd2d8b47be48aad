"""carbontracker's two logs of a run: the standard log (power of each epoch) and the output log (its summary).

The standard log tells each epoch's duration and the average power of each device [W], without PUE; an epoch ends at
its stamp. The output log tells the energy of the run, multiplied by carbontracker's PUE: it covers the facility.
Predictions are not read. Stamps are local, without a zone. Format: https://github.com/lfwa/carbontracker.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.stamps import lengths, utc_times
from lca_ai.logs.records import Format, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

_JOULE_PER_KWH = 3.6e6
_STAMP = r"^(?P<stamp>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) - "
_FIRST = re.compile(r"\s*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - (?:carbontracker version|CarbonTracker: )")
_CLOCK = r"(?:(?P<days>\d+) days?, )?(?P<hours>\d+):(?P<minutes>\d\d):(?P<seconds>\d\d?(?:\.\d+)?)"
_EPOCH = re.compile(
    _STAMP
    + r"(?:Duration: "
    + _CLOCK
    + r"|Average power usage \(W\) for (?P<part>\w+): (?P<power>\[[^\]]*\]|None|.*))$",
    re.MULTILINE,
)
_FOUND = re.compile(r"The following components were found: (?P<parts>.*)$", re.MULTILINE)
_ACTUAL = re.compile(
    _STAMP + r"CarbonTracker:\s*\n?Actual consumption(?: for \d+ epoch\(s\))?:\n"
    r"\s*Time:\s*" + _CLOCK + r"\n\s*Energy:\s*(?P<energy>[\d.eE+-]+|nan) kWh",
    re.MULTILINE,
)
_PUE = re.compile(r"multiplied by a PUE coefficient of ([\d.]+)")
_COVERS = {"gpu": "gpu", "cpu": "cpu", "dram": "memory", "ram": "memory"}


def _matches(head: str) -> bool:
    return bool(_FIRST.match(head))


def _read(path: Path, text: str, options: Options) -> Records:
    epochs = [match.groupdict() for match in _EPOCH.finditer(text)]
    rows = _epochs(epochs)
    from_summary = not rows
    if from_summary:
        rows = [
            {"stamp": run["stamp"], "seconds": _seconds(run), "device": options.device or "run", "joule": _kwh(run)}
            for run in (match.groupdict() for match in _ACTUAL.finditer(text))
        ]
    if not rows:
        raise LogError(
            "no epoch and no actual consumption in this carbontracker log",
            file=path.name,
            accepted="the log of a run that ended at least one epoch",
        )
    table = pd.DataFrame(rows)
    times, notes = utc_times(table["stamp"], table["device"], options, path)
    length = lengths(table["seconds"])
    frame = pd.DataFrame(
        {"start": times - length, "time": times, "device": table["device"], "energy": table["joule"]}
    ).loc[times.index]
    parts = dict.fromkeys(str(name).split("-")[0] for name in table["device"])
    components = _FOUND.search(text)
    facts = {"components": components["parts"].strip()} if components else {}
    if from_summary:
        covers: tuple[str, ...] = (*_summary_covers(components["parts"] if components else ""), "facility")
        facts["pue"] = "included by carbontracker"
    else:
        covers = tuple(dict.fromkeys(_COVERS[part] for part in parts if part in _COVERS))
        if pue := _PUE.search(text):
            facts["pue"] = f"{pue[1]} in carbontracker's own totals, not in the powers read here"
    device_covers = {} if from_summary else _device_covers(table["device"])
    return Records(
        "interval",
        frame.reset_index(drop=True),
        FORMAT.name,
        len(table),
        covers or None,
        notes,
        facts,
        named=not from_summary or options.device is not None,
        device_covers=device_covers,
    )


def _epochs(found: list[dict[str, str | None]]) -> list[dict[str, object]]:
    """Return one row per epoch and device; the powers of an epoch follow its duration."""
    rows: list[dict[str, object]] = []
    seconds: float | None = None
    for line in found:
        if line["part"] is None:
            seconds = _seconds(line)
        elif seconds is not None:
            powers = _powers(line["power"] or "")
            part = line["part"].lower()
            names = [part] if len(powers) == 1 else [f"{part}-{number}" for number in range(len(powers))]
            rows += [
                {"stamp": line["stamp"], "seconds": seconds, "device": name, "joule": power * seconds}
                for name, power in zip(names, powers, strict=True)
            ]
    return rows


def _powers(text: str) -> list[float]:
    """Return the average powers of the devices of a component [W]; "None" is unknown."""
    cells = text.strip("[] ").replace(",", " ").split()
    return [
        float(cell) if re.fullmatch(r"\d+(?:\.\d*)?(?:e[+-]?\d+)?", cell) else float("nan") for cell in cells or ["?"]
    ]


def _seconds(clock: dict[str, str | None]) -> float:
    days, hours, minutes, seconds = (float(clock[name] or 0) for name in ("days", "hours", "minutes", "seconds"))
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _kwh(run: dict[str, str | None]) -> float:
    try:
        return float(run["energy"] or "nan") * _JOULE_PER_KWH
    except ValueError:
        return float("nan")


def _summary_covers(components: str) -> list[str]:
    return [
        covered for part, covered in _COVERS.items() if re.search(rf"\b{part} with device", components, re.IGNORECASE)
    ]


def _device_covers(device: pd.Series) -> dict[str, tuple[str, ...]]:
    names = (str(name) for name in device.unique())
    return {name: (_COVERS[name.split("-")[0]],) for name in names if name.split("-")[0] in _COVERS}


FORMAT = Format(
    "carbontracker",
    "a carbontracker log",
    _matches,
    _read,
    marks=("carbontracker version|CarbonTracker",),
    signs=("Average power usage (W)", "Actual consumption", "Predicted consumption"),
    remedy="both logs of a run begin with a line of carbontracker",
)
