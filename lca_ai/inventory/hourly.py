"""An hourly series of a grid zone, folded with the hours of a demand.

Either MW by technology (every category follows the hour) or g/kWh (climate change alone does, and it is said).
By linearity, the mix weighted by the hours of the demand gives the same impacts as one process per hour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lca_ai import tables
from lca_ai.errors import InputError
from lca_ai.inventory.system import Gap

_TECHNOLOGIES = {
    "coal": "coal", "col": "coal", "gas": "gas", "ng": "gas", "natural gas": "gas", "oil": "oil", "nuclear": "nuclear",
    "nuc": "nuclear", "hydro": "hydro", "wat": "hydro", "wind": "wind", "wnd": "wind", "solar": "solar", "sun": "solar",
    "bioenergy": "bioenergy", "biomass": "bioenergy", "geothermal": "other renewables",
    "other renewables": "other renewables", "other": "other", "oth": "other",
}  # fmt: skip
_INTENSITY = re.compile(
    r"(value|carbon_intensity|intensity|g_?co2e?q?_?per_?kwh|g(co2e?)?/kwh|.*\[g(\s*co2e?)?/kwh\])", re.IGNORECASE
)
_TIME = re.compile(r"(time|datetime|datetime_utc|timestamp|hour|date)", re.IGNORECASE)
_MEGAWATT = re.compile(r"(_mw|\s*[\[(]mw[\])])$", re.IGNORECASE)
_SUM = re.compile(r"(total|demand|load|net generation|interchange)", re.IGNORECASE)
_HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True)
class Folded:
    """A series weighted by a demand: the shares of technologies or the intensity [kg CO2e/kWh], and what is missing."""

    shares: dict[str, float] | None
    intensity: float | None
    year: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class HourlySeries:
    """An hourly series: ``frame`` indexed by hour (UTC), with MW per technology or one column ``intensity`` [kg/kWh].

    ``unread`` names columns of MW that are of no known technology; ``sources`` are ids of ``sources.csv``.
    """

    name: str
    frame: pd.DataFrame
    unread: tuple[str, ...] = ()
    sources: tuple[str, ...] = ("study",)

    @property
    def by_technology(self) -> bool:
        """Whether the series tells the technologies."""
        return "intensity" not in self.frame.columns

    def fold(self, demand: pd.Series) -> Folded:
        """The series, weighted by energy per hour.

        Raises
        ------
        InputError : where no hour of the demand is in the series
        """
        hours = pd.DatetimeIndex(demand.index)
        known = self.frame.reindex(hours).dropna()
        energy = demand[demand.index.isin(known.index)]
        if energy.sum() <= 0:
            span = f"{self.frame.index.min().isoformat()} to {self.frame.index.max().isoformat()}"
            raise InputError(
                "no hour of the run is in the hourly series", file=self.name, value=str(hours.min()), accepted=span
            )
        weight = energy / energy.sum()
        missing = 1.0 - float(energy.sum() / demand.sum())
        gaps: tuple[Gap, ...] = ()
        if self.unread:
            reason = f"columns of {self.name} of no known technology are not in the mix: {', '.join(self.unread)}"
            gaps = (Gap("", "use", "hourly series", "all", "partial", reason),)
        if missing > 0:
            hours_missing = int((~demand.index.isin(known.index)).sum())
            share = f"{hours_missing} hours of the run, with {missing:.1%} of its energy,"
            reason = f"{share} are not in {self.name}: they take the mean of the others"
            gaps = (*gaps, Gap("", "use", "hourly series", "all", "partial", reason))
        year = int(pd.Timestamp(hours.min()).year)
        if not self.by_technology:
            return Folded(None, float((known["intensity"] * weight).sum()), year, gaps)
        shares = known.div(known.sum(axis=1), axis=0).mul(weight, axis=0).sum()
        return Folded({str(name): float(share) for name, share in shares.items()}, None, year, gaps)


def read_hourly(path: Path) -> HourlySeries:
    """An hourly series from a CSV of a time (UTC, or with its offset) and MW by technology or g CO2e/kWh.

    Raises
    ------
    InputError : for a file that is not such a series, naive times, repeated hours, another time step, negative values
    """
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except FileNotFoundError:
        raise InputError("no such file", file=path.name, field="location.hourly") from None
    except (OSError, ValueError) as fault:
        raise InputError("not a CSV of an hourly series", file=path.name, value=str(fault)) from None
    time = next((name for name in table.columns if _TIME.fullmatch(str(name))), None)
    if time is None:
        raise InputError(
            "no column of the time",
            file=path.name,
            value=", ".join(map(str, table.columns)),
            accepted="time, datetime or datetime_utc",
        )
    stamps = _stamps(table[time], str(time), path.name)
    columns = {name: _technology(str(name)) for name in table.columns if name != time}
    technologies = {name: tech for name, tech in columns.items() if tech is not None}
    if technologies:
        frame = (
            table[list(technologies)]
            .apply(pd.to_numeric, errors="coerce")
            .dropna(axis=1, how="all")
            .rename(columns=technologies)
        )
        frame = frame[frame.notna().all(axis=1)].T.groupby(level=0).sum().T.reindex(frame.index)
    else:
        intensity = next((name for name in columns if _INTENSITY.fullmatch(str(name))), None)
        if intensity is None:
            raise InputError(
                "neither MW by technology nor g CO2e/kWh",
                file=path.name,
                value=", ".join(map(str, table.columns)),
                accepted="columns coal, gas, ... [MW] or carbon_intensity [g/kWh]",
            )
        frame = pd.DataFrame({"intensity": pd.to_numeric(table[intensity], errors="coerce") / 1000.0})
    frame = frame.astype("float64")
    frame.index = stamps
    unread = tuple(
        str(name)
        for name in columns
        if technologies and name not in technologies and _MEGAWATT.search(str(name)) and not _SUM.match(str(name))
    )
    return HourlySeries(path.name, _checked(frame, path.name), unread, _sources(path))


def _sources(path: Path) -> tuple[str, ...]:
    """Sources of a series of the data; the study itself for any other one."""
    package = "datasets/hourly"
    if tables.has(package, "index") and path.parent == tables.packages()[package].folder:
        return next(
            tuple(row["source"].split(";")) for row in tables.rows(package, "index") if row["name"] == path.stem
        )
    return ("study",)


def _technology(column: str) -> str | None:
    plain = _MEGAWATT.sub("", column.strip()).casefold().removesuffix("_share").replace("_", " ")
    return _TECHNOLOGIES.get(plain)


def _stamps(column: pd.Series, name: str, file: str) -> pd.DatetimeIndex:
    stamps = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True)
    if stamps.isna().any():
        row = int(stamps.isna().to_numpy().argmax())
        raise InputError(
            "this is not a time",
            file=file,
            line=row + 2,
            field=name,
            value=str(column.iloc[row]),
            accepted="ISO 8601 with offset",
        )
    naive = ~column.astype("str").str.contains(r"(?:Z|[+-]\d{2}:?\d{2})\s*$", regex=True)
    if naive.any() and not name.casefold().endswith("utc"):
        row = int(naive.to_numpy().argmax())
        raise InputError(
            "a time without a zone",
            file=file,
            line=row + 2,
            field=name,
            value=str(column.iloc[row]),
            accepted="an offset, or a column named datetime_utc",
        )
    return pd.DatetimeIndex(stamps)


def _checked(frame: pd.DataFrame, file: str) -> pd.DataFrame:
    repeated = frame.index.duplicated()
    if repeated.any():
        row = int(repeated.argmax())
        raise InputError("this hour is repeated", file=file, line=row + 2, value=str(frame.index[row]))
    negative = (frame < 0).any(axis=1).to_numpy()
    if negative.any():
        row = int(negative.argmax())
        raise InputError("a value below zero", file=file, line=row + 2, value=str(frame.iloc[row].min()))
    frame = frame.sort_index()
    steps = frame.index.to_series().diff().dropna()
    if (len(steps) and steps.min() != _HOUR) or (frame.index != pd.DatetimeIndex(frame.index).floor("h")).any():
        raise InputError(
            "the series is not hourly", file=file, value=str(steps.min()), accepted="one row per full hour"
        )
    frame = frame.dropna()
    return frame[frame.sum(axis=1) > 0]  # no supply is without generation or impacts: such an hour is missing
