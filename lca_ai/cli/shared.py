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


def _version(wanted: bool) -> None:  # noqa: FBT001 (as the command line calls it)
    if wanted:
        from lca_ai import __version__

        typer.echo(f"lca-ai {__version__}")
        raise typer.Exit


_Version = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
]


@app.callback()
def _options(version: _Version = False) -> None:  # noqa: FBT002 (a flag of the command line)
    """Options of the command itself, before any of its commands."""


def print_json(data: Any) -> None:
    """Print plain data as JSON; a NaN is a fault of ours and never printed."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))
