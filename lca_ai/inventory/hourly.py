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
from lca_ai.inventory.hourly_columns import classified, is_known
from lca_ai.inventory.system import Gap

_TIME = re.compile(r"(time|datetime|timestamp|hour|date)([_ ]?\(?utc\)?)?", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[-+]?[.,]?\d[\d.,]*(e[-+]?\d+)?\s*", re.IGNORECASE)
#: Times the bound above which an intensity is implausible: a wrong unit (g/MWh), and no bad hour.
_BEYOND = 2.0
_HOUR = pd.Timedelta(hours=1)
_G_PER_KG = 1000.0
_SPREADSHEETS = {".xlsx", ".xls", ".xlsm", ".ods", ".numbers"}
_BLANK = ("", "nan", "na", "n/a", "none", "null", "-", "<na>")
_FILES = "a CSV or Parquet file with a time and MW by technology or g CO2e/kWh"
_DECIMALS = "decimal points; or decimal commas between semicolons"
_STEP = "one row per full hour: average finer ones over each hour; the annual mix takes no series"


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

    ``unread`` names columns of storage, with their share: what they give was generated before, so they are not in the
    mix. ``sources`` are ids of ``sources.csv``; ``notes`` tell what was averaged or left out when it was read.
    """

    name: str
    frame: pd.DataFrame
    unread: tuple[str, ...] = ()
    sources: tuple[str, ...] = ("study",)
    notes: tuple[str, ...] = ()

    @property
    def by_technology(self) -> bool:
        """Whether the series tells the technologies."""
        return "intensity" not in self.frame.columns

    @property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The first and the last hour (UTC)."""
        return self.frame.index.min(), self.frame.index.max()

    @property
    def missing_hours(self) -> int:
        """Hours between the first and the last one that the series does not have."""
        first, last = self.span
        return round((last - first) / _HOUR) + 1 - len(self.frame)

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
            span = " to ".join(moment.isoformat() for moment in self.span)
            raise InputError(
                "no hour of the run is in the hourly series", file=self.name, value=str(hours.min()), accepted=span
            )
        weight = energy / energy.sum()
        missing = 1.0 - float(energy.sum() / demand.sum())
        gaps: tuple[Gap, ...] = ()
        if self.unread:
            reason = f"storage in {self.name} is not in the mix: {', '.join(self.unread)}"
            gaps = (Gap("", "use", "hourly series", "all", "partial", reason),)
        if missing > 0:
            hours_missing = int((~demand.index.isin(known.index)).sum())
            share = f"{hours_missing} hours of the run, with {missing:.1%} of its energy,"
            reason = f"{share} are not in {self.name}: they take the mean of the others"
            gaps = (*gaps, Gap("", "use", "hourly series", "all", "partial", reason))
        year = int(pd.Timestamp(hours.min()).year)
        if not self.by_technology:
            reason = f"{self.name} has g/kWh alone: climate change follows its hours, the other categories do not"
            gaps = (*gaps, Gap("", "use", "hourly series", "all but climate change", "partial", reason))
            return Folded(None, float((known["intensity"] * weight).sum()), year, gaps)
        shares = known.div(known.sum(axis=1), axis=0).mul(weight, axis=0).sum()
        return Folded({str(name): float(share) for name, share in shares.items()}, None, year, gaps)


def read_hourly(path: Path) -> HourlySeries:
    """An hourly series from a CSV or Parquet of a time (UTC, or with its offset) and MW by technology or g CO2e/kWh.

    A CSV is separated by commas, semicolons or tabs; between semicolons, decimals may have a comma. Each row is the
    hour that begins at its time. Hours that begin at half past or at a quarter in UTC, as those of Indian Standard
    Time do, are averaged by time over the hours of UTC, and it is noted.

    Raises
    ------
    InputError : for a file that is not such a series, naive times, repeated hours, another time step, cells that are
        not numbers, negative values
    """
    table, decimal = _table(path)
    if table.empty:
        raise InputError("no row below the header", file=path.name, accepted=_STEP)
    time = next((name for name in table.columns if _TIME.fullmatch(str(name).strip())), None)
    if time is None:
        raise InputError(
            "no column of the time",
            file=path.name,
            value=", ".join(map(str, table.columns)),
            accepted="time, datetime or datetime_utc",
        )
    stamps = _stamps(table[time], str(time), path.name)
    named = [str(name) for name in table.columns if not _TIME.fullmatch(str(name).strip()) and _counts(table[name])]
    columns = classified(named, path.name)
    unread: tuple[str, ...] = ()
    if columns.technologies:
        frame = _numbers(table[list(columns.technologies)], path.name, decimal).dropna(axis=1, how="all")
        frame = frame.rename(columns=columns.technologies)
        frame = frame[frame.notna().all(axis=1)].T.groupby(level=0).sum().T.reindex(frame.index)
        unread = _storage(_numbers(table[list(columns.storage)], path.name, decimal), frame)
    elif columns.intensities:
        grams = _numbers(table[list(columns.intensities)], path.name, decimal)
        _check_plausible(grams, path.name)
        frame = grams.set_axis(["intensity"], axis=1) / _G_PER_KG
    else:
        raise InputError(
            "neither MW by technology nor g CO2e/kWh",
            file=path.name,
            value=", ".join(map(str, table.columns)),
            accepted="columns coal, gas, ... [MW] or carbon_intensity [g/kWh]",
        )
    frame.index = stamps
    found, notes = checked(frame.astype("float64"), path.name)
    return HourlySeries(path.name, found, unread, _sources(path), (*columns.notes, *notes))


def _counts(cells: pd.Series) -> bool:
    """Whether a column is to be known: one that has numbers, or that is blank or text under the name of a technology.

    A column of text or of blanks under any other name (the zone, the origin) tells nothing of the mix.
    """
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return True
    return bool(cells.dropna().astype("str").str.fullmatch(_NUMBER).any()) or is_known(str(cells.name))


def _storage(given: pd.DataFrame, generated: pd.DataFrame) -> tuple[str, ...]:
    """Columns of storage, each with what it gives over the whole of generation and storage."""
    sums = given.clip(lower=0.0).sum()
    whole = float(sums.sum() + generated.to_numpy().sum(where=generated.notna().to_numpy()))
    return tuple(f"{name} ({amount / whole if whole else 0.0:.1%})" for name, amount in sums.items())


def _check_plausible(grams: pd.DataFrame, file: str) -> None:
    """Refuse an intensity far beyond what any grid has.

    Raises
    ------
    InputError : with the first line beyond, its value and the bound
    """
    bound = _BEYOND * tables.assumption("grid_intensity_high")
    beyond = (grams > bound).to_numpy().any(axis=1)
    if beyond.any():
        row = int(beyond.argmax())
        raise InputError(
            "no grid has such an intensity",
            file=file,
            line=row + 2,
            field=str(grams.columns[0]),
            value=float(grams.to_numpy()[row, 0]),
            accepted=f"g CO2e/kWh, at most {bound:g}",
        )


def _table(path: Path) -> tuple[pd.DataFrame, str]:
    """The file as a table, its cells as text where it is a CSV, and the sign of its decimals."""
    field = "location.hourly"
    if path.is_dir():
        raise InputError("this is a folder", file=path.name, field=field, accepted=_FILES)
    if path.suffix.casefold() in _SPREADSHEETS:
        raise InputError(
            "this is a spreadsheet", file=path.name, field=field, accepted=f"{_FILES}: save the sheet as CSV"
        )
    try:
        if path.suffix.casefold() == ".parquet":
            held = pd.read_parquet(path)
            return (held if isinstance(held.index, pd.RangeIndex) else held.reset_index()), "."
        with path.open(encoding="utf-8-sig") as file:
            head = next((line for line in file if line.strip()), "")
        delimiter = max(",;\t", key=head.count)
        table = pd.read_csv(path, sep=delimiter, dtype="str", encoding="utf-8-sig", skipinitialspace=True)
    except FileNotFoundError:
        raise InputError("no such file", file=path.name, field=field) from None
    except UnicodeDecodeError:
        raise InputError("this is not a text file", file=path.name, field=field, accepted=_FILES) from None
    except pd.errors.EmptyDataError:
        raise InputError("the file is empty", file=path.name, field=field, accepted=_FILES) from None
    except (OSError, ValueError) as fault:
        raise InputError("not a CSV of an hourly series", file=path.name, value=str(fault), accepted=_FILES) from None
    if not isinstance(table.index, pd.RangeIndex):
        raise InputError("the rows have more cells than the first one", file=path.name, line=2, accepted=_DECIMALS)
    return table, "," if delimiter == ";" else "."


def _numbers(cells: pd.DataFrame, file: str, decimal: str) -> pd.DataFrame:
    """Cells as numbers; a blank one is missing, and one that is neither is refused."""
    if all(pd.api.types.is_numeric_dtype(kind) for kind in cells.dtypes):
        return cells.mask(cells.abs() == float("inf"))
    text = cells.astype("str").fillna("").apply(lambda column: column.str.strip())
    if decimal == ",":
        _check_decimals(text, file)
        text = text.apply(lambda column: column.str.replace(",", ".", regex=False))
    found: pd.DataFrame = text.apply(pd.to_numeric, errors="coerce")
    found = found.mask(found.abs() == float("inf"))
    broken = (found.isna() & ~text.apply(lambda column: column.str.casefold().isin(_BLANK))).to_numpy()
    if broken.any():
        row, column = (int(place[0]) for place in broken.nonzero())
        raise InputError(
            "this is not a number",
            file=file,
            line=row + 2,
            field=str(cells.columns[column]),
            value=str(cells.iloc[row, column]),
            accepted=_DECIMALS,
        )
    return found


def _check_decimals(text: pd.DataFrame, file: str) -> None:
    """Refuse commas of which nothing tells whether they are decimal: "12,345" in every cell that has one."""
    cells = text.melt()["value"]
    commas = cells[cells.str.contains(",", regex=False)]
    if len(commas) and commas.str.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+").all():
        raise InputError(
            "is this comma a decimal one, or of the thousands?",
            file=file,
            value=str(commas.iloc[0]),
            accepted="decimal points and no separator of the thousands",
        )


def _sources(path: Path) -> tuple[str, ...]:
    """Sources of a series of the data; the study itself for any other one."""
    package = "datasets/hourly"
    if tables.has(package, "index") and path.parent == tables.packages()[package].folder:
        return next(
            tuple(row["source"].split(";")) for row in tables.rows(package, "index") if row["name"] == path.stem
        )
    return ("study",)


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
    if naive.any() and not name.casefold().rstrip(")").endswith("utc"):
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


def checked(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The hours of a series in order, those without a value left out; and notes of what was averaged or left out.

    Parameters
    ----------
    frame : values indexed by the start of their hour (UTC)

    Raises
    ------
    InputError : for repeated hours, another time step, negative values, no hour with a value
    """
    repeated = frame.index.duplicated()
    if repeated.any():
        row = int(repeated.argmax())
        accepted = "each hour once; around a clock change, times in UTC or with their offset"
        raise InputError(
            "this hour is repeated", file=file, line=row + 2, value=str(frame.index[row]), accepted=accepted
        )
    negative = (frame < 0).any(axis=1).to_numpy()
    if negative.any():
        row = int(negative.argmax())
        raise InputError("a value below zero", file=file, line=row + 2, value=str(frame.iloc[row].min()))
    frame = frame.sort_index()
    _check_step(pd.DatetimeIndex(frame.index), file)
    frame, notes = _on_the_hour(frame)
    known = frame.dropna()
    known = known[known.sum(axis=1) > 0]  # no supply is without generation or impacts: such an hour is missing
    if not len(known):
        raise InputError("no hour has a value in every column", file=file, accepted=_STEP)
    if len(known) < len(frame):
        notes = (*notes, f"{len(frame) - len(known)} hours without a value in every column are left out")
    return known, notes


def _check_step(stamps: pd.DatetimeIndex, file: str) -> None:
    """Refuse a series whose rows are not one whole hour apart, or several."""
    minutes = stamps.to_series().diff().dropna().dt.total_seconds() / 60.0
    if not len(minutes):
        return
    usual, broken = float(minutes.mode().iloc[0]), minutes[minutes % 60.0 != 0.0]
    if usual != 60.0 or len(broken):  # noqa: PLR2004 (an hour)
        step = usual if usual != 60.0 else float(broken.iloc[0])  # noqa: PLR2004 (an hour)
        raise InputError("the series is not hourly", file=file, value=f"{step:g} minutes between rows", accepted=_STEP)


def _on_the_hour(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Hours that begin within an hour of UTC, averaged by time over the two that each overlaps.

    An hour of UTC is known where both rows that overlap it are; the first and the last one are not.
    """
    stamps = pd.DatetimeIndex(frame.index)
    late = stamps[0] - stamps[0].floor("h")
    if late == pd.Timedelta(0):
        return frame, ()
    share = late / _HOUR
    begun = frame.set_axis(stamps.floor("h"), axis=0)
    before = begun.set_axis(pd.DatetimeIndex(begun.index) + _HOUR, axis=0)
    mean = (begun * (1.0 - share) + before * share).dropna(how="all")
    minutes = late / pd.Timedelta(minutes=1)
    return mean, (f"hours that begin {minutes:g} minutes past the hour of UTC are averaged over the hours of UTC",)
