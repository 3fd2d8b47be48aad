"""``report(comparison)``: the report of a comparison, as HTML, Markdown, JSON or CSV."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from lca_ai.errors import InputError
from lca_ai.interpretation.compare import Comparison
from lca_ai.own_tables import using
from lca_ai.reports.build import templates, written
from lca_ai.reports.comparison_numbers import Numbers, page_data
from lca_ai.reports.comparison_view import view

_SCRIPT, _STYLE = "comparison.js", "comparison.css"


@dataclass(frozen=True)
class ComparisonReport:
    """The report of one comparison; nothing is computed until it is asked for.

    Attributes
    ----------
    tornado : one row per category and input of the first case, with ``category``, ``input``, ``low``, ``high``,
        ``amount_low``, ``amount_high`` and ``amount``; where not given, :func:`lca_ai.interpretation.tornado.tornado`
        of every reference case
    weighting : whether normalised and weighted results and shares of planetary boundaries stand beside the categories
    """

    comparison: Comparison
    tornado: pd.DataFrame | None = None
    weighting: bool = False

    @cached_property
    def _numbers(self) -> Numbers:
        with using(self.comparison.found.cases.tables):
            return Numbers(self.comparison)

    @cached_property
    def _view(self) -> dict[str, Any]:
        with using(self.comparison.found.cases.tables):
            return view(self._numbers, tornado=self.tornado, weighting=self.weighting)

    def html(self) -> str:
        """One page for any browser: nothing is loaded from elsewhere, everything from users is escaped.

        It reads and prints without its script, which switches categories, sorts, and recomputes central amounts.
        """
        pages = templates(escape=True)
        script, style = (_source(pages, name) for name in (_SCRIPT, _STYLE))
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        data = _embedded(page_data(self._numbers, self._view["swings"]))
        found = pages.get_template("comparison.html.j2")
        return found.render(self._view, script=script, script_hash=digest, style=style, data=data)

    def markdown(self) -> str:
        """The same in short as Markdown: the words, the ranked categories, and what is not ranked."""
        return templates(escape=False).get_template("comparison.md.j2").render(self._view)

    def json(self) -> str:
        """Every figure, input, gap and assumption, as :meth:`Comparison.to_dict` gives them."""
        return json.dumps(self.comparison.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def csv(self) -> str:
        """One row per case and category: the table of the comparison with its details."""
        keys = [*self.comparison.axes, "category"]
        table = pd.concat([self.comparison.table, self.comparison.details.drop(columns=keys)], axis=1)
        return table.to_csv(index=False, lineterminator="\n")

    def write(self, path: str | Path) -> Path:
        """Write the report; the suffix chooses the form (``.html``, ``.md``, ``.json`` or ``.csv``).

        Raises
        ------
        InputError : for another suffix, or where the file cannot be written
        """
        file = Path(path)
        forms = {".html": self.html, ".htm": self.html, ".md": self.markdown, ".json": self.json, ".csv": self.csv}
        if file.suffix.lower() not in forms:
            accepted = ".html, .md, .json or .csv"
            raise InputError("this form of report is not known", file=path, value=file.suffix, accepted=accepted)
        return written(file, forms[file.suffix.lower()]())


def _source(pages: Any, name: str) -> str:
    """A file of the templates without its indentation, which a page need not carry."""
    text: str = pages.loader.get_source(pages, name)[0]
    return "\n".join(line.strip() for line in text.splitlines())


def _embedded(data: dict[str, Any]) -> str:
    """Data as JSON inside a page: no text of it can end the element that holds it."""
    plain = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
