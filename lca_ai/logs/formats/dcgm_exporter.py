"""dcgm-exporter's text: one scrape after another, each below a line with its date, or a stamp on each line or sample.

``DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION`` counts mJ since the driver was loaded and is read rather than
``DCGM_FI_DEV_POWER_USAGE`` [W]. A series of a MIG slice (``GPU_I_ID``) bears the reading of its whole GPU, taken at
another moment (https://github.com/NVIDIA/dcgm-exporter/issues/257): one of them stands for the GPU. Metrics of other
exporters in the same text are read as those of Prometheus are. A single scrape without a date has no time.
Reference: https://docs.nvidia.com/datacenter/cloud-native/gpu-telemetry/latest/dcgm-exporter.html.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs import origin
from lca_ai.logs.formats.metric_devices import to_records
from lca_ai.logs.formats.metrics import Series
from lca_ai.logs.formats.scrolling import PREFIX
from lca_ai.logs.formats.stamps import DATE_LINE, isoformat, utc_times
from lca_ai.logs.records import Format, Note, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(
    rf"^(?:(?:# ?)?(?P<date>{DATE_LINE})|(?P<before>{PREFIX})?(?P<name>[a-zA-Z_:][\w:]*)"
    r"(?P<labels>\{(?:[^\"}\n]|\"(?:[^\"\\\n]|\\.)*\")*\})[ \t]+"
    r"(?P<value>[-+]?(?:[\d.]+(?:[eE][-+]?\d+)?|Inf|NaN))(?:[ \t]+(?P<time>\d[\d.]*))?)[ \t]*$",
    re.MULTILINE,
)
_LABEL = re.compile(r'(\w+)\s*=\s*"((?:[^"\\]|\\.)*)"')
_DCGM, _ENERGY, _POWER = "DCGM_FI_", "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "DCGM_FI_DEV_POWER_USAGE"
_SLICE = ("GPU_I_ID", "GPU_I_PROFILE")
#: From here on, a number stands for a value that is blank, not found, not supported or not permitted (dcgm_fields.h).
_BLANKS = {_ENERGY: float(0x7FFFFFFFFFFFFFF0), _POWER: 2.0**47, f"{_POWER}_INSTANT": 2.0**47}
_MILLISECONDS_FROM = 1e11
_RESOLUTION = 0.001
_RECORD = "scrapes with their date: while sleep 10; do date -Is; curl -s localhost:9400/metrics; done"


def _matches(head: str) -> bool:
    found = [match.groupdict() for match in _LINE.finditer(head)]
    samples = [one for one in found if one["name"]]
    if any(one["name"].startswith(_DCGM) for one in samples):
        return True
    dated = len(found) > len(samples) or any(one["before"] for one in samples)
    return bool(samples) and dated and not any(one["time"] for one in samples)


def _read(path: Path, text: str, options: Options) -> list[Records]:
    whole = text if text.endswith("\n") else text[: text.rfind("\n") + 1]
    found = pd.DataFrame(_LINE.findall(whole), columns=list(_LINE.groupindex), dtype="str")
    stamps = found["date"].where(found["date"].ne("")).ffill()
    stamps = found["before"].str.strip().where(found["before"].ne(""), stamps)
    samples = found["name"].ne("") & (
        ~found["name"].str.startswith(_DCGM, na=False) | found["name"].isin(list(_BLANKS))
    )
    found, stamps = found[samples], stamps[samples]
    if found.empty:
        raise LogError("no metric is of power or energy", file=path.name, accepted=f"{_ENERGY} or {_POWER}")
    keys = found["name"] + found["labels"]
    times, notes = _times(found["time"], stamps, keys, path, options)
    if times.empty:
        times, note = origin.by_turn(keys, options, path, missing=_without_times(found, path))
        notes = [note]
    rows = found.loc[times.index].assign(key=keys, micros=times)
    series, slices, repeated = _without_slices(_series(rows))
    records = to_records(series, options, file=path.name, format_name=FORMAT.name)
    notes += [
        Note("row of a MIG slice", repeated, "it bears the reading of its whole GPU, which is counted once"),
        Note("row cut short", int(whole != text and bool(text[len(whole) :].strip())), "the file ends within it"),
    ]
    records[0].notes += [note for note in notes if note.count]
    if slices:
        records[0].facts["MIG slices"] = shorten("; ".join(sorted(slices)))
    for one in records:
        one.resolution = _RESOLUTION if all(part.name in _BLANKS for part in series) else one.resolution
    return records


def _times(
    own: pd.Series, stamps: pd.Series, keys: pd.Series, path: Path, options: Options
) -> tuple[pd.Series, list[Note]]:
    """Return the times of the samples that have one [µs]: of the sample itself, else of its line or its scrape."""
    numbers = pd.to_numeric(own, errors="coerce").astype("float64")
    stamped = numbers.mul(1e3).where(numbers >= _MILLISECONDS_FROM, numbers * 1e6).dropna()
    micros = stamped.round().astype("int64")
    rest = stamps.drop(micros.index).dropna()
    notes: list[Note] = []
    if len(rest):
        iso = rest.map({text: isoformat(text) for text in rest.unique()})
        dated, notes = utc_times(iso, keys[rest.index], options, path)
        micros = pd.concat([micros, dated]).sort_index()
    missing = int(stamps.drop(micros.index).isna().sum()) if len(micros) else 0
    return micros, [*notes, Note("sample without a time stamp", missing, "no date before it")]


def _series(rows: pd.DataFrame) -> list[Series]:
    found = []
    for key, own in rows.groupby("key", sort=False):
        name, _, labels = str(key).partition("{")
        values = pd.to_numeric(own["value"], errors="coerce").to_numpy("float64")
        values = np.where(values < _BLANKS.get(name, np.inf), values, np.nan)
        found.append(Series(name, dict(_LABEL.findall(labels)), own["micros"].to_numpy("int64"), values))
    return found


def _without_slices(series: list[Series]) -> tuple[list[Series], set[str], int]:
    """Return the series of whole GPUs, which slices those have, and how many of their readings are set aside.

    Of a GPU that shows in its slices only, the slice with the most readings stands for the GPU.
    """
    cards: dict[tuple[str, str, str], list[Series]] = defaultdict(list)
    for one in series:
        if one.name in _BLANKS:
            card = one.labels.get("UUID") or one.labels.get("uuid") or one.labels.get("gpu", "")
            cards[one.name, one.labels.get("Hostname", ""), card].append(one)
    kept = [one for one in series if one.name not in _BLANKS]
    slices, repeated = set(), 0
    for (_, _, card), many in cards.items():
        parts = [one for one in many if one.labels.get("GPU_I_ID")]
        slices |= {f"{card} {one.labels['GPU_I_ID']} ({one.labels.get('GPU_I_PROFILE', '?')})" for one in parts}
        whole = [one for one in many if one not in parts]
        stands = whole or [max(parts, key=lambda one: len(one.times))]
        repeated += sum(len(one.times) for one in parts if one not in stands)
        kept += [
            Series(one.name, {k: v for k, v in one.labels.items() if k not in _SLICE}, one.times, one.readings)
            for one in stands
        ]
    return kept, slices, repeated


def _without_times(found: pd.DataFrame, path: Path) -> LogError:
    """Return the error of a scrape without a date, which tells what it reads."""
    units = {_ENERGY: "mJ", _POWER: "W"}
    known = found[found["name"].isin(list(units))].head(6)
    shown = [f"{value} {units[name]}" for name, value in zip(known["name"], known["value"], strict=True)]
    return LogError(
        "the scrape has no date, so its readings have no time",
        file=path.name,
        value=", ".join(shown) or None,
        accepted=_RECORD,
    )


FORMAT = Format(
    "dcgm-exporter",
    "scrapes of dcgm-exporter (Prometheus text)",
    _matches,
    _read,
    marks=("DCGM_FI_DEV_POWER_USAGE|DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",),
    signs=("DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_SM_CLOCK", "DCGM_FI_DEV_FB_USED"),
    remedy="scrapes of its text, each below a line with its date",
)
