"""Commands on studies: assess one, print the schema of the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lca_ai.cli.shared import Own, app, print_json
from lca_ai.errors import InputError

if TYPE_CHECKING:
    from lca_ai.interpretation.recompute import Recomputed


@app.command(name="schema", epilog="Example: lca-ai schema > study.schema.json")
def print_schema() -> None:
    """Print the JSON Schema of a study file."""
    from lca_ai.models.study import schema

    print_json(schema())


@app.command(epilog="Example: lca-ai assess study.yaml --out report")
def assess(
    study: Annotated[
        Path, typer.Argument(help="Study file, YAML or JSON; or the name of an example study.", metavar="STUDY")
    ],
    out: Annotated[Path, typer.Option(help="Folder for report.html, impacts.csv and result.json.")] = Path("report"),
    lock: Annotated[
        Path | None, typer.Option(help="An older result.json: say what moved since, all rows in moved.csv; 1 if any.")
    ] = None,
    own: Own = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but faults.")] = False,  # noqa: FBT002
) -> None:
    """Assess a study: write its report, its impacts and its result."""
    from lca_ai.impact.assess import assess as assess_study
    from lca_ai.interpretation.checks import check_result
    from lca_ai.interpretation.recompute import read_lock, recompute
    from lca_ai.models.study import read_study
    from lca_ai.own_tables import using
    from lca_ai.reports.build import write_all, write_moved

    old = read_lock(lock) if lock is not None else None  # before it may be written over
    try:
        subject = read_study(study_file(study), tables=own)
        result = assess_study(subject, tables=own)
    except InputError as fault:
        raise fault.at(file=study) from None
    with using(own if own is not None else subject.own_tables()):
        written = write_all(result, out)
        checks = check_result(result)
    if not quiet:
        typer.echo(result.summary())
        typer.echo("")
        for path in written:
            typer.echo(f"wrote {path}")
    for check in checks:
        if check.verdict == "flag":
            typer.echo(f"flag: {check.rule}: {check.subject}: {check.detail}", err=True)
    if old is not None:
        found = recompute(result, old)
        _tell(found, len(result.impacts), write_moved(found, out))


def _tell(found: Recomputed, rows: int, written: Path) -> None:
    for line in found.lines():
        typer.echo(line)
    moved = len(found.moved())
    if moved:
        typer.echo(f"wrote {written}: all {moved} rows that moved")
    if not found.same:
        raise typer.Exit(1)
    typer.echo(f"recomputed: all {rows} rows are the same")


def study_file(study: Path) -> Path:
    """The file itself, or the example study of that name.

    Raises
    ------
    InputError : for a folder, or a name of neither
    """
    if study.is_dir():
        wanted = "a study file; lca-ai measure --study writes one beside its log"
        raise InputError("this is a folder", file=study, accepted=wanted)
    if study.exists() or study.suffix:
        return study
    from lca_ai import tables
    from lca_ai.errors import did_you_mean

    examples = {path.stem: path for path in sorted((tables.data_root() / "datasets" / "studies").glob("*.yaml"))}
    if str(study) not in examples:
        raise InputError(
            "no such file, nor an example study of this name", file=study, accepted=did_you_mean(str(study), examples)
        )
    return examples[str(study)]
