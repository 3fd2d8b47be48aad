"""``break_even``: keep a machine or buy a new one for the same work, and when the new one has paid back, per category.

What the machine that is kept took to make is spent and weighs nothing, unless asked for. What the new one takes counts
whole, its end of life too, since who buys it takes that on. Both do the same work; what they save is in use alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from lca_ai import tables as data
from lca_ai.errors import StudyError, UnknownKeyError, did_you_mean
from lca_ai.interpretation.axes import VARIANT
from lca_ai.interpretation.break_even.result import BreakEven
from lca_ai.interpretation.break_even.sides import Sides, Stated, machine_of, scope_of, stated
from lca_ai.interpretation.break_even.weigh import Question, Weighed
from lca_ai.interpretation.build import ModelBuilder
from lca_ai.interpretation.cases import Assembled, Case, Cases
from lca_ai.interpretation.completeness import CLIMATE_CHANGE, completeness
from lca_ai.interpretation.figures import Figures, Inputs, choices_of
from lca_ai.interpretation.inputs_table import inputs_table
from lca_ai.interpretation.linear import Term, Variable, draw
from lca_ai.models.location import Location
from lca_ai.models.scope import STAGES, GoalAndScope, LifeCycleStage
from lca_ai.models.workload import Workload
from lca_ai.own_tables import OwnTables, using
from lca_ai.units import quantity


def break_even(  # noqa: PLR0913 (one argument for each choice of the question)
    *,
    keep: Any,
    buy: Any,
    work: Any,
    location: Location | str | None = None,
    throughput: Mapping[str, Any] | None = None,
    power: Mapping[str, Any] | None = None,
    idle_power: Mapping[str, Any] | None = None,
    whole_machines: bool = True,
    keep_sunk: bool = True,
    age: Any = None,
    old_end_of_life: bool = False,
    grid_trend: Any = None,
    start: date | str | None = None,
    years: int | None = None,
    precision: str | None = None,
    scope: GoalAndScope | None = None,
    inputs: Inputs | None = None,
    choices: Iterable[str] | bool | None = None,
    samples: int = 4096,
    seed: int = 0,
    tables: OwnTables | None = None,
) -> BreakEven:
    """When a new machine has paid back what it takes to make, by what it saves in use.

    Parameters
    ----------
    keep : the machine that is there: a name of the catalogue, a server, or a run on it (its energy and what it
        delivered are known then)
    buy : the new one: likewise; or ``{"dgx-h100": lca.scaled(throughput=..., power=...)}``. A name alone, without a
        throughput, is scaled from ``keep`` by published peak figures: the weakest basis, and marked so
    work : what either does, e.g. "1e9 token/day"
    location : where; that of the run that is kept where not given
    throughput, power : per machine of the catalogue, e.g. ``{"dgx-a100": "2000 token/s"}``, ``{"dgx-a100": "5 kW"}``:
        quantities or distributions with their central value; rated power under full load where no power is given
    idle_power : per machine, of a whole one without work; of both or of neither
    whole_machines : whether as many machines are there as the work needs at full load, or the part of the machines'
        productive time that it takes
    keep_sunk : whether the manufacture of the machine that is kept weighs nothing; else it is charged in equal parts
        over its service life, of which ``age`` has passed
    old_end_of_life : whether the end of life of the old machine is charged to the new one; it comes in either case
    grid_trend : yearly change of the electricity's climate change, e.g. "-4 %/year", or ``{category: change}``; a
        quantity or a distribution; the grid stays as it is where not given
    start : date of the purchase, which turns years into dates
    years : length of the curves; the service life of the new machine where not given
    precision : number format of published peak figures, e.g. "bf16"
    scope : system boundary and cut-offs; all stages where not given
    inputs, choices, samples, seed : as in :func:`lca_ai.compare`
    tables : own tables, as in :func:`lca_ai.assess`

    Raises
    ------
    InputError : for an unknown machine, a throughput that is missing, runs in two places, a work of another unit
    """
    with using(tables):
        rate, unit = _work(work)
        given = Stated(throughput or {}, power or {}, idle_power or {})
        _check_names(given, keep, buy)
        told_work = work.strip() if isinstance(work, str) else f"{quantity(work):~g}"
        scope = scope_of(scope, str(getattr(keep, "name", keep)), told_work, unit)
        builder = ModelBuilder(scope, Figures(dict(inputs or {}), choices_of(choices)))
        sides = Sides(builder, given, unit, location)
        stages: tuple[LifeCycleStage, ...] = ("use",) if keep_sunk else STAGES
        stages += ("end of life",) if old_end_of_life and keep_sunk else ()
        kept, source = sides.keep(keep, tuple(one for one in stages if one in scope.system_boundary))
        bought = sides.buy(buy, kept, source, precision)
        trends = _trends(sides, grid_trend)
        question = Question(
            rate, whole_machines, old_end_of_life, _age(age, keep_sunk=keep_sunk), trends, _start(start)
        )
        terms = [(Term(one.activity, one.place, 1.0),) for one in (kept, bought)]
        items = tuple(Case((role,), own) for role, own in zip(("keep", "buy"), terms, strict=True))
        found = Assembled(Cases({}, {}, {}, (VARIANT,)), scope, builder.build(), items, builder)
        drawn = draw(found.model, samples, seed)
        complete = completeness(found, cut_off=data.assumption("ranking_cut_off"))
        weighed = Weighed(found, kept, bought, question, drawn, complete)
        return BreakEven(
            keep=kept.name, buy=bought.name, work=told_work, start=question.start, table=weighed.table(),
            curves=weighed.curves(years), machines=weighed.machines(unit), gaps=complete.gaps,
            inputs=inputs_table(found, drawn), notes=(*sides.notes, *weighed.notes()), samples=samples, seed=seed,
            scope=scope,
        )  # fmt: skip


def _work(work: Any) -> tuple[float, str]:
    """Work per hour, and the unit it is counted in."""
    given = quantity(work, expected="token/day")
    delivered = (given * quantity("1 hour")).to_base_units()
    if given.dimensionless or "[time]" not in str(given.dimensionality) or delivered.dimensionless:
        raise StudyError("the work is an amount per time", field="work", value=str(work), accepted="e.g. 1e9 token/day")
    amount = float(delivered.magnitude)
    if not 0.0 < amount < math.inf:
        raise StudyError("not a positive amount of work", field="work", value=str(work), accepted="e.g. 1e9 token/day")
    return amount, f"{delivered.units:D}"


def _check_names(given: Stated, keep: Any, buy: Any) -> None:
    """Refuse figures of a machine that is on neither side, and an idle power of one side alone."""
    sides = [next(iter(one), None) if isinstance(one, Mapping) else one for one in (keep, buy)]
    names = [one.name if isinstance(one, Workload) else machine_of(role, one)[0]
             for role, one in zip(("keep", "buy"), sides, strict=True)]  # fmt: skip
    machines = [name for name, one in zip(names, sides, strict=True) if not isinstance(one, Workload)]
    for field in ("throughput", "power", "idle_power"):
        held, known = getattr(given, field), names if field == "idle_power" else machines
        if not isinstance(held, Mapping):
            raise StudyError("not by machine", field=field, value=str(held), accepted=f"{{{names[0]!r}: {held!r}}}")
        for name in held:
            if name not in known:
                near = " or ".join(known) or "nothing: the runs tell it"
                raise StudyError("a machine of neither side", field=field, value=name, accepted=near)
    if given.idle_power and set(given.idle_power) != set(names):
        raise StudyError("the idle power of one side alone would favour the other", field="idle_power",
                         value=", ".join(given.idle_power), accepted="that of both")  # fmt: skip


def _age(age: Any, *, keep_sunk: bool) -> float | None:
    if keep_sunk:
        if age is not None:
            raise StudyError("the age weighs nothing where the kept machine is sunk", field="age", value=str(age),
                             accepted="keep_sunk=False with it")  # fmt: skip
        return None
    if age is None:
        raise StudyError("the age of the kept machine is not known", field="age", accepted="e.g. '2 year'")
    found = stated(age, "year", "age")[0]
    if found < 0.0:
        raise StudyError("a negative age", field="age", value=str(age), accepted="e.g. '2 year'")
    return found


def _trends(sides: Sides, given: Any) -> dict[str, int]:
    """Category -> variable of the yearly change of its electricity."""
    if given is None:
        return {}
    known = data.categories()
    plain = isinstance(given, Mapping) and not {"unit", "type"} & set(given)
    by_category = (
        given if plain and not any(isinstance(one, list) for one in given.values()) else {CLIMATE_CHANGE: given}
    )
    found = {}
    for category, change in by_category.items():
        if category not in known:
            near = did_you_mean(category, known)
            raise UnknownKeyError("no such impact category", field="grid_trend", value=category, accepted=near)
        value, spread = stated(change, "1/year", f"grid_trend.{category}")
        if value <= -1.0:
            raise StudyError("a grid cannot lose all in a year", field="grid_trend", value=str(change),
                             accepted="e.g. '-4 %/year'")  # fmt: skip
        name = f"yearly change of the grid, {category}"
        found[category] = sides.add(Variable(name, "grid_trend", value, "1/year", spread, low=-0.99))
    return found


def _start(start: date | str | None) -> date | None:
    if start is None:
        return None
    try:
        found = date.fromisoformat(start[:10]) if isinstance(start, str) else start
    except ValueError:
        raise StudyError("not a date", field="start", value=start, accepted="e.g. 2027-01-01") from None
    return found.date() if isinstance(found, datetime) else found


__all__ = ["BreakEven", "break_even"]
