"""Import published power and water usage effectiveness of data centres into ``datasets/facility``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from import_support import CC_BY, importer, read_rows, source
from packages import Package, write_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, object]

UPTIME = "industry (Uptime Institute survey)"
PROVIDERS = {
    UPTIME: "industry average",
    "aws": "aws",
    "google": "google",
    "meta": "meta",
    "microsoft": "microsoft",
    "ovhcloud": "ovhcloud",
}
UNITS = {"pue": "kWh/kWh", "wue": "L/kWh"}

#: (provider, indicator, year) -> where the figure was first published. A figure that is not here stays out.
ORIGINS: dict[tuple[str, str, int], str] = {
    **{(UPTIME, "pue", year): "uptime-series" for year in (2007, 2011, 2013, 2018, 2019)},
    (UPTIME, "pue", 2020): "uptime-2020",
    (UPTIME, "pue", 2021): "uptime-2021",
    (UPTIME, "pue", 2022): "uptime-2022",
    (UPTIME, "pue", 2023): "uptime-2023",
    (UPTIME, "pue", 2024): "uptime-2024",
    ("meta", "pue", 2021): "meta-2021",
    ("meta", "wue", 2021): "meta-2021",
    ("meta", "pue", 2023): "meta-2024",
    ("ovhcloud", "pue", 2022): "ovhcloud-2022",
    ("ovhcloud", "pue", 2023): "ovhcloud-2023",
    ("ovhcloud", "wue", 2023): "ovhcloud-2023",
    ("google", "pue", 2023): "google-efficiency",
    ("google", "pue", 2024): "google-2025",
    ("aws", "pue", 2024): "aws-2025",
    ("microsoft", "pue", 2024): "microsoft-2025",
}
SECONDARY = "read in a secondary text, not in the publisher's own"
NOTES = {
    (UPTIME, "pue", 2013): f"{SECONDARY}; some texts date this value to 2014",
    (UPTIME, "pue", 2020): "a later note of the institute gives 1.58",
    ("meta", "pue", 2021): "data centre buildings completed in 2021",
    ("meta", "wue", 2021): "data centre buildings completed in 2021",
    ("aws", "pue", 2024): "as published on 2025-10-16, period not stated",
    ("microsoft", "pue", 2024): "as published on 2025-10-16, period not stated",
    **{(UPTIME, "pue", year): SECONDARY for year in (2007, 2011, 2018, 2019)},
    **{("ovhcloud", indicator, 2023): f"financial year 2023; {SECONDARY}" for indicator in UNITS},
    ("ovhcloud", "pue", 2022): SECONDARY,
    ("meta", "pue", 2023): SECONDARY,
    ("google", "pue", 2023): f"fleet, trailing twelve months; {SECONDARY}",
    ("google", "pue", 2024): f"fleet, annual average; {SECONDARY}",
}

CITED = "cited fact"
SOURCES = [
    source(
        "uptime-series",
        "Uptime Institute, annual data centre surveys: industry average PUE, 2007 to 2019",
        "https://www.theworldranking.com/statistics/770/"
        "average-data-center-annual-power-usage-effectiveness-pue-worldwide-2007-2024/",
        CITED,
    ),
    source(
        "uptime-2024",
        "Uptime Institute, Global Data Center Survey 2024",
        "https://datacenter.uptimeinstitute.com/rs/711-RIA-145/images/2024.GlobalDataCenterSurvey.Report.pdf",
        CITED,
    ),
    source(
        "uptime-2020",
        "Uptime Institute, Annual Data Center Survey 2020",
        "https://www.missioncriticalmagazine.com/ext/resources/whitepapers/2020/2020AnnualSurvey_EndUser_v4s.pdf",
        CITED,
    ),
    source(
        "uptime-2021",
        "Uptime Institute, Global Data Center Survey 2021",
        "https://uptimeinstitute.com/2021-data-center-industry-survey-results",
        CITED,
    ),
    source(
        "uptime-2022",
        "Uptime Institute, Global Data Center Survey 2022",
        "https://uptimeinstitute.com/uptime_assets/"
        "6768eca6a75d792c8eeede827d76de0d0380dee6b5ced20fde45787dd3688bfe-2022-data-center-industry-survey-en.pdf",
        CITED,
    ),
    source(
        "uptime-2023",
        "Uptime Intelligence, Large data centers are mostly more efficient, analysis confirms (survey of 2023)",
        "https://intelligence.uptimeinstitute.com/resource/large-data-centers-are-mostly-more-efficient-analysis-confirms",
        CITED,
        "UII Update 221",
    ),
    source(
        "meta-2021", "Meta, Sustainability: data centers (2021)", "https://sustainability.fb.com/data-centers/", CITED
    ),
    source(
        "meta-2024",
        "Meta, Sustainability Report 2024 (data year 2023)",
        "https://africa.hyperscalers.news/news/metas-data-center-electricity-usage-surges-34-in-2023-to-15-million-mwh",
        CITED,
    ),
    source(
        "ovhcloud-2022",
        "OVHcloud, average PUE stated with its carbon calculator (2022)",
        "https://www.channelnews.fr/ovhcloud-lance-une-calculatrice-carbone-128249",
        CITED,
    ),
    source(
        "ovhcloud-2023",
        "OVHcloud, average PUE and WUE of the fleet, financial year 2023",
        "https://blog.octo.com/datacenters-et-metriques-environnementales--le-smart-qui-cache-la-foret",
        CITED,
    ),
    source(
        "google-efficiency",
        "Google, data centre efficiency: fleet-wide PUE, trailing twelve months (2023)",
        "https://blog.octo.com/datacenters-et-metriques-environnementales--le-smart-qui-cache-la-foret",
        CITED,
    ),
    source(
        "google-2025",
        "Google, environmental report (data year 2024): annual fleet PUE",
        "https://sustainability.google/reports/",
        CITED,
    ),
    source(
        "aws-2025",
        "Amazon Web Services, sustainability of the cloud: global PUE",
        "https://sustainability.aboutamazon.com/products-services/aws-cloud",
        CITED,
    ),
    source(
        "microsoft-2025",
        "Microsoft, data centre efficiency: global average PUE",
        "https://datacenters.microsoft.com/sustainability/efficiency/",
        CITED,
    ),
]

NOTICE = """
# Facilities: power and water usage effectiveness

Licence of the package: CC BY 4.0. Every row is a figure published by the operator or survey named, cited as a fact;
where the publisher's own text was not read, `note` says so.

- PUE: electricity of the facility per electricity of the IT equipment. WUE: water used on site per kWh of the IT
  equipment.
- Rows are averages of a fleet or of the respondents of a survey; a site can differ much. Geography WOR: world.
- Left out: values assumed for a provider without its own publication, estimates, and single sites:
  {left_out}.
"""


def main() -> None:
    """Write ``datasets/facility`` from the upstream table named on the command line."""
    parser = importer(__doc__)
    parser.add_argument("--effectiveness", type=Path, required=True, help="PUE and WUE by provider and year")
    rows = read_rows(parser.parse_args().effectiveness)
    tables = {indicator: effectiveness(rows, indicator) for indicator in UNITS}
    notice = NOTICE.format(left_out=", ".join(left_out(rows)))
    title = "Power and water usage effectiveness of data centres"
    write_package(Package("datasets/facility", title, "2026.11", *CC_BY, notice, SOURCES, dict(tables)))


def effectiveness(rows: Iterable[Mapping[str, str]], indicator: str) -> list[Row]:
    """Return the rows of one indicator whose origin is known."""
    keys = ((_key(row), row["value"]) for row in rows if row["indicator"] == indicator)
    return [_row(key, float(value)) for key, value in keys if _kept(key, value)]


def left_out(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the rows that stay out, as text."""
    return [" ".join(map(str, _key(row))) for row in rows if not _kept(_key(row), row["value"])]


def _kept(key: tuple[str, str, int], value: str) -> bool:
    return key in ORIGINS and bool(value)


def _key(row: Mapping[str, str]) -> tuple[str, str, int]:
    return row["provider"], row["indicator"], int(row["year"])


def _row(key: tuple[str, str, int], amount: float) -> Row:
    provider, indicator, year = key
    return {
        "provider": PROVIDERS[provider],
        "geography": "WOR",
        "year": year,
        "amount": amount,
        "unit": UNITS[indicator],
        "source": ORIGINS[key],
        "note": NOTES.get(key, ""),
    }


if __name__ == "__main__":
    main()
