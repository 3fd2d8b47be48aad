"""The command on budgets: how much of a study fits one, or which value of an input does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lca_ai.cli.options import Inputs, Samples, Seed, inputs_of
from lca_ai.cli.shared import AsJson, Own, app, print_json
from lca_ai.cli.study import study_file
from lca_ai.errors import InputError
from lca_ai.shell_words import as_options


@app.command(epilog="Example: lca-ai largest resnet50-france --within '1 tonne CO2e' --confidence 0.95")
def largest(  # noqa: PLR0913 (one argument for each choice of the question)
    study: Annotated[
        Path, typer.Argument(help="Study file, YAML or JSON; or the name of an example study.", metavar="STUDY")
    ],
    within: Annotated[
        list[str],
        typer.Option(help="Budget: '1 tonne CO2e', or 'water use=10 m3 world eq'; several hold all at once."),
    ],
    confidence: Annotated[float, typer.Option(help="Share of the draws that stays within the budget.")] = 0.95,
    of: Annotated[str | None, typer.Option(help="Input whose value is asked for, e.g. energy, pue.")] = None,
    inputs: Inputs = None,
    samples: Samples = 4096,
    seed: Seed = 0,
    own: Own = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Tell how much of a study fits a budget of impacts: in reference flows, units delivered, hours and energy."""
    from lca_ai.interpretation.budget import largest as largest_of
    from lca_ai.models.study import read_study

    try:
        subject = read_study(study_file(study), tables=own)
    except InputError as fault:
        raise fault.at(file=study) from None
    with as_options():
        found = largest_of(
            subject, within=_budgets(within), confidence=confidence, of=of, samples=samples, seed=seed,
            inputs=inputs_of(inputs), tables=own,
        )  # fmt: skip
    if as_json:
        print_json(found.to_dict())
        return
    typer.echo(found.summary())


def _budgets(given: list[str]) -> dict[str, str]:
    """Budgets by category; the category of a bare amount is told by its unit."""
    from lca_ai.interpretation.within import category_of

    found: dict[str, str] = {}
    for one in given:
        name, equals, amount = one.rpartition("=")
        category = name.strip() if equals else category_of(amount)
        if category in found:
            raise InputError("two budgets of one category", field="--within", value=category, accepted="one of each")
        found[category] = amount.strip()
    return found
