"""Where power is measured: one small file a source, which alone imports its library.

>>> from lca_ai.meter.sources import NAMES
>>> NAMES[0]
'nvml'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from lca_ai.errors import InputError, UnknownKeyError
from lca_ai.meter.base import Counting, Reading, Sensor, Source, SourceUnavailable

if TYPE_CHECKING:
    from lca_ai.models.power import Covered

#: Name of a source -> its module and class; where two measure the same, the first is used.
_PLACES = {
    "nvml": ("nvml", "NvmlSource"),
    "amd": ("amd", "AmdSource"),
    "rapl": ("rapl", "RaplSource"),
    "apple": ("apple", "AppleSource"),
    "jetson": ("jetson", "JetsonSource"),
    "cray": ("cray_pm", "CraySource"),
    "hwmon": ("hwmon", "HwmonSource"),
    "ipmi": ("ipmi", "IpmiSource"),
    "redfish": ("redfish", "RedfishSource"),
    "model": ("model", "ModelSource"),
}
NAMES = tuple(_PLACES)
_PROMISED = ("open", "read", "close")


class Opened(NamedTuple):
    """A source in use, and its sensors."""

    source: Source
    sensors: tuple[Sensor, ...]


class Found(NamedTuple):
    """What can be measured here, and what cannot, with the reasons."""

    opened: list[Opened]
    unavailable: list[SourceUnavailable]

    def close(self) -> None:
        """Let go of every source."""
        for one in self.opened:
            one.source.close()


def source(name: str) -> Source:
    """The source of a name, not opened; one that is of an address takes it after ``=``, the model a rated power.

    Raises
    ------
    UnknownKeyError : for a name that no source has
    InputError : for an address that the source does not take, and for what is no rated power

    Examples
    --------
    >>> source("model=200 W").name
    'model'
    >>> source("redfish=https://bmc.example/redfish/v1/Chassis/1/Power").name
    'redfish'
    """
    key, given, address = name.strip().partition("=")
    if key not in _PLACES:
        near = get_close_matches(key, NAMES, n=1, cutoff=0.5)
        known = f"auto, {', '.join(NAMES)}" + (f"; did you mean {near[0]}?" if near else "")
        raise UnknownKeyError("unknown source", field="sources", value=name, accepted=known)
    if given and key not in {"redfish", "model"}:
        raise InputError("this source has no address", field="sources", value=name, accepted=key)
    if given and key == "model":
        from lca_ai.meter.sources.model import ModelSource

        return ModelSource(cpu_rated_power_w=_watts(address, name))
    module, kind = _PLACES[key]
    made: Source = getattr(import_module(f"{__name__}.{module}"), kind)(*([address] if given else []))
    return made


def _watts(text: str, name: str) -> float:
    """The rated power that stands after ``model=``. [W]"""
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?)\s*[wW]?\s*", text)
    if match is None or not float(match[1]) > 0:
        accepted = "the rated power of all processors, e.g. model=200 or 'model=200 W'"
        raise InputError("this is no rated power", field="sources", value=name, accepted=accepted)
    return float(match[1])


def check(sources: str) -> None:
    """See that every source that is named is here; ``"auto"`` takes what there is.

    Raises
    ------
    UnknownKeyError : for a name that no source has
    InputError : for a source that is not usable here, with its reason and remedy; where none is named
    """
    names = [name.strip() for name in sources.split(",") if name.strip()]
    if not names:
        raise InputError("no source is named", field="sources", value=sources, accepted=f"auto, {', '.join(NAMES)}")
    for one in [source(name) for name in names if name != "auto"]:
        try:
            one.open()
        except SourceUnavailable as why:
            remedy = why.remedy or "auto, for all that is here; lca-ai sources lists it"
            raise InputError(f"{one.name}: {why.reason}", field="sources", accepted=remedy) from None
        finally:
            one.close()


def find(sources: str | Iterable[str | Source] = "auto") -> Found:
    """Open what can be measured here, so that nothing is measured twice.

    Parameters
    ----------
    sources : ``"auto"`` for all of this machine, names (``"nvml, rapl"``, ``["auto", "redfish=https://..."]``), or
        sources. No network is asked unless an address is given; the model stands in, in ``"auto"``, for what has no
        sensor.

    Returns
    -------
    The sources in use with their sensors, of which those within another have it as parent; and why others are not. Who
    asks closes them.

    Raises
    ------
    UnknownKeyError : for a name that no source has
    InputError : for two sensors of one name, and for what is no source

    Examples
    --------
    >>> from lca_ai.meter.sources.model import ModelSource
    >>> found = find(["auto", ModelSource(("cpu",), cpu_rated_power_w=280.0)])  # doctest: +SKIP
    """
    asked, auto = _asked(sources)
    found = Found([], [])
    try:
        for one in asked:
            _open(one, found)
        found = _settled(found)
        if auto:
            _model(found)
        _check_names(found)
    except BaseException:
        found.close()
        raise
    return found


def _asked(sources: str | Iterable[str | Source]) -> tuple[list[Source], bool]:
    """The sources asked for, and whether all of this machine are; of these not those that are given beside."""
    if not isinstance(sources, Iterable):
        raise _no_source(sources)
    wanted = (
        [name.strip() for name in sources.split(",") if name.strip()] if isinstance(sources, str) else list(sources)
    )
    for one in wanted:
        if not isinstance(one, str) and not all(callable(getattr(one, name, None)) for name in _PROMISED):
            raise _no_source(one)
    given = [source(one) if isinstance(one, str) else one for one in wanted if one != "auto"]
    if "auto" not in wanted:
        return given, False
    known = {"model", *(one.name for one in given)}
    return [*(source(name) for name in NAMES if name not in known), *given], True


def _no_source(what: object) -> InputError:
    accepted = f"auto, names ({', '.join(NAMES)}), or sources with open, read and close"
    return InputError("this is no source", field="sources", value=what, accepted=accepted)


def _open(one: Source, found: Found) -> None:
    try:
        sensors = tuple(one.open())
    except SourceUnavailable as why:
        found.unavailable.append(why)
        return
    found.opened.append(Opened(one, sensors))
    found.unavailable.extend(getattr(one, "left_out", ()))


def _model(found: Found) -> None:
    """Model the processors and the memory where nothing measures them."""
    from lca_ai.meter.sources.model import ModelSource

    measured = {part for one in found.opened for sensor in one.sensors for part in (sensor.covers, *sensor.also)}
    modelled: tuple[Covered, ...] = () if "node" in measured else ("cpu", "memory")
    parts = tuple(part for part in modelled if part not in measured)
    if parts:
        _open(ModelSource(parts), found)
    elif all(one.source.name != "model" for one in found.opened):
        found.unavailable.append(SourceUnavailable("model", "not needed: processors and memory are measured"))


def _settled(found: Found) -> Found:
    """Leave out what another source measures, and put the parts of the computer within the meter of the whole."""
    node, meter = _node(found.opened)
    claims: dict[tuple[str, str], str] = {}
    kept, told = [], list(found.unavailable)
    for one in sorted(found.opened, key=_is_model):  # what is measured comes before what is modelled
        out: dict[str, str] = {}
        for sensor in one.sensors:  # a part goes with the whole that it lies in
            if _is_whole(sensor):
                by = "" if node is None or sensor is node else meter
            else:
                by = out.get(sensor.parent if node is None or sensor.parent != node.name else "", "")
            if by or (by := _measured_by(sensor, one.source.name, claims)):
                out[sensor.name] = by
        claims |= {claim: one.source.name for sensor in one.sensors if sensor.name not in out for claim in _of(sensor)}
        told += [_twice(one.source.name, name, by) for name, by in out.items()]
        sensors = tuple(_within(sensor, node) for sensor in one.sensors if sensor.name not in out)
        if sensors:
            kept.append(Opened(one.source if not out else Selected(one.source, sensors), sensors))
        else:
            one.source.close()
    return Found(kept, told)


def _twice(name: str, sensor: str, by: str) -> SourceUnavailable:
    reason = f"{sensor} is left out: {by} measures the same, and it would count twice"
    return SourceUnavailable(name, reason, f"to use it, name the sources without {by}")


def _node(opened: Sequence[Opened]) -> tuple[Sensor | None, str]:
    """The sensor of the whole computer, a counter before samples, and its source; None where there is none."""
    whole = [(sensor, one.source.name) for one in opened for sensor in one.sensors if _is_whole(sensor)]
    return min(whole, key=lambda pair: pair[0].kind != "counter") if whole else (None, "")


def _is_model(one: Opened) -> bool:
    return all(sensor.kind == "model" for sensor in one.sensors)


def _is_whole(sensor: Sensor) -> bool:
    return sensor.covers == "node" and not sensor.parent


def _of(sensor: Sensor) -> list[tuple[str, str]]:
    """What a sensor measures, so that no other should: a part, of a card with its place on the bus."""
    parts = [part for part in (sensor.covers, *sensor.also) if part not in {"node", "facility"}]
    return [(part, sensor.facts.get("bus", "") if part == "gpu" else "") for part in parts]


def _measured_by(sensor: Sensor, source: str, claims: dict[tuple[str, str], str]) -> str:
    """Name of the other source that measures the same already; empty where none does."""
    for part, bus in _of(sensor):
        for (claimed, where), by in claims.items():
            if by != source and part == claimed and (part != "gpu" or not (bus and where) or bus == where):
                return by
    return ""


def _within(sensor: Sensor, node: Sensor | None) -> Sensor:
    if node is None or sensor.parent or sensor.covers in {"node", "facility"}:
        return sensor
    return replace(sensor, parent=node.name)


def _check_names(found: Found) -> None:
    names = [sensor.name for one in found.opened for sensor in one.sensors]
    for name in names:
        if names.count(name) > 1:
            raise InputError("two sensors of one name", field="sources", value=name, accepted="one of them")


class Selected:
    """An open source with some of its sensors."""

    def __init__(self, source: Source, sensors: Sequence[Sensor]) -> None:
        self.name, self.source, self.sensors = source.name, source, tuple(sensors)
        self._kept = frozenset(sensor.name for sensor in sensors)
        if isinstance(source, Counting):
            self.read_counters = lambda: self._of(source.read_counters())

    def open(self) -> Sequence[Sensor]:
        """The sensors that are kept."""
        return self.sensors

    def read(self) -> Sequence[Reading]:
        """One reading of every sensor that is kept."""
        return self._of(self.source.read())

    def appeared(self) -> Sequence[Sensor]:
        """Sensors that were not there before, where the source looks for such."""
        look = getattr(self.source, "appeared", None)
        found: Sequence[Sensor] = () if look is None else look()
        self._kept |= {sensor.name for sensor in found}
        return found

    def _of(self, readings: Sequence[Reading]) -> list[Reading]:
        return [reading for reading in readings if reading.sensor in self._kept]

    def close(self) -> None:
        """Let go of the source."""
        self.source.close()
