"""What another machine would make of the same work: how many times as fast, at how many times the power.

A measured run on one machine says nothing of another. The ratios are stated by the user, who measured or read them; or
proposed from what makers publish, which is the weakest basis and comes with the range that measurements left of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from lca_ai import tables
from lca_ai.errors import MissingFactorError, StudyError, UnknownKeyError, did_you_mean
from lca_ai.models import catalogue
from lca_ai.models.hardware import Accelerator, Cluster, Hardware

Basis = Literal["stated", "published peak figures"]

_PEAK = "peak_"
#: Formats in which AI is computed on most cards, in the order in which they are taken where none is asked for.
_USUAL = ("bf16", "fp16", "tf32", "fp32")
_SPELLINGS = {"bfloat16": "bf16", "float16": "fp16", "half": "fp16", "float32": "fp32", "float8": "fp8"}
_THROUGHPUT_RANGE, _POWER_RANGE = "peak_to_real_throughput_ratio", "rated_to_real_power_ratio"
_ALIKE = "published_figures_alike"
_STATE = 'lca_ai.scaled(throughput=..., power=..., because="...") with ratios of your own'
_TERA = 1e12
_REMEDIES = {
    "throughput": "a ratio above 0: 2.0 where the other machine does the work in half the time",
    "power": "a ratio above 0: 1.5 where the other machine draws half as much again",
}


@dataclass(frozen=True)
class Scaled:
    """A run carried over to another machine: its time is divided by ``throughput``, its power multiplied by ``power``.

    Attributes
    ----------
    throughput : work per time of the other machine over that of the measured one; a number or a distribution
    power : power of the other machine over that of the measured one, at this work; a number or a distribution
    because : how it is known
    basis : "stated" by the user, or "published peak figures", the weakest
    throughput_low, throughput_high, power_low, power_high : stated range; None where there is none
    throughput_median : what the median of the measurements behind the range leads to expect; None where there is none
    sources : ids of the sources of the figures
    """

    throughput: Any
    power: Any
    because: str = ""
    basis: Basis = "stated"
    throughput_low: float | None = None
    throughput_high: float | None = None
    throughput_median: float | None = None
    power_low: float | None = None
    power_high: float | None = None
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field, remedy in _REMEDIES.items():
            value = getattr(self, field)
            if value is None or isinstance(value, bool | str):
                raise StudyError("not a ratio", field=field, value=value, accepted=remedy)
            if isinstance(value, int | float) and not 0 < value < math.inf:
                raise StudyError("not a positive ratio", field=field, value=value, accepted=remedy)


class AsMeasured:
    """The other machine takes the time and the power that were measured: only what it is made of, and where, differs.

    There is one of it, :data:`as_measured`.
    """

    def __repr__(self) -> str:
        return "as_measured"

    def __reduce__(self) -> str:
        return "as_measured"  # the one of this module, also after a pickle


as_measured: Final = AsMeasured()

Scaling: TypeAlias = Scaled | AsMeasured


def scaled(*, throughput: Any, power: Any, because: str = "") -> Scaled:
    """A run carried over to another machine by ratios that the user states.

    Parameters
    ----------
    throughput : how many times the work per time of the measured machine; a number or a distribution
    power : how many times its power at this work; a number or a distribution
    because : how it is known, e.g. "MLPerf Training v4.0, GPT-3, entries 4.0-0001 and 4.0-0002"; the report prints it

    Raises
    ------
    StudyError : for a number that is not positive and finite

    Examples
    --------
    >>> scaled(throughput=2.1, power=1.6, because="our own benchmark of this model").throughput
    2.1
    """
    return Scaled(throughput, power, because)


def proposed_scaling(of: Hardware | str, to: Hardware | str, precision: str | None = None) -> Scaled:
    """Ratios of two machines by what makers publish of their accelerators: a proposal, for want of a measurement.

    The throughput is the ratio of the peak throughput of all accelerators in one number format, on dense matrices; the
    power is the ratio of their rated power. Of the host nothing is known: the power is that of accelerators alone.

    Parameters
    ----------
    of : the measured machine, by its name or as a model
    to : the other one
    precision : number format, e.g. "bf16", "fp8", "int8"; the first of bf16, fp16, tf32 and fp32 that both have where
        not given

    Returns
    -------
    Scaled, of basis "published peak figures". Its ranges are those that measured speed-ups (537 pairs of inference)
    and measured power left of such ratios: see the assumptions ``peak_to_real_throughput_ratio`` and
    ``rated_to_real_power_ratio``. Of one machine and itself both ratios are 1, without a range.

    Raises
    ------
    UnknownKeyError : for hardware that the catalogue has not, or a number format that it has not
    StudyError : for a machine without accelerators, or with several kinds of them
    MissingFactorError : where no peak throughput or rated power is known, or no common number format

    Examples
    --------
    >>> found = proposed_scaling("a100-sxm4-80gb", "h100-sxm5-80gb", "bf16")
    >>> round(found.throughput, 2), found.power
    (3.17, 1.75)
    """
    before, after = _cards(of, "of"), _cards(to, "to")
    number_format = _common(before, after, precision)
    peaks = [_figure(cards, _PEAK + number_format) for cards in (before, after)]
    cards = after.count / before.count
    speed = _around(peaks[1] / peaks[0], _THROUGHPUT_RANGE).times(cards)
    draw = _around(after.watts / before.watts, _POWER_RANGE).times(cards)
    if before.item == after.item and cards == 1:
        same = f"{before} in place of {after}: the same accelerators"
        return Scaled(speed.ratio, draw.ratio, same, "published peak figures")
    sources = _sources(before, after, number_format)
    told = (
        f"{after} in place of {before}",
        f"peak throughput of each {peaks[1] / _TERA:g} against {peaks[0] / _TERA:g} TFLOP/s in dense {number_format}",
        f"in all x{speed.ratio:.3g}",
        f"x{speed.low:.2g} to x{speed.high:.2g}, about x{speed.median:.2g}, as measured speed-ups lie by such figures",
        f"rated power of each {after.watts:g} against {before.watts:g} W, in all x{draw.ratio:.3g}, without the hosts",
        f"sources: {', '.join(sources)}",
    )
    return Scaled(
        speed.ratio,
        draw.ratio,
        "; ".join(told),
        "published peak figures",
        throughput_low=speed.low,
        throughput_high=speed.high,
        throughput_median=speed.median,
        power_low=draw.low,
        power_high=draw.high,
        sources=sources,
    )


class _Range(NamedTuple):
    """A ratio of published figures, and where measured ratios lie by it."""

    ratio: float
    low: float
    median: float
    high: float

    def times(self, factor: float) -> _Range:
        return _Range(*(one * factor for one in self))


@dataclass(frozen=True)
class _Cards:
    """All accelerators of a machine, of one kind: how many, which, and the rated power of one [W]."""

    field: str
    item: str
    name: str
    count: float
    watts: float

    def __str__(self) -> str:
        return f"{self.count:g} x {self.name}"


def _cards(machine: Hardware | str, field: str) -> _Cards:
    whole = catalogue.hardware(machine) if isinstance(machine, str) else machine
    server = whole.server if isinstance(whole, Cluster) else whole
    parts = [part for part in server.components if isinstance(part, Accelerator)]
    kinds = sorted({part.item or part.name for part in parts})
    if not parts:
        raise StudyError("a machine without accelerators", field=field, value=server.name, accepted=_STATE)
    if len(kinds) > 1:
        value = f"{server.name}: {', '.join(kinds)}"
        raise StudyError("a machine with several kinds of accelerators", field=field, value=value, accepted=_STATE)
    part = parts[0]
    machines = whole.count if isinstance(whole, Cluster) else 1
    if part.item is None:
        near = f"item= with a card of the catalogue, or {_STATE}"
        raise UnknownKeyError(
            "an accelerator that is none of the catalogue", field=field, value=kinds[0], accepted=near
        )
    if part.rated_power is None:
        raise MissingFactorError(
            "no rated power is known", field=field, value=part.item, accepted=f"rated_power= or {_STATE}"
        )
    watts = float(part.rated_power.to("W").magnitude)
    return _Cards(field, part.item, part.name or part.item, machines * server.accelerators, watts)


def _formats(cards: _Cards) -> tuple[str, ...]:
    """Number formats of which the peak throughput of a card is known."""
    known = catalogue.items()[cards.item]
    found = tuple(name.removeprefix(_PEAK) for name in known if name.startswith(_PEAK))
    if not found:
        others = [item for item, attributes in catalogue.items().items() if any(map(_is_peak, attributes))]
        near = f"{did_you_mean(cards.item, others)} Or {_STATE}"
        raise MissingFactorError("no peak throughput is known", field=cards.field, value=cards.item, accepted=near)
    return found


def _is_peak(attribute: str) -> bool:
    return attribute.startswith(_PEAK)


def _common(before: _Cards, after: _Cards, precision: str | None) -> str:
    """The number format to compare in."""
    of, to = _formats(before), _formats(after)
    common = [one for one in of if one in to]
    shared = f"precision= one that both have: {', '.join(common)}" if common else _STATE
    each = f"{before.item} has {', '.join(of)}; {after.item} has {', '.join(to)}"
    if precision is None:
        usual = next((one for one in _USUAL if one in common), None)
        if usual is None:
            raise MissingFactorError("no common number format", field="precision", value=each, accepted=shared)
        return usual
    plain = precision.strip().casefold()
    asked = _SPELLINGS.get(plain, plain)
    every = {name.removeprefix(_PEAK) for known in catalogue.items().values() for name in known if _is_peak(name)}
    if asked not in every:
        near = did_you_mean(asked, every)
        raise UnknownKeyError("unknown number format", field="precision", value=precision, accepted=near)
    if asked not in common:
        raise MissingFactorError(f"{asked} is not of both: {each}", field="precision", value=precision, accepted=shared)
    return asked


def _figure(cards: _Cards, attribute: str) -> float:
    return float(catalogue.items()[cards.item][attribute]["value"])


def _around(ratio: float, key: str) -> _Range:
    """What was measured where the figures of two cards gave this ratio, in either direction.

    The assumption is of the step to the higher figure; of the way back it is turned round. Between cards whose figures
    are alike either could be the faster, and another assumption tells the range.
    """
    alike = tables.assumptions()[_ALIKE]
    if 1 / float(alike["value"]) < ratio < float(alike["value"]):
        return _Range(ratio, ratio * float(alike["low"]), ratio, ratio * float(alike["high"]))
    row = tables.assumptions()[key]
    low, median, high = float(row["low"]), float(row["value"]), float(row["high"])
    if ratio < 1:
        return _Range(ratio, ratio / high, ratio / median, ratio / low)
    return _Range(ratio, ratio * low, ratio * median, ratio * high)


def _sources(before: _Cards, after: _Cards, number_format: str) -> tuple[str, ...]:
    """Ids of the sources of the figures and of the ranges."""
    rows = [
        catalogue.items()[cards.item].get(name)
        for cards in (before, after)
        for name in (_PEAK + number_format, "rated_power")
    ]
    cited = [row["source"] for row in rows if row is not None]
    cited += [tables.assumptions()[key]["source"] for key in (_THROUGHPUT_RANGE, _POWER_RANGE)]
    return tuple(dict.fromkeys(one for many in cited for one in many.split(";")))
