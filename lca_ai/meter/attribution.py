"""Whose energy it was: the energy of a node divided among those who used it, by named rules, with nothing lost.

Pure functions on arrays: energy per sensor and interval, and the share of each party in it. What no party claims is
``others``; where a share is not known, the energy is ``unknown``. Parties, others and unknown sum to the node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lca_ai.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
#: Who bears the energy of what runs while nobody uses it: those who use it, by their use, or the others.
Idle = Literal["shared", "others"]

OTHERS, UNKNOWN = "others", "unknown"
_ROUNDING = 1e-9
WHOLE_NODE = "the whole node"
VISIBLE = "the devices that are visible, whole"
BY_PARTS = "what a whole draws beside its measured parts: as the parts"
NO_RULE = "no share is known"
_BY_UTILISATION = "utilisation of the device by each process; while none computes, by the memory that each holds"
_BY_CPU_TIME = {
    "shared": "processor time over that of all processes: idle power is shared by use",
    "others": "processor time over that of all cores: idle power is the others'",
}
_BY_MEMORY = "memory held over memory in use"
_MIG = "{} of {} compute slices of the device (MIG)"
_MPS = "{:g} % of the threads of the device (MPS)"


@dataclass(frozen=True)
class Share:
    """The share of a party in a sensor's energy, from 0 to 1: one number, or one per interval; NaN is not known."""

    of: ArrayLike
    rule: str


@dataclass(frozen=True)
class Attributed:
    """The energy of a node, divided.

    Attributes
    ----------
    sensors : sensors that count, each without its measured parts
    parties : those asked for, then ``others`` and ``unknown``
    energy : energy, shape (sensors, parties) [J]
    rules : sensor -> rule by which it was divided
    notes : what was set right, in words
    """

    sensors: tuple[str, ...]
    parties: tuple[str, ...]
    energy: Array
    rules: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Energy of the node [J]: that of all parties, others and unknown."""
        return float(self.energy.sum())

    def __getitem__(self, party: str) -> float:
        """Energy of a party. [J]

        Raises
        ------
        InputError : for one that has no part
        """
        if party not in self.parties:
            raise InputError("no such party", field="party", value=party, accepted=", ".join(self.parties))
        return float(self.energy[:, self.parties.index(party)].sum())

    def to_frame(self) -> pd.DataFrame:
        """One row per sensor and party: ``sensor``, ``party``, ``energy [J]``, ``rule``."""
        import pandas as pd

        cells = [(row, column) for row in range(len(self.sensors)) for column in range(len(self.parties))]
        return pd.DataFrame(
            [
                (self.sensors[row], self.parties[column], self.energy[row, column], self.rules[self.sensors[row]])
                for row, column in cells
            ],
            columns=["sensor", "party", "energy [J]", "rule"],
        )


def attribute(
    energy: Mapping[str, ArrayLike],
    shares: Mapping[str, Mapping[str, Share]],
    *,
    parents: Mapping[str, str] | None = None,
) -> Attributed:
    """Divide the energy of a node.

    Parameters
    ----------
    energy : sensor -> energy of each interval, all of one length [J]
    shares : party -> sensor -> its share; where shares of an interval exceed the whole, they are scaled to it
    parents : sensor -> the sensor that it lies within; a whole bears what its parts do not, divided as the parts are

    Raises
    ------
    InputError : for a negative share or energy, a length that differs, a share of a sensor without energy

    Examples
    --------
    >>> half = {"gpu-0": Share(0.5, "half of it")}
    >>> found = attribute({"gpu-0": [100.0, 60.0], "package-0": [40.0, 40.0]}, {"job": half})
    >>> found["job"], found["others"], found["unknown"], found.total
    (80.0, 80.0, 80.0, 240.0)
    """
    measured = {name: _energy(name, values) for name, values in energy.items()}
    _check(measured, shares)
    parents = parents or {}
    own, wholes, notes = _without_parts(measured, parents)
    parties = (*shares, OTHERS, UNKNOWN)
    divided: dict[str, Array] = {}
    inner: dict[str, Any] = {}
    rules: dict[str, str] = {}
    for name in _parts_first(own, wholes):
        claims = {party: of[name] for party, of in shares.items() if name in of}
        if claims or name not in wholes:
            rows, scaled = _divided(own[name], [claims.get(party) for party in shares])
            notes += [f"{name}: shares over the whole in {scaled} intervals, scaled to it"] if scaled else []
            rules[name] = "; ".join(dict.fromkeys(share.rule for share in claims.values())) or NO_RULE
        else:
            rows, rules[name] = _as_the_parts(own[name], inner[name]), BY_PARTS
        divided[name] = rows
        inner[parents.get(name, "")] = inner.get(parents.get(name, ""), 0.0) + rows + inner.get(name, 0.0)
    sums = [divided[name].sum(axis=1) for name in own]
    return Attributed(tuple(own), parties, np.array(sums).reshape(len(own), len(parties)), rules, tuple(notes))


def whole_node(sensors: Iterable[str]) -> dict[str, Share]:
    """Share of one who has the node alone."""
    return {name: Share(1.0, WHOLE_NODE) for name in sensors}


def visible_devices(sensors: Iterable[str], visible: Iterable[str]) -> dict[str, Share]:
    """Share of one who sees some of the devices: those whole, of the other ones nothing."""
    seen = frozenset(visible)
    return {name: Share(float(name in seen), VISIBLE) for name in sensors}


def by_processor_time(own_s: ArrayLike, busy_s: ArrayLike, *, all_s: ArrayLike | None = None) -> Share:
    """Share by processor time of each interval.

    Parameters
    ----------
    own_s : processor time of the party [s]
    busy_s : processor time of all processes [s]
    all_s : time of all cores, idle time included [s]: idle power is then the others'; else shared by use
    """
    of, idle = (busy_s, "shared") if all_s is None else (all_s, "others")
    return Share(_ratio(own_s, of), _BY_CPU_TIME[idle])


def by_memory(own_bytes: ArrayLike, used_bytes: ArrayLike) -> Share:
    """Share by memory held, of all that is in use."""
    return Share(_ratio(own_bytes, used_bytes), _BY_MEMORY)


def by_device_use(own_percent: ArrayLike, all_percent: ArrayLike, own_bytes: ArrayLike, all_bytes: ArrayLike) -> Share:
    """Share of a device by the utilisation of its processes; while none computes, by the memory that they hold.

    Parameters
    ----------
    own_percent, all_percent : utilisation by the party's processes, and summed over all processes [%]
    own_bytes, all_bytes : memory of the device held by them [B]
    """
    busy = np.asarray(all_percent, dtype=np.float64)
    computing = _ratio(own_percent, busy)
    holding = _ratio(own_bytes, all_bytes)
    return Share(np.where(busy > 0, computing, np.where(np.isnan(busy), np.nan, holding)), _BY_UTILISATION)


def of_mig(slices: int, of_slices: int) -> Share:
    """Share of a MIG instance: its compute slices over those of the device, which has the only power sensor.

    Raises
    ------
    InputError : for more slices than the device has, or none

    Examples
    --------
    >>> of_mig(3, 7).rule
    '3 of 7 compute slices of the device (MIG)'
    """
    if not 0 < slices <= of_slices:
        raise InputError("no slices of this device", field="slices", value=slices, accepted=f"1 to {of_slices}")
    return Share(slices / of_slices, _MIG.format(slices, of_slices))


def of_mps(percent: float) -> Share:
    """Share of an MPS client: the active threads that it may have at most, as ``CUDA_MPS_ACTIVE_THREAD_PERCENTAGE``.

    Raises
    ------
    InputError : for a share that is none
    """
    if not 0 < percent <= 100:  # noqa: PLR2004 (per cent)
        raise InputError("no share of the threads", field="percent", value=percent, accepted="above 0, to 100")
    return Share(percent / 100, _MPS.format(percent))


def _ratio(own: ArrayLike, of: ArrayLike) -> Array:
    """Own over all; nothing of what nobody uses; NaN where either is not known."""
    mine, every = np.broadcast_arrays(np.asarray(own, dtype=np.float64), np.asarray(of, dtype=np.float64))
    used = every > 0
    found = np.divide(mine, every, out=np.zeros(mine.shape), where=used)
    unknown = np.isnan(mine) | np.isnan(every) | (~used & (mine > 0))
    return np.where(unknown, np.nan, found)


def _energy(name: str, values: ArrayLike) -> Array:
    found = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if not (np.isfinite(found) & (found >= 0)).all():
        raise InputError("an energy that is none", field=name, accepted="0 J or more, and only known intervals")
    return found


def _check(energy: Mapping[str, Array], shares: Mapping[str, Mapping[str, Share]]) -> None:
    if len({len(values) for values in energy.values()}) > 1:
        lengths = {name: len(values) for name, values in energy.items()}
        raise InputError("energies of different intervals", field="energy", value=lengths, accepted="one length")
    for party, of in shares.items():
        if party in {OTHERS, UNKNOWN}:
            raise InputError("a party of this name", field="shares", value=party, accepted="any other name")
        for name, share in of.items():
            if name not in energy:
                raise InputError("no such sensor", field=party, value=name, accepted=", ".join(energy))
            if (np.asarray(share.of, dtype=np.float64) < 0).any():
                raise InputError("a negative share", field=f"{party}: {name}", accepted="from 0 to 1")


def _without_parts(
    energy: Mapping[str, Array], parents: Mapping[str, str]
) -> tuple[dict[str, Array], dict[str, list[str]], list[str]]:
    """The energy of each sensor less its measured parts; the parts of each whole; and where they exceeded it."""
    wholes: dict[str, list[str]] = {}
    for name in energy:
        if parents.get(name, "") in energy:
            wholes.setdefault(parents[name], []).append(name)
    within, own, notes = dict(energy), dict(energy), []
    for name in reversed(_parts_first(energy, wholes)):
        if name not in wholes:
            continue
        inner = np.sum([within[part] for part in wholes[name]], axis=0)
        over = inner > within[name]
        if over.any():  # two sensors never agree to the last joule: the whole is what counts
            scale = np.divide(within[name], inner, out=np.ones(len(inner)), where=over)
            within |= {part: within[part] * scale for part in wholes[name]}
            own |= {part: within[part] for part in wholes[name]}
            notes.append(f"{name}: its parts exceed it in {int(over.sum())} intervals, scaled to it")
        own[name] = np.where(over, 0.0, within[name] - inner)
    return own, wholes, notes


def _parts_first(names: Iterable[str], wholes: Mapping[str, list[str]]) -> list[str]:
    """Names in an order in which parts stand before what they lie in."""
    found: dict[str, None] = {}
    open_: set[str] = set()

    def take(name: str) -> None:
        if name in open_:
            raise InputError("a sensor lies within itself", field="parents", value=name)
        if name not in found:
            open_.add(name)
            for part in wholes.get(name, ()):
                take(part)
            open_.discard(name)
            found[name] = None

    for name in names:
        take(name)
    return list(found)


def _divided(energy: Array, shares: list[Share | None]) -> tuple[Array, int]:
    """Energy of each party, others and unknown, shape (parties + 2, intervals), and how many intervals were scaled."""
    if not any(share is not None for share in shares):
        return np.vstack([*np.zeros((len(shares) + 1, len(energy))), energy]), 0
    given = [0.0 if one is None else np.asarray(one.of, dtype=np.float64) for one in shares]
    told = np.array([np.broadcast_to(one, energy.shape) for one in given])
    unknown = np.isnan(told).any(axis=0)
    told = np.nan_to_num(told)
    sums = told.sum(axis=0)
    parties = told / np.maximum(sums, 1.0) * energy
    rest = np.where(sums >= 1.0, 0.0, np.maximum(energy - parties.sum(axis=0), 0.0))
    rows = np.vstack([parties, np.where(unknown, 0.0, rest), np.where(unknown, rest, 0.0)])
    return rows, int((sums > 1.0 + _ROUNDING).sum())


def _as_the_parts(energy: Array, together: Array) -> Array:
    """Energy divided as that of the parts is, interval by interval; unknown where the parts drew nothing."""
    sums = together.sum(axis=0)
    shares = np.divide(together, sums, out=np.zeros(together.shape), where=sums > 0)
    shares[-1] = np.where(sums > 0, shares[-1], 1.0)
    return np.asarray(shares * energy)
