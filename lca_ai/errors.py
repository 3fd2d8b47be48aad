"""What can go wrong, one class per kind of fault; each message names the place, the value and the remedy."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class LcaAiError(Exception):
    """Base of every error raised by ``lca_ai``."""


class InputError(LcaAiError, ValueError):
    """A file, field or value that cannot be used.

    Parameters
    ----------
    problem : what is wrong, in one sentence
    file, line, field, value : where, as far as known (``line`` counts from 1)
    accepted : what would be accepted instead
    """

    def __init__(  # noqa: PLR0913 (the five places of a fault)
        self,
        problem: str,
        *,
        file: object = None,
        line: int | None = None,
        field: str | None = None,
        value: object = None,
        accepted: str | None = None,
    ) -> None:
        self.problem, self.file, self.line, self.field, self.value, self.accepted = (
            problem,
            None if file is None else str(file),
            line,
            field,
            value,
            accepted,
        )
        super().__init__(self._text())

    def _text(self) -> str:
        place = [self.file] if self.file else []
        if self.line is not None:
            place.append(f"line {self.line}")
        if self.field:
            place.append(self.field)
        text = ": ".join([*place, self.problem])
        if self.value is not None:
            text += f" (got {shorten(repr(self.value))})"
        if self.accepted:
            text += f"; accepted: {self.accepted}"
        return text

    def within(self, place: str) -> InputError:
        """The same error, with its field told to be inside ``place``."""
        return type(self)(
            self.problem,
            file=self.file,
            line=self.line,
            field=f"{place}: {self.field}" if self.field else place,
            value=self.value,
            accepted=self.accepted,
        )

    def at(self, *, file: object = None, field: str | None = None) -> InputError:
        """Return the same error, with the place filled in by a caller that knows it."""
        return type(self)(
            self.problem,
            file=self.file or file,
            line=self.line,
            field=self.field or field,
            value=self.value,
            accepted=self.accepted,
        )


class UnitError(InputError):
    """A quantity without a unit, with an unknown unit or with the wrong dimension."""


class LogError(InputError):
    """A power log that cannot be read or integrated."""


class StudyError(InputError):
    """A study, scope or workload that contradicts itself or leaves out what is needed."""


class UnknownKeyError(InputError, LookupError):
    """A zone, device, category or other key that no table has."""


class MissingFactorError(InputError, LookupError):
    """A factor that no table has for the asked year, zone or activity."""


class TableError(InputError):
    """A data table that breaks its own schema, licence, source or hash."""


def shorten(text: str, *, width: int = 80) -> str:
    """``text``, cut to ``width`` characters with an ellipsis, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def did_you_mean(key: str, known: Iterable[str], *, most: int = 3) -> str:
    """Hint at the nearest known keys, or at some of them all.

    >>> did_you_mean("h10", ["h100", "a100"])
    'did you mean h100 or a100?'
    """
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(key.lower(), by_lower, n=most, cutoff=0.5)
    if not near:
        some = sorted(by_lower.values())[:most]
        return f"known are for example {', '.join(some)}" if some else "none is known"
    names = [by_lower[name] for name in near]
    return "did you mean " + (" or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]) + "?"
