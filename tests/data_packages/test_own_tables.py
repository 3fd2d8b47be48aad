"""A user's own tables: what takes precedence, what it changes, what is refused with its row named, and what is locked."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import lca_ai as lca
from lca_ai import cli, own_tables, tables
from lca_ai.errors import TableError, UnknownKeyError
from lca_ai.interpretation.recompute import recompute
from lca_ai.inventory import electricity, releases
from lca_ai.inventory.machines import embodied_impacts
from lca_ai.models import catalogue

PACKAGE = Path(lca.__file__).parent
SOURCES = "id,title,url,licence,accessed\nmine,Our own measurements,https://example.org/m,CC-BY-4.0,2026-11-01\n"
FACTORS = "activity,life_cycle_stage,category,amount,unit,per,grade,method_in_source,source,note\n"
COAL = FACTORS + "coal,use,climate change,2.0,kg CO2e,kWh,sourced,ILCD,mine,twice the project's\n"
MIX = "zone,year,technology,share,unit,basis,source\n"
ITEMS = "item,kind,attribute,value,unit,source\n"


@pytest.fixture
def own(tmp_path):
    """Write own tables beside their sources; give the folder."""

    def _own(sources=SOURCES, **content):
        folder = tmp_path / "my_tables"
        folder.mkdir(exist_ok=True)
        for name, text in {"sources": sources, **content}.items():
            if text is not None:
                (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        return folder

    return _own


@pytest.fixture
def run():
    return lca.TrainingRun(name="run", energy="10 kWh", location={"zone": "FR", "year": 2021, "pue": 1.0})


@pytest.fixture
def scope():
    unit = lca.FunctionalUnit("one trained model", reference_flow="1 model")
    return lca.GoalAndScope(goal="to test", functional_unit=unit, system_boundary=["use"])


def climate(table) -> float:
    return float(table.set_index("category")["amount"]["climate change"])


def cell(package, table, column, **key) -> float:
    return next(
        float(row[column])
        for row in tables.project_rows(package, table)
        if all(row[name] == value for name, value in key.items())
    )


# What takes precedence


def test_twice_the_coal_adds_the_share_of_coal(own):
    """The kilowatt-hour of France in 2021: coal's share over (1 - losses), times what was added, 1 kg/kWh."""
    coal = cell("emission_factors/electricity", "technologies", "amount", activity="coal", category="climate change")
    assert coal == 1.0
    share = cell("datasets/grid", "generation_mix", "share", zone="FR", year="2021", technology="coal")
    lost = electricity.losses("FR", 2021)[0]
    added = climate(lca.factors("FR", year=2021, tables=own(technologies=COAL))) - climate(lca.factors("FR", year=2021))
    assert added == pytest.approx(share / (1 - lost) * (2.0 - coal), rel=1e-9)


def test_the_categories_that_are_not_replaced_stay(own):
    before, after = lca.factors("FR", year=2021), lca.factors("FR", year=2021, tables=own(technologies=COAL))
    others = before["category"] != "climate change"
    assert before[others].drop(columns="source").equals(after[others].drop(columns="source"))


def test_an_own_factor_replaces_what_elementary_flows_give(own):
    """Acidification of coal is characterised from its emissions; an own score stands for all of them."""
    text = FACTORS + "coal,use,acidification,0.5,mol H+ eq,kWh,sourced,EF 3.1,mine,\n"
    folder = own(technologies=text)
    rows = lca.factors("coal", tables=folder)
    assert rows.loc[rows["category"] == "acidification", "amount"].tolist() == [0.5]
    share = cell("datasets/grid", "generation_mix", "share", zone="PL", year="2021", technology="coal")
    lost = electricity.losses("PL", 2021)[0]
    zone = lca.factors("PL", year=2021, tables=folder).set_index("category")["amount"]
    assert zone["acidification"] > 0.5 * share / (1 - lost)
    assert zone["acidification"] < 0.5 * share / (1 - lost) + 0.02
    with own_tables.using(folder):
        assert [one.detail for one in own_tables.changes()] == [
            "1 factor of coal replaced by my_tables/technologies.csv"
        ]


def test_a_mix_is_replaced_as_a_whole(own):
    """All nuclear: the factor of nuclear over (1 - losses), and nothing of the other technologies."""
    folder = own(generation_mix=MIX + "FR,2021,nuclear,1,kWh/kWh,our contract,mine\n")
    nuclear = cell(
        "emission_factors/electricity", "technologies", "amount", activity="nuclear", category="climate change"
    )
    lost = electricity.losses("FR", 2021)[0]
    assert climate(lca.factors("FR", year=2021, tables=folder)) == pytest.approx(nuclear / (1 - lost), rel=1e-9)
    assert climate(lca.factors("FR", year=2020, tables=folder)) == climate(lca.factors("FR", year=2020))
    count = sum(
        row["zone"] == "FR" and row["year"] == "2021" for row in tables.project_rows("datasets/grid", "generation_mix")
    )
    [change] = own_tables.read(folder).changes
    assert (change.what, change.count) == ("shares of the average mix of FR 2021 replaced", count)


def test_a_mix_of_another_kind_is_added_beside_the_average_one(own):
    text = "zone,year,technology,share,unit,basis,source,kind\nFR,2021,gas,1,kWh/kWh,marginal plant,mine,marginal\n"
    folder = own(generation_mix=text)
    assert climate(lca.factors("FR", year=2021, tables=folder)) == climate(lca.factors("FR", year=2021))
    assert [one.detail for one in own_tables.read(folder).changes] == [
        "1 share of the marginal mix of FR 2021 added by my_tables/generation_mix.csv"
    ]


def test_an_own_mix_comes_before_that_of_any_release(own):
    """Years that an older release has differently, and a marginal mix beside its average one."""
    text = "zone,year,technology,share,unit,basis,source,kind\n" + "".join(
        f"FR,{year},gas,1,kWh/kWh,own,mine,{kind}\n" for year, kind in ((2022, "average"), (2023, "marginal"))
    )
    oldest = releases.known()[-1]
    before = releases.mix_rows(oldest)["FR"][2023]
    with own_tables.using(own(generation_mix=text)):
        rows = releases.mix_rows(oldest)["FR"]
        assert [(row["technology"], row["source"]) for row in rows[2022]] == [("gas", "mine")]
        assert [row["technology"] for row in rows[2023]] == ["gas", *(row["technology"] for row in before)]


def test_losses_of_a_zone(own):
    folder = own(losses="zone,year,amount,unit,source,note\nFR,2021,50,% of output,mine,\n")
    lost = electricity.losses("FR", 2021)[0]
    expected = climate(lca.factors("FR", year=2021)) * (1 - lost) / 0.5
    assert climate(lca.factors("FR", year=2021, tables=folder)) == pytest.approx(expected, rel=1e-9)


def test_a_zone_of_ones_own(own):
    folder = own(
        zones="zone,name,kind,country,iso3,source\nFR-LAB,Our laboratory,site,FR,FRA,mine\n",
        zone_aliases="alias,zone\nthe lab,FR-LAB\n",
        generation_mix=MIX + "FR-LAB,2024,wind,0.5,kWh/kWh,own,mine\nFR-LAB,2024,coal,0.5,kWh/kWh,own,mine\n",
    )
    table = lca.factors("The Lab", tables=folder)
    assert table["zone"][0] == "FR-LAB"
    assert climate(table) > 0.5
    with pytest.raises(UnknownKeyError):
        lca.factors("FR-LAB")


def test_hardware_of_ones_own(own):
    folder = own(
        items=ITEMS + "my-card,accelerator,name,My card,,mine\nmy-card,accelerator,rated_power,0.4,kW,mine\n"
        "a100-pcie-40gb,accelerator,rated_power,200,W,mine\n",
        servers="server,component,item,count,capacity,capacity_unit,source\n"
        "my-box,server,name,1,My box,text,mine\nmy-box,accelerator,my-card,4,1,item,mine\n",
        aliases="alias,item\nbox,my-box\n",
    )
    with own_tables.using(folder):
        machine = lca.hardware("box")
        assert machine.accelerators == 4
        assert machine.components[0].rated_power.to("W").magnitude == pytest.approx(400)
        assert catalogue.value("a100-pcie-40gb", "rated_power")[0] == "200 W"
        assert catalogue.value("a100-pcie-40gb", "memory_size")[0] == "40 GB"
    assert catalogue.value("a100-pcie-40gb", "rated_power")[0] == "250 W"
    with pytest.raises(UnknownKeyError):
        lca.hardware("my-box")


def test_an_assumption_of_ones_own(own):
    folder = own(assumptions="key,value,unit,source\nmemory_power,0.5,W/GB,mine\n")
    with own_tables.using(folder):
        assert tables.assumption("memory_power") == 0.5
    assert tables.assumption("memory_power") == 0.392


def test_one_file_takes_the_sources_beside_it(own):
    folder = own(technologies=COAL)
    assert (
        lca.factors("coal", tables=folder / "technologies.csv")["amount"].max()
        == lca.factors("coal", tables=str(folder))["amount"].max()
    )


def test_a_row_may_cite_a_source_of_the_project(own):
    folder = own(sources=None, technologies=COAL.replace("mine", "unece-2022"))
    assert own_tables.check(folder) == []


def test_nothing_of_own_tables_is_left_behind(own):
    before = tables.factors("coal"), lca.factors("FR", year=2021), tables.lock(), tables.sources()
    first, second = own(technologies=COAL), own_tables.read(own(technologies=COAL.replace("2.0", "3.0")))
    with own_tables.using(second):
        assert climate(lca.factors("coal")) == 3.0
        with own_tables.using(None):
            assert climate(lca.factors("coal")) == 3.0
    assert climate(lca.factors("coal", tables=first)) == 3.0  # the file as it is now
    assert tables.factors("coal") == before[0]
    assert lca.factors("FR", year=2021).equals(before[1])
    assert (tables.lock(), tables.sources()) == before[2:]


def test_a_fault_leaves_no_own_tables_behind(own):
    with pytest.raises(RuntimeError), own_tables.using(own(technologies=COAL)):
        raise RuntimeError
    assert tables.overlay() is None


def test_what_depends_on_tables_is_kept_apart_for_each_overlay():
    """``functools.cache`` would give one user's figures to the next; what is here does not depend on tables."""
    plain = {
        file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        if re.search(r"^\s*@(functools\.)?(lru_)?cache\b", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    known = {"tables.py", "table_rules.py", "units.py", "inventory/releases.py", "models/keyed.py"}
    assert plain <= known | {"logs/chunks.py", "meter/describe.py", "meter/rows.py"}


PROJECT = [
    *tables.FACTOR_TABLES,
    *(("datasets/grid", name) for name in ("losses", "zones", "zone_aliases", "published_intensity")),
    *(("datasets/hardware", name) for name in ("items", "cpus", "aliases", "cloud_instances")),
    ("datasets/facility", "pue"), ("datasets/assumptions", "assumptions"), ("datasets/cloud-regions", "facility"),
    ("datasets/cloud-regions-odbl", "regions"), ("datasets/grid-intensity-odbl", "intensity"),
]  # fmt: skip


@given(data=st.data())
def test_own_tables_that_say_what_the_project_says_change_nothing(data, tmp_path_factory):
    """Any rows of any table, and any whole mix or server."""
    package, table = data.draw(
        st.sampled_from([*PROJECT, ("datasets/grid", "generation_mix"), ("datasets/hardware", "servers")])
    )
    project = tables.project_rows(package, table)
    key = own_tables.KINDS[table].key
    keys = sorted({tuple(row.get(name, "") for name in key) for row in project})
    drawn = data.draw(st.sets(st.sampled_from(keys), min_size=1, max_size=5))
    chosen = [row for row in project if tuple(row.get(name, "") for name in key) in drawn]
    folder = tmp_path_factory.mktemp("own")
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(chosen[0]))
        writer.writeheader()
        writer.writerows(chosen)
    overlay = own_tables.read(folder)
    assert sum(change.count for change in overlay.changes) >= len(chosen)
    assert all(change.what.endswith("replaced") for change in overlay.changes)
    assert sorted(map(str, overlay.rows[package, table])) == sorted(map(str, project))
    for home, rows in overlay.rows.items():  # a name that a second package has too is that of the own row
        gone = [row for row in tables.project_rows(*home) if row not in rows]
        assert all(tuple(row.get(name, "") for name in key) in drawn for row in gone)
    with tables.using(overlay):
        assert [tables.factors(name) for name in ("coal", "memory")] == FACTORS_BEFORE


FACTORS_BEFORE = [tables.factors(name) for name in ("coal", "memory")]


def test_a_technology_of_an_own_mix_is_ones_own(own):
    """Peat: its factor alone is a row that nothing asks for; with a mix that has it, it is what the mix gives."""
    factor = FACTORS + "peat,use,climate change,1.15,kg CO2e,kWh,sourced,ILCD,mine,\n"
    assert len(own_tables.check(own(technologies=factor))) == 1
    folder = own(technologies=factor, generation_mix=MIX + "FR,2021,peat,1,kWh/kWh,own,mine\n")
    lost = electricity.losses("FR", 2021)[0]
    assert climate(lca.factors("FR", year=2021, tables=folder)) == pytest.approx(1.15 / (1 - lost), rel=1e-9)


def test_the_parts_of_an_own_measured_card_are_ones_own(own):
    text = PARTS + "my-card,die,manufacture,climate change,60,kg CO2e,item,sourced,ILCD,mine,\n"
    text += "my-card,backplate,manufacture,climate change,2,kg CO2e,item,sourced,ILCD,mine,\n"
    text += "my-card,,end of life,climate change,1,kg CO2e,item,sourced,ILCD,mine,\n"
    assert len(own_tables.check(own(cards=text))) == 3
    folder = own(
        cards=text, items=ITEMS + "my-card,accelerator,name,My card,,mine\nmy-card,accelerator,card_lca,my-card,,mine\n"
    )
    with own_tables.using(folder):
        impacts, _ = embodied_impacts(lca.hardware("my-card"))
    assert impacts["manufacture"]["climate change"]["amount"] == 62.0


def test_the_memory_of_an_own_card_is_ones_own(own):
    factor = PARTS + "accelerator,memory HBM9," + MADE.replace("cm2", "GB")
    assert own_tables.check(own(factors=factor, items=ITEMS + "my-card,accelerator,memory_type,HBM9,,mine\n")) == []


@pytest.mark.parametrize("amount", ["3.9", "0.001"])
def test_a_factor_within_the_bound_is_taken(amount, own):
    assert own_tables.check(own(technologies=COAL.replace("2.0", amount))) == []


# What the result says


def test_the_result_counts_what_was_replaced_and_cites_it(own, run, scope):
    result = lca.assess(run, scope, tables=own(technologies=COAL))
    rows = result.data_quality.to_dict("records")
    assert {
        "workload": "all",
        "what": "factors of coal replaced",
        "count": 1,
        "detail": "1 factor of coal replaced by my_tables/technologies.csv",
    } in rows
    assert result.sources["mine"].title == "Our own measurements"
    assert "factors of coal replaced" in lca.report(result).markdown()
    assert "mine" not in lca.assess(run, scope).sources


def test_the_lock_has_the_hash_of_own_tables_and_tells_a_change(own, run, scope):
    folder = own(technologies=COAL)
    before = lca.assess(run, scope, tables=folder)
    for name in ("technologies", "sources"):
        digest = hashlib.sha256((folder / f"{name}.csv").read_bytes()).hexdigest()
        assert before.lock["tables"][f"own/{name}"]["sha256"] == digest
    old = json.loads(json.dumps(before.to_dict()))
    assert str(folder) not in json.dumps(old)
    assert recompute(lca.assess(run, scope, tables=folder), old).lines() == []
    changed = recompute(lca.assess(run, scope, tables=own(technologies=COAL.replace("2.0", "3.0"))), old)
    assert list(changed.tables) == ["own/technologies"]
    assert not changed.same
    without = recompute(lca.assess(run, scope), old)
    assert {name: now for name, (_, now) in without.tables.items()} == {
        "own/sources": "absent",
        "own/technologies": "absent",
    }


# The study file and the command

STUDY = """\
name: A study
goal_and_scope:
  goal: To test.
  functional_unit: {description: one trained model, reference_flow: 1 model}
  system_boundary: [use]
workloads:
  - {type: training, name: run, energy: 10 kWh, location: {zone: FR-LAB, year: 2024, pue: 1.0}}
"""
LAB = {
    "zones": "zone,name,kind,country,iso3,source\nFR-LAB,Our laboratory,site,FR,FRA,mine\n",
    "generation_mix": MIX + "FR-LAB,2024,wind,1,kWh/kWh,own,mine\n",
}


def test_a_study_names_its_own_tables_from_its_folder(own, tmp_path, monkeypatch):
    own(**LAB)
    study = tmp_path / "study.yaml"
    study.write_text(STUDY + "tables: my_tables/\n", encoding="utf-8")
    monkeypatch.chdir("/")
    result = lca.assess(lca.read_study(study))
    assert result.inventories[0].supply.mix.zone == "FR-LAB"
    assert "own/zones" in result.lock["tables"]
    assert str(tmp_path) not in json.dumps(result.to_dict())


def test_tables_given_come_in_place_of_those_of_the_study(own, tmp_path):
    own(**LAB)
    other = tmp_path / "other"
    other.mkdir()
    for file in (tmp_path / "my_tables").iterdir():
        (other / file.name).write_text(file.read_text().replace("wind", "coal"))
    study = tmp_path / "study.yaml"
    study.write_text(STUDY + "tables: my_tables\n", encoding="utf-8")
    done = CliRunner().invoke(cli.app, ["assess", str(study), "--tables", str(other), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    data = json.loads((tmp_path / "out" / "result.json").read_text())
    assert data["energy"]["inventories"][0]["mix"] == {"coal": 1.0}
    assert [row["count"] for row in data["data_quality"] if row["workload"] == "all"] == [1, 1]


def test_a_study_without_its_tables_is_refused(tmp_path):
    study = tmp_path / "study.yaml"
    study.write_text(STUDY + "tables: nowhere/\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"nowhere: no such folder or file"):
        lca.read_study(study)


def test_the_command_shows_and_checks_own_tables(own):
    folder = own(technologies=COAL)
    shown = CliRunner().invoke(cli.app, ["factors", "coal", "--tables", str(folder)])
    assert "own tables: 1 factor of coal replaced by my_tables/technologies.csv" in shown.output
    held = CliRunner().invoke(cli.app, ["check-data", "--tables", str(folder)])
    assert (held.exit_code, "all hold" in held.output) == (0, True)
    broken = own(technologies=COAL.replace("2.0", "two") + COAL.splitlines()[1].replace(",mine,", ",theirs,") + "\n")
    told = CliRunner().invoke(cli.app, ["check-data", "--tables", str(broken)])
    assert told.exit_code == 1
    assert "line 2: amount: not a number (got 'two')" in told.output
    assert "line 3: source: unknown source (got 'theirs')" in told.output


@pytest.mark.parametrize("name", [*own_tables.KINDS, "sources"])
def test_the_columns_that_the_command_prints_are_accepted(name, tmp_path):
    printed = CliRunner().invoke(cli.app, ["check-data", "--columns", name])
    (tmp_path / f"{name}.csv").write_text(printed.output, encoding="utf-8")
    assert own_tables.check(tmp_path) == []


# What is refused, with the row named

LINE = COAL.splitlines()[1]
PARTS = FACTORS.replace("activity", "activity,part")
MADE = "manufacture,climate change,1,kg CO2e,cm2,sourced,ILCD,mine,\n"
BROKEN = {
    "no source": ("technologies", COAL.replace(",mine,", ",,"), 2, "source", "no source"),
    "unknown source": ("technologies", COAL.replace(",mine,", ",minne,"), 2, "source", "did you mean mine"),
    "no licence": ("sources", SOURCES.replace("CC-BY-4.0", ""), 2, "licence", "no licence"),
    "no title": ("sources", SOURCES.replace("Our own measurements", ""), 2, "title", "no title"),
    "another document": ("sources", SOURCES.replace("mine", "unece-2022"), 2, "url", "not that in"),
    "unit that is none": ("technologies", COAL.replace("kg CO2e", "kgg"), 2, "unit", "unknown unit"),
    "unit of another category": ("technologies", COAL.replace("kg CO2e", "MJ"), 2, "unit", "accepted: kg CO2e"),
    "unit of another size": ("technologies", COAL.replace("kg CO2e", "g CO2e"), 2, "unit", "accepted: kg CO2e"),
    "no unit": ("technologies", COAL.replace("kg CO2e", ""), 2, "unit", "accepted: kg CO2e"),
    "per another unit": ("technologies", COAL.replace(",kWh,", ",MJ,"), 2, "per", "accepted: kWh"),
    "category": ("technologies", COAL.replace("climate change", "climate"), 2, "category", "did you mean climate change"),
    "not a number": ("technologies", COAL.replace("2.0", "2,0").replace("2,0", '"2,0"'), 2, "amount", "'2,0'"),
    "not finite": ("technologies", COAL.replace("2.0", "inf"), 2, "amount", "finite"),
    "empty amount": ("technologies", COAL.replace("2.0", ""), 2, "amount", "no value"),
    "negative": ("technologies", COAL.replace("2.0", "-2.0"), 2, "amount", "negative without a stated credit"),
    "zero": ("technologies", COAL.replace("2.0", "0").replace("twice the project's", ""), 2, "amount", "zero without"),
    "energy floor": (
        "technologies", FACTORS + "coal,use,primary energy,3.5,MJ,kWh,sourced,inventory,mine,\n", 2, "amount",
        "accepted: 3.6 MJ per kWh or more",
    ),
    "stage": ("technologies", COAL.replace(",use,", ",operation,"), 2, "life_cycle_stage", "accepted: use"),
    "grade": ("technologies", COAL.replace("sourced", "good"), 2, "grade", "sourced, proxy, partial"),
    "range": (
        "technologies", COAL.replace("note\n", "note,low,high\n").replace("project's\n", "project's,3,4\n"), 2, "low",
        "the range does not hold the amount",
    ),
    "twice": ("technologies", COAL + LINE + "\n", 3, "activity", "is there already"),
    "missing column": ("technologies", COAL.replace("grade,", "", 1).replace("sourced,", ""), 1, "grade", "column is missing"),
    "unknown column": ("technologies", COAL.replace("amount", "amuont"), 1, "amuont", "did you mean amount"),
    "column twice": ("technologies", COAL.replace("note\n", "source\n"), 1, "source", "there twice"),
    "semicolons": ("technologies", COAL.replace(",", ";"), 1, None, "not separated by commas"),
    "short row": ("technologies", COAL + "\ncoal,use\n", 4, None, "not as many cells as columns"),
    "empty file": ("technologies", "", 1, None, "empty file"),
    "open quote": ("technologies", COAL + '"coal,use\n', 3, None, "not a CSV file"),
    "part's unit": (
        "factors", FACTORS.replace("activity", "activity,part") + "memory,die,manufacture,climate change,1,kg CO2e,kg,sourced,ILCD,mine,\n",
        2, "per", "factors of memory are per",
    ),
    "technology of no mix": ("technologies", COAL.replace("coal,", "caol,"), 2, "activity", "did you mean coal"),
    "grams for kilograms": ("technologies", COAL.replace("2.0", "1100"), 2, "amount", "3.9 kg CO2e per kWh or less"),
    "activity": ("factors", PARTS + "memori,die," + MADE, 2, "activity", "did you mean memory"),
    "part": ("factors", PARTS + "memory,dye," + MADE, 2, "part", "did you mean die"),
    "card that is not measured": ("cards", PARTS + "h100-pcie-80gb,die," + MADE, 2, "activity", "card_lca in items.csv"),
    "memory of no card": ("factors", PARTS + "accelerator,memory HBM9," + MADE, 2, "part", "did you mean memory HBM"),
    "shares": ("generation_mix", MIX + "FR,2021,wind,0.6,kWh/kWh,own,mine\n\nFR,2021,coal,0.3,kWh/kWh,own,mine\n", 2, "share", "'0.9'"),
    "share above one": ("generation_mix", MIX + "FR,2021,wind,1.6,kWh/kWh,own,mine\n", 2, "share", "physically impossible"),
    "negative share": ("generation_mix", MIX + "FR,2021,wind,1.2,kWh/kWh,o,mine\nFR,2021,gas,-0.2,kWh/kWh,o,mine\n", 2, "share", "impossible"),
    "zone": ("generation_mix", MIX + "Frnace,2021,wind,1,kWh/kWh,own,mine\n", 2, "zone", "unknown grid zone"),
    "technology": ("generation_mix", MIX + "FR,2021,nuclaer,1,kWh/kWh,own,mine\n", 2, "technology", "did you mean nuclear"),
    "year": ("generation_mix", MIX + "FR,20x1,wind,1,kWh/kWh,own,mine\n", 2, "year", "not a whole number"),
    "no year": ("generation_mix", MIX + "FR,,wind,1,kWh/kWh,own,mine\n", 2, "year", "no value"),
    "losses as a fraction": ("losses", "zone,year,amount,unit,source\nFR,2021,0.07,kWh/kWh,mine\n", 2, "unit", "% of output"),
    "pue": ("pue", "provider,geography,year,amount,unit,source\nus,FR,2024,0.9,kWh/kWh,mine\n", 2, "amount", "1 or more"),
    "alias": ("zone_aliases", "alias,zone\nthe lab,FR-LAP\n", 2, "zone", "unknown grid zone"),
    "alias of hardware": ("aliases", "alias,item\nbox,my-box\n", 2, "item", "unknown item or server"),
    "attribute": ("items", ITEMS + "my-card,accelerator,rated_pwer,4,W,mine\n", 2, "attribute", "did you mean rated_power"),
    "attribute's unit": ("items", ITEMS + "my-card,accelerator,rated_power,4,kg,mine\n", 2, "unit", "accepted: W"),
    "attribute's number": ("items", ITEMS + "my-card,accelerator,rated_power,much,W,mine\n", 2, "value", "a number in W"),
    "kind": ("items", ITEMS + "a100-pcie-40gb,cpu,rated_power,4,W,mine\n", 2, "kind", "accepted: accelerator"),
    "assumption": ("assumptions", "key,value,unit,source\nmemory_pwer,1,W/GB,mine\n", 2, "key", "did you mean memory_power"),
    "assumption's unit": ("assumptions", "key,value,unit,source\nmemory_power,1,W/TB,mine\n", 2, "unit", "accepted: W/GB"),
    "no such table": ("technology", COAL, None, None, "did you mean technologies"),
    "the method": ("characterisation", "flow\n", None, None, "no table of this name"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "line", "field", "told"), BROKEN.values(), ids=BROKEN)
def test_a_row_that_breaks_a_rule_is_named(name, text, line, field, told, own, run, scope):
    folder = own(**{name: text})
    for use in (lambda: lca.assess(run, scope, tables=folder), lambda: lca.factors("FR", tables=folder)):
        with pytest.raises(TableError) as caught:
            use()
        assert caught.value.file == str(folder / f"{name}.csv")
        assert (caught.value.line, caught.value.field) == (line, field)
        assert told in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_refused(own):
    folder = own(technologies=COAL)
    (folder / "technologies.csv").write_bytes(b"\xff\xfe" + COAL.encode("utf-16-le"))
    with pytest.raises(TableError, match="not a text in UTF-8"):
        own_tables.read(folder)


def test_a_file_of_a_spreadsheet_is_read(own):
    """With a byte order mark and line ends of Windows."""
    folder = own(technologies="\ufeff" + COAL.replace("\n", "\r\n"))
    assert own_tables.check(folder) == []


def test_a_folder_without_a_table_is_refused(tmp_path):
    with pytest.raises(TableError, match=r"no table in this folder; accepted: technologies\.csv"):
        own_tables.read(tmp_path)
    (tmp_path / "electricity").mkdir()
    (tmp_path / "electricity" / "technologies.csv").write_text(COAL)
    with pytest.raises(TableError, match="a table in a folder of its own"):
        own_tables.read(tmp_path)
