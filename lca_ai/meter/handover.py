"""From a measurement to what can be assessed: a training run or a service, with the machine that was found.

What was measured is handed over as a log, what it covers is said by the log, and :func:`lca_ai.assess` models the rest
of the machine. Where nothing but the meter's own model told, the energy is handed over as modelled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from lca_ai.errors import InputError, StudyError
from lca_ai.meter import found_hardware
from lca_ai.meter.found_hardware import GIVE
from lca_ai.models.hardware import Cluster, Hardware, Server
from lca_ai.models.location import Location
from lca_ai.models.power import PowerLog
from lca_ai.models.workload import InferenceService, TrainingRun

_AUTO = "auto"
_PATTERN = "_meter-*.json"


@runtime_checkable
class Measured(Protocol):
    """What holds a measurement: a window, or a stage of one."""

    @property
    def log(self) -> PowerLog:
        """The log of the measurement, restricted to its time."""


Subject = Measured | PowerLog | str | Path


def training_run(
    subject: Subject, *, location: Location | str, hardware: Hardware | str | Any = _AUTO, **fields: Any
) -> TrainingRun:
    """A measured training run.

    Parameters
    ----------
    subject : a window, its log, or the folder of the log
    hardware : "auto" for the machine that was found; else a machine as :class:`lca_ai.TrainingRun` takes it
    fields : other fields of the run, e.g. ``name``, ``produces``, ``allocation``

    Raises
    ------
    StudyError : where nothing tells the machine, or nodes of a log differ; for an unknown field
    UnknownKeyError : for a card that the catalogue does not have, or of which it has several, with the candidates
    LogError, InputError : where the log cannot be read
    """
    return TrainingRun(location=location, **_measured(subject, hardware, fields))


def inference_service(
    subject: Subject,
    *,
    delivered: Any,
    location: Location | str,
    hardware: Hardware | str | Any = _AUTO,
    **fields: Any,
) -> InferenceService:
    """A measured service, and what it delivered meanwhile, e.g. ``"120000 request"``.

    Parameters and errors are those of :func:`training_run`.
    """
    return InferenceService(location=location, delivered=delivered, **_measured(subject, hardware, fields))


def found(subject: Subject) -> Hardware:
    """The machine that was found: a server composed of its cards, processors and memory, or several alike.

    Raises
    ------
    StudyError : where nothing tells the machine, or the nodes differ
    UnknownKeyError : for a card that is not in the catalogue, or is there several times, with the candidates
    """
    recordings = descriptions(subject)
    if not recordings:
        raise StudyError("nothing tells which machine was measured", field="hardware", value=_AUTO, accepted=GIVE)
    nodes = [
        found_hardware.node(host, recording.get("sensors", ()), _facts(host, recording))
        for host, recording in recordings.items()
    ]
    machines = [found_hardware.machine(one) for one in nodes]
    if len(machines) == 1:
        return machines[0]
    if any(one.components != machines[0].components for one in machines):
        told = "; ".join(one.name for one in machines)
        raise StudyError("the nodes of the log differ", field="hardware", value=told, accepted=f"a log of each; {GIVE}")
    return Cluster(server=_named_for_all(machines[0], nodes[0].host), count=len(machines))


def descriptions(subject: Subject) -> Mapping[str, Mapping[str, Any]]:
    """What the last recording of each node tells of itself, by the name of the node.

    Raises
    ------
    InputError : where a description cannot be read
    """
    found = {}
    for path in sorted(one for folder in _folders(_log_of(subject)) for one in folder.glob(_PATTERN)):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            host, recordings = str(told["host"]), told["recordings"]
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise InputError(f"the description of the log cannot be read: {fault}", file=path.name) from None
        if recordings:
            found[host] = recordings[-1]
    return found


def _measured(subject: Subject, hardware: Any, fields: dict[str, Any]) -> dict[str, Any]:
    log = _log_of(subject)
    known = {
        "name": fields.get("name") or _name_of(subject, log),
        "hardware": found(log) if isinstance(hardware, str) and hardware == _AUTO else hardware,
    }
    given = {"power", "energy", "covers", "energy_basis", "runtime"} & set(fields)
    energy = {} if given else _energy(log)
    return energy | fields | {name: value for name, value in known.items() if value is not None}


def _energy(log: PowerLog) -> dict[str, Any]:
    """The log, or, where the meter's own model alone told, its energy as modelled."""
    sensors = [sensor for one in descriptions(log).values() for sensor in one.get("sensors", ())]
    if not sensors or any(sensor.get("kind") != "model" for sensor in sensors):
        return {"power": log}
    from lca_ai.logs.energy import read_energy

    reading = read_energy(log)
    return {
        "energy": f"{reading.total!r} kWh",
        "energy_basis": "modelled",
        "covers": tuple(reading.covers),
        "runtime": {"start": reading.start, "duration": f"{reading.occupied!r} s"},
    }


def _log_of(subject: Subject) -> PowerLog:
    if isinstance(subject, PowerLog):
        return subject
    if isinstance(subject, str | Path):
        return PowerLog(files=(str(subject),))
    return subject.log


def _folders(log: PowerLog) -> list[Path]:
    """The folders that the files of a log are in."""
    return list(dict.fromkeys(path.parent for path in log.paths()))


def _name_of(subject: Subject, log: PowerLog) -> str:
    own = getattr(subject, "name", "")
    if isinstance(own, str) and own and not isinstance(subject, Path):
        return own
    folders: Sequence[Path] = _folders(log)
    return folders[0].resolve().name if folders else "measured"


def _facts(host: str, recording: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the description tells of processors and memory; of this very node, where it tells nothing, what is here."""
    told: Mapping[str, Any] = recording.get("node", {})
    if told or host != _here():
        return told
    from lca_ai.meter import node

    return node.facts()


def _here() -> str:
    from lca_ai.meter.recorder import host_name

    return host_name()


def _named_for_all(server: Server, host: str) -> Server:
    return server.replace(name=server.name.removeprefix(f"{host}: "))
