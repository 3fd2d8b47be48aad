"""Keep or buy, by hand: two machines of given manufacture on a grid of 100 g/kWh, and what the laws of a payback say.

The old one does 1,000 token/s at 5 kW, the new one 2,000 token/s at 6 kW and took 1,200 kg CO2e to make. For 8.64e7
token/day the old one is always busy and the new one half of the time: 5 kW against 3 kW. A year of 8,766 h saves
2 kW x 8,766 h x 0.1 kg/kWh = 1,753.2 kg CO2e.
"""

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import lca_ai as lca
from lca_ai.errors import InputError, StudyError, UnknownKeyError
from lca_ai.interpretation.break_even.payback import FAR, Balance, at_share, first_years, payback

OLD = lca.Server(name="old", embodied={"climate change": "800 kg CO2e"})
NEW = lca.Server(name="new", embodied={"climate change": "1200 kg CO2e"})
SCOPE = lca.GoalAndScope(
    goal="test", functional_unit=lca.FunctionalUnit("a token", reference_flow="1 token"),
    system_boundary=("manufacture", "use"),
)  # fmt: skip
PLACE = lca.location("FR", grid_intensity="100 g CO2e/kWh", pue=1.0)
SAVING = 1753.2
CLIMATE = "climate change"


def by_hand(**changes):
    asked = {
        "keep": OLD, "buy": NEW, "work": "8.64e7 token/day", "location": PLACE, "scope": SCOPE, "samples": 64,
        "throughput": {"old": "1000 token/s", "new": "2000 token/s"}, "power": {"old": "5 kW", "new": "6 kW"},
        "inputs": {"service_life": 4.0, "utilisation": 1.0},
    }  # fmt: skip
    return lca.break_even(**(asked | changes))


def dgx(**changes):
    asked = {
        "keep": "dgx-a100", "buy": "dgx-h100", "work": "1e9 token/day", "location": "FR", "samples": 256,
        "throughput": {"dgx-a100": "2000 token/s"},
    }  # fmt: skip
    return lca.break_even(**(asked | changes))


def test_payback_by_hand():
    row = by_hand()[CLIMATE]
    assert row["new_machine"] == pytest.approx(1200.0, rel=1e-12)
    assert row["saving_per_year"] == pytest.approx(SAVING, rel=1e-12)
    assert row["payback"] == pytest.approx(1200.0 / SAVING, rel=1e-12)
    assert row["unit"] == "year"


@pytest.mark.parametrize("pue", [1.2, 1.5])
def test_overhead_saves_as_well(pue):
    found = by_hand(location=PLACE.replace(pue=pue))
    assert found[CLIMATE]["payback"] == pytest.approx(1200.0 / SAVING / pue, rel=1e-12)


def test_machines_are_whole_or_parts():
    whole, parts = by_hand(), by_hand(whole_machines=False)
    assert whole.machines["number"].tolist() == [1.0, 1.0]
    assert whole.machines["utilisation"].tolist() == pytest.approx([1.0, 0.5])
    assert parts.machines["number"].tolist() == pytest.approx([1.0, 0.5])
    assert parts[CLIMATE]["payback"] == pytest.approx(600.0 / SAVING, rel=1e-12)
    used = by_hand(whole_machines=False, inputs={"service_life": 4.0, "utilisation": 0.5})
    assert used[CLIMATE]["new_machine"] == pytest.approx(1200.0)  # half a machine's work, half of its life


def test_a_fraction_above_a_whole_machine_takes_one_more():
    assert by_hand(work="8.65e7 token/day").machines["number"].tolist() == [2.0, 1.0]
    assert by_hand(work="1000 token/s").machines["number"].tolist() == [1.0, 1.0]  # not 2 by a rounding error


def test_energy_per_work():
    assert by_hand().machines["energy_per_work"].tolist() == pytest.approx([5 / 3.6e6, 6 / 7.2e6])


def test_idle_machines_draw_what_is_stated():
    found = by_hand(idle_power={"old": "0.7 kW", "new": "1 kW"})
    assert found[CLIMATE]["saving_per_year"] == pytest.approx(SAVING * (5 - 3.5) / 2, rel=1e-12)
    assert not any("without work" in note for note in found.notes)
    assert any("without work" in note for note in by_hand().notes)


def test_what_is_sunk_is_not_counted_unless_asked_for():
    charged = by_hand(keep_sunk=False, age="2 year")
    assert charged[CLIMATE]["payback"] == pytest.approx(1200.0 / (SAVING + 800.0 / 4), rel=1e-12)
    late = by_hand(keep_sunk=False, age="3.5 year")  # 100 kg are left, in half a year
    assert late[CLIMATE]["payback"] == pytest.approx((1200.0 - 100.0) / SAVING, rel=1e-12)
    over = by_hand(keep_sunk=False, age="9 year")
    assert over[CLIMATE]["payback"] == pytest.approx(1200.0 / SAVING, rel=1e-12)


def test_a_grid_that_gets_cleaner_pays_later():
    growth = math.log(0.96)
    expected = math.log(1.0 + 1200.0 * growth / SAVING) / growth
    assert by_hand(grid_trend="-4 %/year")[CLIMATE]["payback"] == pytest.approx(expected, rel=1e-9)
    assert by_hand(grid_trend={CLIMATE: "-4 %/year"})[CLIMATE]["payback"] == pytest.approx(expected, rel=1e-9)
    # all that is ever saved is 1,753.2 / -ln(0.2) = 1,089 kg
    assert math.isinf(by_hand(grid_trend="-80 %/year")[CLIMATE]["payback"])


def test_a_trend_is_of_the_category_that_it_names():
    still, falling = dgx(), dgx(grid_trend="-10 %/year")
    assert falling[CLIMATE]["payback"] > still[CLIMATE]["payback"]
    assert falling["primary energy"]["payback"] == still["primary energy"]["payback"]


def test_a_trend_can_be_uncertain():
    found = by_hand(grid_trend=lca.Uniform("-20 %/year", "0 %/year"), samples=1024)[CLIMATE]
    assert found["payback"] == pytest.approx(by_hand(grid_trend="-10 %/year")[CLIMATE]["payback"])
    assert found["low"] < found["median"] < found["high"]
    assert found["median"] == pytest.approx(found["payback"], rel=2e-3)


def test_draws_in_which_it_never_pays_back():
    """The power of the new machine is uniform from 4 to 12 kW: above 10 kW, a quarter of the draws, nothing is saved."""
    found = by_hand(power={"old": "5 kW", "new": lca.Uniform("4 kW", "12 kW")}, samples=4096)
    row = found[CLIMATE]
    assert row["never"] == pytest.approx(0.25, abs=2e-3)
    assert row["low"] == pytest.approx(1200 / (876.6 * (5 - 4.4 / 2)), rel=2e-3)
    assert row["median"] == pytest.approx(1200 / (876.6 * (5 - 8 / 2)), rel=5e-3)
    assert math.isinf(row["high"])
    assert row["median_where_paid"] == pytest.approx(1200 / (876.6 * (5 - 7 / 2)), rel=5e-3)
    within = (10 - 2 * 1200 / 4 / 876.6 - 4) / 8
    assert row["within_life"] == pytest.approx(within, abs=2e-3)
    assert "to never); never in 25% of the draws" in str(found)
    plain = json.dumps(found.to_dict(), allow_nan=False)
    told = next(one for one in json.loads(plain)["payback"] if one["category"] == CLIMATE)
    assert told["high"] == "never"


def test_a_new_machine_that_needs_more_never_pays_back():
    found = by_hand(power={"old": "5 kW", "new": "12 kW"})
    assert math.isinf(found[CLIMATE]["payback"])
    assert found[CLIMATE]["never"] == 1.0
    assert math.isnan(found[CLIMATE]["median_where_paid"])
    assert "never (never to never)" in str(found)


@pytest.mark.parametrize("factor", [0.25, 0.5, 0.9])
def test_payback_is_inverse_to_the_work_of_the_same_machines(factor):
    less = by_hand(work=f"{8.64e7 * factor} token/day")
    assert less[CLIMATE]["payback"] == pytest.approx(by_hand()[CLIMATE]["payback"] / factor, rel=1e-9)


@pytest.mark.parametrize("factor", [0.3, 2.0, 40.0])
def test_payback_follows_the_manufacture_and_of_parts_not_the_work(factor):
    heavier = by_hand(buy=NEW.replace(embodied={CLIMATE: f"{1200 * factor} kg CO2e"}))
    assert heavier[CLIMATE]["payback"] == pytest.approx(factor * 1200.0 / SAVING, rel=1e-9)
    more = by_hand(work=f"{8.64e7 * factor} token/day", whole_machines=False)
    assert more[CLIMATE]["payback"] == pytest.approx(600.0 / SAVING, rel=1e-9)


def test_the_curves_cross_at_the_payback():
    found = by_hand(inputs={"service_life": 4.0, "utilisation": 1.0}, years=3)
    curves = found.curves.set_index("year")
    assert curves.index.tolist() == [0, 1, 2, 3]
    assert curves["keep_median"].to_numpy() == pytest.approx(np.arange(4) * 4383.0)
    assert curves["buy_median"].to_numpy() == pytest.approx(1200 + np.arange(4) * 2629.8)
    assert by_hand().curves["year"].max() == 4  # the service life
    falling = by_hand(years=2, grid_trend="-10 %/year").curves.set_index("year")
    assert falling["keep_median"][2] == pytest.approx(4383.0 * (0.81 - 1) / math.log(0.9))


def test_a_start_turns_years_into_dates():
    found = by_hand(start="2027-01-01", power={"old": "5 kW", "new": lca.Uniform("4 kW", "12 kW")}, samples=256)
    row = found[CLIMATE]
    assert row["date"] == "2028-05-15"  # 8 kW: 1,200 / 876.6 years of 365.25 days, 500.0 days
    assert row["date_high"] == ""
    assert "in 2028" in str(found)
    assert "date" not in by_hand().table


def test_categories_without_a_figure_have_no_payback_and_say_why():
    found = by_hand()
    assert list(found.table.loc[found.table["reason"] == "", "category"]) == [CLIMATE]
    assert "land use" in found.not_stated["land use"]
    assert math.isnan(found["land use"]["payback"])
    assert set(found.curves["category"]) == {CLIMATE}
    with pytest.raises(UnknownKeyError, match="did you mean climate change"):
        found["climate"]


def test_a_part_that_only_the_new_machine_misses_is_told():
    card = lca.hardware("h100-sxm5-80gb")
    found = by_hand(buy=card, throughput={"old": "1000 token/s", card.key: "1000 token/s"}, power={"old": "5 kW"})
    assert "host of" in found.not_stated[CLIMATE] or "no figure" in found.not_stated[CLIMATE]


def run_on(name, energy, **more):
    return lca.InferenceService(
        name=f"run on {name}", hardware=name, location=lca.location("FR", year=2023, pue=1.2), energy=energy,
        runtime={"duration": "10 hour"}, delivered="1e8 token", **more,
    )  # fmt: skip


def test_savings_of_measured_runs_are_those_of_assess():
    runs = [run_on("dgx-a100", "50 kWh"), run_on("dgx-h100", "30 kWh")]
    found = lca.break_even(keep=runs[0], buy=runs[1], work="1e8 token/day", samples=64)
    yearly = f"{1e8 * 365.25} token"
    scope = lca.GoalAndScope(goal="test", functional_unit=lca.FunctionalUnit("a year", reference_flow=yearly),
                             system_boundary=("use",))  # fmt: skip
    old, new = (lca.assess(run, scope).totals["amount"] for run in runs)
    rows = found.table[found.table["reason"] == ""]
    assert len(rows) > 3
    for row in rows.to_dict("records"):
        assert row["saving_per_year"] == pytest.approx(old[row["category"]] - new[row["category"]], rel=1e-9)


def test_what_a_machine_takes_is_that_of_its_look_up():
    parts = {name: lca.embodied(name).query("category == 'climate change'") for name in ("dgx-a100", "dgx-h100")}
    found = dgx()
    count = found.machines["number"].tolist()
    assert count == [6.0, 3.0]
    assert found[CLIMATE]["new_machine"] == pytest.approx(3 * parts["dgx-h100"]["amount"].sum(), rel=1e-9)
    with_old = dgx(old_end_of_life=True)[CLIMATE]["new_machine"] - found[CLIMATE]["new_machine"]
    old = parts["dgx-a100"].query("life_cycle_stage == 'end of life'")["amount"].sum()
    assert with_old == pytest.approx(6 * old, rel=1e-9)


def test_a_name_alone_is_scaled_by_published_figures_and_marked():
    found = dgx()
    ratio = lca.proposed_scaling("dgx-a100", "dgx-h100")
    busy = found.machines["busy"].tolist()
    assert busy[0] == pytest.approx(1e9 / 86400 / 2000)
    assert busy[1] == pytest.approx(busy[0] / ratio.throughput_median)
    assert "the weakest basis" in found.machines["told"][1]
    stated = dgx(buy={"dgx-h100": lca.scaled(throughput=3.0, power=1.5, because="our benchmark")})
    assert stated.machines["busy"][1] == pytest.approx(busy[0] / 3)
    energy = stated.machines["energy_per_work"]
    assert energy[1] < energy[0]
    assert "our benchmark" in stated.machines["told"][1]


def test_a_cluster_counts_by_its_servers():
    one, two = (
        run_on("dgx-a100", energy).replace(hardware=lca.hardware("dgx-a100", count=count), delivered=delivered)
        for count, energy, delivered in ((1, "50 kWh", "1e8 token"), (2, "100 kWh", "2e8 token"))
    )
    alone, both = (lca.break_even(keep=run, buy="dgx-h100", work="3e8 token/day", samples=64) for run in (one, two))
    assert both.machines["busy"].tolist() == pytest.approx(alone.machines["busy"].tolist())
    assert both[CLIMATE]["payback"] == pytest.approx(alone[CLIMATE]["payback"], rel=1e-9)


def test_both_sides_are_on_the_grid_of_the_kept_run():
    run = run_on("dgx-a100", "50 kWh").replace(
        location=lca.location("FR", pue=1.2), runtime={"start": "2019-03-01T00:00:00Z", "duration": "10 hour"}
    )
    found = lca.break_even(keep=run, buy="dgx-a100", throughput={"dgx-a100": "1e7 token/hour"},
                           power={"dgx-a100": "5 kW"}, work="1e8 token/day", samples=64)  # fmt: skip
    assert found[CLIMATE]["saving_per_year"] == pytest.approx(0.0, abs=1e-9)
    assert math.isinf(found[CLIMATE]["payback"])
    assert "the grid is that of 2019, the year of run on dgx-a100" in found.notes
    moved = lca.break_even(keep=run, buy="dgx-h100", location="PL", work="1e8 token/day", samples=64)
    here = lca.break_even(keep=run, buy="dgx-h100", work="1e8 token/day", samples=64)
    assert moved[CLIMATE]["payback"] < here[CLIMATE]["payback"]


def test_the_same_seed_gives_the_same_result():
    assert dgx(seed=3).table.equals(dgx(seed=3).table)
    assert not dgx(seed=3).table.equals(dgx(seed=4).table)


def test_every_drawn_figure_is_listed():
    names = set(dgx(grid_trend="-4 %/year").inputs["name"])
    assert {"throughput of dgx-a100", "throughput of dgx-h100, over the measured one", "energy of dgx-a100",
            "yearly change of the grid, climate change"} <= names  # fmt: skip


WRONG = {
    "a name of no machine": ({"keep": "a100-node"}, "did you mean dgx-a100"),
    "another one": ({"buy": "h100-node"}, "did you mean dgx-h100"),
    "no throughput": ({"throughput": {}}, "how much work it does is not known"),
    "a throughput of neither": ({"throughput": {"dgx-a10": "1 token/s"}}, "dgx-a100 or dgx-h100"),
    "a throughput of something else": ({"throughput": {"dgx-a100": "1 image/s"}}, "token/hour"),
    "a throughput without a unit": ({"throughput": {"dgx-a100": 2000}}, "a number without a unit"),
    "a throughput for all": ({"throughput": "2000 token/s"}, "not by machine"),
    "no centre": ({"throughput": {"dgx-a100": lca.Normal(sd="5 %")}}, "central value is not stated"),
    "an amount": ({"work": "1e9 token"}, "an amount per time"),
    "no work": ({"work": "0 token/day"}, "not a positive amount"),
    "no place": ({"location": None}, "the place is missing"),
    "half a power": ({"power": {"dgx-h100": "3 kW"}}, "a power without a throughput"),
    "one idle power": ({"idle_power": {"dgx-a100": "1 kW"}}, "that of both"),
    "a useless age": ({"age": "2 year"}, "keep_sunk=False"),
    "no age": ({"keep_sunk": False}, "the age of the kept machine is not known"),
    "a negative age": ({"keep_sunk": False, "age": "-2 year"}, "a negative age"),
    "a trend per nothing": ({"grid_trend": "-4 %"}, "1/year"),
    "a trend to nothing": ({"grid_trend": "-100 %/year"}, "cannot lose all"),
    "a trend of no category": ({"grid_trend": {"climate": "-4 %/year"}}, "did you mean climate change"),
    "no date": ({"start": "soon"}, "not a date"),
    "no years": ({"years": 0}, "a whole number from 1"),
    "samples": ({"samples": 100}, "64 or 128"),
    "an unknown input": ({"inputs": {"foo": 3}}, "no such input"),
    "two machines": ({"buy": {"dgx-h100": None, "dgx-b200": None}}, "one machine to buy"),
    "no scaling": ({"buy": {"dgx-h100": lca.as_measured}}, "how its energy is known"),
    "use alone": ({"scope": SCOPE.replace(system_boundary=("use",))}, "manufacture is outside"),
}


@pytest.mark.parametrize(("changes", "told"), WRONG.values(), ids=WRONG)
def test_wrong_questions(changes, told):
    with pytest.raises(InputError, match=told):
        dgx(**changes)


def test_runs_in_two_places_and_runs_of_other_work_are_refused():
    there = run_on("dgx-h100", "30 kWh").replace(location="DE")
    with pytest.raises(StudyError, match="in two places"):
        lca.break_even(keep=run_on("dgx-a100", "50 kWh"), buy=there, work="1e8 token/day")
    with pytest.raises(StudyError, match="does not deliver what the work is counted in"):
        lca.break_even(keep=run_on("dgx-a100", "50 kWh"), buy="dgx-h100", work="1e8 image/day")


POSITIVE = st.floats(1e-6, 1e9)


@given(POSITIVE, POSITIVE, st.floats(0.01, 100.0))
def test_law_payback_scales_with_the_manufacture_and_against_the_saving(new, saved, factor):
    once = float(payback(Balance(new, saved)))
    assert float(payback(Balance(new * factor, saved))) == pytest.approx(once * factor, rel=1e-9)
    assert float(payback(Balance(new, saved * factor))) == pytest.approx(once / factor, rel=1e-9)


@given(POSITIVE, st.floats(1e-3, 1e3), st.floats(-0.5, 0.5), st.floats(0, 1e3), st.floats(0, 1e3), st.floats(0, 30))
def test_law_the_balance_is_even_at_the_payback(new, saved, rate, water, kept, remaining):
    balance = Balance(new, saved, water, rate, kept, remaining)
    after = float(payback(balance))
    if math.isinf(after):
        assert balance.after(FAR) < 0
    else:
        assert float(balance.after(after)) == pytest.approx(0.0, abs=1e-6 * new + 1e-9)


@given(st.floats(0, 100), st.floats(-0.9, 1.0))
def test_law_years_of_a_falling_grid_are_the_sum_of_its_parts(years, rate):
    """The first year's worth, and what follows of a year that is 1 + rate times it."""
    assume(abs(rate) > 1e-9)
    whole = float(first_years(years + 1.0, rate))
    assert whole == pytest.approx(
        float(first_years(1.0, rate)) + (1 + rate) * float(first_years(years, rate)), rel=1e-9
    )


def test_quantiles_that_lie_among_the_draws_that_never_pay_are_infinite():
    draws = np.array([3.0, np.inf, 1.0, 2.0])
    assert at_share(draws, (0.25, 0.5, 0.75, 0.76)) == [1.0, 2.0, 3.0, math.inf]
