"""A power log as plain data: which files, how to read them, what they cover. ``lca_ai.logs`` does the reading."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from glob import glob
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator, model_validator

from lca_ai.errors import InputError, StudyError
from lca_ai.models.base import AlsoAccepts, Model
from lca_ai.units import Duration

#: What a log can cover. "node" is the whole computer at its plug; "facility" includes cooling and distribution.
Covered = Literal["gpu", "cpu", "memory", "storage", "node", "facility"]


def timezone(name: str) -> ZoneInfo:
    """The time zone ``name`` of the IANA database.

    Raises
    ------
    StudyError : where the database has no such zone
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise StudyError("unknown time zone", value=name, accepted="an IANA name such as Europe/Paris or UTC") from None


def moment(value: object, *, zone: str | None = None) -> datetime:
    """A point in time: ISO 8601 text or a ``datetime``; a naive one is read in ``zone``.

    Raises
    ------
    StudyError : for text that is no time, and for a naive time without a zone
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise StudyError("this is not a time", value=value, accepted="e.g. 2021-03-18T19:54:12.181-05:00") from None
    if not isinstance(value, datetime):
        raise StudyError("this is not a time", value=value, accepted="e.g. 2021-03-18T19:54:12.181-05:00")
    if value.tzinfo is not None:
        return value
    if zone is None:
        raise StudyError("a time without a zone", value=str(value), accepted="an offset in the time, or a timezone")
    local = value.replace(tzinfo=timezone(zone))
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        raise StudyError(
            "this local time happens twice, or not at all, on a day with a clock change",
            value=str(value),
            accepted="the time with its offset, e.g. 2024-10-27T02:30:00+01:00",
        )
    return local


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str | Path) else value


def _check_zone(name: str | None) -> str | None:
    if name is not None:
        timezone(name)
    return name


class PowerLog(Model):
    """One or more log files of the power of some devices.

    Nothing is read here: :func:`lca_ai.energy` integrates a log, :func:`lca_ai.assess` uses it.
    """

    files: Annotated[tuple[str, ...], BeforeValidator(_as_tuple), AlsoAccepts(type="string"), Field(min_length=1)]
    """Log files, relative to the study file or the working directory: paths, folders, patterns (``runs/*.csv``) or
    addresses (``s3://bucket/log.parquet``)."""
    format: str | None = None
    """Name of the format; recognised from the content where it is not given."""
    timezone: str | None = None
    """IANA time zone of naive time stamps, e.g. ``Europe/Paris``; a naive log without it is an error."""
    covers: tuple[Covered, ...] | None = None
    """What the log measures; what it leaves out of the hardware is modelled and marked so."""
    start: datetime | None = None
    """Start of the measured window; from the first sample where it is not given."""
    end: datetime | None = None
    """End of the measured window; to the last sample where it is not given."""
    columns: dict[str, str] | None = None
    """Role of columns in a file of no known format, e.g. ``{time: 0, power: "6:W"}``."""
    device: str | None = None
    """Name of the device where the file names none."""
    max_gap: Duration | None = None
    """Longest interval between two samples that is integrated; from the log's own cadence where not given."""
    origin: datetime | dict[str, datetime] | None = None
    """Time of the first reading (the start of the first interval) of a log that has no dates; else an error. Of several
    files, that of each by its name or a pattern: ``{"rank0.log": 2024-05-31T10:00:00Z, "late/*.log": ...}``."""
    every: Duration | None = None
    """Interval between the readings of a log that has no dates and no elapsed times, e.g. ``1 s``."""
    folder: Path | None = Field(default=None, exclude=True)
    """Folder that relative paths start from (not part of the study)."""
    table: Any = Field(default=None, exclude=True, repr=False)
    """A table that holds the readings, in place of files (not part of a study file)."""

    _zone = field_validator("timezone")(_check_zone)

    @field_validator("start", "end", "origin", mode="before")
    @classmethod
    def _moment(cls, value: object) -> object:
        if isinstance(value, dict):
            return {str(name): cls._moment(one) for name, one in value.items()}
        if isinstance(value, str):
            try:
                return datetime.fromisoformat(value.strip())
            except ValueError:
                raise StudyError("this is not a time", value=value, accepted="e.g. 2021-03-18 19:54:12.181") from None
        return value

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.start is not None and self.end is not None and self.since() >= self.until():  # type: ignore[operator]
            raise StudyError("the window ends before it starts", field="end", value=str(self.end))
        self._check_origin()
        if self.covers is not None and not self.covers:
            raise StudyError(
                "the log covers nothing", field="covers", accepted="gpu, cpu, memory, storage, node or facility"
            )
        return self

    def _check_origin(self) -> None:
        if self.origin is None and self.every is not None:
            raise StudyError("the interval of a log whose start is not told", field="every", accepted="origin as well")
        if self.every is not None and not self.every.magnitude > 0:
            raise StudyError("the readings are no time apart", field="every", value=str(self.every), accepted="1 s")
        if self.origin is not None and self.table is not None:
            raise StudyError("a table has its own times", field="origin", accepted="a log file without dates")
        for one in self.origins().values():
            moment(one, zone=self.timezone)

    def origins(self) -> dict[str, datetime]:
        """Times of first readings by the names or patterns of files; one for whatever file there is as of ``*``."""
        if self.origin is None:
            return {}
        return self.origin if isinstance(self.origin, dict) else {"*": self.origin}

    def first(self, path: Path) -> datetime | None:
        """Time of the first reading of a file, time-zone aware, as given for a log without dates.

        Raises
        ------
        StudyError : where several times are given for the file
        """
        fitting = {name: one for name, one in self.origins().items() if path.match(name)}
        if len(set(fitting.values())) > 1:
            raise StudyError("several times for one file", field="origin", value=f"{path.name}: {', '.join(fitting)}")
        return next((moment(one, zone=self.timezone) for one in fitting.values()), None)

    def since(self) -> datetime | None:
        """Start of the window, time-zone aware."""
        return None if self.start is None else moment(self.start, zone=self.timezone)

    def until(self) -> datetime | None:
        """End of the window, time-zone aware."""
        return None if self.end is None else moment(self.end, zone=self.timezone)

    def between(self, start: str | datetime, end: str | datetime) -> PowerLog:
        """The same log, restricted to a window; naive times are read in the log's time zone."""
        return self.replace(start=start, end=end)

    def paths(self, copies: Path | None = None) -> list[Path]:
        """Where the files are: each name, the files of a folder, those that a pattern fits, or a copy of a remote one.

        Parameters
        ----------
        copies : folder in which copies of remote files are kept, and fetched again only where they have changed; they
            are gone with the process where not given

        Raises
        ------
        InputError : where a file does not exist, or a folder or pattern holds none
        """
        return [] if self.table is not None else [path for name in self.files for path in self._found(name, copies)]

    def _found(self, name: str, copies: Path | None) -> list[Path]:
        if "://" in name:
            return _fetched(name, copies)
        path = (self.folder or Path()) / name
        if path.is_file():
            return [path]
        if path.is_dir():
            within = _measured_here(path) or sorted(_within(path))
            if not within:
                raise InputError("the folder holds no file", file=name, field="power.files")
            return within
        if any(sign in name for sign in "*?["):
            found = glob(str(path), recursive=True)  # noqa: PTH207 (the pattern may start at the root)
            fitting = sorted(Path(one) for one in found if Path(one).is_file())
            if not fitting:
                raise InputError("no file fits the pattern", file=name, field="power.files")
            return fitting
        raise InputError("no such file", file=name, field="power.files")


def _measured_here(folder: Path) -> list[Path]:
    """The logs of ``lca_ai.measure`` in the folder of a run, which may hold anything else; none where it has none."""
    if next(folder.glob("_meter-*.json"), None) is None:
        return []
    return sorted(one for one in folder.glob("power-*.csv") if one.is_file())


def _within(folder: Path | str) -> Iterator[Path]:
    """The files of a folder and of those in it, but for hidden ones, whose names begin with a dot or an underscore."""
    with os.scandir(folder) as entries:
        shown = [entry for entry in entries if not entry.name.startswith((".", "_"))]
    for entry in shown:
        if entry.is_dir(follow_symlinks=False):
            yield from _within(entry.path)
        elif entry.is_file():
            yield Path(entry.path)


def _fetched(name: str, copies: Path | None) -> list[Path]:
    """Copies of what an address means (s3://, gs://, https:// ...), kept by fsspec."""
    try:
        import fsspec
    except ImportError:
        raise InputError(
            "an address needs fsspec, which is not installed", file=name, field="power.files",
            accepted="pip install 'lca-ai[remote]', or a file of this machine",
        ) from None  # fmt: skip
    try:
        if copies is None:
            found = fsspec.open_local(f"simplecache::{name}")
        else:
            lasting = {"cache_storage": str(copies), "check_files": True, "expiry_time": False}
            found = fsspec.open_local(f"filecache::{name}", filecache=lasting)
    except (ImportError, OSError, ValueError) as fault:
        problem = f"cannot be fetched: {' '.join(str(fault).split())}"
        raise InputError(problem, file=name, field="power.files") from None
    return [Path(one) for one in ([found] if isinstance(found, str) else sorted(found))]
