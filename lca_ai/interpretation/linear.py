"""The linear model of a set of cases: their variables, activities, places and machines, and how they make impacts.

Per reference flow, a case is the sum over its workloads of

    IT energy x (PUE x impacts of a kWh at the meter + WUE x impacts of a m3 consumed)
    + machine-lives x impacts of making, moving and discarding one machine,

with IT energy = (metered + modelled) / efficiency + additional, and machine-lives = hours / (service life x
utilisation). What stands in a denominator is divided by, not linearised. Energies are kWh, times hours, lives years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lca_ai.interpretation import sampling
from lca_ai.interpretation.factor_table import FactorTable
from lca_ai.models.distributions import Distribution

Array = NDArray[np.float64]
#: A number, or an array of them (draws, or the estimates of a compiled model).
Number = float | Array
_HOURS_PER_YEAR = 365.25 * 24.0
_M3_PER_L = 1e-3
_FIRST = -10.0  # a score that picks the first of several sources: the one that is used


@dataclass(frozen=True)
class Variable:
    """A figure of the model that can be varied or drawn.

    Attributes
    ----------
    name : unique; cases that use the same figure use the same name
    key : what it is called as an input, e.g. "pue"
    spread : its distribution, numbers in ``unit``; None where it is taken as it is
    choice : whether it is a choice of the study (service life), not a datum
    low, high : what is physically possible
    """

    name: str
    key: str
    value: float
    unit: str
    spread: Distribution | None = None
    choice: bool = False
    low: float = 0.0
    high: float = float("inf")
    basis: str = "given"
    sources: tuple[str, ...] = ("study",)


@dataclass(frozen=True)
class Activity:
    """One workload on one machine: indices of its variables; -1 for one that it does not have.

    Attributes
    ----------
    ratio : of the energy over its model, where it is modelled: one error of all cases that are
    rule : 0 where a machine's idle hours are borne by its used ones, 1 where they are borne by none
    modelled : per part that the log leaves out: energy [kWh] per unit of a variable, and that variable
    additional : energy beside the run [kWh], which no efficiency applies to
    share : share of the machine that the workload has
    reference_hours : machine hours that the modelled energies are of
    stages : life cycle stage -> product of one machine
    basis : how its energy is known
    """

    name: str
    energy: int
    hours: int
    life: int
    utilisation: int
    efficiency: int = -1
    throughput: int = -1
    power: int = -1
    ratio: int = -1
    rule: int = -1
    modelled: tuple[tuple[float, int], ...] = ()
    additional: float = 0.0
    share: float = 1.0
    reference_hours: float = 1.0
    stages: Mapping[str, int] = field(default_factory=dict)
    basis: str = "measured"

    def it_energy(self, values: Sequence[Number]) -> Number:
        """Energy of the IT equipment. [kWh]"""
        speed = values[self.throughput] if self.throughput >= 0 else 1.0
        power = values[self.power] if self.power >= 0 else 1.0
        energy: Number = values[self.energy] * (power / speed)
        if self.ratio >= 0:
            energy = energy * values[self.ratio]
        if self.modelled:
            longer = values[self.hours] / self.reference_hours / speed
            for amount, variable in self.modelled:
                energy = energy + amount * values[variable] * longer
        if self.efficiency >= 0:
            energy = energy / values[self.efficiency]
        return energy + self.additional

    def machines(self, values: Sequence[Number]) -> Number:
        """Lives of machines that the workload carries."""
        if not self.stages:
            return 0.0
        speed = values[self.throughput] if self.throughput >= 0 else 1.0
        used = values[self.utilisation]
        if self.rule >= 0:
            used = used + (1.0 - used) * values[self.rule]
        lives = values[self.life] * _HOURS_PER_YEAR * used
        return values[self.hours] * self.share / (lives * speed)


@dataclass(frozen=True)
class Place:
    """A grid and a facility: indices of variables (-1: none), products of a kWh at the meter and a m3 of water.

    The grid's product is of a kWh at the meter with ``reference_losses``.
    """

    name: str
    grid: int
    pue: int = -1
    wue: int = -1
    water: int = -1
    losses: int = -1
    reference_losses: float = 0.0

    def electricity(self, values: Sequence[Number]) -> Number:
        """Electricity at the meter per IT energy, in units of the grid's product. [kWh/kWh]"""
        factor: Number = values[self.pue] if self.pue >= 0 else 1.0
        if self.losses >= 0:
            factor = factor * ((1.0 - self.reference_losses) / (1.0 - values[self.losses]))
        return factor

    def site_water(self, values: Sequence[Number]) -> Number:
        """Water consumed on site per IT energy. [m3/kWh]"""
        return values[self.wue] * _M3_PER_L if self.water >= 0 else 0.0


@dataclass(frozen=True)
class Term:
    """A workload of a case: which activity, at which place, times ``weight`` (the part of the reference flow)."""

    activity: int
    place: int
    weight: float


@dataclass(frozen=True)
class LinearModel:
    """Variables, activities, places, and the factors behind their products.

    ``use`` tells whether the use stage is inside the system boundary.
    """

    variables: tuple[Variable, ...]
    activities: tuple[Activity, ...]
    places: tuple[Place, ...]
    table: FactorTable
    use: bool = True

    @property
    def central(self) -> tuple[float, ...]:
        """The value of every variable."""
        return tuple(one.value for one in self.variables)

    def it_energy(self, activity: int, values: Sequence[Number]) -> Number:
        """IT energy of an activity. [kWh]"""
        return self.activities[activity].it_energy(values)

    def electricity(self, place: int, values: Sequence[Number]) -> Number:
        """Units of the grid's product per IT energy at a place. [kWh/kWh]"""
        return self.places[place].electricity(values)

    def amounts(self, terms: Sequence[Term], values: Sequence[Number]) -> list[tuple[str, int, Number]]:
        """How much of each product a case takes: life cycle stage, product, amount."""
        found: list[tuple[str, int, Number]] = []
        for term in terms:
            activity = self.activities[term.activity]
            if self.use and term.place >= 0:
                place = self.places[term.place]
                energy = self.it_energy(term.activity, values) * term.weight
                found.append(("use", place.grid, energy * self.electricity(term.place, values)))
                if place.water >= 0:
                    found.append(("use", place.water, energy * place.site_water(values)))
            machines = activity.machines(values) * term.weight
            found += [(stage, product, machines) for stage, product in activity.stages.items()]
        return found

    def estimate(self, terms: Sequence[Term]) -> Array:
        """Central impacts of a case, shape (categories,)."""
        return sum(
            (amount * self.table.central[product] for _, product, amount in self.amounts(terms, self.central)),
            np.zeros(len(self.table.categories)),
        )


@dataclass(frozen=True)
class Draws:
    """Draws of every uncertain figure of a model.

    Attributes
    ----------
    values : of each variable: its value, or its draws, shape (samples,)
    scores, shoulders : of the uncertain figures of the factors, shape (figures, samples)
    clipped : variable -> draws that were beyond what is physically possible, and set to it
    """

    values: tuple[Number, ...]
    scores: Array
    shoulders: Array
    samples: int
    seed: int
    clipped: Mapping[str, int]


def draw(
    model: LinearModel,
    samples: int,
    seed: int,
    *,
    correlated: Mapping[str, float] | None = None,
    fixed: frozenset[str] = frozenset(),
) -> Draws:
    """Draw every uncertain figure of a model once, by its name, for all of its cases.

    Parameters
    ----------
    samples : a power of two
    correlated : pattern of names -> correlation, see :func:`sampling.scores`
    fixed : names that are held at their central value

    Raises
    ------
    StudyError : see :func:`sampling.scores`
    """
    spread = [one for one in model.variables if one.spread is not None and one.name not in fixed]
    names = [*(one.name for one in spread), *(one.name for one in model.table.latents)]
    found = sampling.scores(names, samples, seed, correlated=correlated)
    rows = {one.name: found[index] for index, one in enumerate(spread)}
    clipped: dict[str, int] = {}
    values: list[Number] = []
    for one in model.variables:
        if one.name not in rows or one.spread is None:
            values.append(one.value)
            continue
        drawn = sampling.values(one.spread, rows[one.name])
        beyond = int(((drawn < one.low) | (drawn > one.high)).sum())
        if beyond:
            clipped[one.name] = beyond
            drawn = np.clip(drawn, one.low, one.high)
        values.append(drawn)
    factors = found[len(spread) :]
    for index, figure in enumerate(model.table.latents):
        if figure.name in fixed:
            factors[index] = _FIRST if figure.choice else 0.0
    return Draws(tuple(values), factors, sampling.shoulders(factors), samples, seed, clipped)
