"""Long reasons of gaps, taken apart so that a page can tell what several parts share once.

A gap joins the reasons of its parts as ``part, part (note); part (note)``. Notes are made of clauses joined by ``;``.
A reason that is not built so is left as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

_LONG = 300  # characters: five lines of the page
_SHARED = 3  # parts: what so many have in common is told once
_ABSENT = "no figure in this category for "


@dataclass(frozen=True)
class Why:
    """Why something is a gap: what many parts have in common, and the rest of the reason of each.

    Attributes
    ----------
    text : the reason in words where it is short, else what most parts have in common
    rest : parts and what is said of them alone; nothing where all is said in ``text``
    """

    text: str
    rest: tuple[tuple[str, str], ...] = ()


def why(reason: str, processes: Collection[str]) -> Why:
    """A reason for reading.

    Parameters
    ----------
    processes : names of the processes that the reason may speak of

    >>> note = "(area of the die of another card, per mm2 of its own; range: this project's default for a proxy)"
    >>> told = why("; ".join(f"{part} {note}" for part in ("a, 1", "b", "c", "d")), ["a, 1", "b", "c", "d"])
    >>> told.text, told.rest
    ("4 parts: area of the die of another card, ... default for a proxy", (('a, 1, b, c, d', ''),))
    """
    if len(reason) <= _LONG:
        return Why(reason)
    names = sorted(processes, key=len, reverse=True)
    if reason.startswith(_ABSENT):
        absent = _names(reason[len(_ABSENT) :], names)
        return (
            Why(reason) if absent is None else Why(f"{len(absent)} parts without a figure", ((", ".join(absent), ""),))
        )
    entries = _entries(reason, names)
    return Why(reason) if entries is None else _grouped(entries)


def _grouped(entries: list[tuple[list[str], str]]) -> Why:
    """Clauses that several parts share first, with their number; then each part with the rest of its reason."""
    holders: dict[str, list[str]] = {}
    for parts, note in entries:
        for clause in dict.fromkeys(_clauses(note)):
            holders.setdefault(clause, []).extend(parts)
    together: dict[tuple[str, ...], list[str]] = {}
    for clause, parts in holders.items():
        if len(parts) >= _SHARED:
            together.setdefault(tuple(parts), []).append(clause)
    shared = sorted(together.items(), key=lambda pair: -len(pair[0]))
    everyone = sum(len(parts) for parts, _ in entries)
    told = [f"{len(parts)} parts: {'; '.join(clauses)}" for parts, clauses in shared if len(parts) == everyone]
    rest = [(parts, clauses) for parts, clauses in shared if len(parts) < everyone]
    once = {clause for _, clauses in shared for clause in clauses}
    for parts, note in entries:
        alone = [clause for clause in _clauses(note) if clause not in once]
        if alone:
            rest.append((tuple(parts), alone))
    named = {part for parts, _ in rest for part in parts}
    unnamed = tuple(part for parts, _ in entries for part in parts if part not in named)
    rest += [(unnamed, [])] if unnamed else []
    text = "; ".join(told) or f"{everyone} parts, each with a reason of its own"
    return Why(text, tuple((", ".join(parts), "; ".join(clauses)) for parts, clauses in rest))


def _entries(text: str, names: list[str]) -> list[tuple[list[str], str]] | None:
    """Parts and their note, one after the other; None where the text is not built so."""
    found: list[tuple[list[str], str]] = []
    while text:
        parts, after = _leading(text, names)
        note = ""
        if after.startswith(" ("):
            end = _closing(after, 1)
            if end is None:
                return None
            note, after = after[2:end], after[end + 1 :]
        if not parts or (after and not after.startswith("; ")):
            return None
        found.append((parts, note))
        text = after[2:]
    return found


def _leading(text: str, names: list[str]) -> tuple[list[str], str]:
    """Names that a text begins with, joined by commas, and what comes after them."""
    found = []
    while (name := next((one for one in names if _begins(text, one)), None)) is not None:
        found.append(name)
        after = text[len(name) :]
        if not after.startswith(", "):
            return found, after
        text = after[2:]
    return [], text


def _begins(text: str, name: str) -> bool:
    return text == name or text.startswith(tuple(name + mark for mark in (", ", "; ", " (")))


def _names(text: str, names: list[str]) -> list[str] | None:
    found, after = _leading(text, names)
    return found if found and not after else None


def _closing(text: str, opening: int) -> int | None:
    """Place of the bracket that closes the one at ``opening``."""
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place
    return None


def _clauses(note: str) -> Iterator[str]:
    """The clauses of a note; what stands in brackets is not taken apart."""
    start = depth = 0
    for place, mark in enumerate(note):
        depth += (mark == "(") - (mark == ")")
        if depth == 0 and note[place : place + 2] == "; ":
            yield note[start:place]
            start = place + 2
    if note:
        yield note[start:]


__all__ = ["Why", "why"]
