"""Green Metrics Tool: the log of one metric provider, ``<µs since 1970> <value> [<detail>]``.

What a value is depends on the provider, and its name is the file's: the energy since the line before [µJ], or a power.
Where versions of a provider differ in their unit, it is to be given, e.g. ``format="green-metrics-tool",
columns={"power": "1:cW"}``. Reference: https://docs.green-coding.io/docs/measuring/metric-providers/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai import units
from lca_ai.errors import InputError, LogError
from lca_ai.logs.records import Format, Note, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(r"\s*\d{16} \d+(?: \S[^\n]*)?(?:\n|$)")
_WORDS = 3


@dataclass(frozen=True)
class _Provider:
    """What the values of a provider are: their kind, their unit (None where versions differ) and what they cover."""

    role: str
    unit: str | None
    covers: tuple[str, ...] | None


_PROVIDERS = {
    "cpu_energy_rapl_msr_component": _Provider("energy", "uJ", ("cpu",)),
    "memory_energy_rapl_msr_component": _Provider("energy", "uJ", ("memory",)),
    # the PSYS domain: what it includes is up to the maker of the computer
    "psu_energy_dc_rapl_msr_machine": _Provider("energy", "uJ", None),
    "gpu_energy_nvidia_nvml_component": _Provider("power", "mW", ("gpu",)),
    "gpu_energy_nvidia_smi_component": _Provider("power", "mW", ("gpu",)),
    "psu_energy_ac_ipmi_machine": _Provider("power", "mW", ("node",)),
    # 10 mW steps, mW and µW, by version
    "psu_energy_ac_mcp_machine": _Provider("power", None, ("node",)),
}
_CANONICAL = {"energy": "J", "power": "W"}


def _matches(head: str) -> bool:
    lines = head.lstrip().split("\n")[:_WORDS]
    return bool(lines) and all(_LINE.match(line) for line in lines[:-1] or lines)


def _read(path: Path, text: str, options: Options) -> Records:
    name = _provider_name(path)
    role, factor, covers = _meaning(name, path, options)
    lines = [line for line in text.split("\n") if line.strip()]
    whole = [line for line in lines if _LINE.fullmatch(line)]
    cut = bool(whole) and not text.endswith("\n") and whole[-1] is lines[-1]  # the last value may lack digits
    whole = whole[: len(whole) - cut]
    if not whole:
        raise LogError("no whole line of a time and a value", file=path.name, line=1)
    cells = pd.Series(whole).str.split(n=2, expand=True).reindex(columns=range(_WORDS))
    detail = cells[2].astype("object").fillna(options.device or name.rsplit("_", 1)[-1]).astype("str").str.strip()
    frame = pd.DataFrame(
        {"time": cells[0].astype("int64"), "device": detail, role: cells[1].astype("float64") * factor}
    )
    notes = [
        Note("unreadable line", len(lines) - len(whole) - cut, "not a time and a value"),
        Note("row cut short", int(cut), "the file ends within it"),
    ]
    if role == "energy":
        frame, assumed = _since_previous(frame, path)
        notes.append(assumed)
    facts = {"provider": name}
    kind = "interval" if role == "energy" else "power"
    found = [note for note in notes if note.count]
    return Records(kind, frame.reset_index(drop=True), FORMAT.name, len(lines), covers, found, facts)  # type: ignore[arg-type]


def _provider_name(path: Path) -> str:
    found = [name for name in _PROVIDERS if name in path.stem]
    return found[0] if found else path.stem


def _meaning(name: str, path: Path, options: Options) -> tuple[str, float, tuple[str, ...] | None]:
    """Return the role of the values, one of them in J or W, and what they cover."""
    known = _PROVIDERS.get(name)
    given = {role: spelled for role, spelled in (options.columns or {}).items() if role in _CANONICAL}
    if len(given) == 1:
        role, spelled = next(iter(given.items()))
        return role, _factor(str(spelled).partition(":")[2], role, path), known.covers if known else None
    if known is None or known.unit is None:
        problem = "the unit of this provider differs by its version" if known else "not a known provider of energy"
        raise LogError(
            problem,
            file=path.name,
            value=name,
            accepted='format="green-metrics-tool", columns={"power": "1:mW"} (or energy, per line, "1:uJ"); '
            f"by the name of the file: {', '.join(one for one, what in _PROVIDERS.items() if what.unit)}",
        )
    return known.role, _factor(known.unit, known.role, path), known.covers


def _factor(spelled: str, role: str, path: Path) -> float:
    try:
        unit = units.unit(spelled)
    except InputError as fault:
        raise fault.at(file=path.name, field="columns") from None
    canonical = units.unit(_CANONICAL[role])
    if unit.dimensionality != canonical.dimensionality:
        raise LogError(f"the unit is not one of {role}", file=path.name, field="columns", value=spelled)
    return float(units.registry().Quantity(1.0, unit).to(canonical).magnitude)


def _since_previous(frame: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, Note]:
    """Start each interval at the line before of the same device; the first of a device gets its median length."""
    frame = frame.sort_values(["device", "time"], kind="stable")
    length = frame.groupby("device", sort=False)["time"].diff()
    median = length.groupby(frame["device"]).transform("median")
    if median.isna().any():
        raise LogError("a single line of a device: its interval is not known", file=path.name, accepted="two lines")
    firsts = int(length.isna().sum())
    frame = frame.assign(start=frame["time"] - np.rint(length.fillna(median)).astype("int64"))
    return frame, Note("interval length assumed", firsts, "first interval of a device: its median length")


FORMAT = Format("green-metrics-tool", "a Green Metrics Tool provider log", _matches, _read)
