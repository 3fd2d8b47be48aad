"""Cases: the same work in several places, on several machines, in several ways; every combination is one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lca_ai.errors import InputError, StudyError
from lca_ai.impact.assess import reference_share
from lca_ai.interpretation.as_number import number_in
from lca_ai.interpretation.axes import HARDWARE, LOCATION, VARIANT, Machine, machines_of, places_of
from lca_ai.interpretation.build import ModelBuilder
from lca_ai.interpretation.figures import Figures, Inputs
from lca_ai.interpretation.linear import LinearModel, Term
from lca_ai.interpretation.metering import Metering, metering
from lca_ai.interpretation.scaling import Scaled
from lca_ai.models.location import Location
from lca_ai.models.power import PowerLog
from lca_ai.models.scope import GoalAndScope
from lca_ai.models.study import Study
from lca_ai.models.workload import Workload
from lca_ai.own_tables import OwnTables, using

Subject = Study | Workload | Sequence[Workload]


@dataclass(frozen=True)
class Cases:
    """Variants x machines x places.

    Attributes
    ----------
    variants : name -> workloads; one without a name where there is only one
    machines, places : name -> machine or place; empty where the workloads keep their own
    axes : the names of the key columns, in order
    transfer_gb : data that moves with a run that does not stay where it was [GB]
    notes : what was chosen on the way, for the data quality
    tables : the user's own tables, whose rows come before the project's
    """

    variants: Mapping[str, tuple[Workload, ...]]
    machines: Mapping[str, Machine]
    places: Mapping[str, Location]
    axes: tuple[str, ...]
    scope: GoalAndScope | None = None
    transfer_gb: float = 0.0
    notes: tuple[str, ...] = ()
    name: str = ""
    tables: OwnTables | None = None

    def __repr__(self) -> str:
        sizes = {VARIANT: len(self.variants), HARDWARE: len(self.machines), LOCATION: len(self.places)}
        return f"Cases({' x '.join(f'{sizes[axis]} {axis}' for axis in self.axes)})"

    def __len__(self) -> int:
        return len(self.variants) * max(len(self.machines), 1) * max(len(self.places), 1)

    def keys(self) -> list[tuple[str, ...]]:
        """The keys of every case, in order, a value per axis."""
        names = {VARIANT: self.variants, HARDWARE: self.machines, LOCATION: self.places}
        return list(itertools.product(*(list(names[axis]) for axis in self.axes)))

    def scope_of(self, scope: GoalAndScope | None) -> GoalAndScope:
        """The scope given, else that of the study.

        Raises
        ------
        StudyError : where there is neither
        """
        found = scope or self.scope
        if found is None:
            raise StudyError("the scope is missing", field="scope", accepted="compare(cases, GoalAndScope(...))")
        return found


def cases(  # noqa: PLR0913 (the axes of a comparison)
    subject: Subject | Mapping[str, Subject],
    *,
    location: str | Location | Iterable[str | Location] | Mapping[str, str | Location] | None = None,
    hardware: str | Iterable[str] | Mapping[str, Any] | None = None,
    transfer: Any = None,
    precision: str | None = None,
    tables: OwnTables | None = None,
) -> Cases:
    """Every combination of ways, machines and places to do the same work.

    Parameters
    ----------
    subject : a workload, several, or a study; or several of these by name: ways to do the same work
    location : grid zones, cloud regions or locations, e.g. ``["FR", "US-MISO"]``, ``lca.zones("all")``, or by name. A
        bare zone keeps what the run's location says of its facility and year, and changes the grid; a run's own zone
        stays as it is.
    hardware : machines by their name in the catalogue, each with how its energy is known: ``lca.as_measured`` (the
        run's log, for a machine with the same accelerators), ``lca.scaled(throughput=, power=)``, machine for machine,
        or a log of its own; under a name of your own as a pair, ``{"ours": ("dgx-h100", log)}``; ``mi300x-8`` is eight
        cards alone. Of a name alone, the run's own machine is as measured, and any other one is scaled by published
        peak figures.
    transfer : data that moves over the network with a run that is moved, e.g. ``"500 GB"``
    precision : number format of proposed scalings, e.g. "bf16"
    tables : own tables, a folder or one CSV file; those that the study names where not given

    Raises
    ------
    InputError : for an empty list, a name twice, an unknown zone or machine, a log kept for other accelerators
    """
    if tables is None:
        tables = _own_tables(subject)
    notes: list[str] = []
    with using(tables):
        variants, scope, name = _variants(subject)
        runs = [one for many in variants.values() for one in many]
        places = {} if location is None else places_of(location, runs, notes)
        machines = {} if hardware is None else machines_of(hardware, runs, precision, notes)
    axes = [VARIANT] if len(variants) > 1 or isinstance(subject, Mapping) or not (machines or places) else []
    axes += [HARDWARE] if machines else []
    axes += [LOCATION] if places else []
    moved = 0.0 if transfer is None else number_in(transfer, "GB", "transfer")
    if moved < 0.0:
        raise StudyError("less than nothing is moved", field="transfer", value=str(transfer), accepted="e.g. 500 GB")
    return Cases(variants, machines, places, tuple(axes), scope, moved, tuple(notes), name, tables)


def _own_tables(subject: Any) -> OwnTables | None:
    """The tables that studies name.

    Raises
    ------
    StudyError : for studies with different ones
    """
    many = list(subject.values()) if isinstance(subject, Mapping) else [subject]
    found = {one.own_tables() for one in many if isinstance(one, Study)}
    if len(found) > 1:
        told = ", ".join(str(one) for one in found)
        raise StudyError(
            "studies with different tables of their own", field="tables", value=told, accepted="one of them"
        )
    return found.pop() if found else None


def _variants(subject: Any) -> tuple[dict[str, tuple[Workload, ...]], GoalAndScope | None, str]:
    named = dict(subject) if isinstance(subject, Mapping) else {"": subject}
    if not named:
        raise StudyError("no case to compare", field="cases", accepted="a workload, a study, or several by name")
    found: dict[str, tuple[Workload, ...]] = {}
    scopes = []
    for name, one in named.items():
        many = tuple(one.workloads) if isinstance(one, Study) else (one,) if isinstance(one, Workload) else tuple(one)
        if not many or not all(isinstance(each, Workload) for each in many):
            raise StudyError(
                "a case is a workload, several, or a study",
                field="cases",
                value=type(one).__name__,
                accepted="one of them",
            )
        found[name or ", ".join(each.name for each in many)] = many
        scopes += [one.goal_and_scope] if isinstance(one, Study) else []
    if any(each.functional_unit != scopes[0].functional_unit for each in scopes[1:]):
        told = ", ".join(f"{each.functional_unit.reference_flow:~}" for each in scopes)
        raise StudyError("studies with different functional units", value=told, accepted="one functional unit for all")
    title = next((one.name for one in named.values() if isinstance(one, Study)), "")
    return found, (scopes[0] if scopes else None), title or ", ".join(found)


@dataclass(frozen=True)
class Case:
    """One case of a model: its keys, its terms, and the activities and places that they name."""

    keys: tuple[str, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Assembled:
    """A set of cases as a linear model.

    Attributes
    ----------
    builder : the product system behind the model, with its gaps and assumptions
    meterings : the energy of every workload that was read
    """

    cases: Cases
    scope: GoalAndScope
    model: LinearModel
    items: tuple[Case, ...]
    builder: ModelBuilder
    meterings: tuple[Metering, ...] = field(default=())


def assembled(
    found: Cases, scope: GoalAndScope, *, inputs: Inputs | None = None, choices: frozenset[str] = frozenset()
) -> Assembled:
    """Build the linear model of a set of cases.

    Raises
    ------
    InputError : where a workload, a factor or an input does not hold; for a case that does not deliver the functional
        unit
    """
    with using(found.tables):
        return _assembled(found, scope, ModelBuilder(scope, Figures(dict(inputs or {}), choices)))


def _assembled(found: Cases, scope: GoalAndScope, builder: ModelBuilder) -> Assembled:
    shares = {name: _share(name, many, scope) for name, many in found.variants.items()}
    read: dict[tuple[str, str], Metering] = {}
    activities: dict[tuple[str, str, str], tuple[int, Metering]] = {}
    moves: dict[tuple[int, int], int] = {}
    items = []
    for keys in found.keys():  # noqa: SIM118 (of the cases, not of a mapping)
        by_axis = dict(zip(found.axes, keys, strict=True))
        variant = by_axis.get(VARIANT, next(iter(found.variants)))
        machine = by_axis.get(HARDWARE, "")
        terms: list[Term] = []
        for workload in found.variants[variant]:
            key = (variant, machine, workload.name)
            if key not in activities:
                source = _metered(read, found, variant, machine, workload)
                activities[key] = (_activity(builder, found, machine, source, key), source)
            activity, source = activities[key]
            location = found.places[by_axis[LOCATION]] if LOCATION in by_axis else workload.location
            place = builder.place(location, source)
            terms.append(Term(activity, place, shares[variant]))
            if found.transfer_gb and location.zone != workload.location.zone:
                grids = [builder.place(one, source, bare=True) for one in (workload.location, location)]
                if not moves:
                    moves[0, 0] = builder.transfer(found.transfer_gb, "transfer of data")
                terms += [Term(moves[0, 0], grid, 0.5 * shares[variant]) for grid in grids]
        items.append(Case(keys, tuple(terms)))
    return Assembled(found, scope, builder.build(), tuple(items), builder, tuple(read.values()))


def _share(name: str, workloads: tuple[Workload, ...], scope: GoalAndScope) -> float:
    try:
        return reference_share(workloads, scope)
    except InputError as fault:
        raise fault.within(f"case {name}") from None


def _metered(
    read: dict[tuple[str, str], Metering], found: Cases, variant: str, machine: str, workload: Workload
) -> Metering:
    """The energy of a workload; on a machine with a log of its own, that of this log."""
    how = found.machines[machine].how if machine else None
    own = machine if isinstance(how, PowerLog) else ""
    key = (f"{variant}/{workload.name}", own)
    if key not in read:
        if isinstance(how, PowerLog):
            changes = {"power": how, "energy": None, "hardware": found.machines[machine].hardware}
            workload = workload.model_copy(update=changes)
        read[key] = metering(workload)
    return read[key]


def _activity(builder: ModelBuilder, found: Cases, machine: str, source: Metering, key: tuple[str, str, str]) -> int:
    label = " on ".join(filter(None, (source.workload.name, machine)))
    if len(found.variants) > 1:
        label = f"{key[0]}: {label}"
    if not machine:
        return builder.activity(source, label)
    chosen = found.machines[machine]
    scaled = chosen.how if isinstance(chosen.how, Scaled) else None
    builder.owners[label] = machine
    return builder.activity(source, label, scaled=scaled, hardware=chosen.hardware)
