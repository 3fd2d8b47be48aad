"""Apple ``powermetrics``: the mean power of the processor, the GPU and the neural engine over each sample.

As text, each sample starts ``*** Sampled system activity (Fri Nov 10 12:37:08 2023 +0100) (104.51ms elapsed) ***``;
with ``-f plist`` it is a property list of its own with ``timestamp``, ``elapsed_ns`` and energies in mJ (or powers in
mW). The powers are Apple's estimates. ``Package Power`` has its parts and the memory in the package; ``Combined Power``
is that of processor, GPU and neural engine. The stamps are in whole seconds: samples are laid end to end by their
elapsed times, each ending in the second of its stamp. Source: powermetrics(1).
"""

from __future__ import annotations

import plistlib
import re
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import origin
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records, numbers
from lca_ai.logs.times import parse_times, to_utc

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_HEADER = r"\*\*\* Sampled system activity \((?P<stamp>[^()]*)\) \((?P<ms>\d+(?:\.\d+)?)ms elapsed\) \*\*\*"
_POWER = r"(?P<part>CPU|GPU|ANE|DRAM|Package|Combined) Power(?: \([^()]*\))?: (?P<power>\d*\.?\d+) ?(?P<unit>mW|W)"
_INTEL = r"Intel energy model derived package power \([^()]*\): (?P<intel>\d*\.?\d+) ?W"
_LINE = re.compile(rf"^(?:{_HEADER}|{_POWER}|{_INTEL})\s*$", re.MULTILINE)
_ANY_POWER = re.compile(r"[\w \-]+ [Pp]ower(?: \([^()]*\))?: \d*\.?\d+ ?m?W")
_STAMPS = ("%a %b %d %H:%M:%S %Y %z",)
_PARTS = ("cpu", "gpu", "ane", "dram")
_COVERS = {
    "package": ("cpu", "gpu", "memory"),
    "combined": ("cpu", "gpu"),
    "cpu": ("cpu",),
    "gpu": ("gpu",),
    "ane": ("gpu",),
    "dram": ("memory",),
}
_RESOLUTION = 1e-3


def _matches(head: str) -> bool:
    if re.search(_HEADER, head):
        return True
    lines = head.strip().split("\n")
    if all(_ANY_POWER.fullmatch(line.strip()) for line in lines[:-1] or lines) and _LINE.search(
        head
    ):  # of ``grep Power``
        return True
    return head.lstrip("\0 \n").startswith("<?xml") and "<key>elapsed_ns</key>" in head and "plist" in head[:400]


def _read(path: Path, text: str, options: Options) -> Records:
    plist = text.lstrip("\0 \n").startswith("<?xml")
    if not plist and not re.search(_HEADER, text):
        return _alone(path, text, options)
    samples, broken = _of_plists(text) if plist else _of_text(text)
    known = [part for part in _COVERS if part in samples]
    if not known:
        raise LogError("no sample has a power", file=path.name, accepted="powermetrics --samplers cpu_power,gpu_power")
    whole = samples["stamp"].notna() & samples["seconds"].gt(0)
    bad = int((~whole).sum()) + broken
    samples = samples[whole].reset_index(drop=True)
    if samples.empty:
        raise LogError("no sample has a time and a length", file=path.name)
    stamp = to_utc(samples["stamp"], pd.Series("machine", index=samples.index), options.timezone, file=path.name)
    length = (samples["seconds"] * SECOND_US).round().to_numpy("int64")
    end = _ends(stamp, length)
    parts = [
        pd.DataFrame({"start": end - length, "time": end, "device": part, "energy": samples[part].to_numpy("float64")})
        for part in known
    ]
    notes = [Note("unreadable sample", bad, "cut short, or without a time")] if bad else []
    return _records(pd.concat(parts, ignore_index=True), known, len(samples) + bad, notes)


def _alone(path: Path, text: str, options: Options) -> Records:
    """Return the powers of a log whose headers were left out, as long and as far apart as the user says.

    Raises
    ------
    LogError : without an origin and an interval, and where the parts do not come in equal turns
    """
    lines = pd.DataFrame([match.groupdict() for match in _LINE.finditer(text)], columns=list(_LINE.groupindex))
    part, watts = _powers(lines)
    accepted = "all of its output: the lines '*** Sampled system activity (...) (1000.00ms elapsed) ***' tell the times"
    missing = LogError("the samples have no times", file=path.name, line=1, accepted=accepted)
    start, note = origin.by_turn(part, options, path, missing=missing)
    every = options.every_us or 0
    frame = pd.DataFrame({"start": start, "time": start + every, "device": part, "energy": watts * every / SECOND_US})
    unread = sum(bool(line.strip()) and not _ANY_POWER.fullmatch(line.strip()) for line in text.split("\n"))
    notes = [note, *([Note("unreadable line", unread, "no power in it")] if unread else [])]
    return _records(frame, [str(name) for name in part.unique()], len(lines), notes)


def _records(frame: pd.DataFrame, known: list[str], rows: int, notes: list[Note]) -> Records:
    known = [part for part in _COVERS if part in known]
    if {"package", "combined"} <= set(known):  # the newer of two sums of the same parts
        known.remove("combined")
    parents = _parents(known)
    top = [part for part in known if part not in parents]
    return Records(
        "interval",
        frame[frame["device"].isin(known)].reset_index(drop=True),
        FORMAT.name,
        rows,
        tuple(dict.fromkeys(covered for part in top for covered in _covers(known)[part])),
        notes,
        parents=parents,
        device_covers=_covers(known),
        resolution=_RESOLUTION,
    )


def _parents(known: list[str]) -> dict[str, str]:
    if "package" in known:
        return dict.fromkeys([part for part in _PARTS if part in known], "package")
    if "combined" in known:
        return dict.fromkeys([part for part in _PARTS[:3] if part in known], "combined")
    return {}


def _covers(known: list[str]) -> dict[str, tuple[str, ...]]:
    """Return what each part covers; the package of an Intel Mac is its processor, and its memory is not in it."""
    covers = {part: _COVERS[part] for part in known}
    return covers | {"package": ("cpu",)} if known == ["package"] else covers


def _ends(stamp: NDArray[np.int64], length: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ends of samples [µs]: in the second of each stamp, none before the one before, as few gaps as can be.

    The delay of an end over the running total of the lengths only grows (by the pauses between samples). It is at least
    that of every stamp so far, and less than a second more than that of any stamp to come: each sample is given the
    latest delay that fits. Stamps that go back start another recording.
    """
    ends = []
    cuts = np.flatnonzero(np.diff(stamp) < 0) + 1
    for stamps, lengths in zip(np.split(stamp, cuts), np.split(length, cuts), strict=True):
        total = np.cumsum(lengths)
        least = np.maximum.accumulate(stamps - total)
        most = np.minimum.accumulate((stamps - total)[::-1])[::-1] + SECOND_US
        fits = np.searchsorted(least, most, side="left") - 1
        ends.append(total + least[np.maximum(fits, np.arange(len(total)))])
    return np.concatenate(ends)


def _of_text(text: str) -> tuple[pd.DataFrame, int]:
    """Return one row a sample: ``stamp``, ``seconds`` and the energy of each part [J]."""
    lines = pd.DataFrame([match.groupdict() for match in _LINE.finditer(text)], columns=list(_LINE.groupindex))
    sample = lines["stamp"].notna().cumsum()
    heads = lines["stamp"].notna()
    samples = pd.DataFrame(
        {
            "stamp": parse_times(lines["stamp"][heads], _STAMPS).to_numpy(),
            "seconds": numbers(lines["ms"][heads]).to_numpy() / 1e3,
        },
        index=sample[heads],
    )
    if samples["stamp"].dtype == object:
        samples["stamp"] = pd.to_datetime(samples["stamp"], utc=True)
    part, watts = _powers(lines)
    found = pd.DataFrame({"sample": sample, "part": part, "watts": watts})
    table = (
        found[found["part"].notna()]
        .drop_duplicates(["sample", "part"])
        .pivot_table(index="sample", columns="part", values="watts", aggfunc="first")
    )
    return samples.join(table.mul(samples["seconds"], axis=0)), 0


def _powers(lines: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the part that each line is of, none for a header, and its power [W]."""
    watts = numbers(lines["power"]) * lines["unit"].map({"mW": 1e-3, "W": 1.0}).astype("float64")
    part = lines["part"].str.lower().mask(lines["intel"].notna(), "package")
    return part, watts.fillna(numbers(lines["intel"]))


def _of_plists(text: str) -> tuple[pd.DataFrame, int]:
    """Return the same of property lists, and how many of them cannot be read."""
    rows, broken = [], 0
    for document in re.split(r"(?=<\?xml )", text.replace("\0", "\n")):
        if not document.strip():
            continue
        try:
            sample = plistlib.loads(document.strip().encode())
            rows.append(_row(sample))
        except (plistlib.InvalidFileException, ExpatError, ValueError, AttributeError, TypeError, LookupError):
            broken += 1
    samples = pd.DataFrame(rows, columns=None if rows else ["stamp", "seconds"])
    samples["stamp"] = pd.to_datetime(samples["stamp"], utc=True, errors="coerce")
    return samples, broken


def _row(sample: dict[str, Any]) -> dict[str, Any]:
    seconds = float(sample["elapsed_ns"]) / 1e9
    processor: dict[str, Any] = sample.get("processor", {})
    graphics: dict[str, Any] = sample.get("gpu", {})  # of the sampler gpu_power alone
    row: dict[str, Any] = {"stamp": sample.get("timestamp"), "seconds": seconds}
    if "gpu_energy" in graphics:
        row["gpu"] = float(graphics["gpu_energy"]) / 1e3
    for part in (*_PARTS, "package", "combined"):
        energy, power = processor.get(f"{part}_energy"), processor.get(f"{part}_power")
        if energy is not None:
            row[part] = float(energy) / 1e3
        elif power is not None:
            row[part] = float(power) / 1e3 * seconds
    if "package_joules" in processor:  # of an Intel Mac, in J and W
        row["package"] = float(processor["package_joules"])
    elif "package_watts" in processor:
        row["package"] = float(processor["package_watts"]) * seconds
    return row


FORMAT = Format(
    "powermetrics",
    "Apple powermetrics, as text or with -f plist",
    _matches,
    _read,
    marks=("*** Sampled system activity|<key>elapsed_ns</key>", "CPU Power|Package Power|Combined Power"),
    signs=("Machine model", "E-Cluster", "P-Cluster", "GPU HW active residency", "ANE Power"),
    remedy="record with powermetrics --samplers cpu_power,gpu_power",
)
