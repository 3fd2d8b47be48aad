"""``report(result)``: the report of a result, as HTML or Markdown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from lca_ai.errors import InputError
from lca_ai.interpretation.checks import check_result
from lca_ai.reports.view import view

if TYPE_CHECKING:
    import jinja2
    import pandas as pd

    from lca_ai.impact.result import Result
    from lca_ai.interpretation.compare import Comparison
    from lca_ai.interpretation.recompute import Recomputed
    from lca_ai.reports.comparison import ComparisonReport


@dataclass(frozen=True)
class Report:
    """The report of one result; nothing is computed until it is asked for."""

    result: Result

    @cached_property
    def _view(self) -> dict[str, Any]:
        return view(self.result)

    def html(self) -> str:
        """One page for any browser: no script, nothing loaded from elsewhere, everything from users escaped."""
        return templates(escape=True).get_template("report.html.j2").render(self._view)

    def markdown(self) -> str:
        """The same report as Markdown."""
        return templates(escape=False).get_template("report.md.j2").render(self._view)

    def write(self, path: str | Path) -> Path:
        """Write the report; the suffix chooses the form (``.html`` or ``.md``).

        Raises
        ------
        InputError : for another suffix, or where the file cannot be written
        """
        file = Path(path)
        forms = {".html": self.html, ".htm": self.html, ".md": self.markdown}
        if file.suffix.lower() not in forms:
            raise InputError("this form of report is not known", file=path, value=file.suffix, accepted=".html or .md")
        return written(file, forms[file.suffix.lower()]())


@overload
def report(result: Result) -> Report: ...
@overload
def report(result: Comparison, *, tornado: pd.DataFrame | None = None, weighting: bool = False) -> ComparisonReport: ...
def report(
    result: Result | Comparison, *, tornado: pd.DataFrame | None = None, weighting: bool = False
) -> Report | ComparisonReport:
    """The report of a result or of a comparison: ``report(result).write("run.html")``.

    Parameters
    ----------
    tornado : of a comparison: what one input at a time changes of its first case, in place of what is found; see
        :class:`ComparisonReport`
    weighting : of a comparison: whether normalised, weighted and planetary results stand beside the categories

    Raises
    ------
    InputError : where ``tornado`` or ``weighting`` is given for a result that is no comparison
    """
    from lca_ai.interpretation.compare import Comparison as Compared
    from lca_ai.reports.comparison import ComparisonReport as OfComparison

    if isinstance(result, Compared):
        return OfComparison(result, tornado, weighting)
    if tornado is not None or weighting:
        raise InputError("an option of the report of a comparison", value="tornado or weighting", accepted="neither")
    return Report(result)


def write_all(result: Result, folder: str | Path) -> list[Path]:
    """Write ``report.html``, ``impacts.csv`` and ``result.json`` into a folder, and return their paths.

    Raises
    ------
    InputError : where the folder cannot be written
    """
    out = Path(folder)
    plain = {**result.to_dict(), "checks": [vars(check) for check in check_result(result)]}
    return [
        written(out / "report.html", report(result).html()),
        written(out / "impacts.csv", result.impacts.to_csv(index=False, lineterminator="\n")),
        written(out / "result.json", json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n"),
    ]


def write_moved(found: Recomputed, folder: str | Path) -> Path:
    """Write ``moved.csv`` into a folder: every row of totals, factors and impacts that is not as it was.

    Raises
    ------
    InputError : where the folder cannot be written
    """
    return written(Path(folder) / "moved.csv", found.moved().to_csv(index=False, lineterminator="\n"))


def written(file: Path, text: str) -> Path:
    """Write a text file with its folder.

    Raises
    ------
    InputError : where it cannot be written
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as fault:
        raise InputError(f"cannot be written: {fault.strerror}", file=file) from fault
    return file


def templates(*, escape: bool) -> jinja2.Environment:
    """The templates of the reports; with ``escape`` everything from users is escaped for HTML."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lca_ai.reports", "templates"),
        autoescape=escape,  # noqa: S701 (Markdown has an escape of its own)
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["md"] = _markdown_safe
    return environment


def _markdown_safe(text: object) -> str:
    """Text that Markdown shows as it is: no markup, no cell break, no HTML."""
    line = " ".join(str(text).split())
    for mark in "\\`*_[]|<>#":
        line = line.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return line
