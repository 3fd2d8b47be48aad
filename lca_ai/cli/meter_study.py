"""The study file of a measurement, for ``lca-ai assess``: what was found is filled in, the goal is to be told."""

from __future__ import annotations

import os
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lca_ai.errors import InputError, UnknownKeyError

if TYPE_CHECKING:
    from lca_ai.meter.window import Window
    from lca_ai.models.location import Location

_HEAD = """\
# What lca-ai measure found. Put your own goal, functional unit and what the run produces in place of these.
"""
_GOAL = "Say here what the study is for, and for whom."
_LOG = "power-*.csv"


def check(file: Path) -> None:
    """See that a study can be written, before anything runs.

    Raises
    ------
    InputError : where the file is there already, or is no YAML
    """
    if file.suffix.lower() not in {".yaml", ".yml"}:
        raise InputError("not the name of a study", field="--study", value=str(file), accepted="e.g. runs/042.yaml")
    if file.exists():
        raise InputError("there is a study already", field="--study", value=str(file), accepted="another name")


def write(file: Path, window: Window, name: str, place: Location) -> list[str]:
    """Write the study of a measurement; what could not be filled in, in lines.

    Raises
    ------
    InputError : where it cannot be written
    """
    import yaml

    from lca_ai.meter.handover import training_run

    told = []
    try:
        run = training_run(window, location=place, name=name)
    except (UnknownKeyError, InputError) as fault:
        told.append(f"the study is without the making of the machine, name one in it as hardware: {fault}")
        run = training_run(window, location=place, name=name, hardware=None)
    workload = {"type": run.type, **_plain(run.model_dump(mode="json", exclude_none=True))}
    if "power" in workload:
        folder = escape(os.path.relpath(window.folder, file.parent.resolve()))
        workload["power"]["files"] = Path(folder).joinpath(_LOG).as_posix()
    study = {
        "name": name,
        "goal_and_scope": {
            "goal": _GOAL,
            "functional_unit": {"description": "one run", "reference_flow": "1 model"},
        },
        "workloads": [workload],
    }
    text = _HEAD + yaml.safe_dump(study, sort_keys=False, allow_unicode=True, width=110)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as written:
            written.write(text)
    except OSError as fault:
        raise InputError(f"the study cannot be written: {fault.strerror}", field="--study", value=str(file)) from None
    return told


def _plain(value: Any) -> Any:
    """Plain data as people write it: quantities in a word, nothing that is empty."""
    if isinstance(value, dict):
        if set(value) == {"value", "unit"}:
            return f"{value['value']!r} {value['unit']}"
        return {name: _plain(one) for name, one in value.items() if one not in ({}, [], "")}
    return [_plain(one) for one in value] if isinstance(value, list) else value
