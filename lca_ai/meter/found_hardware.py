"""The machine that a measurement found, as a composition: what sensors and system call themselves, by the catalogue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lca_ai.errors import InputError, StudyError, UnknownKeyError
from lca_ai.models import catalogue, hardware_search
from lca_ai.models.hardware import Accelerator, AnyComponent, Cpu, Memory, OtherPart, Server

GIVE = "hardware=, a machine of the catalogue or a composition"
_GIBI = 2**30
#: A driver counts memory in powers of two and keeps some: what a card tells over what it is sold with.
_MEMORY_RANGE = (0.85, 1.1)
_MAKERS = frozenset({"nvidia", "amd", "tesla", "instinct", "quadro", "geforce", "radeon", "intel", "graphics"})
_SIZE = re.compile(r"\d+\s?gi?b", re.IGNORECASE)
_SLICE = re.compile(r"\s+MIG\s.*")


class Card(NamedTuple):
    """An accelerator as its driver names it, with its memory where that is told [B]."""

    name: str
    memory_bytes: float | None = None


class Node(NamedTuple):
    """What was found on a node: its cards, its processor by its printed name, sockets, and memory [B]."""

    host: str
    cards: tuple[Card, ...] = ()
    processor: str = ""
    sockets: int = 0
    memory_bytes: float = 0.0


def node(host: str, sensors: Iterable[Mapping[str, Any]], facts: Mapping[str, Any]) -> Node:
    """What a recording tells of its node.

    Parameters
    ----------
    sensors : as the description of the log has them: ``name``, ``covers``, ``parent``, ``model``, ``facts``
    facts : see :func:`lca_ai.meter.node.facts`
    """
    sensors = tuple(sensors)
    gpus = {one["name"] for one in sensors if one.get("covers") == "gpu"}
    cards = [
        Card(_SLICE.sub("", one["model"]), _bytes(one.get("facts", {}).get("memory", "")))
        for one in sensors
        if one["name"] in gpus and one.get("parent", "") not in gpus and one.get("model")
    ]
    return Node(
        host,
        tuple(cards),
        str(facts.get("processor", "")),
        int(facts.get("sockets", 0)),
        float(facts.get("memory_bytes", 0.0)),
    )


def machine(found: Node) -> Server:
    """A machine composed of what was found; what no sensor and no system tells is a part without figures: a gap.

    Raises
    ------
    StudyError : where nothing was found
    UnknownKeyError : for a card that the catalogue does not have, or of which it has several, with the candidates
    """
    cards = [accelerator(card, count) for card, count in Counter(found.cards).items()]
    parts: list[AnyComponent] = [*cards]
    if found.processor:
        parts.append(processor(found.processor, max(found.sockets, 1)))
    if found.memory_bytes:
        gigabytes = f"{found.memory_bytes / _GIBI:.4g} GB"
        seen = "as much as the operating system has"
        parts.append(Memory(name=f"memory, {gigabytes}", capacity=gigabytes, note=seen))
    if not parts:
        raise StudyError("the log tells nothing of the machine", field="hardware", value="auto", accepted=GIVE)
    parts.append(OtherPart(name="mainboard, drives, power supplies, chassis and network cards", note=_like(cards)))
    return Server(name=f"{found.host}: {', '.join(_told(part) for part in parts[:-1])}", components=tuple(parts))


def accelerator(card: Card, count: int = 1) -> Accelerator:
    """A card of the catalogue, by the name that its driver gives; by its memory where the name fits several.

    Raises
    ------
    UnknownKeyError : with the candidates

    Examples
    --------
    >>> accelerator(Card("NVIDIA H200", 150_754_820_096)).item
    'h200-sxm-141gb'
    >>> accelerator(Card("NVIDIA GH200", 154_000_000_000)).item
    'gh200-144gb'
    """
    key, problem = _named(card.name)
    if key and _fits(key, card):
        return Accelerator(item=key, count=count)
    candidates = _near(card.name)
    fitting = [one for one in candidates if _fits(one, card)] if card.memory_bytes else []
    if len(fitting) == 1:
        return Accelerator(item=fitting[0], count=count)
    if key:
        told = f"{(card.memory_bytes or 0) / _GIBI:.4g} GB of memory, which {key} has not"
        problem = f"a card of this name with {told}"
    listed = " or ".join(fitting or candidates)
    accepted = f"{GIVE}; of this kind are {listed}" if listed else GIVE
    raise UnknownKeyError(problem, field="hardware", value=card.name, accepted=accepted)


def processor(name: str, count: int = 1) -> Cpu:
    """A processor of the catalogue by its printed name; one of that name without figures where it fits none or several.

    Examples
    --------
    >>> processor("AMD EPYC 9554 64-Core Processor", 2).count
    2
    >>> processor("AMD EPYC").die is None
    True
    """
    try:
        key = catalogue.resolve(name)
        known = [part for part in catalogue.machine(key).components if isinstance(part, Cpu)]
    except InputError as fault:
        return Cpu(name=name, count=count, note=f"not identified: {fault.problem}; name the machine with hardware=")
    if len(known) != 1:
        return Cpu(name=name, count=count, note="not identified: this is no processor of the catalogue")
    return known[0].replace(count=count)


def _named(name: str) -> tuple[str, str]:
    """The key of a card, or why there is none."""
    problem = ""
    for spelled in (name, f"NVIDIA {name}", f"AMD {name}"):
        try:
            key = catalogue.resolve(spelled)
        except InputError as fault:
            problem = problem or fault.problem
            continue
        if key in catalogue.items() and catalogue.kind_of(key) == "accelerator":
            return key, ""
    return "", problem or "this is no card of the catalogue"


def _near(name: str) -> list[str]:
    """Accelerators whose key or name holds all the words that tell this card from others; else those that come near."""
    plain = _SIZE.sub(" ", re.sub(r"[_/()-]", " ", name)).split()
    words = [word for word in plain if word.casefold() not in _MAKERS]
    while words:
        found = [key for key in hardware_search.machines(" ".join(words)) if key in catalogue.items()]
        if found:
            return found
        words.pop()
    return []


def _fits(key: str, card: Card) -> bool:
    """Whether a card of the catalogue has the memory that the driver tells."""
    size = catalogue.value(key, "memory_size")
    if size is None or not card.memory_bytes:
        return True
    least, most = _MEMORY_RANGE
    return least <= card.memory_bytes / (float(size[1]["value"]) * 1e9) <= most


def _like(cards: Sequence[Accelerator]) -> str:
    """How the rest of the machine is told to be missing, with machines of the catalogue that have these cards."""
    missing = "no sensor tells these parts"
    if len(cards) != 1:
        return missing
    alike = [
        key
        for key in catalogue.servers()
        for part in catalogue.server(key).components
        if isinstance(part, Accelerator) and (part.item, part.count) == (cards[0].item, cards[0].count)
    ]
    return f"{missing}; machines of the catalogue with these cards: {', '.join(sorted(alike))}" if alike else missing


def _told(part: AnyComponent) -> str:
    name = part.name or part.item or part.kind
    return name if part.kind == "memory" else f"{part.count} x {name}"


def _bytes(text: str) -> float | None:
    match = re.match(r"(\d+) bytes", text)
    return float(match[1]) if match else None
