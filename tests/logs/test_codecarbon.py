"""CodeCarbon's emissions.csv of four versions: only its energy is taken, each run once."""

import pytest

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log

HEADER = "timestamp,project_name,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed"


def row(stamp, duration, energy, *, run="a", parts=None):
    """One row; the parts are of CPU, GPU and memory [kWh]."""
    cpu, gpu, ram = parts or (energy, 0.0, 0.0)
    return f"2024-05-31T{stamp},project,{run},{duration},0.1,{cpu},{gpu},{ram},{energy}"


def table(*rows):
    return "\n".join([HEADER, *rows]) + "\n"


@pytest.mark.parametrize(
    ("name", "kwh"),
    [
        ("codecarbon_2.0.csv", 0.00130861877),
        ("codecarbon_3.0.csv", 0.000574428982),
        ("codecarbon_tasks.csv", 0.00628929463),
        ("codecarbon_fillmask_c4.csv", 0.476219189),
    ],
)
def test_the_energies_of_the_runs_add_up(logs, name, kwh):
    assert read_energy(read_power_log(logs / name, timezone="UTC")).total == pytest.approx(kwh, rel=1e-8)


def test_snapshots_of_one_running_total_are_counted_once(logs, counts):
    # The rows sum to 0.00895645586 kWh. Eight of them are repeated by a later row of the same start (stamp - duration)
    # with a longer duration and more energy; without a run id in the first case:
    #   10:44:44, 23 s     0.0000456797 kWh   (its last whole row, of 55 s, counts)
    #   11:09:24, 16 s     0.0000110     five snapshots of run 8a1d9822; the sixth, of 92 s, counts
    #             28 s     0.0000174
    #             56 s     0.0000384
    #             67 s     0.0000474
    #             82 s     0.0000566
    #   12:56:03, 255 s    0.000558      run b9e7def2; its row of 2,487 s counts
    #   14:59:35, 80 s     0.000138      run 67e9ec7b; its row of 268 s counts
    #   together           0.000911869 kWh
    # 0.00895645586 - 0.000911869 = 0.00804458650
    reading = read_energy(read_power_log(logs / "codecarbon_2.4.3_apple_m1.csv", timezone="Europe/Paris"))
    assert reading.total == pytest.approx(0.0080445865, rel=1e-7)
    assert counts(reading) == {"row without energy or time": 2, "earlier snapshot of the same run": 8}


def test_rows_of_one_run_that_start_later_are_runs_of_their_own(read):
    # 10:00:00 to 10:01:00, and 10:02:00 to 10:04:00
    reading = read(table(row("10:01:00", 60, 0.1), row("10:04:00", 120, 0.2)), timezone="UTC")
    assert reading.total == pytest.approx(0.3)


def test_rows_of_different_runs_are_no_snapshots(read):
    reading = read(table(row("10:01:00", 60, 0.1, run="a"), row("10:02:00", 120, 0.2, run="b")), timezone="UTC")
    assert reading.total == pytest.approx(0.3)


def test_a_running_total_that_falls_is_no_running_total(read):
    reading = read(table(row("10:01:00", 60, 0.2), row("10:02:00", 120, 0.1)), timezone="UTC")
    assert reading.total == pytest.approx(0.3)


def test_snapshots_in_any_order_are_found(read):
    reading = read(table(row("10:02:00", 120, 0.2), row("10:01:00", 60, 0.1)), timezone="UTC")
    assert reading.total == pytest.approx(0.2)


def test_short_rows_without_a_run_id_are_no_snapshots(read):
    # 1 s and 2 s: within the precision of the stamps, these may be one after the other
    reading = read(table(row("10:00:01", 1, 0.1, run=""), row("10:00:03", 2, 0.2, run="")), timezone="UTC")
    assert reading.total == pytest.approx(0.3)


def test_tasks_of_one_run_are_all_counted(read):
    text = f"task_name,{HEADER}\nload,{row('10:00:10', 10, 0.1)}\nquery,{row('10:00:20', 20, 0.2)}\n"  # the same start
    assert read(text, timezone="UTC").total == pytest.approx(0.3)


def test_the_parts_are_told_apart(logs):
    reading = read_energy(read_power_log(logs / "codecarbon_tasks.csv", timezone="UTC"))
    # load model + query model, as the file's two rows have them
    assert reading.covers == ("cpu", "gpu", "memory")
    assert reading.per_device() == pytest.approx({"cpu": 0.000270, "gpu": 0.003361, "memory": 0.002658}, abs=1e-6)


def test_a_part_without_energy_was_not_measured(logs):
    # version 3 on a laptop: no GPU, and a CPU of 0.0 kWh
    reading = read_energy(read_power_log(logs / "codecarbon_3.0.csv", timezone="UTC"))
    assert reading.covers == ("memory",)


def test_a_file_without_parts_covers_what_the_user_says(logs):
    path = logs / "codecarbon_2.0.csv"
    assert read_energy(read_power_log(path, timezone="UTC")).covers == ()
    assert read_energy(read_power_log(path, timezone="UTC", covers=["cpu", "memory"])).covers == ("cpu", "memory")


def test_parts_that_do_not_add_up_are_not_used(read):
    reading = read(table(row("10:01:00", 60, 1.0, parts=(0.1, 0.1, 0.1))), timezone="UTC")
    assert reading.per_device() == pytest.approx({"machine": 1.0})


def test_a_run_lasts_until_its_stamp(read):
    # 1 kWh from 09:45 to 10:15: half in each hour
    reading = read(table(row("10:15:00", 1800, 1.0)), timezone="UTC")
    assert list(reading.hours["energy"]) == pytest.approx([0.5, 0.5])
    assert reading.covered_seconds == pytest.approx(1800)


def test_runs_at_the_same_time_are_counted_and_noted(read, counts):
    rows = [row("10:01:00", 60, 0.1, run="a"), row("10:01:30", 60, 0.1, run="b")]
    reading = read(table(*rows), timezone="UTC")
    assert reading.total == pytest.approx(0.2)
    assert counts(reading) == {"overlapping intervals": 1}
    assert reading.dropped == 0


def test_a_row_that_was_written_twice_is_counted_once(read, counts):
    once = row("10:01:00", 60, 0.1)
    reading = read(table(once, once), timezone="UTC")
    assert reading.total == pytest.approx(0.1)
    assert counts(reading) == {"duplicate": 1}


@pytest.mark.parametrize(
    "cells", ["2024-05-31T10:00:00,p,a,,,,,,", "yesterday,p,a,1,,,,,1", "2024-05-31T10:00:00,p,a,-5,,,,,1"]
)
def test_a_row_without_energy_time_or_length_is_counted(read, counts, cells):
    reading = read(table(cells, row("10:15:00", 1800, 1.0)), timezone="UTC")
    assert reading.total == pytest.approx(1.0)
    assert counts(reading) == {"row without energy or time": 1}


def test_a_file_of_such_rows_only_is_an_error(read):
    with pytest.raises(LogError, match=r"no row has a time stamp, a duration and an energy"):
        read(table("2024-05-31T10:00:00,p,a,,,,,,"), timezone="UTC")


def test_decimal_commas_are_refused(read):
    with pytest.raises(LogError, match=r"more cells than the first"):
        read(table(row("10:15:00", "1800,5", 1.0)), timezone="UTC")


def test_the_stamps_are_local_and_need_a_zone(logs):
    with pytest.raises(LogError, match=r"no zone"):
        read_power_log(logs / "codecarbon_tasks.csv")


@pytest.mark.parametrize(
    ("name", "kwh"),
    [
        ("codecarbon_2.5.0_2xV100S.csv", 0.0048683945680112),  # its ten energy_consumed, added
        ("codecarbon_tasks_bart.csv", 0.0303411963),
        ("codecarbon_tasks_distilbert.csv", 0.00366284718),
    ],
)
def test_further_versions(logs, name, kwh):
    reading = read_energy(read_power_log(logs / name, timezone="UTC"))
    assert reading.total == pytest.approx(kwh, rel=1e-8)
    assert reading.covers == ("cpu", "gpu", "memory")


def test_what_the_rows_tell_of_the_hardware(logs):
    reading = read_energy(read_power_log(logs / "codecarbon_2.5.0_2xV100S.csv", timezone="UTC"))
    assert reading.facts["gpu_model"] == "2 x Tesla V100S-PCIE-32GB"
    assert reading.facts["codecarbon_version"] == "2.5.0"


def test_the_pue_that_codecarbon_multiplied_by_is_divided_out(read):
    text = f"{HEADER},pue\n{row('10:01:00', 60, 1.5, parts=(0.3, 0.9, 0.3))},1.5\n{row('10:03:00', 60, 1.0)},\n"
    reading = read(text, timezone="UTC")
    assert reading.total == pytest.approx(2.0)
    assert reading.facts["pue"] == "1.5, divided out"


def test_a_pue_below_one_is_none(read):
    assert read(f"{HEADER},pue\n{row('10:01:00', 60, 1.5)},0\n", timezone="UTC").total == pytest.approx(1.5)


def test_a_repeated_header_is_counted(read, counts):
    reading = read(table(row("10:01:00", 60, 0.1), HEADER, row("10:03:00", 60, 0.2, run="b")), timezone="UTC")
    assert reading.total == pytest.approx(0.3)
    assert counts(reading) == {"repeated header": 1}
    assert reading.dropped == 0
