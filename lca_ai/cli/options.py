"""Options that the commands on decisions share, and what they mean in Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lca_ai.cli.study import study_file
from lca_ai.errors import InputError

if TYPE_CHECKING:
    from lca_ai.models.study import Study

Samples = Annotated[int, typer.Option(help="Draws, a power of two.")]
Seed = Annotated[int, typer.Option(help="Seed of the draws: the same seed, the same bytes.")]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "-i",
        help="A figure in place of what is known: pue=1.2, service_life='5 year', pue='uniform(1.1, 1.4)', "
        "'factors of coal (IN)=lognormal(1.3)'.",
        metavar="NAME=VALUE",
    ),
]
Correlated = Annotated[
    list[str] | None,
    typer.Option(help="Figures that vary together: 'factors of *=0.5'.", metavar="PATTERN=CORRELATION"),
]
Choices = Annotated[
    str | None,
    typer.Option(help="Choices that are drawn: none, all, or some of service life, utilisation, source of factors."),
]
Threads = Annotated[int | None, typer.Option(help="How many threads compute; it changes nothing else.")]


def subject_of(files: list[Path], own: Path | None) -> Any:
    """One study, or several by the name of their files.

    Raises
    ------
    InputError : naming the file
    """
    found: dict[str, Study] = {}
    from lca_ai.models.study import read_study

    for file in files:
        try:
            study = read_study(study_file(file), tables=own)
        except InputError as fault:
            raise fault.at(file=file) from None
        if file.stem in found:
            raise InputError(
                "two studies of one name", field="STUDY", value=file.stem, accepted="files of different names"
            )
        found[file.stem] = study
    return found if len(found) > 1 else next(iter(found.values()))


def inputs_of(given: Iterable[str] | None) -> dict[str, Any]:
    """``NAME=VALUE``: a number, a quantity, or a distribution such as ``uniform(1.1, 1.4)``.

    Raises
    ------
    InputError : for what is none
    """
    found: dict[str, Any] = {}
    for one in given or ():
        name, equals, text = one.partition("=")
        if not equals or not name.strip() or not text.strip():
            raise InputError("not an input", field="--input", value=one, accepted="NAME=VALUE, such as 'pue=1.2'")
        call = re.fullmatch(r"\s*([a-z ]+)\((.*)\)\s*", text)
        if call:
            found[name.strip()] = {call[1].strip(): [_number(part) for part in call[2].split(",") if part.strip()]}
        else:
            found[name.strip()] = _number(text)
    return found


def correlated_of(given: Iterable[str] | None) -> dict[str, float]:
    """``PATTERN=CORRELATION``.

    Raises
    ------
    InputError : for what is none
    """
    found = {}
    for one in given or ():
        pattern, equals, text = one.rpartition("=")
        try:
            found[pattern.strip()] = float(text if equals else "")
        except ValueError:
            raise InputError(
                "not a correlation",
                field="correlated",
                value=one,
                accepted="PATTERN=CORRELATION, e.g. 'factors of *=0.5'",
            ) from None
    return found


def choices_of(text: str | None) -> list[str] | bool | None:
    """Choices that are drawn: ``all``, ``none``, or some by name."""
    if text is None:
        return None
    return (
        {"all": True, "none": False}.get(text.strip()) if text.strip() in {"all", "none"} else names_in(text, "choices")
    )


def names_in(text: str, field: str) -> list[str]:
    """Names between commas.

    Raises
    ------
    InputError : for none at all
    """
    found = [one.strip() for one in text.split(",") if one.strip()]
    if not found:
        raise InputError("an empty list of cases", field=field, accepted=f"one {field} or more, or no --{field} at all")
    return found


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text.strip()
