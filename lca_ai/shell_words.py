"""Messages in the words of the command line: ``--timezone`` where Python says ``timezone=``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from lca_ai.errors import InputError

_NAMES = (
    "timezone|columns|device|format|max_gap|year|cloud|region|pue|proxy|hourly|within|deadline|earliest|min_chunk|"
    "resume_energy|step|category|grid_kind|workload|samples|seed|location|hardware|transfer|precision|confidence"
)
#: Pattern of a remedy -> the same for the shell, in this order.
_REMEDIES = (
    (r"\(columns=\.\.\., --columns\)", "(--columns)"),
    (r"columns=(?:\.\.\.|\{[^}]*\}) \((--columns (?:'[^']*'|[^)'])*)\)", r"\1"),
    (r"\bcolumns=\{'(\w+)': '?([^'}]*)'?\}", r"--columns \1=\2"),
    (rf"(?<![\w-])({_NAMES})=(?=[\s,;]|$)", r"--\1"),
    (rf"(?<![\w-])({_NAMES})=", r"--\1 "),
    (r"\b(cloud|region): ", r"--\1 "),
    (r"\bcloud (\w+) with region (\S+)", r"--cloud \1 --region \2"),
)
_ARGUMENTS = {"power.files": "LOG", "zone": "ZONE"}


@contextmanager
def as_options() -> Iterator[None]:
    """Tell a fault of the input by the options and arguments of the command line.

    Raises
    ------
    InputError : the one that was raised inside, its field and its remedy reworded
    """
    try:
        yield
    except InputError as fault:
        remedy = fault.accepted
        for pattern, words in _REMEDIES if remedy else ():
            remedy = re.sub(pattern, words, remedy or "")
        fields = [_option(field) for field in (fault.field or "").split(", ") if field]
        raise type(fault)(
            fault.problem,
            file=fault.file,
            line=fault.line,
            field=", ".join(fields) or None,
            value=fault.value,
            accepted=remedy,
        ) from None


def _option(field: str) -> str:
    """A field as its option; one that is no option (a column of a file) as it is."""
    name = field.removeprefix("location.")
    known = re.fullmatch(f"{_NAMES}|start|end", name)
    return f"--{name.replace('_', '-')}" if known else _ARGUMENTS.get(name, field)
