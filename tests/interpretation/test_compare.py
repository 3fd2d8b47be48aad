import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lca_ai as lca
from lca_ai.errors import InputError
from lca_ai.interpretation.moments import moments
from lca_ai.interpretation.pareto import dominance
from lca_ai.logs.energy import read_energy

CLIMATE, ENERGY, MINERALS = "climate change", "primary energy", "resource use, minerals and metals"


@pytest.fixture(scope="module")
def table(example):
    chosen = lca.cases(
        example,
        location=["FR", "DE", "US-MISO", "IN"],
        hardware={"r7525-3xa100": lca.as_measured, "dgx-h100": lca.scaled(throughput=2.0, power=1.4, because="a test")},
    )
    return lca.compare(chosen, samples=1024, seed=7)


def amount(table, category=CLIMATE, column="amount", **keys):
    found = table.table[table["category"] == category]
    for axis, key in keys.items():
        found = found[found[axis] == key]
    (value,) = found[column]
    return value


# --- central values ---------------------------------------------------------------------------------------------------


def test_the_columns_are_the_keys_and_then_what_is_told(table):
    told = ["category", "amount", "low", "high", "unit", "activity_basis"]
    assert list(table.table.columns) == ["hardware", "location", *told]
    assert len(table) == 2 * 4 * 19
    assert set(table["activity_basis"]) == {"measured", "scaled"}


@pytest.mark.parametrize("zone", ["FR", "DE", "IN"])
def test_every_amount_is_that_of_an_assessment_of_the_case(table, example, zone):
    (run,) = example.workloads
    moved = run.replace(location=lca.location(zone, year=2021, pue=1.0))
    result = lca.assess(moved, example.goal_and_scope)
    for category, row in result.totals.iterrows():
        assert amount(table, category, hardware="r7525-3xa100", location=zone) == pytest.approx(
            row["amount"], rel=1e-12, nan_ok=True
        )


def test_a_run_with_modelled_parts_is_that_of_an_assessment(run, scope):
    result = lca.assess(run, scope)
    found = lca.compare(run, scope, samples=8).table.set_index("category")["amount"]
    for category, row in result.totals.iterrows():
        assert found[category] == pytest.approx(row["amount"], rel=1e-12, nan_ok=True)


def test_several_workloads_of_a_study_move_together(run, scope):
    many = [run, run.replace(name="search", produces="nothing", energy="300 kWh")]
    table = lca.compare(lca.cases(many, location=["SE", "PL"]), scope, samples=8)
    moved = [one.replace(location=lca.location("PL")) for one in many]
    expected = lca.assess(moved, scope)[CLIMATE].magnitude
    assert amount(table, location="PL") == pytest.approx(expected, rel=1e-12)


def test_a_scaled_machine_takes_its_share_of_time_and_power(example):
    """By hand: energy x 1.4 / 2, machine hours / 2; all of the rest as of that machine."""
    (run,) = example.workloads
    chosen = {"dgx-h100": lca.scaled(throughput=2.0, power=1.4)}
    found = lca.compare(lca.cases(example, hardware=chosen), samples=8)
    energy = read_energy(run.power).total
    seconds = 600.001
    by_hand = run.model_copy(
        update={
            "power": None,
            "energy": lca.quantity(f"{energy * 0.7} kWh"),
            "hardware": lca.hardware("dgx-h100"),
            "runtime": lca.Runtime(duration=f"{seconds / 2} s", start="2021-03-19T00:54:12.181Z"),
        }
    )
    expected = lca.assess(by_hand, example.goal_and_scope)
    for category in (CLIMATE, MINERALS, ENERGY):
        assert amount(found, category) == pytest.approx(expected[category].magnitude, rel=1e-5)


@pytest.mark.parametrize("nodes", [1, 4])
def test_several_nodes_scale_machine_for_machine(run, scope, nodes):
    """The same node hours on one node or on four: the manufacture that the other machine bears is the same."""
    hours = {"duration": f"{240 / nodes} h", "start": "2023-05-01T00:00:00Z"}
    many = run.replace(hardware={"catalogue": "dgx-a100", "count": nodes}, runtime=hours)
    make = scope.replace(system_boundary=("manufacture",))
    table = lca.compare(lca.cases(many, hardware=["dgx-h100"]), make, samples=8)
    single = run.replace(hardware="dgx-a100")
    one = lca.compare(lca.cases(single, hardware=["dgx-h100"]), make, samples=8)
    assert amount(table) == pytest.approx(amount(one), rel=1e-12)


def test_cards_by_their_number_are_cards_alone(run, scope):
    table = lca.compare(lca.cases(run, hardware=["dgx-h100", "mi300x-8", "4 x a100-sxm4-80gb"]), scope, samples=8)
    made = {key: table.samples.model.activities[case[0].activity].stages for (key,), case in
            zip(table.keys, table.samples.cases, strict=True)}  # fmt: skip
    assert set(made["mi300x-8"]) == {"manufacture", "transport", "end of life"}
    assert any("mi300x-8: 8 x mi300x alone" in one for one in table.data_quality["detail"])
    assert any("host" in one for one in table.gaps["process"])
    assert CLIMATE in table.not_ranked


def test_a_machine_under_a_name_of_ones_own(run, scope):
    table = lca.compare(lca.cases(run, hardware={"ours": ("dgx-h100", lca.as_measured)}), scope, samples=8)
    assert amount(table, hardware="ours") == pytest.approx(lca.assess(run, scope)[CLIMATE].magnitude, rel=1e-12)


def test_cloud_regions_bring_their_own_pue_and_zones_keep_the_facility(run, scope):
    table = lca.compare(lca.cases(run, location=["aws eu-west-3", "aws eu-north-1", "DE"]), scope, samples=8)
    names = set(table.inputs["name"])
    assert {"PUE of the fleet of aws", "PUE of aws eu-north-1"} <= names  # none is published of Paris itself
    assert "PUE of the industry's average site" in names  # the run's own place gave none to keep


def test_all_regions_of_a_provider_are_compared_also_with_a_run_of_an_early_year(example):
    table = lca.compare(lca.cases(example, location=lca.cloud_regions("gcp")), samples=8)
    assert len(table.keys) == len(lca.cloud_regions("gcp"))
    assert any("is of 2022: none up to 2021" in one for one in table.data_quality["detail"])


def test_data_that_moves_takes_electricity_of_both_grids(run, scope):
    still, moved = (
        lca.compare(lca.cases(run, location=["FR", "PL"], transfer=size), scope, samples=8) for size in (None, "10 TB")
    )
    per_kwh = {
        zone: lca.assess(run.replace(location=lca.location(zone, pue=1.0), energy="1 kWh", covers=["node"]),
                         scope.replace(system_boundary=("use",)))[CLIMATE].magnitude
        for zone in ("FR", "PL")
    }  # fmt: skip
    extra = 10_000 * 0.001 * 0.5 * (per_kwh["FR"] + per_kwh["PL"])
    assert amount(moved, location="PL") - amount(still, location="PL") == pytest.approx(extra, rel=1e-9)
    assert amount(moved, location="FR") == amount(still, location="FR")


# --- draws ------------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_for_any_threads_and_blocks(example):
    chosen = lca.cases(example, location=["FR", "DE", "IN", "PL", "SE"])
    found = [
        lca.compare(chosen, samples=256, seed=3, threads=threads, block=block)
        for threads, block in ((1, 1), (2, 2), (3, 100))
    ]
    for one in found[1:]:
        assert one.table[["low", "high"]].to_numpy().tobytes() == found[0].table[["low", "high"]].to_numpy().tobytes()
        columns = ["median", "mean", "sd"]
        assert one.details[columns].to_numpy().tobytes() == found[0].details[columns].to_numpy().tobytes()
    other = lca.compare(chosen, samples=256, seed=4)
    assert other["low"].tolist() != found[0]["low"].tolist()


def test_closed_moments_are_those_of_many_draws(run, scope):
    chosen = lca.cases(run, location=["aws eu-west-3", "DE", "BR"], transfer="1 TB")
    table = lca.compare(chosen, scope, samples=2**15, seed=1)
    mean, deviation = moments(table.samples.model, table.samples.draws, table.samples.cases)
    sampled_mean, sampled_deviation = table.samples.moments()
    known = mean > 0
    assert sampled_mean[known] == pytest.approx(mean[known], rel=0.02)
    light = [table.categories.index(name) for name in (CLIMATE, ENERGY, "acidification", "particulate matter")]
    assert sampled_deviation[:, light] == pytest.approx(deviation[:, light], rel=0.05)


def test_a_draw_of_a_factor_is_shared_so_that_the_same_place_twice_is_never_told_apart(example):
    (run,) = example.workloads
    places = {"one": run.location, "other": run.location.replace(pue=1.0)}
    found = lca.compare(lca.cases(example, location=places), samples=64).discernible("one", "other")
    assert (found.table["lower"].dropna() == 0.5).all()
    assert (found.table["difference"].dropna() == 0.0).all()


def test_twice_the_energy_is_higher_in_every_draw_whatever_the_factors(run, scope):
    twice = run.replace(energy="2400 kWh")
    table = lca.compare(lca.cases({"once": run, "twice": twice}), scope, samples=512)
    found = table.discernible("once", "twice").table
    assert (found.loc[found["reason"] == "", "lower"] == 1.0).all()
    assert len(found[found["reason"] == ""]) >= 2


@settings(max_examples=10, deadline=None)
@given(factor=st.floats(0.1, 10.0))
def test_impacts_are_linear_in_the_energy_in_every_draw(run, scope, factor):
    use = scope.replace(system_boundary=("use",))
    whole = run.replace(covers=["node"])
    more = whole.replace(energy=f"{1200 * factor} kWh")
    one, other = (lca.monte_carlo(each, use, samples=16, seed=2).draws for each in (whole, more))
    assert other == pytest.approx(one * factor, rel=1e-9, nan_ok=True)


def test_quantiles_are_those_of_numpy(table):
    index = table.categories.index(CLIMATE)
    drawn = table.samples.of_category(index)
    low, high = np.quantile(drawn, [0.05, 0.95], axis=1)
    mine = table.table[table["category"] == CLIMATE]
    assert mine["low"].to_numpy() == pytest.approx(low, rel=1e-12)
    assert mine["high"].to_numpy() == pytest.approx(high, rel=1e-12)


def test_intervals_hold_the_central_amount_of_ranked_categories(table):
    ranked = table.table[table.details["ranked"].to_numpy()]
    assert (ranked["low"] <= ranked["amount"]).all()
    assert (ranked["amount"] <= ranked["high"]).all()


def test_a_figure_that_is_given_is_used_and_its_spread_is_drawn(example):
    fixed = lca.monte_carlo(example, samples=64, inputs={"pue": 1.3})
    assert fixed.totals.loc[CLIMATE, "amount"] > lca.assess(example)[CLIMATE].magnitude
    wide = lca.monte_carlo(example, samples=1024, inputs={"pue": lca.Uniform(1.0, 1.6)})
    narrow = lca.monte_carlo(example, samples=1024)
    assert wide.totals.loc[ENERGY, "sd"] > 2 * narrow.totals.loc[ENERGY, "sd"]
    named = {"factors of nuclear (EU28), climate change": lca.Lognormal(3.0)}
    nuclear = lca.monte_carlo(example, samples=1024, inputs=named)
    assert nuclear.totals.loc[CLIMATE, "sd"] > narrow.totals.loc[CLIMATE, "sd"]
    assert nuclear.totals.loc[ENERGY, "sd"] == pytest.approx(narrow.totals.loc[ENERGY, "sd"], rel=0.02)


def test_the_study_states_its_own_spreads(run, scope):
    own = run.replace(uncertainty={"energy": {"normal": "10 %"}, "pue": {"uniform": [1.1, 1.3]}})
    found = lca.monte_carlo(own, scope, samples=64).inputs.set_index("name")
    assert found.loc["energy of fine-tune", "spread"].startswith("normal(mean 1200, sd 120")
    assert found["spread"].str.startswith("uniform(low 1.1, high 1.3)").any()


def test_choices_can_be_switched_off_so_that_data_alone_is_seen(run, scope):
    make = scope.replace(system_boundary=("manufacture",))
    data, default, every = (
        lca.monte_carlo(run, make, samples=1024, choices=choices).totals.loc[CLIMATE, "sd"]
        for choices in (False, None, True)
    )
    assert data < default
    assert every != default


def test_correlated_factors_widen_the_sum(example):
    apart, together = (
        lca.monte_carlo(example, samples=4096, correlated=correlated).totals.loc[MINERALS, "sd"]
        for correlated in (None, {"factors of a100*": 0.9})
    )
    assert together > apart


# --- against Brightway's own Monte Carlo ------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_mean_and_deviation_are_those_of_bw2calc(example):
    """The same factors as uncertain exchanges of a Brightway package, drawn by bw2calc itself, iteration by iteration."""
    import bw2calc
    import bw_processing as bwp

    (run,) = example.workloads
    chosen = lca.cases(run.replace(location=lca.location("DE", year=2021, pue=1.0)))
    table = lca.compare(chosen, example.goal_and_scope, samples=2**14, seed=1)
    model, (terms,) = table.samples.model, table.samples.cases
    category = table.categories.index("acidification")
    rows = model.table.rows[category]
    amounts = np.zeros(len(rows.amounts))
    for _, product, amount_ in model.amounts(terms, model.central):
        amounts += amount_ * rows.exchanges[[product]].toarray()[0]
    lognormal = rows.kinds == 0
    deviation = np.where(lognormal, rows.up, 0.0)
    package = bwp.create_datapackage()
    package.add_persistent_vector(
        matrix="technosphere_matrix", indices_array=np.array([(1, 1)], dtype=bwp.INDICES_DTYPE),
        data_array=np.array([1.0]), flip_array=np.array([False]),
    )  # fmt: skip
    spread = np.array(
        [
            (2, np.log(one), size, np.nan, np.nan, np.nan, False)
            if size
            else (1, one, np.nan, np.nan, np.nan, np.nan, False)
            for one, size in zip(rows.amounts * amounts, deviation, strict=True)
        ],
        dtype=bwp.UNCERTAINTY_DTYPE,
    )
    flows = [(10 + index, 1) for index in range(len(amounts))]
    package.add_persistent_vector(
        matrix="biosphere_matrix", indices_array=np.array(flows, dtype=bwp.INDICES_DTYPE),
        data_array=rows.amounts * amounts, distributions_array=spread,
    )  # fmt: skip
    package.add_persistent_vector(
        matrix="characterization_matrix", indices_array=np.array([(one, 0) for one, _ in flows], dtype=bwp.INDICES_DTYPE),
        data_array=np.ones(len(flows)),
    )  # fmt: skip
    lca_ = bw2calc.LCA({1: 1.0}, data_objs=[package], use_distributions=True, seed_override=5)
    lca_.lci()
    lca_.lcia()
    drawn = np.array([lca_.score for _ in zip(range(3000), lca_, strict=False)])
    from lca_ai.interpretation.factor_table import FactorRows

    lognormal_only = FactorRows(
        rows.exchanges, rows.amounts, rows.latent, np.where(lognormal, 0, 2), rows.down, rows.up, {}, {}, rows.source
    )
    mean, variance = lognormal_only.moments()
    assert drawn.mean() == pytest.approx(mean @ amounts, rel=4 * drawn.std() / drawn.mean() / np.sqrt(3000))
    assert drawn.std() == pytest.approx(np.sqrt(variance @ amounts**2), rel=0.1)


# --- what can be told -------------------------------------------------------------------------------------------------


def test_two_places_are_told_apart_with_the_draws_behind_it(table):
    found = table.discernible("FR", "DE", [CLIMATE, ENERGY])
    row = found.table.set_index(["hardware", "category"]).loc[("r7525-3xa100", CLIMATE)]
    assert row["lower"] > 0.99
    assert row["draws"] == 1024
    assert row["difference_low"] < row["difference"] < row["difference_high"] < 0
    assert "of 1,024 draws FR is lower than DE on climate change" in str(found)
    back = table.discernible("DE", "FR", [CLIMATE]).table.set_index("hardware").loc["r7525-3xa100", "lower"]
    assert back == pytest.approx(1.0 - row["lower"])


def test_dominance_is_discernibility_of_every_pair(table):
    found = dominance(table, CLIMATE)
    one = table.discernible(("r7525-3xa100", "FR"), ("r7525-3xa100", "DE"), [CLIMATE]).table["lower"].item()
    assert found.loc["r7525-3xa100 FR", "r7525-3xa100 DE"] == one
    assert found.to_numpy() + found.to_numpy().T == pytest.approx(1.0)


def test_the_front_is_what_none_beats(table):
    found = lca.pareto(table, [CLIMATE, ENERGY])
    amounts = found[[CLIMATE, ENERGY]].to_numpy()
    for index, on_front in enumerate(found["on_front"]):
        beaten = ((amounts <= amounts[index]).all(axis=1) & (amounts < amounts[index]).any(axis=1)).any()
        assert on_front == (not beaten)
        assert bool(found["dominated_by"][index]) == (not on_front)
    assert found["share_of_draws"].between(0, 1).all()


def test_a_category_that_is_incomplete_for_one_case_is_not_ranked_and_says_why(example):
    """Kosovo has a published intensity only in some sets; here a zone with climate change alone."""
    (zone,) = [one for one in lca.zones("all", with_mix=False) if one not in lca.zones("all")][:1]
    chosen = lca.cases(example, location=["FR", zone])
    table = lca.compare(chosen, samples=8)
    assert ENERGY in table.not_ranked
    assert zone in table.not_ranked[ENERGY]
    found = table.discernible("FR", zone, [ENERGY]).table
    assert np.isnan(found["lower"]).all()
    assert found["reason"].str.contains(zone, regex=False).all()
    front = lca.pareto(table, [CLIMATE, ENERGY])
    assert front["on_front"].isna().all()
    assert front["reason"].str.contains(zone, regex=False).all()
    missing = table.table.query("location == @zone and category == @ENERGY")
    assert missing["amount"].isna().all() or not table.details.loc[missing.index, "complete"].any()


def test_a_part_left_out_of_all_alike_does_not_hinder_a_ranking_and_is_told(run, scope):
    table = lca.compare(lca.cases(run, location=["FR", "PL"]), scope, samples=64)
    assert any("fans" in one for one in table.completeness.alike)
    assert CLIMATE not in table.not_ranked
    assert not table.details["complete"].any()


def test_a_cut_off_of_nothing_ranks_only_what_is_complete(example):
    chosen = lca.cases(example, location=["FR", "US-MISO"])
    assert CLIMATE not in lca.compare(chosen, samples=8).not_ranked
    strict = lca.compare(chosen, samples=8, cut_off=0.0).not_ranked
    assert "US-MISO" in strict[CLIMATE]


def test_it_reads_like_its_table_and_goes_to_json(table):
    assert table["amount"].sum() == table.table["amount"].sum()
    assert len(table.query("category == @CLIMATE", local_dict={"CLIMATE": CLIMATE})) == 8
    plain = json.loads(json.dumps(table.to_dict(), allow_nan=False))
    assert plain["samples"] == 1024
    assert plain["seed"] == 7
    assert len(plain["rows"]) == len(table)
    assert isinstance(table.gaps, pd.DataFrame)


def test_the_report_says_that_the_energy_is_the_same_everywhere_and_how_machines_are_known(table):
    told = " ".join(table.data_quality["detail"])
    assert "the same in every place" in told
    assert "stated scaling: a test" in told
    assert "a bare zone keeps the facility of the run: PUE 1.0" in told


def test_the_places_are_told_with_their_water_and_its_scarcity(run, scope):
    places = lca.compare(lca.cases(run, location=["aws eu-west-3", "IN"]), scope, samples=8).places.set_index("zone")
    assert list(places["place"]) == ["aws eu-west-3", "IN"]
    paris = places.loc["FR"]
    assert paris["wue [L/kWh]"] == 0.18
    assert paris["water consumption [L/kWh]"] > 0.18
    scarce = paris["water consumption [L/kWh]"] / 1000 * paris["water scarcity [m3 world eq/m3]"]
    assert paris["scarce water [m3 world eq/kWh]"] == pytest.approx(scarce)
    assert places.loc["IN", "water scarcity [m3 world eq/m3]"] > paris["water scarcity [m3 world eq/m3]"]


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"location": []}, "location: an empty list"),
        ({"hardware": {}}, "hardware: an empty list"),
        ({"location": ["FR", "FR"]}, "a case is there twice.*FR"),
        ({"location": ["FR", "Frankreich-Süd"]}, "unknown grid zone"),
        ({"hardware": {"dgx-h100": lca.as_measured}}, "does not carry over"),
        ({"hardware": {"dgx-h100": 2.0}}, "not said how the energy"),
        ({"hardware": ["dgx-h1000"]}, "unknown hardware"),
        ({"transfer": "-1 GB", "location": ["FR"]}, "transfer|negative|less"),
        ({"location": [lca.location("FR"), lca.location("DE", grid_kind="residual", grid_intensity="0.5 kg CO2e/kWh")]},
         "different kinds"),
    ],
)  # fmt: skip
def test_wrong_cases_are_refused(example, change, told):
    with pytest.raises(InputError, match=told):
        lca.cases(example, **change)


def test_a_case_that_does_not_deliver_the_functional_unit_is_named(example, run):
    with pytest.raises(InputError, match=r"case other.*no workload delivers the unit"):
        lca.compare(lca.cases({"one": example, "other": run}), samples=8)


def test_studies_with_different_functional_units_are_refused(example):
    other = example.replace(
        goal_and_scope=example.goal_and_scope.replace(
            functional_unit=lca.FunctionalUnit("a thousand", reference_flow="1e3 image")
        )
    )
    with pytest.raises(InputError, match="different functional units"):
        lca.cases({"one": example, "other": other})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"samples": 1000}, "512 or 1024"),
        ({"inputs": {"pu": 1.2}}, "no such input.*pue"),
        ({"inputs": {"pue": 0.9}}, "not physically possible"),
        ({"inputs": {"pue": lca.Uniform(2.0, 3.0), "service_life": 0.0}}, "service_life"),
        ({"choices": ["lifetime"]}, "no such choice"),
        ({"cut_off": 1.5}, "not a share"),
        ({"correlated": {"factors of unobtainium*": 0.5}}, "fewer than two"),
    ],
)
def test_wrong_options_are_refused_with_the_remedy(example, options, told):
    with pytest.raises(InputError, match=told):
        lca.compare(lca.cases(example, location=["FR", "DE"]), **options)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (("FR", "XX"), "no such case"),
        (("FR", "FR"), "not compared with itself"),
        (("FR", "dgx-h100"), "different axes"),
        (({"location": "FR"}, {"place": "DE"}), "no such case"),
    ],
)
def test_wrong_keys_are_refused(table, keys, told):
    with pytest.raises(InputError, match=told):
        table.discernible(*keys)


def test_a_front_needs_two_known_categories(table):
    with pytest.raises(InputError, match="two categories"):
        lca.pareto(table, [CLIMATE])
    with pytest.raises(InputError, match="no such impact category"):
        lca.pareto(table, [CLIMATE, "climate chance"])
