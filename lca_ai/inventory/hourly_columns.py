"""What the columns of an hourly series are: technologies of the mix, storage, an intensity, or none of these.

A column of numbers that is none of them is refused: left out silently, it would change the shares of all the others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from lca_ai.errors import InputError, did_you_mean

#: Technology of the mix -> how its column may be called (words alone; ENTSO-E, EIA, Elexon and grid operators).
#: Fuels of which no table has a figure (peat, oil shale, coal-derived gas, waste) are "other": in the mix, and a gap.
_SPELLINGS = {
    "coal": ("coal", "col", "hard coal", "lignite", "brown coal", "coal lignite", "fossil hard coal",
             "fossil brown coal lignite", "fossil brown coal", "fossil coal", "brown coal lignite", "steam coal"),
    "gas": ("gas", "ng", "natural gas", "fossil gas", "fossil natural gas", "ccgt", "ocgt", "gas turbine", "lng"),
    "oil": ("oil", "petroleum", "fossil oil", "petroleum products", "all petroleum products", "diesel", "fuel oil",
            "heavy fuel oil"),
    "nuclear": ("nuclear", "nuc", "nuclear energy"),
    "hydro": ("hydro", "wat", "water", "hydropower", "hydroelectric", "hydro water reservoir", "hydro reservoir",
              "hydro run of river and poundage", "hydro run of river", "run of river", "small hydro", "large hydro",
              "npshyd", "hydropower and pumped storage"),
    "wind": ("wind", "wnd", "wind onshore", "wind offshore", "onshore wind", "offshore wind", "wind emb",
             "embedded wind"),
    "solar": ("solar", "sun", "solar pv", "pv", "photovoltaic", "photovoltaics", "solar photovoltaic", "solar thermal",
              "embedded solar", "solar emb"),
    "bioenergy": ("bioenergy", "biomass", "biogas", "biofuel", "biofuels", "landfill gas", "wood"),
    "other renewables": ("other renewables", "other renewable", "geothermal", "geo", "marine", "tidal", "wave"),
    "other": ("other", "oth", "others", "unknown", "unspecified", "other fuel sources", "unknown fuel sources", "waste",
              "non renewable waste", "peat", "fossil peat", "oil shale", "fossil oil shale", "fossil coal derived gas",
              "coal derived gas"),
}  # fmt: skip
_TECHNOLOGIES = {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings}
#: Words that tell nothing of what a column is.
_FILLERS = frozenset({"actual", "aggregated", "generation", "generated", "gen", "production", "power", "output",
                      "electricity", "net", "from", "by"})  # fmt: skip
_STORAGE = frozenset({"storage", "pumped", "ps", "psh", "battery", "batteries", "bat", "bess"})
_TOTALS = frozenset({"total", "sum", "all"})
#: Words of columns that are no generation of the zone by a technology.
_ASIDE = _TOTALS | frozenset({
    "demand", "load", "consumption", "pumping", "charging", "charge", "forecast", "forecasted", "predicted",
    "scheduled", "interchange", "interconnector", "interconnectors", "import", "imports", "export", "exports",
    "exchange", "exchanges", "flow", "flows", "balance", "price", "prices", "cost", "costs", "eur", "usd", "gbp",
    "temperature", "temp", "humidity", "frequency", "curtailment", "curtailed", "capacity", "losses", "emissions",
    "percent", "percentage", "perc", "ratio", "id", "index", "year", "month", "week", "day", "weekday", "latitude",
    "longitude", "area", "zone",
})  # fmt: skip
#: Sums of technologies that are listed beside them.
_SUMS = frozenset({"fossil", "fossil fuels", "renewable", "renewables", "low carbon", "zero carbon", "thermal"})
_UNIT = re.compile(r"[\s_]*[\[(]?\b(kwh?|mwh?|gwh?)\b[\])]?", re.IGNORECASE)
#: A factor of climate change in grams; in another unit ("kg CO2e/kWh") it is none.
_INTENSITY = re.compile(
    r"value|((carbon|co2|grid)[_ ]?)?intensity([_ ]\(?(direct|life[_ -]?cycle|lca)\)?)?"
    r"|(.*(?<![a-z]))?g[_ ]*(co2e?q?)?([_ ]?per[_ ]?| ?/ ?)kwh(?![a-z]).*"
)
_REMEDY = "or leave the column out of the file; 'other' is a technology without a figure"


@dataclass(frozen=True)
class Columns:
    """The columns of a series by what they are: each of technologies with its technology."""

    technologies: dict[str, str]
    storage: tuple[str, ...]
    intensities: tuple[str, ...]
    aside: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the file is not read, beside storage."""
        beside = self.intensities if self.technologies else ()
        found = [f"column {name} is not read: the mix by technology gives the intensity" for name in beside]
        left = (*self.aside, *(() if self.technologies else (*self.unknown, *self.storage)))
        found += [f"columns that are no technology of the mix are not read: {', '.join(left)}"] if left else []
        return tuple(found)


def classified(names: Iterable[str], file: str) -> Columns:
    """Columns of numbers by what they are.

    Raises
    ------
    InputError : beside technologies, for a column that is nothing known, with the nearest technologies; for
        technologies in several units; for several intensities and no technology
    """
    kinds: dict[str, list[str]] = {"storage": [], "intensity": [], "aside": [], "unknown": []}
    technologies: dict[str, str] = {}
    for name in names:
        kind = _kind(name)
        if kind in kinds:
            kinds[kind].append(name)
        else:
            technologies[name] = kind
    if technologies and kinds["unknown"]:
        name = kinds["unknown"][0]
        raise InputError("a column of no known technology", file=file, field=name, accepted=_nearest(name))
    _check_units(technologies, file)
    if not technologies and len(kinds["intensity"]) > 1:
        raise InputError(
            "several columns of an intensity", file=file, value=", ".join(kinds["intensity"]), accepted="one of them"
        )
    return Columns(technologies, *(tuple(kinds[one]) for one in ("storage", "intensity", "aside", "unknown")))


def is_known(name: str) -> bool:
    """Whether a column is of a technology or an intensity, by its name."""
    return _kind(name) not in {"storage", "aside", "unknown"}


def _kind(name: str) -> str:
    """A technology of the mix, or "storage", "intensity", "aside" or "unknown"."""
    if _INTENSITY.fullmatch(unicodedata.normalize("NFKD", name).strip().casefold()):
        return "intensity"
    phrase = _phrase(name)
    words = phrase.split()
    bare = " ".join(word for word in words if word not in _FILLERS)
    for spelling in (phrase, bare):
        if spelling in _TECHNOLOGIES:
            return _TECHNOLOGIES[spelling]
    if not bare or bare in _SUMS:
        return "aside"
    told = {word for word in words if word in _ASIDE}
    rest = " ".join(word for word in bare.split() if word not in told)
    if told and not (told <= _TOTALS and rest in _TECHNOLOGIES):  # the total of one technology may be its only column
        return "aside"
    return "storage" if not told and _STORAGE & set(words) else "unknown"


def _phrase(name: str) -> str:
    """The words of a column without case, accents, signs, unit and ``_share``."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    plain = _UNIT.sub(" ", plain.casefold().replace("_", " ").strip().removesuffix(" share"))
    plain = plain.removeprefix("ng: ")  # as EIA-930 begins the columns of net generation
    return " ".join(re.findall(r"[a-z0-9.%]+", plain.replace("-", " ").replace("/", " ")))


def _check_units(technologies: Iterable[str], file: str) -> None:
    units = {found[1].casefold(): name for name in technologies if (found := _UNIT.search(name.replace("_", " ")))}
    if len({unit.removesuffix("h") for unit in units}) > 1:
        raise InputError(
            "technologies in several units", file=file, value=", ".join(units.values()), accepted="one unit"
        )


def _nearest(name: str) -> str:
    """The nearest spellings of a technology, and what else can be done."""
    phrase = _phrase(name)
    rest = " ".join(word for word in phrase.split() if word not in _TOTALS)
    if rest in _TECHNOLOGIES:
        return f"{rest}, where it is not listed in parts too; {_REMEDY}"
    near = did_you_mean(phrase, _TECHNOLOGIES)
    return f"{near if near.startswith('did') else ', '.join(_SPELLINGS)}; {_REMEDY}"


__all__ = ["Columns", "classified", "is_known"]
