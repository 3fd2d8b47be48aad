"""Where a workload ran: the grid zone and the facility. Keys and given values; factors are looked up elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator

from lca_ai import tables
from lca_ai.errors import StudyError, UnknownKeyError, did_you_mean
from lca_ai.models.base import Model
from lca_ai.units import CarbonIntensity, WaterIntensity


def zones() -> dict[str, tables.Row]:
    """Every grid zone with a mix, by its code."""
    found = {row["zone"]: row for row in tables.rows("datasets/grid", "zones")}
    if tables.has("datasets/grid-odbl", "zones"):
        found |= {row["zone"]: row for row in tables.rows("datasets/grid-odbl", "zones") if row["zone"] not in found}
    return found


def _aliases() -> dict[str, str]:
    names = {row["alias"].casefold(): row["zone"] for row in tables.rows("datasets/grid", "zone_aliases")}
    if tables.has("datasets/grid-odbl", "zone_aliases"):
        extra = tables.rows("datasets/grid-odbl", "zone_aliases")
        names |= {row["alias"].casefold(): row["zone"] for row in extra if row["alias"].casefold() not in names}
    return names


def zone_code(name: str) -> str:
    """The canonical code of a grid zone, from any spelling in the alias table.

    Raises
    ------
    UnknownKeyError : with the nearest spellings
    """
    known = zones()
    by_code = {code.casefold(): code for code in known}
    key = name.strip().casefold()
    found = by_code.get(key) or _aliases().get(key)
    if found is None:
        spellings = [*known, *(row["name"] for row in known.values())]
        raise UnknownKeyError("unknown grid zone", field="zone", value=name, accepted=did_you_mean(name, spellings))
    return found


class Location(Model):
    """A grid zone and a facility."""

    zone: str
    """Grid zone: ISO 3166-1 country, ISO 3166-2 subdivision or ``US-`` and an EIA balancing authority."""
    year: Annotated[int, Field(ge=1990, le=2100)] | None = None
    """Year of the grid mix; the latest published year not after the run where not given."""
    pue: Annotated[float, Field(ge=1.0, le=10.0)] | None = None
    """Power usage effectiveness of the facility; the industry's average where not given, marked assumed."""
    wue: WaterIntensity | None = None
    """Water usage effectiveness of the site (water per energy of the IT equipment); a gap where not given."""
    grid_losses: Annotated[float, Field(ge=0.0, lt=0.5)] | None = None
    """Share of the generation lost before the meter; the zone's published value where not given."""
    grid_intensity: CarbonIntensity | None = None
    """Climate change per kWh at the meter as given by the user, in place of the mix."""
    hourly: str | None = None
    """CSV of an hourly series of the zone: a time and either g/kWh or MW by technology."""
    hourly_folder: Path | None = Field(default=None, exclude=True)
    """Folder that the path of the hourly series starts from (not part of the study)."""

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        return zone_code(value)

    @field_validator("pue", mode="before")
    @classmethod
    def _at_least_one(cls, value: object) -> object:
        if isinstance(value, int | float) and not isinstance(value, bool) and value < 1:
            raise StudyError("a power usage effectiveness below 1", value=value, accepted="1.0 (no overhead) or more")
        return value

    def hourly_path(self) -> Path | None:
        """Where the hourly series is."""
        return None if self.hourly is None else (self.hourly_folder or Path()) / self.hourly


def location(zone: str, **given: Any) -> Location:
    """A grid zone and a facility, e.g. ``location("FR", pue=1.15, wue="0.3 L/kWh")``.

    Raises
    ------
    InputError : for an unknown zone, a PUE below 1 or a wrong unit
    """
    return Location(zone=zone, **given)
