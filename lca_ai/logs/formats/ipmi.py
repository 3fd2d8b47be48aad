"""DCMI power readings of a server's BMC, repeated: ``ipmitool dcmi power reading``, FreeIPMI, ipmiutil.

Each block has the power now [W] and its least, most and mean over a sampling period; the power now is read, as a
sample. The time of a block is the date line that a script wrote before it, else the BMC's own stamp (which may be
wrong: a BMC without a clock is in 1970). A BMC that does not measure ("deactivated", "Not Active") tells 0 W: unknown.
References: ``man ipmitool`` (dcmi power reading), ``man ipmi-dcmi`` (--get-system-power-statistics), ``man ipmiutil``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import origin
from lca_ai.logs.formats.stamps import DATE_LINE, isoformat, utc_times
from lca_ai.logs.records import Format, Options, Records, numbers

if TYPE_CHECKING:
    from pathlib import Path

_HOST = r"(?:(?P<host{0}>[\w.\-]+):[ \t]+)?"
_LINE = re.compile(
    r"^[ \t]*(?:"
    + _HOST.format(1)
    + r"(?:Instantaneous power reading|Current Power)[ \t]*:[ \t]*(?P<power>[^\s:]+)(?P<unit>[ \t]+[Ww]atts)?"
    + r"|" + _HOST.format(2) + r"(?:IPMI timestamp|Timestamp|Time Stamp)[ \t]*:[ \t]*"
      r"(?P<stamp>(?!\d{4}-|\d{10})\S[^\n]*?)"
    + r"|" + _HOST.format(3) + r"(?:Power reading state is|Power Measurement)[ \t]*:[ \t]*(?P<state>\w[^\n]*?)"
    + r"|" + _HOST.format(4) + r"(?:Sampling period|Statistics reporting time period)[ \t]*:[ \t]*(?P<period>\d+)"
      r"[ \t]*(?P<period_unit>\w+)\.?"
    + r"|(?P<date>" + DATE_LINE + r")"
    + r")[ \t]*$",
    re.MULTILINE,
)  # fmt: skip
#: A date before a reading on its line, as a script writes it that keeps the one line.
_BESIDE = re.compile(
    rf"^({DATE_LINE})[ \t,;|:\-]+(?={_HOST.format('')}(?:Instantaneous power reading|Current Power)[ \t]*:)",
    re.MULTILINE,
)
_READING = re.compile(r"(?:Instantaneous power reading|Current Power)[ \t]*:[ \t]*\S+[ \t]+[Ww]atts")
_TIMES = ("ISO8601", "%m/%d/%Y - %H:%M:%S")
_INACTIVE = re.compile(r"deactivated|not active|inactive|not available", re.IGNORECASE)
_SECONDS = {"seconds": 1.0, "sec": 1.0, "s": 1.0, "milliseconds": 1e-3, "ms": 1e-3}


def _matches(head: str) -> bool:
    return bool(_READING.search(head)) and bool(_LINE.search(_BESIDE.sub(r"\1\n", head)))


def _read(path: Path, text: str, options: Options) -> Records:
    lines = pd.DataFrame([match.groupdict() for match in _LINE.finditer(_BESIDE.sub(r"\1\n", text))], dtype="object")
    blocks = _blocks(lines)
    if blocks.empty:
        raise LogError("no power reading", file=path.name, accepted="ipmitool dcmi power reading")
    told = blocks["date"].fillna(blocks["stamp"])
    name = options.device or "node"
    device = blocks["host"].where(blocks["host"].isna(), blocks["host"].astype("str") + f"/{name}").fillna(name)
    if told.isna().all():
        accepted = "a date line before each reading, while date -Is; do ipmitool dcmi power reading; sleep 5; done"
        missing = LogError("no reading has a time", file=path.name, accepted=accepted)
        times, note = origin.by_turn(device, options, path, missing=missing)
        notes = [note]
    else:
        times, notes = utc_times(told.fillna("").astype("str").map(isoformat), device, options, path, patterns=_TIMES)
    inactive = blocks["state"].fillna("").astype("str").str.contains(_INACTIVE)
    power = numbers(blocks["power"]).mask(inactive)
    frame = pd.DataFrame({"time": times, "device": device[times.index], "power": power[times.index]})
    facts = {} if blocks["period"].isna().all() else {"sampling period": f"{blocks['period'].dropna().iloc[-1]:g} s"}
    if inactive.any():
        facts["inactive"] = f"{int(inactive.sum())} readings while the BMC did not measure (0 W, unknown)"
    return Records(
        "power",
        frame.reset_index(drop=True),
        FORMAT.name,
        len(blocks),
        ("node",),
        [note for note in notes if note.count],
        facts,
        named=options.device is not None or bool(blocks["host"].notna().all()),
        resolution=1.0,
    )


def _blocks(lines: pd.DataFrame) -> pd.DataFrame:
    """Return one row per reading: its power, and the date before it, else its own stamp, state and period.

    A date line holds for the readings after it (several hosts), until another follows. A log that begins with a stamp
    has one before each reading.
    """
    if "power" not in lines:
        return pd.DataFrame()
    number = lines["power"].notna().cumsum()
    blocks = lines[lines["power"].notna()].copy()
    blocks["host"] = blocks["host1"]
    after = lines.groupby(number)
    for name in ("stamp", "state"):
        blocks[name] = after[name].first().reindex(number[blocks.index]).to_numpy()
    if lines["stamp"][number == 0].notna().any():
        blocks["stamp"] = after["stamp"].last().reindex(number[blocks.index] - 1).to_numpy()
    seconds = numbers(lines["period"]) * lines["period_unit"].astype("str").str.lower().map(_SECONDS)
    blocks["period"] = seconds.groupby(number).last().reindex(number[blocks.index]).to_numpy()
    blocks["date"] = lines["date"].ffill().reindex(blocks.index)
    return blocks.replace({np.nan: None}).astype("object").where(lambda cells: cells.notna())


FORMAT = Format(
    "ipmi-dcmi",
    "DCMI power readings (ipmitool, ipmi-dcmi, ipmiutil)",
    _matches,
    _read,
    marks=("Instantaneous power reading|Current Power", "Watts"),
    signs=("IPMI timestamp", "Sampling period", "Power reading state is", "Power Measurement"),
    remedy="record with ipmitool dcmi power reading",
)
