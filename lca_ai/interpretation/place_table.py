"""The places of a comparison side by side: what each brings to every kilowatt-hour of the equipment."""

from __future__ import annotations

import pandas as pd

from lca_ai import tables
from lca_ai.interpretation.cases import Assembled
from lca_ai.interpretation.completeness import CLIMATE_CHANGE, category_index
from lca_ai.inventory.mixes import country_of
from lca_ai.inventory.system import WATER_CONSUMPTION

_L_PER_M3 = 1000.0


def place_table(found: Assembled) -> pd.DataFrame:
    """One row per place, at the central values.

    Returns
    -------
    DataFrame with ``place``, ``zone``, ``pue``, ``wue [L/kWh]``, ``grid_losses``, ``climate change [kg CO2e/kWh]`` and
    ``water consumption [L/kWh]`` (both per kWh of the equipment: grid x PUE, and the water of the site), ``water
    scarcity [m3 world eq/m3]`` (AWARE 2.0 of the country, annual, other than irrigation; not the factor of EF 3.1,
    which results use for every place alike) and ``scarce water [m3 world eq/kWh]`` (the two multiplied).
    """
    model, values = found.model, found.model.central
    scarcity = {row["zone"]: float(row["amount"]) for row in tables.rows("datasets/water", "scarcity")}
    climate, water = (category_index(model.table.categories, one) for one in (CLIMATE_CHANGE, WATER_CONSUMPTION))
    rows = []
    for index, place in enumerate(model.places):
        zone = found.builder.zones[place.name]
        per_kwh = model.table.central[place.grid] * float(model.electricity(index, values))
        consumed = (float(per_kwh[water]) + float(place.site_water(values))) * _L_PER_M3
        factor = scarcity.get(zone, scarcity.get(country_of(zone), float("nan")))
        rows.append(
            (found.builder.owners[place.name], zone, _value(values, place.pue), _value(values, place.wue),
             _value(values, place.losses), float(per_kwh[climate]), consumed, factor, consumed / _L_PER_M3 * factor)
        )  # fmt: skip
    names = [
        "place", "zone", "pue", "wue [L/kWh]", "grid_losses", "climate change [kg CO2e/kWh]",
        "water consumption [L/kWh]", "water scarcity [m3 world eq/m3]", "scarce water [m3 world eq/kWh]",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _value(values: tuple[float, ...], index: int) -> float:
    return values[index] if index >= 0 else float("nan")
