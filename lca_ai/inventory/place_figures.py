"""The figures of a place, each by the look-up that an assessment uses: grid, hourly series, facility, water."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lca_ai import tables
from lca_ai.errors import MissingFactorError
from lca_ai.inventory import electricity, facility
from lca_ai.inventory.electricity import CLIMATE_CHANGE, Supply
from lca_ai.inventory.hourly import HourlySeries, read_hourly
from lca_ai.inventory.system import WATER_CONSUMPTION, WATER_USE
from lca_ai.models import cloud
from lca_ai.models.location import Location, zones

#: given: by the user; published: of this place, by its source; computed: from its mix; assumed: of something wider;
#: proxy: of another zone, as the user chose; missing: no table has it.
Basis = Literal["given", "published", "computed", "assumed", "proxy", "missing"]

#: Names of the shares of a mix begin with this.
SHARE = "share of "
_L_PER_M3 = 1000.0
_G_PER_KG = 1000.0
_WATER = "datasets/water"
_METER = f"{CLIMATE_CHANGE} per kWh at the meter"
_GENERATED = f"{CLIMATE_CHANGE} per kWh generated"
_CONSUMED = f"{CLIMATE_CHANGE} per kWh consumed, flow-traced"
#: What the subjects of an assumption about climate change begin with: a factor given, or the calibration.
_PARAMETERS = ("hydropower of", "calibration of")
_INSTEAD = "an hourly series of MW by technology, a proxy, or grid_intensity"


@dataclass(frozen=True)
class Figure:
    """One thing known of a place, or known to be missing.

    Attributes
    ----------
    value : in ``unit``; a text where it is a name; None where it is missing
    year : year of the figure; of its publication where the note says so
    sources : ids of rows of ``sources.csv``, or "study" for what the user gave
    note : what it is of, and, where it is missing or old, what would be accepted instead
    """

    what: str
    value: float | str | None
    unit: str = ""
    year: int | None = None
    basis: Basis = "published"
    sources: tuple[str, ...] = ()
    note: str = ""


def figures(at: Location) -> list[Figure]:
    """Everything known of a location, and what is missing."""
    path = at.hourly_path()
    series = read_hourly(path) if path is not None else None
    grid = _grid(at)
    if series is not None and not series.by_technology:
        grid = [_mean(at, series), *(one for one in grid if one.what not in {_METER, _GENERATED, _CONSUMED})]
    return [*_zone(at), *grid, *_hourly(at, series), *_facility(at), *_water(at)]


def _of(at: Location) -> tuple[str, Basis, str]:
    """The zone whose figures are taken, how they are known, and what is to be said of it."""
    if at.proxy is None:
        return at.zone, "published", ""
    return at.proxy, "proxy", f"{at.proxy} stands in for {at.zone}, as chosen"


def _told(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _zone(at: Location) -> list[Figure]:
    """The grid zone and its country, and the cloud region that it came with."""
    known = zones().get(at.zone)
    if known is None:
        zone = Figure("grid zone", at.zone, basis="proxy", note=f"no table has this zone; {_of(at)[2]}")
    else:
        note = _told(known["name"], f"{known['kind']} of {known['country']}", _of(at)[2])
        zone = Figure("grid zone", at.zone, "", None, _of(at)[1], _ids(known), note)
    if at.cloud is None or at.region is None:
        return [zone]
    row = cloud.region(at.cloud, at.region)
    where = f"{row['place'] or row['name']}, {row['subdivision'] or row['country']}; grid zone {row['grid_zone']}"
    return [zone, Figure("cloud region", f"{row['provider']} {row['region']}", "", None, "given", _ids(row), where)]


def _mean(at: Location, series: HourlySeries) -> Figure:
    """Climate change at the meter by a series of g/kWh: the mean of its hours."""
    electricity.refuse_parameters(at, "climate change of the grid is given by the hourly series")
    basis: Basis = "given" if series.sources == ("study",) else "published"
    note = (
        f"mean of the hours of {series.name}, taken at the meter: no losses are added; results weight it by their hours"
    )
    grams = float(series.frame["intensity"].mean()) * _G_PER_KG
    return Figure(_METER, grams, "g CO2e/kWh", int(series.span[1].year), basis, series.sources, note)


def _ids(row: tables.Row) -> tuple[str, ...]:
    return tuple(row["source"].split(";"))


def _grid(at: Location) -> list[Figure]:
    """Mix, climate change and losses; all of them missing where nothing is published for the year asked."""
    zone, basis, said = _of(at)
    try:
        found = electricity.supply(at, run_year=None)
    except MissingFactorError as fault:
        note = _told(said, f"{fault.problem}; accepted: {fault.accepted}", _nearest(zone, at.year))
        traced = not electricity.years(zone) and zone in electricity.intensities()
        names = ("generation mix", _CONSUMED if traced else _GENERATED, _METER)
        return [*(Figure(name, None, note=note, basis="missing") for name in names), _losses(at, at.year)]
    mix = found.mix
    latest = "" if at.year is not None else "the latest published"
    if mix.shares:
        ranked = sorted(mix.shares.items(), key=lambda pair: -pair[1])
        note = _told(mix.basis, "" if mix.kind == "average" else f"{mix.kind} mix", latest, said)
        shares = [Figure(SHARE + name, share, "kWh/kWh", mix.year, basis, mix.sources, note) for name, share in ranked]
    else:
        known = "given" if at.grid_intensity is not None else "published"
        only = f"only climate change is {known} for {zone}, every other category is a gap; accepted: {_INSTEAD}"
        series = "" if at.hourly is None else "an hourly series by technology gives the mix of the run's own hours"
        shares = [Figure("generation mix", None, basis="missing", note=_told(only, series, said))]
    return [*shares, *_climate(at, found), *_others(at, zone, mix.year), _losses(at, mix.year or at.year)]


def _nearest(zone: str, year: int | None) -> str:
    published = electricity.years(zone) or sorted(electricity.intensities().get(zone, {}))
    if not published:
        return f"no year is published; accepted: {_INSTEAD}"
    return (
        f"the nearest published year is {tables.nearest_year(published, year)}"
        if year is not None and year not in published
        else ""
    )


def _sum(found: Supply, category: str) -> tuple[float | None, float, tuple[str, ...], str]:
    """A category per kWh at the meter, and per kWh generated, its sources and what it leaves out of the mix."""
    by_name = {process.name: process for process in found.processes}
    kept = 1.0 - (found.losses or 0.0)
    total, covered, cited, absent = 0.0, 0.0, set(found.sources), []
    for name, amount in by_name[found.process].inputs.items():
        known = electricity.amount_of(by_name[name], category)
        if known is None:
            absent += [] if category in by_name[name].elsewhere else [_technology(name)]
            continue
        total, covered = total + amount * known[0], covered + amount * kept
        cited.update(known[1].sources)
    without = f"covers {covered:.1%} of the mix: no figure for {', '.join(sorted(absent))}" if absent else ""
    return (total if covered else None), total * kept, tuple(sorted(cited)), without


def _technology(process: str) -> str:
    return process.removeprefix("electricity from ").removesuffix(", climate change aside").removesuffix(" (proxy)")


def _climate(at: Location, found: Supply) -> list[Figure]:
    _, basis, said = _of(at)
    meter, generated, cited, without = _sum(found, CLIMATE_CHANGE)
    names = [_GENERATED if found.mix.shares or at.grid_intensity is not None else _CONSUMED, _METER]
    basis = _computed(basis) if found.mix.shares else basis
    if meter is None:
        return [Figure(name, None, basis="missing", note=without) for name in names]
    if at.grid_intensity is not None:
        note = "given at the meter, in place of the mix"
        return [Figure(names[1], meter * _G_PER_KG, "g CO2e/kWh", at.year, "given", ("study",), note)]
    how = "mix x life-cycle factor of each technology" if found.mix.shares else found.mix.basis
    how = _told(how, *(f"{one.subject}: {one.value}" for one in found.assumed if one.subject.startswith(_PARAMETERS)))
    year, values = (
        found.mix.year,
        ((generated, ""), (meter, "over the grid losses" if found.losses_known else _without_losses(found, names[0]))),
    )
    known = (basis, _computed(basis) if found.losses_known else basis)
    return [
        Figure(name, value * _G_PER_KG, "g CO2e/kWh", year, own, cited, _told(how, more, without, said))
        for name, own, (value, more) in zip(names, known, values, strict=True)
    ]


def _computed(basis: Basis) -> Basis:
    """What is computed from a published mix is not itself published; of another zone it stays a proxy."""
    return "computed" if basis == "published" else basis


def _without_losses(found: Supply, other: str) -> str:
    what = other.removeprefix(f"{CLIMATE_CHANGE} ")
    return f"no grid losses are published for {found.mix.zone} and none are counted: the same as {what}"


def _others(at: Location, zone: str, year: int) -> list[Figure]:
    """What others publish of the same zone and year, beside the result of the mix."""
    found = []
    note = "for comparison: results use the mix"
    ember = electricity.published_intensity(zone, year, at.grid_release)
    if ember is not None:
        what = f"{CLIMATE_CHANGE} per kWh generated, as published"
        found.append(Figure(what, ember[0], "g CO2e/kWh", year, "published", (ember[1],), note))
    traced = electricity.intensities().get(zone, {}).get(year)
    if traced is not None and electricity.years(zone):
        what = f"{CLIMATE_CHANGE} per kWh consumed, as published"
        note = _told(traced["basis"], note)
        found.append(Figure(what, float(traced["amount"]), "g CO2e/kWh", year, "published", _ids(traced), note))
    return found


def _losses(at: Location, year: int | None) -> Figure:
    what, unit = "grid losses", "kWh/kWh"
    if at.grid_losses is not None:
        return Figure(what, at.grid_losses, unit, at.year, "given", ("study",))
    zone, basis, said = _of(at)
    country = zones()[zone]["country"]
    rows = [row for row in tables.rows("datasets/grid", "losses") if row["zone"] in (zone, country)]
    own = [row for row in rows if row["zone"] == zone] or rows
    if not own:
        note = f"no losses are published for {zone}, none are counted; accepted: grid_losses, e.g. 0.07"
        return Figure(what, None, unit, basis="missing", note=_told(note, said))
    by_year = {int(row["year"]): row for row in own}
    row = by_year[tables.nearest_year(by_year, year)]
    of = f"of {row['zone']}" if row["zone"] != zone else ""
    nearest = f"the nearest year to {year}" if year is not None and int(row["year"]) != year else ""
    note = _told(of, nearest, row["note"], said)
    return Figure(
        what, float(row["amount"]) / 100.0, unit, int(row["year"]), "assumed" if of else basis, _ids(row), note
    )


def _hourly(at: Location, series: HourlySeries | None) -> list[Figure]:
    if series is None:
        zone = at.proxy or at.zone
        index = tables.rows("datasets/hourly", "index") if tables.has("datasets/hourly", "index") else ()
        shipped = [row["name"] for row in index if row["zone"] == zone]
        accepted = "; ".join(
            [*(f'hourly="{name}"' for name in shipped), "a CSV of a time and MW by technology or g/kWh"]
        )
        return [Figure("hourly series", None, basis="missing", note=f"the annual figure is used; accepted: {accepted}")]
    first, last = (moment.isoformat() for moment in series.span)
    kind = (
        f"MW of {', '.join(map(str, series.frame.columns))}" if series.by_technology else "g/kWh: climate change alone"
    )
    missing = f"{series.missing_hours:,} hours missing between them" if series.missing_hours else ""
    basis: Basis = "given" if series.sources == ("study",) else "published"
    unread = f"storage, not in the mix: {', '.join(series.unread)}" if series.unread else ""
    stands_in = at.series_zone() not in (None, at.zone)
    basis = "proxy" if stands_in else basis
    note = _told(f"{first} to {last}", missing, kind, unread, *series.notes, _of(at)[2] if stands_in else "")
    year = int(series.span[1].year)
    return [
        Figure("hourly series", series.name, "", year, basis, series.sources, note),
        Figure("hours of the series", float(len(series.frame)), "hour", year, basis, series.sources),
    ]


def _facility(at: Location) -> list[Figure]:
    found = []
    for short, what, unit in (("pue", "power usage effectiveness (PUE)", "kWh/kWh"),
                              ("wue", "water usage effectiveness (WUE)", "L/kWh")):  # fmt: skip
        if getattr(at, short) is not None:
            known = facility.pue(at, at.year) if short == "pue" else facility.wue(at, at.year)
            found.append(Figure(what, known[0] if known else None, unit, at.year, "given", ("study",)))
            continue
        own = cloud.published(at.cloud, at.region, short, at.year) if at.cloud and at.region else None
        if own is not None:
            found.append(Figure(what, own.amount, unit, own.year, "published", own.sources, own.reason))
        elif short == "pue":
            found.append(_wider_pue(at, what, unit))
        else:
            note = 'a gap in results; accepted: wue, e.g. "0.3 L/kWh", or a cloud region whose provider publishes it'
            found.append(Figure(what, None, unit, basis="missing", note=note))
    return found


def _wider_pue(at: Location, what: str, unit: str) -> Figure:
    value, _, assumed, cited = facility.pue(at, at.year)
    year = int(facility.wider_pue(at, at.year)[0]["year"])
    accepted = "accepted: pue, e.g. 1.2" + ("" if at.cloud else ", or a cloud region")
    return Figure(what, value, unit, year, "assumed", cited, _told(*(one.reason for one in assumed), accepted))


def _water(at: Location) -> list[Figure]:
    zone, _, said = _of(at)
    found = [_bottom_up_water(at)]
    own = "; for comparison: results use the mix x factor of each technology"
    found.append(_by_place("off-site water per kWh generated, WRI", "offsite", zone, at, own))
    scarce = "; not the EF 3.1 set: for information, results do not use it"
    found.append(_by_place("water scarcity, AWARE 2.0", "scarcity", zone, at, scarce))
    rows = tables.rows("emission_factors/method", "characterisation")
    row = next(one for one in rows if one["flow"] == "water, consumed" and one["category"] == WATER_USE)
    note = _told("world average, used by results for any place", said)
    world = electricity.water_scarcity()
    found.append(
        Figure("water scarcity, EF 3.1", world, "m3 world eq/m3", _published_in(row), "assumed", _ids(row), note)
    )
    return found


def _bottom_up_water(at: Location) -> Figure:
    what, unit = "water consumption per kWh at the meter", "L/kWh"
    _, basis, said = _of(at)
    try:
        found = electricity.supply(at, run_year=None)
    except MissingFactorError:
        note = _told("no mix for this year", _nearest(at.proxy or at.zone, at.year))
        return Figure(what, None, unit, basis="missing", note=note)
    meter, _, cited, without = _sum(found, WATER_CONSUMPTION)
    if meter is None:
        return Figure(what, None, unit, basis="missing", note=_told("no mix by technology", said))
    note = _told("mix x factor of each technology", without, said)
    return Figure(what, meter * _L_PER_M3, unit, found.mix.year, _computed(basis), cited, note)


def _by_place(what: str, table: str, zone: str, at: Location, use: str) -> Figure:
    """A figure of the water tables: of the zone, else of its country, said so."""
    by_zone = {row["zone"]: row for row in tables.rows(_WATER, table)}
    country = zones()[zone]["country"]
    row = by_zone.get(zone) or by_zone.get(country)
    _, basis, said = _of(at)
    if row is None:
        return Figure(what, None, basis="missing", note=_told(f"no figure of {zone}{use}", said))
    of = f"of {row['zone']}, the country" if row["zone"] != zone else ""
    year = _published_in(row)
    note = _told(row["basis"] + use, of, f"{year} is the year of the publication" if year else "", said)
    return Figure(what, float(row["amount"]), row["unit"], year, "assumed" if of else basis, _ids(row), note)


def _published_in(row: tables.Row) -> int | None:
    """Year of publication, as the title of the first source of a row tells it."""
    found = re.search(r"\b(?:19|20)\d\d\b", tables.sources()[_ids(row)[0]].title)
    return int(found[0]) if found else None
