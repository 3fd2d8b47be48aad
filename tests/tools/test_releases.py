"""Ember revises the past: releases imported one after the other, each still addressable afterwards.

Two small upstream files, of July 2025 and of April 2026. Between them France's mix of 2023 is revised, Germany's is not,
Germany's year 2022 is withdrawn, and France's year 2024 appears. A third, of October 2026, revises France's 2023 again.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import sysconfig

import grid_releases
import pytest

from lca_ai import tables
from lca_ai.errors import UnknownKeyError
from lca_ai.inventory import releases

TECHNOLOGIES = (
    "coal", "gas", "oil_other_fossil", "nuclear", "hydro", "wind", "solar", "bioenergy", "other_renewables_excl_bio",
)  # fmt: skip
ISO3 = {"FR": "FRA", "DE": "DEU"}

UPSTREAM = {
    "2025-07": {
        ("FR", 2023): ({"nuclear": 0.7, "hydro": 0.3}, 56.0),
        ("DE", 2023): ({"coal": 0.5, "wind": 0.5}, 400.0),
        ("DE", 2022): ({"coal": 1.0}, 800.0),
    },
    "2026-04": {
        ("FR", 2023): ({"nuclear": 0.63, "hydro": 0.37}, 53.0),
        ("FR", 2024): ({"nuclear": 0.65, "hydro": 0.35}, 44.0),
        ("DE", 2023): ({"coal": 0.5, "wind": 0.5}, 400.0),
    },
    "2026-10": {
        ("FR", 2023): ({"nuclear": 0.6, "hydro": 0.4}, 52.0),
        ("FR", 2024): ({"nuclear": 0.65, "hydro": 0.35}, 44.0),
        ("DE", 2023): ({"coal": 0.5, "wind": 0.5}, 400.0),
    },
}


def write(path, rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def run(tools, tmp_path):
    """Import one release into a data folder of its own, as from a shell; give what is printed."""
    root = tmp_path / "root"
    for folder in ("datasets", "emission_factors"):
        (root / folder).mkdir(parents=True)
    (tmp_path / "hourly").mkdir()
    write(tmp_path / "losses.csv", [{"iso3": "FRA", "year": 2023, "value": 7.5}])

    def _run(release, *further) -> str:
        upstream = UPSTREAM[release]
        mixes = [
            {"entity": zone, "iso3": ISO3[zone], "year": year}
            | {f"{name}_share": shares.get(name, 0.0) for name in TECHNOLOGIES}
            for (zone, year), (shares, _) in upstream.items()
        ]
        write(tmp_path / "mix.csv", mixes)
        figures = [{"iso3": ISO3[zone], "year": year, "value": one} for (zone, year), (_, one) in upstream.items()]
        write(tmp_path / "intensity.csv", figures)
        files = [f"--{name}={tmp_path / name}.csv" for name in ("mix", "intensity", "losses")]
        files += [f"--hourly={tmp_path / 'hourly'}", f"--root={root}", f"--release={release}"]
        command = [sys.executable, str(tools / "import_generation_mix.py"), *files, *further]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    _run.root = root
    return _run


def files(root) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def as_read(root, *asked):
    """What the package reads of each release in this data folder: shares, published intensity and sources."""
    if not (root / "lca_ai").exists():
        shutil.copytree(tables.data_root() / "lca_ai", root / "lca_ai")
    code = f"""
import json, sys
sys.path[:0] = [{str(root)!r}]
sys.path.append({sysconfig.get_path("purelib")!r})
from lca_ai.inventory import releases
def read(release):
    mix, published = releases.mix_rows(release), releases.published_rows(release)
    return {{
        f"{{zone}} {{year}}": [
            {{row["technology"]: float(row["share"]) for row in rows}},
            float(published[zone][year][0]["amount"]),
            sorted({{row["source"] for row in (*rows, *published[zone][year])}}),
        ]
        for zone, years in mix.items() for year, rows in years.items()
    }}
print(json.dumps([read(release) for release in {asked!r}]))"""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def figures(found) -> dict[tuple[str, int], tuple[dict[str, float], float]]:
    return {(place.split()[0], int(place.split()[1])): (shares, amount) for place, (shares, amount, _) in found.items()}


@pytest.mark.parametrize("order", [("2025-07", "2026-04", "2026-10"), ("2026-10", "2025-07", "2026-04")])
def test_every_release_reads_as_it_was_published(run, order) -> None:
    """In whichever order they are imported."""
    for release in order:
        run(release)
    *found, without = as_read(run.root, *UPSTREAM, None)
    assert list(map(figures, found)) == list(UPSTREAM.values())
    assert figures(without) == UPSTREAM["2026-10"]


def test_a_row_cites_the_release_that_was_asked_for(run) -> None:
    run("2025-07")
    run("2026-04")
    old, new = as_read(run.root, "2025-07", None)
    for place in ("FR 2023", "DE 2023"):  # revised, and the same in both
        assert old[place][2] == ["owid-ember-intensity-2025-07", "owid-ember-mix-2025-07"]
        assert new[place][2] == ["owid-ember-intensity", "owid-ember-mix"]
    with (run.root / "datasets/grid/sources.csv").open(encoding="utf-8") as file:
        titles = {row["id"]: row["title"] for row in csv.DictReader(file)}
    assert "July 2025 release" in titles["owid-ember-mix-2025-07"]
    assert "April 2026 release" in titles["owid-ember-mix"]


def test_only_what_differs_is_kept(run) -> None:
    """Of the mix of July 2025: France 2023, Germany 2022, and that France 2024 is not there."""
    run("2025-07")
    run("2026-04")
    first, second = (grid_releases.read(run.root / "datasets/grid")[name] for name in ("2025-07", "2026-04"))
    kept = grid_releases.differences(first, second, "generation_mix")
    assert {key: len(rows) for key, rows in kept.items()} == {("DE", 2022): 1, ("FR", 2023): 2, ("FR", 2024): 0}


def test_importing_a_release_twice_changes_no_byte(run) -> None:
    for release in ("2025-07", "2026-04"):
        run(release)
    before = files(run.root)
    assert "datasets/grid/releases/2025-07/generation_mix.parquet" in before
    for release in ("2026-04", "2025-07"):
        assert run(release) == "datasets/grid: nothing moved\n"
        assert files(run.root) == before


def test_an_older_release_is_left_as_it_is_by_a_newer_one(run) -> None:
    """Whose figures were pinned reads the same file after the next import."""
    run("2025-07")
    run("2026-04")
    kept = {name: content for name, content in files(run.root).items() if "/releases/" in name}
    run("2026-10")
    assert kept.items() <= files(run.root).items()


def test_what_a_release_moves_is_reported_and_with_diff_nothing_is_written(run) -> None:
    run("2025-07")
    before = files(run.root)
    told = run("2026-04", "--diff").splitlines()
    assert files(run.root) == before
    assert "datasets/grid/generation_mix: 2 rows added, 1 removed, 2 changed" in told
    assert "  FR 2023 hydro kWh/kWh gross generation, no trade: share 0.3 -> 0.37 (+23.333%)" in told
    assert "  removed DE 2022 coal kWh/kWh gross generation, no trade" in told
    assert run("2026-04").splitlines() == told


def test_the_files_of_the_releases_are_described(run) -> None:
    run("2025-07")
    run("2026-04")
    assert [problem for problem in described_wrongly(run.root) if problem] == []


def described_wrongly(root):
    folder = root / "datasets/grid"
    resources = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    assert len({one["name"] for one in resources}) == len(resources)
    assert {one["path"] for one in resources} >= {f"releases/2025-07/{name}.parquet" for name in grid_releases.TABLES}
    for one in resources:
        if f"sha256:{tables.file_digest(folder / one['path'])}" != one["hash"]:
            yield one["path"]


def test_a_release_that_is_not_there_is_an_error_with_those_that_are() -> None:
    with pytest.raises(UnknownKeyError, match=r"2019-01.*2026-04"):
        releases.mix_rows("2019-01")


def test_the_current_release_is_the_tables_as_they_are() -> None:
    rows = [row for years in releases.mix_rows(releases.current()).values() for many in years.values() for row in many]
    assert sorted(map(str, rows)) == sorted(map(str, tables.rows("datasets/grid", "generation_mix")))
    published = tables.rows("datasets/grid", "published_intensity")
    assert sum(len(many) for years in releases.published_rows().values() for many in years.values()) == len(published)


@pytest.mark.parametrize("name", ["2026", "2026-13", "April 2026", "26-04"])
def test_a_release_is_a_year_and_a_month(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        grid_releases.name(name)
