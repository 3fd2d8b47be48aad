"""Where a workload ran: the grid zone and the facility. Keys and given values; factors are looked up elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from lca_ai import tables
from lca_ai.errors import StudyError, UnknownKeyError, did_you_mean
from lca_ai.models import cloud
from lca_ai.models.base import Model
from lca_ai.units import CarbonIntensity, WaterIntensity

#: Packages of grid zones, in the order of precedence; the last one knows climate change only.
ZONE_PACKAGES = ("datasets/grid", "datasets/grid-odbl", "datasets/grid-intensity-odbl")


@cache
def zones() -> dict[str, tables.Row]:
    """Every grid zone, by its code."""
    found: dict[str, tables.Row] = {}
    for package in ZONE_PACKAGES:
        if tables.has(package, "zones"):
            found |= {row["zone"]: row for row in tables.rows(package, "zones") if row["zone"] not in found}
    return found


@cache
def _aliases() -> dict[str, str]:
    names: dict[str, str] = {}
    for package in ZONE_PACKAGES:
        if tables.has(package, "zone_aliases"):
            extra = {row["alias"].casefold(): row["zone"] for row in tables.rows(package, "zone_aliases")}
            names = extra | names
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
    """Hourly series: a CSV or Parquet of a time and g/kWh or MW by technology, or a series of the data by its name."""
    cloud: str | None = None
    """Cloud provider, with ``region``: its grid zone, and the PUE and WUE that the provider publishes."""
    region: str | None = None
    """Region of the cloud provider."""
    proxy: str | None = None
    """Zone whose mix stands in where the zone itself has none: the study's choice, shown as a proxy."""
    hourly_folder: Path | None = Field(default=None, exclude=True)
    """Folder that the path of the hourly series starts from (not part of the study)."""

    @model_validator(mode="before")
    @classmethod
    def _zone_of_region(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not (data.get("cloud") or data.get("region")):
            return data
        if not (data.get("cloud") and data.get("region")):
            raise StudyError("a cloud region needs its provider and its name", accepted="cloud: aws, region: eu-west-3")
        found = cloud.region(str(data["cloud"]), str(data["region"]))
        if not data.get("zone"):
            return {**data, "zone": found["grid_zone"]}
        zone = zone_code(str(data["zone"]))
        if zones()[zone]["country"] != found["country"]:
            place = f"{found['grid_zone']}, or no zone: the region {data['region']} brings its own"
            raise StudyError("the cloud region is not in this zone", field="zone", value=zone, accepted=place)
        return data

    @field_validator("proxy")
    @classmethod
    def _known_proxy(cls, value: str | None) -> str | None:
        return None if value is None else zone_code(value)

    @model_validator(mode="after")
    def _known(self) -> Self:
        """The zone by its code; one that no table has is accepted only with a proxy."""
        try:
            code = zone_code(self.zone)
        except UnknownKeyError:
            if self.proxy is None:
                raise
            return self
        object.__setattr__(self, "zone", code)  # frozen: the canonical spelling of the same zone
        return self

    @field_validator("pue", mode="before")
    @classmethod
    def _at_least_one(cls, value: object) -> object:
        if isinstance(value, int | float) and not isinstance(value, bool) and value < 1:
            raise StudyError("a power usage effectiveness below 1", value=value, accepted="1.0 (no overhead) or more")
        return value

    def hourly_path(self) -> Path | None:
        """Where the hourly series is: the file named, else the series of that name in the data."""
        if self.hourly is None:
            return None
        file = (self.hourly_folder or Path()) / self.hourly
        shipped = tables.data_root() / "datasets" / "hourly" / f"{self.hourly}.parquet"
        return shipped if not file.is_file() and shipped.is_file() else file


def location(zone: str | None = None, **given: Any) -> Location:
    """A grid zone and a facility: ``location("FR", pue=1.15)``, ``location(cloud="aws", region="eu-west-3")``.

    Raises
    ------
    InputError : for an unknown zone, a PUE below 1 or a wrong unit
    """
    if zone is None and "cloud" not in given:
        raise StudyError("no place", field="zone", accepted='a grid zone such as "FR", or cloud= and region=')
    return Location(**given) if zone is None else Location(zone=zone, **given)
