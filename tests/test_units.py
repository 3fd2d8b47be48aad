"""Quantities: dimensions never mix, every spelling in use is known, and what is malformed is refused by name."""

import csv
import json
import pickle
from contextlib import suppress
from pathlib import Path

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from lca_ai import units
from lca_ai.errors import InputError, UnitError
from lca_ai.units import ALIASES, DEFINITIONS, QuantityType, humanise, parse, quantity, registry, serialise, unit

ROOT = Path(__file__).parent.parent
CATEGORIES = [
    row["unit"]
    for row in csv.DictReader(
        (ROOT / "emission_factors/method/categories.csv").read_text(encoding="utf-8").splitlines()
    )
]
NAMES = [
    line.split("=")[0].strip()
    for line in DEFINITIONS.strip().splitlines()
    if not line.split("=")[0].strip().endswith("-")
]
FIELDS = {
    "Area": ("mm2", "cm2"),
    "Capacity": ("GB", "TB"),
    "CarbonIntensity": ("g CO2e/kWh", "kg CO2 eq/MWh"),
    "Duration": ("hour", "min"),
    "Energy": ("kWh", "MJ"),
    "Mass": ("kg", "t"),
    "Power": ("W", "kW"),
    "WaterIntensity": ("L/kWh", "m3/MWh"),
}


def model(name):
    """A model with one field of the named quantity."""
    namespace = {"__annotations__": {"field": getattr(units, name)}, "model_config": ConfigDict(frozen=True)}
    return type("One", (BaseModel,), namespace)


def refused(name, value):
    """The message of the error of a field."""
    with pytest.raises(ValueError) as caught:  # pydantic's, with ours within
        model(name)(field=value)
    cause = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(cause, UnitError)
    return str(cause)


# --- dimensions


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 kg CO2e", "1 kg"),
        ("1 kg CO2e", "1 kg Sb eq"),
        ("1 kg P eq", "1 kg N eq"),
        ("1 mol H+ eq", "1 mol N eq"),
        ("1 m3 world eq", "1 m3"),
        ("1 CTUe", "1 CTUh"),
        ("1 kBq U235 eq", "1 kg U235 eq"),
        ("1 kBq U235 eq", "1 kBq"),
        ("1 pt", "1 point"),
        ("1 token", "1 request"),
        ("1 kWh", "1 kW"),
        ("1 token", "1 %"),
    ],
)
def test_what_is_not_alike_does_not_add(one, other):
    with pytest.raises(pint.DimensionalityError):
        parse(one) + parse(other)


@pytest.mark.parametrize("one", sorted(set(CATEGORIES)))
@pytest.mark.parametrize("other", sorted(set(CATEGORIES)))
def test_indicators_add_only_to_themselves(one, other):
    # CTUh of cancer and of other effects, and fossil and primary MJ, share their unit
    assert (unit(one).dimensionality == unit(other).dimensionality) == (one == other)


@pytest.mark.parametrize(
    ("text", "other", "number"),
    [
        ("1 kWh", "MJ", 3.6),
        ("1 t CO2e", "kg CO2e", 1_000),
        ("0.3 L/kWh", "m3/MWh", 0.3),
        ("1 GiB", "MiB", 1_024),
        ("1 GB", "MB", 1_000),
        ("1 year", "d", 365.25),
        ("100 g CO2e/kWh", "kg CO2e/MJ", 0.1 / 3.6),
        ("1 gal", "L", 3.785411784),
        ("1 lb", "g", 453.59237),
        ("50 %", "", 0.5),
        ("1 1/cm2", "1/mm2", 0.01),
        ("1 query", "queries", 1),
        ("1 m²", "cm2", 10_000),
    ],
)
def test_units_convert(text, other, number):
    assert parse(text).to(unit(other)).magnitude == pytest.approx(number)


# --- spellings


@pytest.mark.parametrize("name", ALIASES)
def test_every_spelling_is_a_unit(name):
    assert unit(name).dimensionality == unit(ALIASES[name]).dimensionality


@pytest.mark.parametrize("name", ALIASES)
def test_every_spelling_can_be_had_per_kilowatt_hour(name):
    assert unit(f"{name}/kWh") == unit(name) / unit("kWh")


@pytest.mark.parametrize("name", sorted(set(CATEGORIES)))
def test_every_unit_of_an_indicator_is_a_unit(name):
    assert not unit(name).dimensionless


@pytest.mark.parametrize(
    "spellings",
    [
        ("kg CO2e", "kg CO2 eq", "kg CO2-eq", "kg CO2eq", "CO2e*kg", "kilogram CO2e"),
        ("kBq U235 eq", "kBq U-235 eq"),
        ("m3 world eq", "m3 world-eq", "m^3 world eq", "m**3 * world_eq"),
        ("mm2", "mm^2", "mm**2", "mm²"),
        ("disease incidence", "disease inc.", "disease_incidence"),
        ("µm", "μm", "um"),
    ],
)
def test_spellings_of_one_unit(spellings):
    assert len({str(unit(one)) for one in spellings}) == 1


@pytest.mark.parametrize(
    ("text", "near"),
    [("kwh", "kWh"), ("Kw", "kW"), ("houre", "hour"), ("g co2e", "CO2e"), ("imag", "image"), ("gb", "GB")],
)
def test_a_misspelt_unit_is_answered_with_the_nearest(text, near):
    with pytest.raises(UnitError, match=rf"unknown unit.*{text}.*did you mean.*{near}"):
        unit(text)


# --- what is malformed


@pytest.mark.parametrize(
    "text",
    [
        "W/0",
        "1/0",
        "W h ±",
        "W!",
        "W.h",
        "2 W",
        "10**3 W",
        "W+J",
        "m**2**3",
        "m^9^9^9",
        "m**99",
        "m**-12",
        "W**W",
        "((W",
        "W)",
        " W[0]",
        "__import__('os')",
        "lambda: 0",
        "\x00",
        "W\x00",
        "'",
        '"',
        "#",
        "W#h",
        "\\",
        "²",
        "nan",
        "inf",
        "W" * 200,
        "W/",
        "/W",
        "*W",
        "W**",
        "W^",
        "()",
        "%%/",
        "(" * 100,
        "-" * 100,
    ],
)
def test_a_malformed_unit_is_refused(text):
    with pytest.raises(UnitError, match=r"accepted: "):
        unit(text)


@pytest.mark.parametrize("text", ["m^9^9^9", "m**9**9**9", "(m**9)**9**9", "m ** 2 ** 3"])
def test_a_power_of_a_power_is_refused(text):
    with pytest.raises(UnitError, match=r"not a unit"):
        unit(text)


PARTS = st.sampled_from(
    [
        *NAMES,
        *ALIASES,
        "kWh",
        "k",
        "*",
        "**",
        "^",
        "/",
        "//",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "-",
        "+",
        "%",
        ".",
        ",",
        "e",
        "E",
        "0",
        "1",
        "2",
        "9",
        "1e9",
        "²",
        "³",
        "µ",
        "·",
        "±",
        "_",
        " ",
        "\t",
        "\n",
        "\x00",
        "'",
        '"',
        "\\",
        "#",
        "=",
        ":",
        "@",
        "if",
    ]
)


@given(st.lists(PARTS, max_size=12).map("".join) | st.text(max_size=40))
def test_any_text_is_a_unit_or_our_error(text):
    with suppress(UnitError):
        assert isinstance(unit(text), pint.Unit)


@given(
    st.lists(PARTS, max_size=8).map("".join) | st.text(max_size=40), st.sampled_from(["", "3", "-1e5 ", "1_000 ", "٣"])
)
def test_any_text_is_a_quantity_or_our_error(text, number):
    with suppress(UnitError):
        assert isinstance(parse(number + text).magnitude, float)


@pytest.mark.parametrize(
    "text", ["9" * 1_000_000 + "x", " " * 1_000_000 + "x", "W" * 1_000_000, "1 " + "m*" * 100_000 + "m"]
)
def test_a_huge_text_is_refused(text):
    with pytest.raises(UnitError):
        parse(text)


@pytest.mark.parametrize("text", ["1 000 W", "1,5 kW", "1.5.2 W", "W", "", "three W", "1e W", "--1 W", "0x10 W"])
def test_a_number_that_is_none_is_refused(text):
    with pytest.raises(UnitError):
        parse(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_exactly(number):
    assert parse(f"{number!r} W").magnitude == number


# --- fields of models


@pytest.mark.parametrize(("name", "spelled"), [(name, one) for name, pair in FIELDS.items() for one in pair])
@pytest.mark.parametrize("number", [0.0, 1.0, 36, 1e-12, 1.7e12])
def test_a_quantity_survives_json(name, spelled, number):
    one = model(name)(field=f"{number} {spelled}")
    again = type(one).model_validate(json.loads(one.model_dump_json()))
    assert again.field == one.field
    assert again.field.units == one.field.units
    assert type(one).model_validate_json(again.model_dump_json()).field == one.field


@pytest.mark.parametrize("name", [*NAMES, *sorted(set(CATEGORIES)), "kg CO2e/kWh", "L/kWh", "1/cm2", "m**0.5"])
def test_every_unit_survives_being_written(name):
    assert quantity(serialise(registry().Quantity(2.5, unit(name)))) == registry().Quantity(2.5, unit(name))


@pytest.mark.parametrize(("name", "spelled"), [(name, pair[0]) for name, pair in FIELDS.items()])
@pytest.mark.parametrize("number", [36, 36.5, "36", "36.5", {"value": 36, "unit": ""}])
def test_a_bare_number_is_refused_with_the_unit_that_the_field_takes(name, spelled, number):
    message = refused(name, number)
    shown = f"{number['value'] if isinstance(number, dict) else number} {spelled}"
    assert "a number without a unit" in message
    assert f"e.g. '{shown}'" in message


@pytest.mark.parametrize("name", FIELDS)
def test_the_wrong_dimension_is_refused_with_the_one_that_is_meant(name):
    message = refused(name, "3 token")
    assert "another dimension" in message
    assert FIELDS[name][0] in message


def test_a_mass_of_carbon_is_no_mass():
    assert "another dimension" in refused("Mass", "3 kg CO2e")


@pytest.mark.parametrize("number", ["nan", "inf", "1e999", "-1"])
def test_a_number_out_of_range_is_refused(number):
    message = refused("Power", f"{number} W")
    assert "not a quantity" in message or "not a finite number" in message or "too small" in message


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        [],
        {},
        {"value": 1},
        {"value": "1", "unit": "W"},
        {"value": True, "unit": "W"},
        {"value": 1, "unit": 2},
        {"value": 1, "unit": "W", "more": 1},
        {"value": 10**400, "unit": "W"},
        b"1 W",
        object(),
        1j,
        float("nan"),
    ],
)
def test_what_is_no_quantity_is_refused(value):
    assert refused("Power", value)


@pytest.mark.parametrize("value", ["1", "50 %", "0 image", "-1 image", "nan image", "inf image", 3])
def test_a_delivery_is_a_positive_number_of_something(value):
    assert refused("Counted", value)


@pytest.mark.parametrize("value", ["1e6 image", "1 model", "3 kWh", "1e9 token"])
def test_a_delivery_may_be_of_anything(value):
    assert model("Counted")(field=value).field == parse(value)


@pytest.mark.parametrize("name", FIELDS)
def test_the_json_schema_shows_the_dimension(name):
    schema = model(name).model_json_schema()["properties"]["field"]
    canonical = FIELDS[name][0]
    assert schema["x-dimension"] == str(unit(canonical).dimensionality)
    assert canonical in schema["description"]
    assert [branch["type"] for branch in schema["anyOf"]] == ["string", "object"]


def test_the_examples_of_the_json_schema_are_accepted():
    for name in FIELDS:
        (example,) = model(name).model_json_schema()["properties"]["field"]["anyOf"][0]["examples"]
        assert model(name)(field=example).field == parse(example)


def test_a_type_without_a_minimum_takes_what_is_negative():
    assert QuantityType("W").validate("-3 W").magnitude == -3.0


# --- quantities of other registries


@pytest.mark.parametrize("text", ["3 kWh", "2 L/kWh", "5 GB", "1 m**2", "1 year", "7 percent"])
def test_a_quantity_of_another_registry_is_taken_over(text):
    foreign = pint.UnitRegistry().parse_expression(text.replace("L", "liter"))
    ours = quantity(foreign)
    assert ours.check(parse(text).dimensionality)
    assert ours.to(parse(text).units).magnitude == pytest.approx(parse(text).magnitude)


def test_a_unit_that_only_another_registry_has_is_refused():
    with pytest.raises(UnitError, match=r"unknown unit"):
        quantity(pint.UnitRegistry().Quantity(3.0, "kelvin"))


def test_an_array_is_no_quantity():
    with pytest.raises(UnitError, match=r"not one number"):
        quantity(pint.UnitRegistry().Quantity([1.0, 2.0], "watt"))


def test_a_quantity_survives_being_pickled():
    assert pickle.loads(pickle.dumps(parse("3 kg CO2e"))) == parse("3 kg CO2e")  # noqa: S301 (our own bytes)


# --- for reading


@pytest.mark.parametrize(
    "spelled", [*sorted(set(CATEGORIES)), "t CO2e", "g CO2e/kWh", "L/kWh", "1/cm2", "mm2", "kg km"]
)
def test_a_unit_is_printed_as_impact_assessment_writes_it(spelled):
    quantity_of_it = registry().Quantity(2.5, unit(spelled))
    assert str(quantity_of_it) == f"2.5 {spelled}"
    assert f"{quantity_of_it:.3f}" == f"2.500 {spelled}"
    assert f"{quantity_of_it.units:~}" == spelled


@given(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([-3, -2, -1, -0.5, 0.5, 1, 2, 3]), min_size=1, max_size=4)
)
def test_a_printed_unit_reads_back_as_itself(powers):
    whole = registry().Unit("")
    for name, power in powers.items():
        whole *= registry().Unit(name) ** power
    assert unit(str(whole)) == whole


def test_pints_own_forms_stay():
    assert f"{parse('2 kg CO2e'):D}" == "2.0 CO2e * kilogram"
    assert f"{parse('2 kg CO2e'):~P}" == "2.0 CO2e·kg"


@pytest.mark.parametrize(
    ("amount", "spelled", "text"),
    [
        (0.00025164, "kg CO2e", "252 mg CO2e"),
        (1.0, "kg CO2e", "1.00 kg CO2e"),
        (0.9996, "kg", "1.00 kg"),
        (999.4, "kg", "999 kg"),
        (999.6, "kg", "1.00 t"),
        (12_345, "kg CO2e", "12.3 t CO2e"),
        (2e6, "kg CO2e", "2.00 kt CO2e"),
        (2e12, "kg CO2e", "2.00 Gt CO2e"),
        (5e-16, "kg Sb eq", "5e-16 kg Sb eq"),
        (-12.34, "MJ", "-12.3 MJ"),
        (1.2e5, "MJ", "120 GJ"),
        (3.0, "m3 world eq", "3.00 m3 world eq"),
        (0.002, "m3", "2.00 L"),
        (2.0, "kBq U235 eq", "2.00 kBq U235 eq"),
        (5.5e-11, "disease incidence", "5.5e-11 disease incidence"),
        (0, "kg CO2e", "0 kg CO2e"),
        (float("nan"), "kg", "nan kg"),
        (float("inf"), "kg", "inf kg"),
    ],
)
def test_amounts_are_written_for_reading(amount, spelled, text):
    assert humanise(amount, spelled) == text


@given(st.floats(1e-9, 1e9), st.sampled_from(["kg CO2e", "MJ", "kBq U235 eq", "mol H+ eq", "m3", "CTUe"]))
def test_what_is_written_for_reading_is_the_amount_to_three_digits(amount, spelled):
    assert parse(humanise(amount, spelled)).to(unit(spelled)).magnitude == pytest.approx(amount, rel=5.1e-3)


# --- errors


def test_an_error_tells_place_value_and_remedy():
    fault = InputError("too small", file="a.yaml", line=3, field="power", value="-1 W", accepted="at least 0 W")
    assert str(fault) == "a.yaml: line 3: power: too small (got '-1 W'); accepted: at least 0 W"


def test_an_error_takes_the_place_that_a_caller_knows_and_keeps_its_own():
    fault = UnitError("too small", field="power").at(file="a.yaml", field="other")
    assert (fault.file, fault.field, type(fault)) == ("a.yaml", "power", UnitError)


def test_a_long_value_is_cut_in_an_error():
    assert len(str(UnitError("not a unit", value="x" * 1_000))) < 120
