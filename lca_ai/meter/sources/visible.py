"""Which of the cards a process may use, by the variables that CUDA and the container runtime read.

Source: CUDA Programming Guide, "CUDA Environment Variables"; NVIDIA Container Toolkit, "Specialized Configurations".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_SLICE_OF_OLD_DRIVER = re.compile(r"MIG-(?P<gpu>GPU-[0-9a-f-]+)/\d+/\d+", re.IGNORECASE)
_NONE = {"", "none", "void", "NoDevFiles"}


@dataclass(frozen=True)
class Visible:
    """The cards and slices a process may use.

    Attributes
    ----------
    devices : names of the cards, those that hold a slice included, in the order of CUDA
    slices : names of the slices (MIG)
    assumed : what had to be assumed of the order of the indices; empty where nothing was
    """

    devices: tuple[str, ...]
    slices: tuple[str, ...] = ()
    assumed: str = ""


def visible(names: Sequence[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the cards that a process with these variables may use.

    Parameters
    ----------
    names : all cards, as NVML lists them (by their place on the PCI bus)
    environ : variables of the process

    Examples
    --------
    >>> visible(["GPU-aa", "GPU-bb", "GPU-cc"], {"CUDA_VISIBLE_DEVICES": "2,0,-1,1"})
    ('GPU-cc', 'GPU-aa')
    """
    return devices_of(names, environ).devices


def devices_of(
    names: Sequence[str],
    environ: Mapping[str, str],
    *,
    slices: Mapping[str, str] = MappingProxyType({}),
    models: Sequence[str] = (),
) -> Visible:
    """The cards and slices that a process with these variables may use, and what was assumed.

    Parameters
    ----------
    names : all cards, as NVML lists them (by their place on the PCI bus)
    environ : variables of the process
    slices : name of each slice -> the card it is of
    models : model of each card; where all are alike, the order of CUDA is that of NVML
    """
    cards = _of_container(names, environ.get("NVIDIA_VISIBLE_DEVICES"), slices)
    asked = environ.get("CUDA_VISIBLE_DEVICES")
    if asked is None:
        return Visible(tuple(cards), tuple(name for name, card in slices.items() if card in cards))
    found, parts, by_index = [], [], False
    for entry in map(str.strip, asked.split(",")):
        card, part = _meant(entry, cards, slices)
        if card is None:
            break  # CUDA ignores what follows an entry that is none
        found.append(card)
        parts.append(part)
        by_index = by_index or entry.isdigit()
    held = [part for part in parts if part] or [
        name for name, card in slices.items() if card in found and not any(parts)
    ]
    assumed = _order_assumed(environ, models) if by_index and len(cards) > 1 else ""
    return Visible(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(held)), assumed)


def _of_container(names: Sequence[str], asked: str | None, slices: Mapping[str, str]) -> list[str]:
    """The cards that a container was given.

    Within a container NVML mostly lists these cards alone, numbered from 0, while the variable numbers those of the
    host: its numbers are only read where NVML lists more cards than it does.
    """
    if asked is None or asked == "all":
        return list(names)
    if asked in _NONE:
        return list(names) if asked == "" else []
    entries = [one.strip() for one in asked.split(",")]
    if all(one.partition(":")[0].isdigit() for one in entries) and len(entries) >= len(names):
        return list(names)
    found = [_meant(one.partition(":")[0], list(names), slices)[0] for one in entries]
    return [name for name in names if name in found]


def _meant(entry: str, cards: Sequence[str], slices: Mapping[str, str]) -> tuple[str | None, str]:
    """The card of an entry, and the slice where it names one; (None, "") for an entry that is none."""
    if entry.isdigit():
        return (cards[int(entry)], "") if int(entry) < len(cards) else (None, "")
    old = _SLICE_OF_OLD_DRIVER.fullmatch(entry)
    if old:
        return (old["gpu"], entry) if old["gpu"] in cards else (None, "")
    known = [*cards, *(name for name, card in slices.items() if card in cards)]
    fitting = [name for name in known if name.lower().startswith(entry.lower())] if len(entry) > len("GPU-") else []
    if len(fitting) != 1:
        return None, ""
    return (slices[fitting[0]], fitting[0]) if fitting[0] in slices else (fitting[0], "")


def _order_assumed(environ: Mapping[str, str], models: Sequence[str]) -> str:
    order = environ.get("CUDA_DEVICE_ORDER", "FASTEST_FIRST")
    if order == "PCI_BUS_ID" or (models and len(set(models)) == 1):
        return ""
    return (
        f"CUDA_DEVICE_ORDER is {order}: the indices of CUDA_VISIBLE_DEVICES are taken in the order of the PCI bus, "
        "which may differ where the cards differ; set CUDA_DEVICE_ORDER=PCI_BUS_ID or name the cards by UUID"
    )
