"""What the data covers, counted from the tables: zones, regions, hardware and categories."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from lca_ai import tables
from lca_ai.inventory.electricity import intensities, technology_factors, years
from lca_ai.inventory.system import WATER_CONSUMPTION, WATER_USE
from lca_ai.models import catalogue, cloud, instances
from lca_ai.models.location import zones
from lca_ai.sources import Factor

_TECHNOLOGIES = ("coal", "gas", "oil", "nuclear", "hydro", "wind", "solar", "bioenergy", "other renewables")
_SPECIFICATIONS = ("rated_power", "die_area", "process_node", "memory_size", "memory_type", "form_factor")


def coverage() -> pd.DataFrame:
    """What the data covers.

    Returns
    -------
    DataFrame with ``what`` and ``count``, in the order of the life of a study.
    """
    rows = [*_grids(), *_electricity(), *_places(), *_hardware(), *_embodied()]
    return pd.DataFrame(rows, columns=["what", "count"])


def _grids() -> list[tuple[str, int]]:
    with_mix = {code: row for code, row in zones().items() if years(code)}
    kinds = Counter(row["kind"] for row in with_mix.values())
    country_years = sum(len(years(code)) for code, row in with_mix.items() if row["kind"] == "country")
    traced = sum(row["kind"] != "country" for row in zones().values() if row["zone"] in intensities())
    alone = [row for code, row in zones().items() if code not in with_mix]
    return [
        ("countries with a generation mix", kinds["country"]),
        ("countries x years with a generation mix", country_years),
        ("states and provinces with a generation mix", kinds["state"] + kinds["province"]),
        ("US balancing areas with a generation mix", kinds["balancing authority"]),
        ("zones with climate change only", len(alone)),
        ("of them within a country", sum(row["kind"] != "country" for row in alone)),
        ("zones within a country with a published climate change of consumption", traced),
    ]


def _electricity() -> list[tuple[str, int]]:
    official = {name for name, row in tables.categories().items() if row["kind"] == "EF 3.1"}
    found = []
    for technology in _TECHNOLOGIES:
        named = {factor.category for factor in technology_factors(technology)}
        named |= {WATER_USE} if WATER_CONSUMPTION in named else set()
        found.append((f"EF 3.1 categories of electricity from {technology}", len(named & official)))
    return found


def _places() -> list[tuple[str, int]]:
    regions = [row for by_name in cloud.regions().values() for row in by_name.values()]
    known = {
        attribute: sum(cloud.published(row["provider"], row["region"], attribute, None) is not None for row in regions)
        for attribute in ("pue", "wue")
    }
    own = {
        attribute: sum(
            bool(years) and not fleet
            for years, fleet in (cloud.published_years(row["provider"], row["region"], attribute) for row in regions)
        )
        for attribute in ("pue", "wue")
    }
    hourly = len(tables.rows("datasets/hourly", "index")) if tables.has("datasets/hourly", "index") else 0
    return [
        ("cloud regions", len(regions)),
        ("cloud providers", len(cloud.regions())),
        ("cloud regions with a published PUE", known["pue"]),
        ("cloud regions with a published WUE", known["wue"]),
        ("of them with a PUE of their own, not the provider's fleet's", own["pue"]),
        ("of them with a WUE of their own, not the provider's fleet's", own["wue"]),
        ("hourly series by technology", hourly),
    ]


def _hardware() -> list[tuple[str, int]]:
    cards = [attributes for key, attributes in catalogue.items().items() if catalogue.kind_of(key) == "accelerator"]
    found = [("accelerators named", len(cards))]
    found += [
        (f"accelerators with {name.replace('_', ' ')}", sum(name in card for card in cards)) for name in _SPECIFICATIONS
    ]
    return [
        *found,
        ("processors with rated power", len(catalogue.processors())),
        ("servers as compositions", len(catalogue.servers())),
        ("cloud GPU instances", len(catalogue.gpu_instances())),
        ("cloud instances without accelerators", len(instances.known())),
        ("cloud instances in all", len(catalogue.instances())),
    ]


def _embodied() -> list[tuple[str, int]]:
    official = {name for name, row in tables.categories().items() if row["kind"] == "EF 3.1"}
    parts = (
        "accelerator",
        "cpu",
        "memory",
        "ssd",
        "hdd",
        "mainboard",
        "power supply",
        "chassis",
        "network card",
        "switch",
        "rack",
    )
    found = []
    for part in parts:
        named = {factor.category for activity in (part, f"{part}, parametric") for factor in _of(activity)}
        found.append((f"EF 3.1 categories of making: {part}", len(named & official)))
    return found


def _of(activity: str) -> tuple[Factor, ...]:
    return tables.factors(activity) if activity in tables.activities() else ()
