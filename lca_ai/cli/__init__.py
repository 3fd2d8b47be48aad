"""The command ``lca-ai``: assess a study, integrate a log, look up hardware and factors, check the data."""

from __future__ import annotations

import logging
import sys
from typing import NoReturn

import typer

from lca_ai.cli import (
    break_even,
    budget,
    data,
    decisions,
    factors,
    hardware,
    hours,
    logs,
    meter,
    meter_sources,
    sensitivity,
    study,
)
from lca_ai.cli.shared import app
from lca_ai.errors import LcaAiError

#: What the library that reads the command line raises for a wrong option, whichever copy of click it brings.
_WrongUse: type[Exception] = typer.BadParameter.__mro__[2]

__all__ = [
    "app",
    "break_even",
    "budget",
    "data",
    "decisions",
    "factors",
    "hardware",
    "hours",
    "logs",
    "main",
    "meter",
    "meter_sources",
    "sensitivity",
    "study",
]


def main() -> None:
    """Run the command; a fault of the input is one line on the error stream and exit status 2."""
    told = logging.StreamHandler()
    told.setFormatter(logging.Formatter("lca-ai: %(message)s"))
    logging.getLogger("lca_ai").addHandler(told)
    try:
        raise SystemExit(app(standalone_mode=False))
    except LcaAiError as fault:
        _end(str(fault))
    except _WrongUse as fault:
        if type(fault).__name__ == "NoArgsIsHelpError":  # it has shown the help, or is the help
            shown = str(fault)
            sys.stderr.write(f"{shown}\n" if shown else "")
            raise SystemExit(2) from None
        _end(" ".join(fault.format_message().split()))  # type: ignore[attr-defined]
    except typer.Abort:
        _end("aborted", 1)
    except BrokenPipeError:
        raise SystemExit(0) from None


def _end(problem: str, status: int = 2) -> NoReturn:
    sys.stderr.write(f"lca-ai: {problem}\n")
    raise SystemExit(status) from None
