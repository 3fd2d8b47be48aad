"""A comparison in the plain words, numbers and rows that its templates print."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lca_ai import tables, units
from lca_ai.impact.tabulate import cited_sources
from lca_ai.impact.weighting import STATEMENT, planetary_shares, weighted
from lca_ai.interpretation.arrays import HIGH
from lca_ai.interpretation.compare import Comparison
from lca_ai.interpretation.pareto import dominance
from lca_ai.interpretation.scaling import Scaled
from lca_ai.reports import comparison_plots as plots
from lca_ai.reports.comparison_numbers import SLIDERS, Numbers, slider_values
from lca_ai.reports.view import counted

_PAIRWISE, _MOST_NAMED, _MOST_TOLD = 12, 12, 3
_MOST_ROWS, _MOST_GAPS, _LONG_TABLE, _WEIGHTED_CASES = 1500, 60, 200, 12
_WEAKEST = "published peak figures"


def words(comparison: Comparison, numbers: Numbers) -> list[tuple[str, str]]:
    """What was compared and what can be told apart: of what each sentence is, and the sentence."""
    found = [("", _compared(comparison, numbers))]
    if not numbers.ranked:
        nothing = "no category; at least one case is incomplete in each, so that no case is told apart from another."
        return [*found, ("Ranked", nothing)]
    found += [
        (_capital(numbers.categories[category]), _on(comparison, numbers, category))
        for category in sorted(numbers.ranked, key=_first(numbers.start))
    ]
    unranked = len(numbers.categories) - len(numbers.ranked)
    if unranked:
        why = (
            f"{unranked} of {len(numbers.categories)} categories, in which some case lacks a figure for more than "
            f"{100 * comparison.completeness.cut_off:g} % of its product system or for something of unknown size, or "
            "not the same is left out of all. Each stands below with its reason; plots show them in grey and in no "
            "order, and their totals leave out what has no figure."
        )
        found.append(("Not ranked", why))
    return found


def _first(start: int) -> Any:
    return lambda category: (category != start, category)


def _compared(comparison: Comparison, numbers: Numbers) -> str:
    parts = []
    for index, axis in enumerate(comparison.axes):
        values = list(dict.fromkeys(key[index] for key in comparison.keys))
        more = f" and {len(values) - _MOST_NAMED} more" if len(values) > _MOST_NAMED else ""
        what = f"{len(values)} {_PLURALS.get(axis, axis)}" if len(values) > 1 else f"one {_SINGULARS.get(axis, axis)}"
        parts.append(f"{what} ({', '.join(values[:_MOST_NAMED])}{more})")
    whole = "One case" if len(numbers.names) == 1 else f"{len(numbers.names)} cases"
    return (
        f"{whole} of the same work: {', by '.join(parts)}. Amounts are per "
        f"{comparison.scope.functional_unit.description}. All cases share the same "
        f"{comparison.samples.draws.samples:,} draws, so that what they have in common cancels in their differences."
    )


_PLURALS = {"location": "places", "hardware": "machines", "case": "ways"}
_SINGULARS = {"location": "place", "hardware": "machine", "case": "way"}


def _on(comparison: Comparison, numbers: Numbers, category: int) -> str:
    """The lowest and the highest case of a ranked category, and which pairs can be told apart."""
    order = numbers.order(category)
    if len(order) == 1:
        return f"{numbers.names[0]}, {_amount(numbers, category, 0)}."
    lowest, highest = order[0], order[-1]
    told = (
        f"lowest is {numbers.names[lowest]} with {_amount(numbers, category, lowest)}, highest "
        f"{numbers.names[highest]} with {_amount(numbers, category, highest)}. "
    )
    if len(order) > _PAIRWISE:
        return told + _against_first(numbers, category)
    return told + _pairs(comparison, numbers, category)


def _amount(numbers: Numbers, category: int, case: int) -> str:
    factor, unit = numbers.scales[category]
    low, _, high = numbers.interval[:, case, category] * factor
    amount = numbers.amount[case, category] * factor
    return f"{plots.significant(amount)} {unit} (5 to 95 %: {plots.between(low, high)})"


def _pairs(comparison: Comparison, numbers: Numbers, category: int) -> str:
    name, draws = numbers.categories[category], comparison.samples.draws.samples
    lower = dominance(comparison, name).to_numpy()
    order = numbers.order(category)
    pairs = [
        (one, other) if lower[one, other] >= lower[other, one] else (other, one)
        for one, other in itertools.combinations(order, 2)
    ]
    apart = [pair for pair in pairs if lower[pair] >= HIGH]
    close = [pair for pair in pairs if lower[pair] < HIGH]
    said = f"{len(apart)} of {len(pairs)} pairs of cases can be told apart"
    if apart:
        one, other = apart[0]
        said += (
            f", e.g. {numbers.names[one]} is lower than {numbers.names[other]} on {name} in "
            f"{plots.percent(float(lower[one, other]))} of {draws:,} draws"
        )
    said += "."
    if close:
        listed = "; ".join(
            f"{numbers.names[one]} and {numbers.names[other]} ({plots.percent(float(lower[one, other]))})"
            for one, other in close[:_MOST_TOLD]
        )
        more = f"; and {len(close) - _MOST_TOLD} more" if len(close) > _MOST_TOLD else ""
        said += f" Not told apart, as neither is lower in {100 * HIGH:g} % of draws: {listed}{more}."
    return said


def _against_first(numbers: Numbers, category: int) -> str:
    share = numbers.differences[category][0][1:, 3]
    lower, higher = int((share >= HIGH).sum()), int((share <= 1.0 - HIGH).sum())
    return (
        f"Against {numbers.names[0]}, the first case, {lower} are lower and {higher} higher in at least "
        f"{100 * HIGH:g} % of draws; {len(share) - lower - higher} cannot be told apart from it."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def machines(comparison: Comparison) -> list[dict[str, Any]]:
    """How the energy of each machine is known."""
    rows = []
    for name, machine in comparison.found.cases.machines.items():
        how = machine.how
        of_ratios = isinstance(how, Scaled)
        rows.append(
            {
                "name": name,
                "basis": how.basis if isinstance(how, Scaled) else machine.told,
                "throughput": _ratio(how.throughput) if isinstance(how, Scaled) else "",
                "power": _ratio(how.power) if isinstance(how, Scaled) else "",
                "because": machine.told if of_ratios else "",
                "weakest": isinstance(how, Scaled) and how.basis == _WEAKEST,
            }
        )
    return rows


def _ratio(value: Any) -> str:
    return f"x {value:.3g}" if isinstance(value, int | float) else f"x {value}"


def table_rows(numbers: Numbers) -> tuple[list[dict[str, Any]], int]:
    """The rows of the whole table, and how many are left out of a page of reasonable size: unranked ones first."""
    comparison = numbers.comparison
    order = [*sorted(numbers.ranked, key=_first(numbers.start)),
             *(one for one in range(len(numbers.categories)) if one not in numbers.ranked)]  # fmt: skip
    bases = comparison.table["activity_basis"].to_numpy().reshape(numbers.amount.shape)
    count = len(numbers.names)
    fit = max(1, _MOST_ROWS // count)
    rows = [
        {
            "case": case,
            "category": category,
            "keys": comparison.keys[case],
            "name": numbers.categories[category],
            "unit": tables.category_unit(numbers.categories[category]),
            "amount": numbers.amount[case, category],
            "low": numbers.interval[0, case, category],
            "high": numbers.interval[2, case, category],
            "basis": bases[case, category],
            "ranked": category in numbers.ranked,
            "covered": numbers.covered[case, category],
        }
        for category in order[:fit]
        for case in range(count)
    ]
    return rows, count * len(order) - len(rows)


def gaps(comparison: Comparison) -> tuple[list[dict[str, Any]], int]:
    """Gaps of the same reason told once, with the cases and categories they concern; and how many are not shown."""
    table = comparison.gaps
    keys = ["kind", "life_cycle_stage", "process", "reason"]
    grouped = table.groupby(keys, sort=False)[["case", "category"]].agg(_once)
    rows = [
        {**{name: str(value) for name, value in zip(keys, at, strict=True)}, "of": _listed(row["case"]),
         "categories": _listed(row["category"])}
        for at, (_, row) in zip(grouped.index, grouped.iterrows(), strict=True)
    ]  # fmt: skip
    rows.sort(key=lambda row: _KINDS.index(row["kind"]) if row["kind"] in _KINDS else len(_KINDS))
    return rows[:_MOST_GAPS], max(0, len(rows) - _MOST_GAPS)


def _once(column: pd.Series[str]) -> list[str]:
    return list(dict.fromkeys(column))


_KINDS = ("missing", "partial", "proxy", "cut-off")


def _listed(values: Sequence[str]) -> str:
    more = f" and {len(values) - _MOST_NAMED} more" if len(values) > _MOST_NAMED else ""
    return ", ".join(values[:_MOST_NAMED]) + more


def sliders(comparison: Comparison) -> list[dict[str, Any]]:
    """What the page lets its reader change, between which ends, and what the cases have of it."""
    found = []
    values = slider_values(comparison)
    for key, label, step, low, high in SLIDERS:
        known = values[key]
        own = f"{known[0]:g}" if len(set(known)) == 1 else f"{known[0]:.3g} to {known[-1]:.3g}" if known else "not used"
        found.append(
            {"key": key, "label": label, "step": step, "low": min([low, *known]), "high": max([high, *known]),
             "value": sum(known) / len(known) if known else low, "own": own, "used": bool(known)}
        )  # fmt: skip
    return found


def optional(numbers: Numbers) -> dict[str, Any]:
    """Ranked categories normalised, weighted and as shares of planetary boundaries, beside the results themselves."""
    shown = numbers.order(numbers.start)[:_WEIGHTED_CASES]
    incomplete = [name for index, name in enumerate(numbers.categories) if index not in numbers.ranked]
    rows = []
    for case in shown:
        amounts = {numbers.categories[index]: float(numbers.amount[case, index]) for index in numbers.ranked}
        points = weighted(amounts, incomplete=incomplete).table.set_index("category")
        shares = planetary_shares(amounts, incomplete=incomplete).table.set_index("category")
        rows += [
            {
                "case": numbers.names[case],
                "category": category,
                "amount": units.humanise(amount, tables.category_unit(category)),
                "person_years": _cell(points, category, "person_years"),
                "points": _cell(points, category, "points"),
                "share": _cell(shares, category, "share"),
            }
            for category, amount in amounts.items()
        ]
    return {"rows": rows, "statement": STATEMENT, "left_out": len(numbers.names) - len(shown)}


def _cell(table: pd.DataFrame, category: str, name: str) -> str:
    if category not in table.index or not math.isfinite(float(table[name].loc[category])):
        return "not defined"
    return f"{float(table[name].loc[category]):.3g}"


def sources(comparison: Comparison) -> Mapping[str, Any]:
    """Every source that a factor, an assumption or an input of the comparison cites."""
    system = comparison.found.builder.system
    cited = {one for text in comparison.inputs["source"] for one in str(text).split(";")}
    cited |= {one for assumed in comparison.assumed for one in assumed.source.split(";")}
    for process in system.processes.values():
        cited |= {*process.sources, *(one for factor in process.factors for one in factor.sources)}
    return dict(sorted(cited_sources(sorted(cited - {""}), comparison.name).items()))


def view(numbers: Numbers, *, tornado: pd.DataFrame | None, weighting: bool) -> dict[str, Any]:
    """Everything the templates need."""
    comparison, start = numbers.comparison, numbers.start
    rows, left_out = table_rows(numbers)
    gap_rows, gaps_left_out = gaps(comparison)
    swings = plots.tornado_rows(numbers, tornado)
    return {
        "name": comparison.name,
        "scope": comparison.scope,
        "functional_unit": comparison.scope.functional_unit.description,
        "reference_flow": counted(comparison.scope.functional_unit.reference_flow),
        "axes": [*comparison.axes],
        "draws": comparison.samples.draws.samples,
        "seed": comparison.seed,
        "words": words(comparison, numbers),
        "moved_places": len(comparison.found.cases.places) > 0,
        "machines": machines(comparison),
        "numbers": numbers,
        "start": start,
        "category": numbers.categories[start],
        "unit": numbers.scales[start][1],
        "start_ranked": start in numbers.ranked,
        "categories": [
            {
                "index": index,
                "name": name,
                "code": tables.categories()[name]["code"],
                "reason": numbers.reasons[index],
                "covered": float(np.min(numbers.covered[:, index])),
            }
            for index, name in enumerate(numbers.categories)
        ],
        "cases": numbers.names,
        "shown": plots.SHOWN,
        "interval": plots.interval_plot(numbers, start),
        "difference": plots.difference_plot(numbers, start),
        "references": numbers.names[: numbers.references],
        "heat": plots.heat_map(numbers),
        "places": plots.places_plot(numbers, start),
        "colours": plots.COLOURS,
        "scatter": plots.scatter(numbers),
        "named_points": len(numbers.names) <= plots.NAMED_POINTS,
        "tornado": plots.tornado_plot(numbers, swings[0].get(start, []), start) if swings else None,
        "tornado_rows": max((len(rows) for one in swings for rows in one.values()), default=0),
        "swings": swings,
        "sliders": sliders(comparison),
        "rows": rows,
        "left_out": left_out,
        "long_table": len(rows) > _LONG_TABLE,
        "optional": optional(numbers) if weighting and numbers.ranked else None,
        "inputs": comparison.inputs.to_dict("records"),
        "quality": comparison.data_quality.to_dict("records"),
        "assumed": comparison.assumed,
        "alike": comparison.completeness.alike,
        "tolerated": comparison.completeness.tolerated(),
        "gaps": gap_rows,
        "gaps_left_out": gaps_left_out,
        "sources": list(enumerate(sources(comparison).values(), start=1)),
        "lock": comparison.lock,
        "four": lambda value: plots.significant(value, 4),
    }
