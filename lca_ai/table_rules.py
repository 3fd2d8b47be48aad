"""What a row of a table may say: the same rules for the tables of the project and for those of a user.

Each rule tells the field, what is wrong with its value and what would be accepted; :mod:`lca_ai.table_checks` and
:mod:`lca_ai.own_tables` add the file and the line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lca_ai import tables, units
from lca_ai.errors import UnitError, did_you_mean

#: What stands in the unit column and is no physical unit: a text, height units of a rack, a share of the output.
_LABELS = frozenset({"1", "text", "U", "kg/U", "% of output"})
_NUMBERS = frozenset({"amount", "share", "factor", "low", "high", "count", "geometric_standard_deviation"})
_EVIDENCE = ("source", "title", "url", "licence")
_ROUNDING = 1e-9
STAGES = ("manufacture", "transport", "use", "end of life")
GRADES = ("sourced", "proxy", "partial")
MIX_KINDS = ("average", "residual", "marginal")
#: The unit of tables whose figures enter the calculation as they stand.
_UNITS = {
    "generation_mix": "kWh/kWh",
    "losses": "% of output",
    "published_intensity": "g CO2e/kWh",
    "intensity": "g CO2e/kWh",
    "pue": "kWh/kWh",
    "wue": "L/kWh",
}
#: Table -> column, least and most that is physically possible.
_BOUNDS = {
    "generation_mix": ("share", 0.0, 1.01),
    "losses": ("amount", 0.0, 99.0),
    "published_intensity": ("amount", 0.0, math.inf),
    "intensity": ("amount", 0.0, math.inf),
    "pue": ("amount", 1.0, math.inf),
    "wue": ("amount", 0.0, math.inf),
    "grades": ("geometric_standard_deviation", 1.0, math.inf),
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field of a row, and what would be accepted."""

    field: str
    problem: str
    value: object = None
    accepted: str | None = None


@dataclass(frozen=True)
class Known:
    """What a row may refer to.

    Attributes
    ----------
    sources : ids
    categories : impact category -> unit
    technologies : technologies that generate electricity
    zones : codes of grid zones
    kinds : catalogue item -> kind
    names : keys of items, servers, processors and cloud instances
    attributes : table and attribute -> its units; no unit where it is a text
    per : activity and part -> what its factors are per
    assumptions : key -> unit
    energy_floor : least primary energy of a kilowatt-hour [MJ], where stated
    climate_ceiling : most climate change of a kilowatt-hour of one technology [kg CO2e], where stated
    generating : technologies that some mix has, or that the project has factors for; None where all are accepted
    activities : activity -> its parts that a computation takes, None where it takes any; None where all are accepted
    """

    sources: Collection[str]
    categories: Mapping[str, str]
    technologies: Collection[str] = frozenset()
    zones: Collection[str] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=dict)
    names: Collection[str] = frozenset()
    attributes: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    per: Mapping[tuple[str, str], str] = field(default_factory=dict)
    assumptions: Mapping[str, str] = field(default_factory=dict)
    energy_floor: float = 0.0
    climate_ceiling: float = math.inf
    generating: Collection[str] | None = None
    activities: Mapping[str, Collection[str] | None] | None = None


def is_factor_table(columns: Collection[str]) -> bool:
    """Whether these are the columns of a table of factors."""
    return {"activity", "life_cycle_stage", "category", "amount"} <= set(columns)


def faults(table: str, row: tables.Row, known: Known, *, schema: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    """What a row says that cannot be.

    Parameters
    ----------
    table : name of the table, e.g. "technologies"
    known : what the row may refer to
    schema : column -> its field in the description of the table
    """
    yield from _types(row, schema)
    yield from _evidence(row, known)
    yield from _units(table, row)
    numbers = {name: number(row.get(name, "")) for name in _NUMBERS}
    if is_factor_table(row):
        yield from _factor(table, row, known, numbers)
    elif "category" in row and row["category"] not in known.categories:
        yield _unknown("category", row["category"], known.categories)
    if table in _BOUNDS:
        yield from _bounds(table, row, numbers)
    if table in _RULES:
        yield from _RULES[table](row, known)


def _types(row: tables.Row, schema: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    for name, value in row.items():
        entry = schema.get(name, {})
        if not value:
            if entry.get("constraints", {}).get("required") and name not in _EVIDENCE:
                yield Fault(name, "no value", accepted="this column is never empty")
        elif name in _NUMBERS or entry.get("type") == "number":
            if number(value) is None:
                yield Fault(name, "not a number", value, "a finite number with a decimal point, e.g. 0.43")
        elif entry.get("type") == "integer" and not (value.isascii() and value.isdigit()):
            yield Fault(name, "not a whole number", value, "e.g. 2024")


def _evidence(row: tables.Row, known: Known) -> Iterator[Fault]:
    if "licence" in row:
        for name in _EVIDENCE[1:]:
            if not row.get(name):
                yield Fault(name, f"no {name}", accepted=f"the {name} of the source")
    if "source" not in row:
        return
    cited = [one for one in (row["source"] or "").split(";") if one]
    if not cited:
        yield Fault("source", "no source", accepted="an id of sources.csv; several are joined by ;")
    for one in cited:
        if one not in known.sources:
            yield _unknown("source", one, known.sources)


def _units(table: str, row: tables.Row) -> Iterator[Fault]:
    for name in ("unit", "per", "capacity_unit"):
        if row.get(name) and not is_unit(row[name]):
            yield Fault(name, "unknown unit", row[name], "a unit such as kg CO2e, kWh, MJ, L/kWh or item")
            return
    if table in _UNITS and not same_unit(row["unit"], _UNITS[table]):
        yield Fault("unit", "not the unit of this table", row["unit"], _UNITS[table])


def _factor(table: str, row: tables.Row, known: Known, numbers: Mapping[str, float | None]) -> Iterator[Fault]:
    unit = known.categories.get(row["category"])
    if unit is None:
        yield _unknown("category", row["category"], known.categories)
    elif is_unit(row["unit"]) and not same_unit(row["unit"], unit):
        yield Fault("unit", f"not the unit of {row['category']}", row["unit"], unit)
    generated = table == "technologies" or row["activity"] in known.technologies
    stages = ("use",) if generated else STAGES
    if row["life_cycle_stage"] not in stages:
        yield Fault("life_cycle_stage", "unknown life cycle stage", row["life_cycle_stage"], ", ".join(stages))
    if row["grade"] not in GRADES:
        yield Fault("grade", "unknown grade", row["grade"], ", ".join(GRADES))
    per = "kWh" if generated else known.per.get((row["activity"], row["part"]), row["per"])
    if is_unit(row["per"]) and not same_unit(row["per"], per):
        yield Fault("per", f"factors of {row['activity']} are per {per}", row["per"], per)
    if generated and row["part"]:
        yield Fault("part", "a technology has no parts", row["part"], "an empty cell")
    yield from _activity(table, row, known)
    yield from _physics(row, numbers, floor=known.energy_floor if generated else 0.0)
    amount, most = numbers["amount"], known.climate_ceiling
    if generated and row["category"] == "climate change" and amount is not None and amount > most:
        yield Fault("amount", "physically impossible", row["amount"], f"{most:g} kg CO2e per kWh or less")


def _activity(table: str, row: tables.Row, known: Known) -> Iterator[Fault]:
    """A factor that no computation would ever look up."""
    activity = row["activity"]
    if table == "technologies":
        if known.generating is not None and activity not in known.generating:
            new = "a new one is in the generation_mix.csv beside it"
            yield _unknown("activity", activity, known.generating, "technology", otherwise=new)
    elif known.activities is not None and activity not in {*known.activities, *(known.generating or ())}:
        new = "a card of its own has card_lca in items.csv"
        yield _unknown("activity", activity, known.activities, otherwise=new)
    elif known.activities is not None:
        parts = known.activities.get(activity)
        if parts is not None and row["part"] not in parts:
            yield _unknown("part", row["part"], parts, f"part of {activity}")


def _physics(row: tables.Row, numbers: Mapping[str, float | None], *, floor: float) -> Iterator[Fault]:
    amount, low, high = numbers["amount"], numbers["low"], numbers["high"]
    if amount is None:
        return
    if amount == 0 and not row.get("note"):
        yield Fault("amount", "a zero without a reason", row["amount"], "a note that says why; a gap has no row")
    if row["category"] == "climate change" and amount < 0 and "credit" not in row.get("note", "").casefold():
        yield Fault("amount", "negative without a stated credit", row["amount"], "a note that names the credit")
    if row["category"] == "primary energy" and amount < floor * (1.0 - _ROUNDING):
        yield Fault("amount", "less energy than it delivers", row["amount"], f"{floor:g} MJ per kWh or more")
    if (low is not None and low > amount) or (high is not None and high < amount):
        shown = f"{row.get('low', '')} to {row.get('high', '')}"
        yield Fault("low", f"the range does not hold the amount {row['amount']}", shown, "low <= amount <= high")


def _bounds(table: str, row: tables.Row, numbers: Mapping[str, float | None]) -> Iterator[Fault]:
    name, least, most = _BOUNDS[table]
    value = numbers[name]
    if value is None:
        return
    if not least <= value <= most:
        accepted = f"{least:g} or more" if most == math.inf else f"{least:g} to {most:g}"
        yield Fault(name, "physically impossible", row[name], accepted)
    if table == "losses" and value == 0 and not row.get("note"):
        yield Fault(name, "a zero without a reason", row[name], "a note that says why; a gap has no row")


def _zone(row: tables.Row, known: Known, name: str = "zone") -> Iterator[Fault]:
    if row[name] not in known.zones:
        yield _unknown(name, row[name], known.zones, "grid zone (a new one needs a row in zones.csv)")


def _mix(row: tables.Row, known: Known) -> Iterator[Fault]:
    yield from _zone(row, known)
    if row["technology"] not in known.technologies:
        yield _unknown("technology", row["technology"], known.technologies)
    if row.get("kind", "") not in {"", *MIX_KINDS}:
        yield _unknown("kind", row["kind"], MIX_KINDS)


def _zone_alias(row: tables.Row, known: Known) -> Iterator[Fault]:
    yield from _zone(row, known)
    if row["alias"] in known.zones and row["alias"] != row["zone"]:
        yield Fault("alias", "this is the code of a zone", row["alias"], "another spelling")


def _alias(row: tables.Row, known: Known) -> Iterator[Fault]:
    if row["item"] not in known.names:
        yield _unknown("item", row["item"], known.names, "item or server")


def _item(table: str) -> Callable[[tables.Row, Known], Iterator[Fault]]:
    def rule(row: tables.Row, known: Known) -> Iterator[Fault]:
        attributes = {name: found for (of, name), found in known.attributes.items() if of == table}
        if row["attribute"] not in attributes:
            yield _unknown("attribute", row["attribute"], attributes)
            return
        accepted = attributes[row["attribute"]]
        named = " or ".join(sorted(accepted)) or "an empty cell"
        if row["unit"] not in accepted and not any(_same_dimension(row["unit"], one) for one in accepted):
            yield Fault("unit", f"not a unit of {row['attribute']}", row["unit"], named)
        if len(accepted) == 1 and "" not in accepted and number(row["value"]) is None:
            yield Fault("value", "not a number", row["value"], f"a number in {named}")
        kind = known.kinds.get(row.get("item", ""))
        if "kind" in row and kind is not None and row["kind"] != kind:
            yield Fault("kind", f"{row['item']} is of another kind", row["kind"], kind)

    return rule


def _server(row: tables.Row, known: Known) -> Iterator[Fault]:
    if row["component"] in {"accelerator", "cpu", "memory", "storage"}:
        fitting = {item for item, kind in known.kinds.items() if kind == row["component"]}
        if row["item"] not in fitting:
            yield _unknown("item", row["item"], fitting, row["component"])
    count = number(row["count"])
    if count is not None and (count < 1 or count != int(count)):
        yield Fault("count", "not a count", row["count"], "1, 2, 3 ...")


def _facility(row: tables.Row, known: Known) -> Iterator[Fault]:
    del known
    if row["attribute"] not in {"pue", "wue"}:
        yield _unknown("attribute", row["attribute"], ("pue", "wue"))
        return
    unit, (name, least, _) = _UNITS[row["attribute"]], _BOUNDS[row["attribute"]]
    if not same_unit(row["unit"], unit):
        yield Fault("unit", f"not the unit of {row['attribute']}", row["unit"], unit)
    value = number(row[name])
    if value is not None and value < least:
        yield Fault(name, "physically impossible", row[name], f"{least:g} or more")
    if row["scope"] not in {"region", "campus", "shared", "fleet"}:
        yield Fault("scope", "unknown scope", row["scope"], "region, campus, shared, fleet")


def _assumption(row: tables.Row, known: Known) -> Iterator[Fault]:
    if row["key"] not in known.assumptions:
        yield _unknown("key", row["key"], known.assumptions, "assumption")
    elif row["unit"] != known.assumptions[row["key"]]:
        yield Fault("unit", f"not the unit of {row['key']}", row["unit"], known.assumptions[row["key"]] or "none")
    if number(row["value"]) is None:
        yield Fault("value", "not a number", row["value"])


_RULES: dict[str, Callable[[tables.Row, Known], Iterator[Fault]]] = {
    "generation_mix": _mix,
    "losses": _zone,
    "published_intensity": _zone,
    "intensity": _zone,
    "zone_aliases": _zone_alias,
    "aliases": _alias,
    "items": _item("items"),
    "cpus": _item("cpus"),
    "cloud_instances": _item("cloud_instances"),
    "instances": _item("instances"),
    "servers": _server,
    "facility": _facility,
    "assumptions": _assumption,
}


def _unknown(name: str, value: str, known: Collection[str], what: str = "", *, otherwise: str = "") -> Fault:
    accepted = "; ".join(filter(None, (did_you_mean(value, known), otherwise)))
    return Fault(name, f"unknown {what or name}", value, accepted)


def number(text: str | None) -> float | None:
    """A finite number; None for anything else."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in (text or "") else None


@cache
def is_unit(text: str) -> bool:
    """Whether a text is a unit, or one of the labels that stand in a unit column."""
    try:
        units.unit(text)
    except UnitError:
        return text in _LABELS
    return True


@cache
def same_unit(text: str, expected: str) -> bool:
    """Whether two spellings mean the same unit, its size included."""
    if text == expected:
        return True
    try:
        one, other = units.unit(text), units.unit(expected)
    except UnitError:
        return False
    same: bool = one.dimensionality == other.dimensionality and math.isclose(
        (1 * one).to(other).magnitude, 1.0, rel_tol=1e-12
    )
    return same


@cache
def _same_dimension(text: str, expected: str) -> bool:
    try:
        same: bool = bool(text) and units.unit(text).dimensionality == units.unit(expected).dimensionality
    except UnitError:
        return False
    return same
