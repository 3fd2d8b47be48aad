"""What is published of a grid zone: its generation mix by year, its losses, and its annual carbon intensity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lca_ai import tables
from lca_ai.errors import MissingFactorError
from lca_ai.inventory import releases
from lca_ai.inventory.system import Assumed
from lca_ai.models.keyed import rows_by
from lca_ai.models.location import zones

AVERAGE = "average"
_MIX_PACKAGES = ("datasets/grid", "datasets/grid-odbl")
#: A figure older than this against the year of the run, or that is asked, is called stale. [years]
STALE_YEARS = 3
_KINDS = {AVERAGE: "mix", "residual": "residual mix (market-based)", "marginal": "marginal mix"}


@dataclass(frozen=True)
class Mix:
    """Shares of technologies in the generation of a zone.

    Attributes
    ----------
    shares : technology -> share of the generation, sum 1
    basis : e.g. "production"
    label : what it is, e.g. "FR 2021"
    kind : "average", "residual" or "marginal"
    """

    zone: str
    year: int
    shares: Mapping[str, float]
    basis: str
    sources: tuple[str, ...]
    label: str = ""
    kind: str = AVERAGE


@tables.cached
def _mixes(zone: str, kind: str, release: str | None) -> Mapping[int, Mix]:
    """The mixes of one zone by year; of several packages that have a year, the first."""
    found: dict[int, Mix] = {}
    for package in _MIX_PACKAGES:
        if release is not None and package == releases.PACKAGE:
            rows = [row for many in releases.mix_rows(release).get(zone, {}).values() for row in many]
        elif tables.has(package, "generation_mix"):
            rows = list(rows_by(package, "generation_mix", "zone").get(zone, ()))
        else:
            continue  # a share-alike package may be left out
        of_kind = [row for row in rows if (row.get("kind") or AVERAGE) == kind]
        for year, many in releases.by_year(of_kind).items():
            found.setdefault(year, _mix(zone, year, many, kind))
    return found


def _mix(zone: str, year: int, rows: Sequence[tables.Row], kind: str) -> Mix:
    shares = {row["technology"]: float(row["share"]) for row in rows}
    cited = tuple(sorted({one for row in rows for one in row["source"].split(";")}))
    label = f"{zone} {year}" + ("" if kind == AVERAGE else f", {_KINDS[kind]}")
    return Mix(zone, year, shares, rows[0]["basis"], cited, label, kind)


def years(zone: str, kind: str = AVERAGE, release: str | None = None) -> list[int]:
    """Years with a published mix of a zone, ascending."""
    return sorted(_mixes(zone, kind, release))


def mix(
    zone: str, year: int | None, *, run_year: int | None = None, kind: str = AVERAGE, release: str | None = None
) -> tuple[Mix, list[Assumed]]:
    """The mix of a zone: of ``year``, or of the latest published year not after the run.

    Raises
    ------
    MissingFactorError : where the zone has no mix for the year asked, or none that is not after the run
    """
    published = years(zone, kind, release)
    available = f"{published[0]} to {published[-1]}" if published else "no year"
    if not published and kind != AVERAGE:
        wanted = f"grid_intensity, hourly, or tables of your own with a generation_mix of kind {kind}"
        raise MissingFactorError(
            f"no {_KINDS[kind]} of {zone} is in the tables", field="location.grid_kind", value=kind, accepted=wanted
        )
    if year is not None:
        if year not in published:
            raise MissingFactorError(
                f"no {_KINDS[kind]} of {zone} for this year", field="location.year", value=year, accepted=available
            )
        return _mixes(zone, kind, release)[year], []
    fitting = [one for one in published if run_year is None or one <= run_year]
    if not fitting:
        raise MissingFactorError(
            f"no {_KINDS[kind]} of {zone} up to the year of the run",
            field="location.zone",
            value=run_year,
            accepted=available,
        )
    found = _mixes(zone, kind, release)[fitting[-1]]
    run = "a run of unknown year" if run_year is None else f"a run in {run_year}"
    reason = f"latest published mix not after {run}" + stale(found.year, run_year)
    return found, [Assumed(f"year of the grid mix of {zone}", str(found.year), reason, ";".join(found.sources))]


def stale(year: int, run_year: int | None) -> str:
    """What is to be said of a figure that is older than ``STALE_YEARS`` against the run; else nothing.

    >>> stale(2022, 2026), stale(2023, 2026)
    ('; stale: 4 years before the run', '')
    """
    age = 0 if run_year is None else run_year - year
    return f"; stale: {age} years before the run" if age > STALE_YEARS else ""


@tables.cached
def _losses() -> Mapping[str, Mapping[int, tables.Row]]:
    found: dict[str, dict[int, tables.Row]] = defaultdict(dict)
    for row in tables.rows("datasets/grid", "losses"):
        found[row["zone"]][int(row["year"])] = row
    return found


def losses(zone: str, year: int) -> tuple[float, str, list[Assumed]] | None:
    """Share of the generation that is lost before the meter, its source, and what was assumed; None if unpublished.

    The published year nearest to ``year`` is taken, the earlier one of two; a subdivision takes its country's.
    """
    country = country_of(zone)
    by_year = _losses().get(zone) or _losses().get(country)
    if not by_year:
        return None
    nearest = tables.nearest_year(by_year, year)
    row = by_year[nearest]
    place = "" if row["zone"] == zone else f" of {row['zone']}"
    share = float(row["amount"]) / 100.0
    assumed = []
    if nearest != year or place:
        reason = f"figure{place} for {nearest}, the mix is of {year}"
        assumed = [Assumed(f"grid losses of {zone}", f"{share:.1%}", reason, row["source"])]
    return share, row["source"], assumed


def country_of(zone: str) -> str:
    """ISO 3166-1 code of the country that a zone is in; the zone itself where it is none of the tables."""
    return zones()[zone]["country"] if zone in zones() else zone


@tables.cached
def intensities() -> Mapping[str, Mapping[int, tables.Row]]:
    """Zone -> year -> row of the published climate change per kWh on a consumption basis."""
    found: dict[str, dict[int, tables.Row]] = defaultdict(dict)
    if tables.has("datasets/grid-intensity-odbl", "intensity"):
        for row in tables.rows("datasets/grid-intensity-odbl", "intensity"):
            found[row["zone"]][int(row["year"])] = row
    return dict(found)


@tables.cached
def _published(release: str | None) -> Mapping[tuple[str, int], tuple[float, str]]:
    rows = [row for of_zone in releases.published_rows(release).values() for many in of_zone.values() for row in many]
    return {(row["zone"], int(row["year"])): (float(row["amount"]), row["source"]) for row in rows}


def published_intensity(zone: str, year: int, release: str | None = None) -> tuple[float, str] | None:
    """The annual intensity that others publish, for comparison [g CO2e/kWh], and its source; None without one."""
    return _published(release).get((zone, year))
