"""What the commands share: the command line itself, options that several have, and how JSON is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="lca-ai",
    help="Life-cycle assessment of AI: measured power in, multi-criteria environmental impacts out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Own = Annotated[
    Path | None,
    typer.Option("--tables", help="Own tables that come before the project's: a folder of CSV files, or one file."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def print_json(data: Any) -> None:
    """Print plain data as JSON; a NaN is a fault of ours and never printed."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))
