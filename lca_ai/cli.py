"""The command ``lca-ai``: assess a study, integrate a log, look up hardware and factors, check the data."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from lca_ai.errors import InputError, LcaAiError

app = typer.Typer(
    name="lca-ai",
    help="Life-cycle assessment of AI: measured power in, multi-criteria environmental impacts out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Run the command; a fault of the input is one line on the error stream and exit status 2."""
    try:
        app()
    except LcaAiError as fault:
        sys.stderr.write(f"lca-ai: {fault}\n")
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(0) from None


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


@app.command(epilog="Example: lca-ai energy spl.txt --timezone America/Chicago --start '2021-03-18 19:54:12.181' --json")
def energy(  # noqa: PLR0913 (one argument for each thing known of a log)
    log: Annotated[list[Path], typer.Argument(help="Log file, or several of one log.", metavar="LOG")],
    format: Annotated[str | None, typer.Option(help="Format; recognised where not given.")] = None,  # noqa: A002
    timezone: Annotated[str | None, typer.Option(help="Time zone of naive time stamps, e.g. Europe/Paris.")] = None,
    start: Annotated[str | None, typer.Option(help="Start of the measured window.")] = None,
    end: Annotated[str | None, typer.Option(help="End of the measured window.")] = None,
    columns: Annotated[str | None, typer.Option(help="Roles of columns, e.g. time=0,power=6 or power=p:mW.")] = None,
    device: Annotated[str | None, typer.Option(help="Name of the device where the file names none.")] = None,
    max_gap: Annotated[str | None, typer.Option(help="Longest interval that is integrated, e.g. '30 s'.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Integrate a power log: energy per device, coverage, and what was set aside."""
    from lca_ai.logs.energy import read_energy, read_power_log

    reading = read_power_log(
        [str(name) for name in log],
        format=format,
        timezone=timezone,
        columns=_columns(columns),
        device=device,
        max_gap=max_gap,
    )
    if start is not None or end is not None:
        reading = reading.replace(start=start, end=end)
    found = read_energy(reading)
    data = {
        "energy_kwh": found.total,
        "per_device": found.per_device(),
        "covered_seconds": found.covered_seconds,
        "gap_seconds": found.gap_seconds,
        "samples": found.samples,
        "dropped": found.dropped,
        "max_gap_seconds": found.longest_interval,
        "max_gap_limit_seconds": found.max_gap,
        "format": found.format,
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "outside_window_kwh": found.outside,
        "per_hour": [
            {"device": device_name, "hour": hour.isoformat(), "energy_kwh": float(kwh)}
            for (device_name, hour), kwh in found.hours["energy"].items()
        ],
        "notes": [{"what": note.what, "count": note.count, "detail": note.detail} for note in found.notes],
    }
    if as_json:
        _print_json(data)
        return
    typer.echo(f"{found.total:.6g} kWh over {found.seconds:,.1f} s ({found.format}, {found.samples:,} readings)")
    for name, kwh in found.per_device().items():
        typer.echo(f"  {name}: {kwh:.6g} kWh")
    typer.echo(f"  covered {found.covered_seconds:,.1f} s, gaps {found.gap_seconds:,.1f} s, longest interval {found.longest_interval:g} s")
    for note in found.notes:
        typer.echo(f"  {note.count} x {note.what}: {note.detail}")


def _columns(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    pairs = [part.partition("=") for part in text.split(",") if part]
    if not pairs or any(not mark or not value for _, mark, value in pairs):
        raise InputError("not a list of role=column", field="--columns", value=text, accepted="e.g. time=0,power=6")
    return {role.strip(): value.strip() for role, _, value in pairs}


@app.command(name="schema", epilog="Example: lca-ai schema > study.schema.json")
def print_schema() -> None:
    """Print the JSON Schema of a study file."""
    from lca_ai.models.study import schema

    _print_json(schema())
