"""Quantities with units: one registry, the units of impact assessment, and a typed quantity for the models.

Inside the package, arrays are plain floats in the units that each docstring states; at the border, users give and get
:class:`pint.Quantity`. An impact category has a dimension of its own, so that ``kg CO2e`` never adds to ``kg``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from lca_ai.errors import UnitError, did_you_mean

if TYPE_CHECKING:
    import pint
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

#: Units of the results of AI and of its environmental impacts, and the everyday units a study is written in.
#: A closed list: a misspelt unit is an error, never a unit of another trade ("pt" is not a pint here).
DEFINITIONS = """
micro- = 1e-6 = µ- = μ- = u-
nano- = 1e-9 = n-
pico- = 1e-12 = p-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
hecto- = 1e2 = h-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
peta- = 1e15 = P-
kibi- = 1024 = Ki-
mebi- = 1048576 = Mi-
gibi- = 1073741824 = Gi-
tebi- = 1099511627776 = Ti-
meter = [length] = m = metre
gram = [mass] = g
second = [time] = s = sec
mole = [substance] = mol
ampere = [current] = A
bit = [information]
byte = 8 * bit = B
minute = 60 * second = min
hour = 60 * minute = h = hr
day = 24 * hour = d
week = 7 * day
year = 365.25 * day = yr = y = a
tonne = 1000 * kilogram = t = metric_ton
pound = 453.59237 * gram = lb
liter = 1e-3 * meter ** 3 = L = l = litre
gallon = 3.785411784 * liter = gal
newton = kilogram * meter / second ** 2 = N
joule = newton * meter = J
watt = joule / second = W
watt_hour = watt * hour = Wh
volt = watt / ampere = V
becquerel = 1 / second = Bq
percent = 0.01 = %
CO2e = [climate_change]
H_eq = [acidification]
N_eq = [eutrophication_nitrogen]
P_eq = [eutrophication_phosphorus]
NMVOC_eq = [photochemical_ozone_formation]
CFC11_eq = [ozone_depletion]
Sb_eq = [mineral_resource_use]
U235_eq = [ionising_radiation]
world_eq = [water_scarcity]
CTUe = [freshwater_ecotoxicity]
CTUh = [human_toxicity]
disease_incidence = [particulate_matter]
soil_quality_point = [land_use]
person = [person]
point = [weighted_points]
item = [item]
token = [token]
request = [request]
query = [query]
image = [image]
model = [model]
sample = [sample]
prompt = [prompt]
user = [user]
video = [video]
document = [document]
prediction = [prediction]
experiment = [experiment]
run = [run]
epoch = [epoch]
"""

#: Spellings found in tables and studies -> a unit of :data:`DEFINITIONS`. The order matters: longest first.
ALIASES: dict[str, str] = {
    "disease incidence": "disease_incidence",
    "disease inc.": "disease_incidence",
    "kg CFC-11 eq": "kilogram * CFC11_eq",
    "CFC-11 eq": "CFC11_eq",
    "CFC11 eq": "CFC11_eq",
    "mol H+ eq": "mol * H_eq",
    "mol N eq": "mol * N_eq",
    "H+ eq": "H_eq",
    "NMVOC eq": "NMVOC_eq",
    "U235 eq": "U235_eq",
    "U-235 eq": "U235_eq",
    "world-eq": "world_eq",
    "world eq": "world_eq",
    "CO2-eq": "CO2e",
    "CO2 eq": "CO2e",
    "CO2eq": "CO2e",
    "Sb eq": "Sb_eq",
    "P eq": "P_eq",
    "N eq": "N_eq",
    "m3": "meter ** 3",
    "mm2": "millimeter ** 2",
    "cm2": "centimeter ** 2",
    "mm^2": "millimeter ** 2",
    "cm^2": "centimeter ** 2",
    "m^3": "meter ** 3",
    "pt": "soil_quality_point",
    "queries": "query",
}

#: Units of what an indicator counts -> how they are printed, after the unit of the amount (kg CO2e, mol H+ eq).
_STAND_FOR = {
    "CO2e": "CO2e",
    "H_eq": "H+ eq",
    "N_eq": "N eq",
    "P_eq": "P eq",
    "NMVOC_eq": "NMVOC eq",
    "CFC11_eq": "CFC-11 eq",
    "Sb_eq": "Sb eq",
    "U235_eq": "U235 eq",
    "world_eq": "world eq",
    "disease_incidence": "disease incidence",
    "soil_quality_point": "pt",
}

_NUMBER = re.compile(r"\s*([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*", re.DOTALL)
_ALIAS = re.compile("|".join(rf"(?<![\w^]){re.escape(name)}(?![\w^])" for name in ALIASES))
_LONGEST_UNIT, _LONGEST_QUANTITY = 120, 200
#: What an expression of units is made of: names, products, and powers of one digit, none of them raised again.
_EXPRESSION = re.compile(
    r"""(?:\s*(?:
        [^\W\d]\w*(?!\w) | %                                                   # a name
      | 1(?=\s*/)                                                              # 1/cm2
      | (?:\*\*|\^)\s*(?:-?\d(?:\.\d+)?|\(\s*-?\d(?:\.\d+)?\s*\))(?![\d.])(?!\s*(?:\*\*|\^))  # a power
      | \*(?!\*) | / | · | [()]
    ))+\s*""",
    re.VERBOSE,
)
_EVERYDAY = ("kWh", "MWh", "kW", "MW", "MJ", "kJ", "GB", "TB", "GiB", "kg", "km", "mm", "mm2", "ms", "mL", "m3")
_UNIT_EXAMPLES = "a unit such as W, kWh, L/kWh, GB or kg CO2e"


@cache
def registry() -> pint.UnitRegistry[Any]:
    """Return the one unit registry of the package, built on first use."""
    import pint

    units: pint.UnitRegistry[Any] = pint.UnitRegistry(None, case_sensitive=True)
    units.load_definitions([line for line in DEFINITIONS.strip().splitlines() if line])
    units.separate_format_defaults = True  # "{:.3f}" says how to write the number alone
    units.formatter = _readable(units)
    pint.set_application_registry(units)  # type: ignore[no-untyped-call]  # so that quantities can be pickled
    return units


def _readable(registry: pint.UnitRegistry[Any]) -> Any:
    """Return pint's formatter, but with units as impact assessment writes them; "D", "P", "L" ... stay pint's own."""
    from pint.delegates.formatter.full import FullFormatter
    from pint.delegates.formatter.plain import DefaultFormatter

    class Plain(DefaultFormatter):
        def format_unit(self, unit: Any, uspec: str = "", sort_func: Any = None, **options: Any) -> str:
            del uspec, sort_func, options
            powers: Any = unit if isinstance(unit, Iterable) else registry.Quantity(1, unit).unit_items()
            return _spelled({registry.get_symbol(str(name)): float(power) for name, power in powers})

    class Formatter(FullFormatter):
        default_format = "~"

        def get_formatter(self, spec: str) -> Any:
            found = super().get_formatter(spec)
            return plain if found is self._formatters["D"] and "D" not in spec else found

    plain = Plain(registry)
    return Formatter(registry)


def _spelled(powers: Mapping[str, float]) -> str:
    """Units with their powers as :func:`unit` reads them, what is counted before what it stands for: kg CO2e/kWh."""
    order = sorted(powers, key=lambda name: (name in _STAND_FOR, name))
    above = [_with_power(name, powers[name]) for name in order if powers[name] > 0]
    below = [f"/{_with_power(name, -powers[name])}" for name in order if powers[name] < 0]
    return (" ".join(above) or ("1" if below else "")) + "".join(below)


def _with_power(name: str, power: float) -> str:
    if power == 1.0:
        return _STAND_FOR.get(name, name)
    short = f"{name}{power:g}"
    return short if short in ALIASES else f"{name}**{power:g}"


def unit(text: str) -> pint.Unit:
    """Return the unit spelled ``text``, with the spellings of impact assessment understood.

    >>> str(unit("kg CO2 eq/kWh"))
    'kg CO2e/kWh'

    Raises
    ------
    UnitError : where the spelling is not known
    """
    if len(text) > _LONGEST_UNIT:
        raise UnitError("this is not a unit", value=text, accepted=_UNIT_EXAMPLES)
    expression = _ALIAS.sub(lambda match: f"({ALIASES[match.group()]})", text.strip())
    if not expression:
        return registry().Unit("")
    if not _EXPRESSION.fullmatch(expression):
        raise UnitError("this is not a unit", value=text, accepted=_UNIT_EXAMPLES)
    return _parsed(expression, text)


def _parsed(expression: str, text: str) -> pint.Unit:
    import tokenize

    import pint

    faults = (pint.PintError, tokenize.TokenError, SyntaxError, ArithmeticError, LookupError)
    try:
        return registry().Unit(expression)
    except pint.UndefinedUnitError as fault:
        names = fault.unit_names
        spelled = names if isinstance(names, str) else min(names)
        raise UnitError("unknown unit", value=text, accepted=did_you_mean(spelled, _names())) from fault
    except (*faults, TypeError, ValueError, AttributeError, AssertionError, RecursionError) as fault:
        raise UnitError("this is not a unit", value=text, accepted=_UNIT_EXAMPLES) from fault


def _names() -> list[str]:
    """Return names and symbols to suggest, the everyday ones with a prefix among them."""
    spelled = [[part.strip() for part in line.split("=")] for line in DEFINITIONS.strip().splitlines()]
    names = [name for first, _, *others in spelled if not first.endswith("-") for name in (first, *others)]
    return [*names, *_EVERYDAY]


def parse(text: str) -> pint.Quantity[float]:
    """Return the quantity written as a number and a unit.

    >>> parse("0.3 L/kWh").to("L/MWh").magnitude
    300.0

    Raises
    ------
    UnitError : where there is no number or the unit is not known
    """
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST_QUANTITY else None
    if not match:
        raise UnitError("this is not a quantity", value=text, accepted="a number and a unit, e.g. '300 W'")
    number = float(match.group(1).replace("_", ""))
    return registry().Quantity(number, unit(match.group(2)))


def quantity(value: object, *, expected: str = "W") -> pint.Quantity[float]:
    """Return a quantity from text ("36 h"), from ``{"value": 36, "unit": "h"}`` or from a quantity of any registry.

    Parameters
    ----------
    expected : unit that the message about a missing one shows
    """
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, Mapping) and set(value) == {"value", "unit"}:
        return _of_mapping(value["value"], value["unit"], expected)
    if hasattr(value, "magnitude") and hasattr(value, "units"):
        return _of_foreign(value.magnitude, value.units)
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise UnitError("a number without a unit", value=value, accepted=f"the unit with it, e.g. '{value} {expected}'")
    raise UnitError("this is not a quantity", value=value, accepted=f"a number and a unit, e.g. '300 {expected}'")


def _of_mapping(number: object, spelled: object, expected: str) -> pint.Quantity[float]:
    if isinstance(number, bool) or not isinstance(number, int | float) or not isinstance(spelled, str):
        value = {"value": number, "unit": spelled}
        raise UnitError("not a number and a unit", value=value, accepted=f"e.g. {{value: 36, unit: {expected}}}")
    try:
        return registry().Quantity(float(number), unit(spelled))
    except OverflowError:
        raise UnitError("not a finite number", value=number) from None


def _of_foreign(magnitude: object, units: object) -> pint.Quantity[float]:
    """Return a quantity of another registry in ours, by the full names of its units."""
    try:
        number = float(magnitude)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise UnitError("this is not one number", value=magnitude, accepted="a quantity of one number") from None
    return registry().Quantity(number, unit(f"{units:D}"))


class QuantityType:
    """Marks a model field as a quantity of one dimension, validated, serialised and documented as such.

    Parameters
    ----------
    canonical : unit that fixes the dimension, and that error messages show
    minimum : smallest value accepted, in ``canonical``
    """

    def __init__(self, canonical: str, *, minimum: float | None = None) -> None:
        self.canonical, self.minimum = canonical, minimum

    def validate(self, value: object) -> pint.Quantity[float]:
        """``value`` as a quantity of this dimension.

        Raises
        ------
        UnitError : for a bare number, an unknown unit, a wrong dimension, NaN or a value below the minimum
        """
        given = quantity(value, expected=self.canonical)
        expected = unit(self.canonical)
        if given.unitless:
            remedy = f"the unit with it, e.g. '{given.magnitude:g} {self.canonical}'"
            raise UnitError("a number without a unit", value=str(value), accepted=remedy)
        if given.dimensionality != expected.dimensionality:
            raise UnitError(
                f"expected {expected.dimensionality}, e.g. in {self.canonical}, but the unit is of another dimension",
                value=str(value),
                accepted=f"e.g. '3 {self.canonical}'",
            )
        number = given.to(expected).magnitude
        if not math.isfinite(number):
            raise UnitError("not a finite number", value=str(value))
        if self.minimum is not None and number < self.minimum:
            raise UnitError("too small", value=str(value), accepted=f"at least {self.minimum:g} {self.canonical}")
        return given

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's hook: validate through :meth:`validate`, write as ``{"value", "unit"}``."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            self.validate, serialization=core_schema.plain_serializer_function_ser_schema(serialise)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Pydantic's hook: the JSON Schema of a quantity, with its dimension."""
        return {
            "anyOf": [
                {"type": "string", "examples": [f"3 {self.canonical}"]},
                {
                    "type": "object",
                    "properties": {"value": {"type": "number"}, "unit": {"type": "string"}},
                    "required": ["value", "unit"],
                    "additionalProperties": False,
                },
            ],
            "description": f"a quantity of dimension {unit(self.canonical).dimensionality}, e.g. '3 {self.canonical}'",
            "x-dimension": str(unit(self.canonical).dimensionality),
        }


class AnyQuantityType(QuantityType):
    """A quantity of any dimension but none (what a workload delivers, a reference flow)."""

    def __init__(self) -> None:
        super().__init__("image")

    def validate(self, value: object) -> pint.Quantity[float]:
        """``value`` as a positive quantity with a unit."""
        given = quantity(value, expected=self.canonical)
        if given.dimensionless:
            raise UnitError("a number without a unit", value=str(value), accepted="e.g. '1e6 image' or '1 model'")
        if not 0 < given.magnitude < float("inf"):
            raise UnitError("must be positive and finite", value=str(value), accepted="e.g. '1e6 image'")
        return given

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Pydantic's hook: the JSON Schema of a quantity of any dimension."""
        return super().__get_pydantic_json_schema__(schema, handler) | {
            "description": "a quantity with its unit, e.g. '1e6 image', '1 model' or '1e9 token'",
            "x-dimension": "any",
        }


def serialise(value: pint.Quantity[float]) -> dict[str, object]:
    """``value`` as plain data that :func:`quantity` reads back."""
    return {"value": float(value.magnitude), "unit": f"{value.units:D}"}


if TYPE_CHECKING:
    from typing import TypeAlias

    Area: TypeAlias = pint.Quantity[float]
    Capacity: TypeAlias = pint.Quantity[float]
    CarbonIntensity: TypeAlias = pint.Quantity[float]
    Counted: TypeAlias = pint.Quantity[float]
    Duration: TypeAlias = pint.Quantity[float]
    Energy: TypeAlias = pint.Quantity[float]
    Mass: TypeAlias = pint.Quantity[float]
    Power: TypeAlias = pint.Quantity[float]
    WaterIntensity: TypeAlias = pint.Quantity[float]
else:
    Area = Annotated[Any, QuantityType("mm2", minimum=0.0)]
    Capacity = Annotated[Any, QuantityType("GB", minimum=0.0)]
    CarbonIntensity = Annotated[Any, QuantityType("g CO2e/kWh", minimum=0.0)]
    Counted = Annotated[Any, AnyQuantityType()]
    Duration = Annotated[Any, QuantityType("hour", minimum=0.0)]
    Energy = Annotated[Any, QuantityType("kWh", minimum=0.0)]
    Mass = Annotated[Any, QuantityType("kg", minimum=0.0)]
    Power = Annotated[Any, QuantityType("W", minimum=0.0)]
    WaterIntensity = Annotated[Any, QuantityType("L/kWh", minimum=0.0)]

_PREFIXES = (
    (1e12, "T"),
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
    (1.0, ""),
    (1e-3, "m"),
    (1e-6, "µ"),
    (1e-9, "n"),
    (1e-12, "p"),
)
#: From a million grams on, tonnes are read: the prefixed tonne, by its grams.
_TONNES = ((1e15, "Gt"), (1e12, "Mt"), (1e9, "kt"), (1e6, "t"))
#: Units that take an SI prefix in a headline, and the factor to the unit the prefix goes to (kg -> g).
_PREFIXED = {
    "kg": ("g", 1e3),
    "mol": ("mol", 1.0),
    "MJ": ("J", 1e6),
    "kBq": ("Bq", 1e3),
    "CTUe": ("CTUe", 1.0),
    "m3": ("L", 1e3),
}
_BEYOND = 1e3  # times the largest prefix: the unit is shown as it is
_ROUNDS_UP = 0.9995  # 999.5 shows as 1.00 k
_PLAIN_FROM, _PLAIN_TO = 1e-3, 1e6


def scaled_unit(amount: float, unit_text: str) -> tuple[float, str]:
    """Return the factor and the unit with SI prefix in which ``amount`` reads well.

    >>> scaled_unit(0.00025164, "kg CO2e")
    (1000000.0, 'mg CO2e')
    """
    head, _, rest = unit_text.partition(" ")
    if head not in _PREFIXED or (head == "m3" and rest):
        return 1.0, unit_text
    base, factor = _PREFIXED[head]
    value = abs(amount) * factor
    tonnes = base == "g" and value >= _TONNES[-1][0] * _ROUNDS_UP
    prefixes = _TONNES if tonnes else tuple((size, prefix + base) for size, prefix in _PREFIXES)
    if not prefixes[-1][0] * _ROUNDS_UP <= value < prefixes[0][0] * _BEYOND * _ROUNDS_UP:
        return 1.0, unit_text
    size, name = next((size, name) for size, name in prefixes if value >= size * _ROUNDS_UP)
    return factor / size, f"{name} {rest}".rstrip()


def humanise(amount: float, unit_text: str, *, digits: int = 3) -> str:
    """Write an amount with an SI prefix and ``digits`` significant digits, for reading (not for parsing).

    >>> humanise(0.00025164, "kg CO2e"), humanise(5.5e-11, "disease incidence"), humanise(1.2e5, "MJ")
    ('252 mg CO2e', '5.5e-11 disease incidence', '120 GJ')
    """
    factor, shown = scaled_unit(amount, unit_text)
    return f"{significant(amount * factor, digits=digits)} {shown}"


def significant(number: float, *, digits: int = 3) -> str:
    """Write a number with ``digits`` significant digits, in plain notation where that is short.

    >>> significant(1.0), significant(251.64), significant(0.00005), significant(1234.5)
    ('1.00', '252', '5e-05', '1230')
    """
    if number == 0 or not _PLAIN_FROM <= abs(number) < _PLAIN_TO:
        return f"{number:.{digits}g}"
    shown = f"{number:#.{digits}g}".rstrip(".")
    return f"{float(shown):.0f}" if "e" in shown else shown
