"""Our figures beside those of others, with the reason of each difference above 15 %.

The others' figures and the reasons are tables (``datasets/comparisons`` and its share-alike sibling, the published
intensities of ``datasets/grid*``); ours are looked up as any user would. A difference is ours over theirs, less one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from lca_ai import tables
from lca_ai.inventory.electricity import CLIMATE_CHANGE, intensities, published_intensity, years
from lca_ai.inventory.lookup import compare_sources
from lca_ai.inventory.machines import embodied_impacts
from lca_ai.models import catalogue
from lca_ai.models.hardware import Server
from lca_ai.models.location import zones

#: A difference above this has to have a reason. The check of a result flags a grid by the same measure.
FAR = 0.15
_PACKAGES = ("datasets/comparisons", "datasets/comparisons-by-sa")
_EVERY_ITEM = "every item"
_SPREAD = "spread"
#: Others print three or four digits: nearer than half a per cent is the same figure.
AS_PRINTED = 0.005

_OTHER = ("year", "compared_with", "amount", "basis", "source")

Other = dict[str, object]


def grid_against_others(year: int | None = None) -> pd.DataFrame:
    """Climate change of a kilowatt-hour in some zones, ours beside five others.

    Parameters
    ----------
    year : year of our mix, and of the others where they have one for each year; the latest that every zone has where
        not given

    Returns
    -------
    DataFrame with ``zone``, ``name``, ``compared_with``, ``year``, ``amount`` [g CO2e/kWh] and ``basis`` of the other;
    ``ours`` [g CO2e/kWh generated], ``at_meter`` [g CO2e/kWh] and ``our_year``; ``difference``; ``same_year`` [g
    CO2e/kWh generated], ours with the mix of the other's year, and ``difference_same_year`` (both NaN where that year
    has no mix); ``reason`` (empty where there is none), ``reason_source``, ``unexplained`` (in words, what of the
    difference the reason does not account for) and ``source``.

    Raises
    ------
    MissingFactorError : for a year in which some zone has no mix

    Notes
    -----
    The others do not count grid losses, so ours are compared per kWh generated.
    """
    listed = list(dict.fromkeys(row["zone"] for row in _rows("grid")))
    chosen = year if year is not None else max(set.intersection(*(set(years(zone)) for zone in listed)))
    found = []
    for other in (one for zone in listed for one in _of_zone(zone, chosen)):
        zone, theirs, its_year = str(other["zone"]), float(str(other["amount"])), int(str(other["year"]))
        ours, at_meter = _per_kwh(zone, chosen)
        same_year = _per_kwh(zone, its_year)[0] if its_year in years(zone) else float("nan")
        found.append(
            other
            | {
                "name": zones()[zone]["name"], "ours": ours, "at_meter": at_meter, "our_year": chosen,
                "difference": ours / theirs - 1.0, "same_year": same_year,
                "difference_same_year": same_year / theirs - 1.0,
            }
            | _reason(zone, str(other["compared_with"]))
        )  # fmt: skip
    return pd.DataFrame(found)


def hardware_against_others() -> pd.DataFrame:
    """Climate change of making cards and a server, ours beside the published methods.

    Returns
    -------
    DataFrame with ``item``, ``name``, ``compared_with``, ``scope``, ``stages`` (those the other counts), ``amount`` [kg
    CO2e], ``standing`` ("assessed", "assumed": a round value, "faulty") and ``shared`` (data we have in common);
    ``ours`` [kg CO2e] over the same stages; ``difference``; ``reason`` (empty where there is none), ``reason_source``,
    ``unexplained``, ``source`` and ``note``.
    """
    found = []
    for row in _rows("hardware"):
        made = _made(row["item"])
        ours = sum(made.get(stage, float("nan")) for stage in row["stages"].split(";"))
        found.append(
            {
                "item": row["item"], "name": _machine(row["item"]).name,
                "compared_with": row["compared_with"], "scope": row["scope"], "stages": row["stages"],
                "amount": float(row["amount"]), "standing": row["standing"], "shared": row["shared"], "ours": ours,
                "difference": ours / float(row["amount"]) - 1.0, "source": row["source"], "note": row["note"],
            }
            | _reason(row["item"], row["compared_with"], otherwise=_EVERY_ITEM)
        )  # fmt: skip
    table = pd.DataFrame(found)
    first = {item: place for place, item in reversed(list(enumerate(table["item"])))}
    return table.sort_values("item", key=lambda items: items.map(first), kind="stable").reset_index(drop=True)


def spread(hardware: pd.DataFrame) -> pd.DataFrame:
    """Where ours lies among the methods that assess a whole card or server.

    Assumed and faulty figures, and those of another scope, are left out. Ours is inside where some method is above it
    and some below, each over the stages it counts; nearer than half a per cent is the same figure.

    Parameters
    ----------
    hardware : as :func:`hardware_against_others` gives it

    Returns
    -------
    DataFrame with ``item`` and ``name``; ``methods`` (their number) and ``inside``; for the ``low`` edge, the method
    that is lowest beside ours over the same stages, its figure ``low`` [kg CO2e], ``low_ours`` (ours over its stages
    [kg CO2e]), ``low_method``, ``low_stages`` and ``low_shared`` (data it has in common with ours), and the same for
    the ``high`` edge; all of these again, prefixed ``independent_``, of the methods that share no data with ours;
    ``reason``, ``reason_source`` and ``unexplained``. An item that one method alone assesses has no spread.
    """
    whole = hardware[hardware["scope"].str.startswith("full") & (hardware["standing"] == "assessed")]
    found = []
    for (item, name), methods in whole.groupby(["item", "name"], sort=False):
        alone = methods[methods["shared"] == "nothing"]
        if len(methods) == 1 or alone.empty:
            continue
        found.append(
            {"item": item, "name": name}
            | _range(methods)
            | {f"independent_{key}": value for key, value in _range(alone).items()}
            | _reason(str(item), _SPREAD, otherwise=_EVERY_ITEM)
        )
    return pd.DataFrame(found)


def missing_reasons(grid: pd.DataFrame, hardware: pd.DataFrame, spreads: pd.DataFrame) -> list[str]:
    """Differences above 15 %, and items outside the spread of the methods, that have no reason; one sentence each.

    Parameters
    ----------
    grid, hardware, spreads : as the functions above give them
    """
    found = [
        f"{row['name']}: {row['difference']:+.0%} against {row['compared_with']} has no reason"
        for table in (grid, hardware)
        for row in table.to_dict("records")
        if not abs(row["difference"]) <= FAR and not row["reason"]
    ]
    return found + [
        f"{row['name']}: outside the spread of the methods, without a reason"
        for row in spreads.to_dict("records")
        if not (row["inside"] and row["independent_inside"]) and not row["reason"]
    ]


def _rows(table: str) -> list[tables.Row]:
    """The rows of both packages; the share-alike one may be left out."""
    return [row for package in _PACKAGES if tables.has(package, table) for row in tables.rows(package, table)]


@tables.cached
def _reasons() -> dict[tuple[str, str], tables.Row]:
    return {(row["subject"], row["compared_with"]): row for row in _rows("reasons")}


def _reason(subject: str, compared_with: str, *, otherwise: str = "") -> dict[str, str]:
    """The reason of one comparison, else that of the subject that stands for all of its kind."""
    row = _reasons().get((subject, compared_with)) or _reasons().get((otherwise, compared_with))
    names = {"reason": "reason", "reason_source": "source", "unexplained": "unexplained"}
    return {name: row[column] if row else "" for name, column in names.items()}


def _of_zone(zone: str, year: int) -> Iterator[Other]:
    """What others say of a zone, in the order in which they are shown."""
    ember = published_intensity(zone, year)
    if ember is not None:
        amount, source = ember
        yield _other(zone, (year, "Ember", amount, "generation, life cycle", source))
    traced = intensities().get(zone, {}).get(year)
    if traced is not None:
        yield _other(zone, (year, "Electricity Maps", float(traced["amount"]), traced["basis"], traced["source"]))
    for row in sorted((row for row in _rows("grid") if row["zone"] == zone), key=lambda row: row["compared_with"]):
        yield _other(zone, (int(row["year"]), row["compared_with"], float(row["amount"]), row["basis"], row["source"]))


def _other(zone: str, values: tuple[int, str, float, str, str]) -> Other:
    return {"zone": zone, **dict(zip(_OTHER, values, strict=True))}


@tables.cached
def _per_kwh(zone: str, year: int) -> tuple[float, float]:
    """Ours per kWh generated and at the meter. [g CO2e/kWh]"""
    ours = compare_sources(zone, year=year)["amount"]
    return float(ours.iloc[0]), float(ours.iloc[1])  # of a zone without a mix, the first is per kWh consumed


def _machine(item: str) -> Server:
    machine = catalogue.hardware(item)
    if not isinstance(machine, Server):
        raise TypeError("the catalogue holds single machines")
    return machine


@tables.cached
def _made(item: str) -> dict[str, float]:
    """Climate change of an item by life cycle stage [kg CO2e]; a stage without a figure is not in it."""
    impacts, _ = embodied_impacts(_machine(item))
    return {
        stage: float(found[CLIMATE_CHANGE]["amount"]) for stage, found in impacts.items() if CLIMATE_CHANGE in found
    }


def _range(methods: pd.DataFrame) -> dict[str, object]:
    differences = methods["difference"].to_numpy()
    not_above = bool((differences <= AS_PRINTED).any())
    not_below = bool((differences >= -AS_PRINTED).any())
    edges = {"low": methods.iloc[int(differences.argmax())], "high": methods.iloc[int(differences.argmin())]}
    found: dict[str, object] = {"methods": len(methods), "inside": not_above and not_below}
    for edge, row in edges.items():
        found |= {
            edge: float(row["amount"]),
            f"{edge}_ours": float(row["ours"]),
            f"{edge}_method": row["compared_with"],
        }
        found |= {f"{edge}_stages": row["stages"], f"{edge}_shared": row["shared"]}
    return found
