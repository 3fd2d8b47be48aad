"""The command ``lca-ai``: assess a study, integrate a log, look up hardware and factors, check the data."""

from __future__ import annotations

import sys

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
    try:
        app()
    except LcaAiError as fault:
        sys.stderr.write(f"lca-ai: {fault}\n")
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
