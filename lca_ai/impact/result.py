"""The result of an assessment: tidy impacts, totals with their coverage, gaps, data quality and every source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import pandas as pd

from lca_ai import tables, units
from lca_ai.errors import MissingFactorError, UnknownKeyError, did_you_mean
from lca_ai.inventory.system import WATER_USE
from lca_ai.models.scope import STAGES, GoalAndScope
from lca_ai.sources import Source, join

if TYPE_CHECKING:
    import pint

    from lca_ai.inventory.assemble import Inventory
    from lca_ai.inventory.system import Assumed
    from lca_ai.logs.reading import EnergyReading
    from lca_ai.models.workload import Workload

#: Columns of the tidy table of impacts, one row per workload, stage, process and category.
IMPACT_COLUMNS = (
    "workload", "life_cycle_stage", "process", "category", "amount", "unit", "activity_basis", "factor_grade", "source",
)  # fmt: skip
GAP_COLUMNS = ("workload", "life_cycle_stage", "process", "category", "kind", "reason")
#: The stage whose water use is told apart: NOTICE.md of emission_factors/accelerators says why.
DOUBTFUL_STAGE = "end of life"
_DIMENSIONS = {
    "life cycle stage": "life_cycle_stage",
    "stage": "life_cycle_stage",
    "workload": "workload",
    "process": "process",
    "basis": "activity_basis",
}


@dataclass(frozen=True)
class Result:
    """Impacts of the reference flow.

    Attributes
    ----------
    impacts : columns :data:`IMPACT_COLUMNS`; ``amount`` per reference flow, in the unit of its category
    totals : per category ``amount``, ``unit``, ``covered_share`` and ``complete``
    gaps : columns :data:`GAP_COLUMNS`; what is missing, by proxy, partial or cut off, and why
    data_quality : per workload what was dropped, filled or left uncovered in the measurement, with counts
    factors : every factor that the result used: ``process``, ``flow``, ``amount``, ``unit``, ``per``, ``low``,
        ``high``, ``factor_grade``, ``method_in_source`` and ``source``
    sources : every source that a figure of the result rests on
    """

    name: str
    scope: GoalAndScope
    workloads: tuple[Workload, ...]
    impacts: pd.DataFrame
    totals: pd.DataFrame
    gaps: pd.DataFrame
    data_quality: pd.DataFrame
    assumed: tuple[Assumed, ...]
    stated: tuple[str, ...]
    stated_sources: tuple[str, ...]
    sources: Mapping[str, Source]
    methods: pd.DataFrame
    factors: pd.DataFrame
    flows: pd.DataFrame
    inventories: tuple[Inventory, ...]
    readings: Mapping[str, EnergyReading]
    lock: Mapping[str, Any]
    reference_share: float

    def __getitem__(self, category: str) -> pint.Quantity[float]:
        """Total of a category per reference flow, as a quantity.

        Raises
        ------
        UnknownKeyError : where the method has no such category
        MissingFactorError : where no process has a figure in it
        """
        if category not in self.totals.index:
            raise UnknownKeyError(
                "no such impact category", value=category, accepted=did_you_mean(category, self.totals.index)
            )
        row = self.totals.loc[category]
        if pd.isna(row["amount"]):
            raise MissingFactorError(
                "no process of this result has a figure in this category", value=category, accepted="see result.gaps"
            )
        return units.registry().Quantity(float(row["amount"]), units.unit(str(row["unit"])))

    def by(self, dimension: str) -> pd.DataFrame:
        """Impacts by "life cycle stage", "workload", "process" or "basis": one row each, one column per category.

        A missing figure is NaN, never 0. Units are in :attr:`totals`.
        """
        if dimension not in _DIMENSIONS:
            raise UnknownKeyError("no such dimension", value=dimension, accepted=", ".join(_DIMENSIONS))
        column = _DIMENSIONS[dimension]
        table = self.impacts.pivot_table(index=column, columns="category", values="amount", aggfunc="sum", sort=False)
        order = (
            [stage for stage in STAGES if stage in table.index] if column == "life_cycle_stage" else list(table.index)
        )
        return table.reindex(index=order, columns=[name for name in self.totals.index if name in table.columns])

    def without_stage(self, category: str, stage: str) -> float | None:
        """Total of a category less one life cycle stage, per reference flow, in the unit of the category.

        None where no other stage has a figure, or the stage has none.
        """
        mine = self.impacts[self.impacts["category"] == category]
        left_out = mine["life_cycle_stage"] == stage
        return float(mine.loc[~left_out, "amount"].sum()) if left_out.any() and not left_out.all() else None

    def covered_share(self, category: str) -> float:
        """Share of the product system that has a figure in ``category`` (by kWh, and by climate change of parts)."""
        return float(self.totals["covered_share"][category])

    def summary(self) -> str:
        """The headline: each category with SI prefix, three significant digits, and how complete it is."""
        unit, flow = self.scope.functional_unit, self.scope.functional_unit.reference_flow
        lines = [
            self.name,
            f"per {unit.description} ({flow.magnitude:,.12g} {flow.units:~}), {self.scope.method}",
            "",
        ]
        complete = self.totals[self.totals["complete"]]
        partial = self.totals[~self.totals["complete"] & self.totals["amount"].notna()]
        missing = self.totals[self.totals["amount"].isna()]
        width = max(len(name) for name in self.totals.index)
        lines += [f"{name:<{width}}  {_shown(row)}{self._aside(str(name))}" for name, row in complete.iterrows()] or [
            "no category is complete"
        ]
        if len(partial):
            lines += ["", "incomplete (a part of the system has no figure; not comparable):"]
            lines += [
                f"{name:<{width}}  {_shown(row)}{self._aside(str(name))}, "
                f"covers {covered(float(row['covered_share']), complete=False)}"
                for name, row in partial.iterrows()
            ]
        if len(missing):
            lines += ["", "no figure: " + ", ".join(missing.index)]
        kwh = sum(one.meter_energy for one in self.inventories)
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.gaps["kind"].value_counts().items()) or "no gap"
        lines += [
            "",
            (
                f"electricity at the meter {units.humanise(kwh * self.reference_share, 'kWh')} per reference flow; "
                f"{kinds}; {len(self.assumed)} assumptions"
            ),
        ]
        return "\n".join(lines)

    def _aside(self, category: str) -> str:
        told = beside(self, category)
        return f" ({told})" if told else ""

    def energy(self) -> pd.DataFrame:
        """Electricity of the workloads as a whole (not per reference flow): one row per kind, with its basis. [kWh]"""
        rows = [
            {"workload": one.workload, "activity": use.activity, "energy [kWh]": use.total, "activity_basis": use.basis}
            for one in self.inventories
            for use in one.energy
        ]
        return pd.DataFrame(rows, columns=["workload", "activity", "energy [kWh]", "activity_basis"])

    def to_dict(self) -> dict[str, Any]:
        """The whole result as plain data, for ``result.json``; no path of this machine is in it."""
        return {
            "name": self.name,
            "goal_and_scope": self.scope.model_dump(mode="json"),
            "workloads": [_workload(workload) for workload in self.workloads],
            "impacts": records(self.impacts),
            "totals": records(self.totals.reset_index(names="category")),
            "water_use_without_end_of_life": _water_aside(self),
            "energy": {
                "rows": records(self.energy()),
                "measured": {name: _reading(reading) for name, reading in self.readings.items()},
                "inventories": [_inventory(one) for one in self.inventories],
            },
            "gaps": records(self.gaps),
            "data_quality": records(self.data_quality),
            "assumed": [vars(one) for one in self.assumed],
            "stated": list(self.stated),
            "stated_sources": list(self.stated_sources),
            "methods": records(self.methods),
            "factors": records(self.factors),
            "elementary_flows": records(self.flows),
            "sources": {name: vars(source) for name, source in sorted(self.sources.items())},
            "lock": dict(self.lock),
        }


def beside(result: Result, category: str) -> str:
    """What is told beside a total: of water use, how much it is without the end of life; else nothing.

    The source's water use at the end of life of electronics (about 700 m3 world eq per kg) is of doubtful size, and it
    decides the total.
    """
    without = result.without_stage(category, DOUBTFUL_STAGE) if category == WATER_USE else None
    if without is None:
        return ""
    return f"{units.humanise(without, tables.category_unit(category))} without the stage {DOUBTFUL_STAGE}"


def _water_aside(result: Result) -> dict[str, Any] | None:
    without = result.without_stage(WATER_USE, DOUBTFUL_STAGE)
    if without is None:
        return None
    reason = "the source's water use at the end of life of electronics is of doubtful size"
    shared = {"category": WATER_USE, "unit": tables.category_unit(WATER_USE), "left_out": DOUBTFUL_STAGE}
    return shared | {"amount": without, "reason": reason}


def _workload(workload: Workload) -> dict[str, Any]:
    """A workload as plain data, its files by their relative path or their bare name."""
    data = workload.model_dump(mode="json", exclude_none=True)
    if "power" in data:
        data["power"]["files"] = [_portable(name) for name in data["power"]["files"]]
    if "hourly" in data["location"]:
        data["location"]["hourly"] = _portable(data["location"]["hourly"])
    return data


def _portable(name: str) -> str:
    return (
        PureWindowsPath(name).name if PurePosixPath(name).is_absolute() or PureWindowsPath(name).is_absolute() else name
    )


def _shown(row: pd.Series) -> str:
    return units.humanise(float(row["amount"]), str(row["unit"]))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain data; a missing number is None, never 0 and never NaN."""
    return [
        {str(key): None if _is_missing(value) else _plain(value) for key, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124 (NaN differs from itself)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _reading(reading: EnergyReading) -> dict[str, Any]:
    return {
        "energy_kwh": reading.total,
        "per_device": reading.per_device(),
        "format": reading.format,
        "covers": list(reading.covers),
        "start": reading.start.isoformat(),
        "end": reading.end.isoformat(),
        "covered_seconds": reading.covered_seconds,
        "gap_seconds": reading.gap_seconds,
        "samples": reading.samples,
        "dropped": reading.dropped,
        "max_gap_seconds": reading.longest_interval,
        "outside_window_kwh": reading.outside,
    }


def _inventory(one: Inventory) -> dict[str, Any]:
    return {
        "workload": one.workload,
        "it_energy_kwh": one.it_energy,
        "meter_energy_kwh": one.meter_energy,
        "pue": one.pue,
        "zone": one.supply.mix.zone,
        "mix_year": one.supply.mix.year,
        "mix": dict(one.supply.mix.shares),
        "mix_basis": one.supply.mix.basis,
        "grid_losses": one.supply.losses,
        "machine_seconds": one.machine_seconds,
        "machines": one.share.machines if one.share is not None else None,
        "service_life_years": one.share.service_life_years if one.share is not None else None,
        "utilisation": one.share.utilisation if one.share is not None else None,
    }


def totals(impacts: pd.DataFrame, *, covered: Mapping[str, float], incomplete: set[str]) -> pd.DataFrame:
    """Per category the total, the share of the system that has a figure in it, and whether nothing is missing.

    Parameters
    ----------
    impacts : columns :data:`IMPACT_COLUMNS`
    covered : category -> covered share
    incomplete : categories in which something is known to be missing, whatever its share
    """
    sums = impacts.groupby("category")["amount"].sum()
    cited = impacts.groupby("category")["source"].agg(join)
    rows = [
        {
            "category": category,
            "amount": float(sums.get(category, float("nan"))),
            "unit": entry["unit"],
            "kind": entry["kind"],
            "covered_share": covered[category] if category in sums else 0.0,
            "complete": category in sums and category not in incomplete,
            "source": str(cited.get(category, "")),
        }
        for category, entry in tables.categories().items()
    ]
    return pd.DataFrame(rows).set_index("category")


def covered(share: float, *, complete: bool) -> str:
    """The covered share in words; a part whose size is not known cannot be in the share.

    >>> covered(1.0, complete=True), covered(1.0, complete=False), covered(0.7, complete=False)
    ('complete', 'all but parts of unknown size', '70 %')
    """
    if complete:
        return "complete"
    return "all but parts of unknown size" if share >= 1.0 else percent(share)


def percent(share: float) -> str:
    """A share for reading; one that is not whole is never rounded up to 100 %.

    >>> percent(0.9973), percent(0.99996), percent(1.0), percent(0.004)
    ('99.7 %', '>99.9 %', '100 %', '0.4 %')
    """
    if share >= 1.0:
        return "100 %"
    if share > 0.999:  # noqa: PLR2004 (the last digit shown)
        return ">99.9 %"
    return f"{share:.1%}".replace("%", " %") if share > 0.99 or share < 0.01 else f"{share:.0%}".replace("%", " %")  # noqa: PLR2004
