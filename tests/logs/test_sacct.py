"""``sacct``: the energy of a job once, whatever its rows; texts written after https://slurm.schedmd.com/sacct.html."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.energy import read_power_log
from lca_ai.logs.records import Options

JOULE_PER_KWH = 3.6e6
HEADER = "JobID|State|Start|End|ConsumedEnergyRaw|NNodes|AllocTRES|NodeList"
HOUR = "2024-05-31T10:00:00|2024-05-31T11:00:00"


def row(job, joules, *, state="COMPLETED", span=HOUR, nodes=1, tres="cpu=8,node=1", where="n1"):
    return f"{job}|{state}|{span}|{joules}|{nodes}|{tres}|{where}"


def table(*rows, header=HEADER):
    return "\n".join([header, *rows]) + "\n"


def joules(reading):
    return {name: round(energy * JOULE_PER_KWH, 6) for name, energy in reading.per_device().items()}


def test_the_steps_of_a_job_are_not_added_to_it(read):
    rows = [row("7", 4_580_000), row("7.batch", 4_580_000), row("7.extern", 4_580_000), row("7.0", 4_570_000)]
    reading = read(table(*rows), timezone="UTC")
    assert reading.format == "sacct"
    assert joules(reading) == {"7": 4_580_000}
    assert reading.covers == ()
    assert reading.facts["jobs"] == "1"
    assert reading.facts["steps"] == "3"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([("batch", 2067), ("extern", 2094)], 2094, id="the extern step lasts as long as the job"),
        pytest.param([("batch", 5000), ("0", 2000), ("1", 1000)], 5000, id="steps within the batch step"),
        pytest.param([("batch", 100), ("0", 2000)], 2000, id="a step on more nodes than the batch step"),
        pytest.param([("interactive", 700), ("0", 300)], 700, id="a job of salloc"),
    ],
)
def test_a_job_without_energy_has_that_of_its_steps(read, steps, expected):
    reading = read(table(row("7", ""), *(row(f"7.{step}", energy) for step, energy in steps)), timezone="UTC")
    assert joules(reading) == {"7": expected}
    assert reading.facts["energy from steps"] == "1 jobs"


def test_steps_one_after_the_other_are_added_and_steps_at_once_are_not(read):
    first, second = "2024-05-31T10:00:00|2024-05-31T10:20:00", "2024-05-31T10:20:00|2024-05-31T10:40:00"
    rows = [row("7.0", 100, span=first), row("7.1", 80, span=first), row("7.2", 50, span=second)]
    reading = read(table(row("7", 0), *rows), timezone="UTC")
    assert joules(reading) == {"7": 150}


def test_steps_at_once_on_other_nodes_are_added(read):
    rows = [row("7.0", 100, where="n1"), row("7.1", 80, where="n2")]
    assert joules(read(table(row("7", 0), *rows), timezone="UTC")) == {"7": 180}


def test_only_steps_are_listed(read):
    first, second = "2024-05-31T10:00:00|2024-05-31T10:20:00", "2024-05-31T10:20:00|2024-05-31T10:40:00"
    reading = read(table(row("7.0", 100, span=first), row("7.1", 50, span=second)), timezone="UTC")
    assert joules(reading) == {"7": 150}
    assert reading.seconds == 2_400


@pytest.mark.parametrize("zero", ["0", "", "18446744073709551614", "18446744073709551615", "4294967294", "-2"])
def test_an_energy_of_zero_is_unknown(read, counts, zero):
    reading = read(table(row("7", zero), row("8", 3_600)), timezone="UTC")
    assert joules(reading) == {"8": 3_600}
    assert counts(reading) == {"not a number": 1}
    assert reading.silent == ("7",)
    assert reading.facts["jobs without energy"].startswith("1 ")


def test_a_cluster_without_an_energy_plugin(read):
    with pytest.raises(LogError, match=r"no usable row is left.*2 not a number"):
        read(table(row("7", 0), row("8", 0)), timezone="UTC")


@pytest.mark.parametrize(
    ("cell", "expected"), [("12.50K", 12_500), ("20.54M", 20.54e6), ("4.19G", 4.19e9), ("950", 950), ("1.1T", 1.1e12)]
)
def test_the_energy_with_its_prefix(write, cell, expected):
    text = table(row("7", cell), header=HEADER.replace("ConsumedEnergyRaw", "ConsumedEnergy"))
    (records,) = formats.read(write(text), None, Options("UTC"))
    assert records.frame["energy"].tolist() == pytest.approx([expected])


def test_the_energy_among_the_resources(read):
    reading = read(
        "JobIDRaw|Start|End|AllocTRES|TRESUsageInTot\n"
        f"7|{HOUR}|billing=8,cpu=8,energy=1439089,gres/gpu=8,node=2|\n"
        f"8|{HOUR}|cpu=8|\n8.extern|{HOUR}||cpu=00:00:00,energy=2094,mem=516K\n",
        timezone="UTC",
    )
    assert joules(reading) == {"7": 1_439_089, "8": 2_094}
    assert reading.facts["nodes"] == "7: 2"


@pytest.mark.parametrize(
    ("tres", "gpus"),
    [
        ("cpu=8,gres/gpu=4,node=1", 4),
        ("cpu=8,gres/gpu:a100=4,node=1", 4),
        ("cpu=8,gres/gpu:a100=4,gres/gpu=4", 4),
        ("gres/gpu:a100=2,gres/gpu:h100=1", 3),
        ("gres:gpu:4", 4),
        ("gpu=2,cpu=1", 2),
        ("gpu:2", 2),
        ("gpu:tesla:2", 2),
        ("gres/gpu=0", 0),
        ("gres/gpumem=40G,gres/gpuutil=100,gres/gpu=1", 1),
    ],
)
def test_every_spelling_of_the_gpus(read, tres, gpus):
    reading = read(table(row("7", 100, tres=tres)), timezone="UTC")
    assert reading.facts["gpus"] == f"7: {gpus}"


def test_a_job_without_gpus_tells_none(read):
    assert "gpus" not in read(table(row("7", 100)), timezone="UTC").facts


def test_the_tasks_of_an_array_and_the_parts_of_a_heterogeneous_job(read):
    reading = read(
        table(row("123_4", 10), row("123_5", 20), row("123_5.batch", 20), row("9+0", 1), row("9+1", 2)), timezone="UTC"
    )
    assert joules(reading) == {"123_4": 10, "123_5": 20, "9+0": 1, "9+1": 2}


def test_a_requeued_job_has_the_energy_of_each_run(read):
    later = "2024-05-31T12:00:00|2024-05-31T13:00:00"
    rows = [
        row("7", 100, state="REQUEUED"),
        row("7.batch", 100),
        row("7", "", span=later),
        row("7.batch", 30, span=later),
    ]
    reading = read(table(*rows), timezone="UTC")
    assert joules(reading) == {"7": 130}
    assert reading.samples == 2


def test_jobs_that_have_not_ended_or_never_ran_are_counted(read, counts):
    rows = [
        row("7", 100, state="CANCELLED by 1001"),
        row("8", 50, state="RUNNING", span="2024-05-31T10:00:00|Unknown"),
        row("8.batch", 50, state="RUNNING", span="2024-05-31T10:00:00|Unknown"),
        row("9", "", state="PENDING", span="Unknown|Unknown"),
        row("10", "", state="CANCELLED by 0", span="None|2024-05-31T10:00:00"),
    ]
    reading = read(table(*rows), timezone="UTC")
    assert joules(reading) == {"7": 100}
    assert counts(reading) == {"job that has not ended": 1, "job that did not run": 2}


def test_jobs_that_run_only(read):
    with pytest.raises(LogError, match=r"no job has ended"):
        read(table(row("8", 50, span="2024-05-31T10:00:00|Unknown")), timezone="UTC")


def test_a_table_without_header_is_read_by_its_cells(read):
    lines = [
        f"{job}|part|2024-05-31T09:00:00+0200|{start}|{end}|01:00:00|COMPLETED|billing=8,cpu=8,energy={energy},gres/gpu=2,node=1|n1"
        for job, start, end, energy in [
            ("41", "2024-05-31T10:00:00+0200", "2024-05-31T11:00:00+0200", 1_000),
            ("42_7", "2024-05-31T12:00:00+0200", "2024-05-31T13:00:00+0200", 2_500),
        ]
    ]
    lines.append(
        "43|part|2024-05-31T09:00:00+0200|2024-05-31T12:30:00+0200|Unknown|00:10:00|RUNNING|cpu=8,gres/gpu=0,node=1|n1"
    )
    reading = read("\n".join(lines) + "\n")
    assert joules(reading) == {"41": 1_000, "42_7": 2_500}
    assert reading.start.isoformat() == "2024-05-31T08:00:00+00:00"
    assert reading.facts["gpus"] == "41: 2, 42_7: 2"


def test_the_fields_of_a_table_without_header_are_given(write):
    columns = {"JobID": "1", "Start": "2", "End": "3", "ConsumedEnergyRaw": "0"}
    log = read_power_log(write(f"500|7|{HOUR}\n600|8|{HOUR}\n"), format="sacct", columns=columns, timezone="UTC")
    (records,) = formats.read(log.paths()[0], "sacct", Options("UTC", columns))
    assert records.frame["energy"].tolist() == [500.0, 600.0]


def test_a_repeated_header_and_a_trailing_bar(read, counts):
    lines = [f"{line}|" for line in (HEADER, row("7", 100), HEADER, row("8", 50))]
    reading = read("\n".join(lines) + "\n", timezone="UTC")
    assert joules(reading) == {"7": 100, "8": 50}
    assert counts(reading) == {"repeated header": 1}


def test_naive_times_need_a_zone(read):
    with pytest.raises(LogError, match=r"no zone"):
        read(table(row("7", 100)))


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("JobID|Start|State|ConsumedEnergyRaw", "the field End is missing"),
        ("JobID|Start|End|State", "no field of an energy"),
    ],
)
def test_a_missing_field(read, header, problem):
    with pytest.raises(LogError, match=problem):
        read(f"{header}\n7|2024-05-31T10:00:00|2024-05-31T11:00:00|x\n", timezone="UTC")


# --- sacct --json (data_parser v0.0.40)


def number(value):
    return {"set": value is not None, "infinite": False, "number": value or 0}


def job(identity, energy, *, end=1731486494, steps=(), task=None, gpus=2):
    return {
        "association": {"cluster": "hpc"},
        "allocation_nodes": 1,
        "array": {"job_id": identity if task is not None else 0, "task_id": number(task)},
        "job_id": identity,
        "nodes": "cn2",
        "state": {"current": ["COMPLETED"]},
        "time": {"elapsed": 361, "start": 1731486133, "end": end},
        "steps": [
            {
                "time": {"start": number(1731486133), "end": number(1731486494)},
                "nodes": {"count": 1, "range": "cn2"},
                "statistics": {"energy": {"consumed": number(joules)}},
                "step": {"id": f"{identity}.{name}", "name": name},
                "tres": {"allocated": []},
            }
            for name, joules in steps
        ],
        "tres": {
            "allocated": [
                {"type": "cpu", "name": "", "id": 1, "count": 1},
                {"type": "energy", "name": "", "id": 3, "count": energy},
                {"type": "gres", "name": "gpu", "id": 1001, "count": gpus},
                {"type": "gres", "name": "gpu:a100", "id": 1002, "count": gpus},
            ]
        },
    }


def test_json(read, counts):
    jobs = [
        job(670, 5_000, steps=[("batch", 4_900)]),
        job(671, -2, steps=[("batch", 300), ("extern", 320)]),
        job(672, 70, task=3),
        job(673, 10, end=0),
        job(674, 0),
    ]
    reading = read(json.dumps({"jobs": jobs, "meta": {}}))
    assert joules(reading) == {"670": 5_000, "671": 320, "672_3": 70}
    assert counts(reading) == {"job that has not ended": 1, "not a number": 1}
    assert reading.seconds == 361
    assert reading.facts["gpus"].startswith("670: 2")


def test_json_whose_steps_are_no_list(read):
    one = job(670, 5_000) | {"steps": 10**30}
    assert read(json.dumps({"jobs": [one]})).total * 3.6e6 == pytest.approx(5_000.0)


def test_json_cut_short(read):
    text = json.dumps({"jobs": [job(670, 5_000)]}, indent=1)
    with pytest.raises(LogError, match=r"not whole JSON"):
        read(text[:-20])


@given(
    jobs=st.lists(
        st.tuples(st.integers(1, 10**9), st.integers(1, 10**9)), min_size=1, max_size=15, unique_by=lambda one: one[0]
    ),
    steps=st.lists(st.integers(0, 10**9), max_size=4),
)
def test_the_energies_of_the_jobs_add_up_whatever_their_steps(write, jobs, steps):
    rows = [
        line
        for name, energy in jobs
        for line in [row(name, energy), *(row(f"{name}.{n}", one) for n, one in enumerate(steps))]
    ]
    (records,) = formats.read(write(table(*rows)), None, Options("UTC"))
    assert records.frame["energy"].sum() == pytest.approx(sum(energy for _, energy in jobs))
    assert len(records.frame) == len(jobs)


COLUMNS = (
    "       JobID    JobName      State               Start                 End  AllocTRES ConsumedEnergy \n"
    "------------ ---------- ---------- ------------------- ------------------- ---------- -------------- \n"
)
LINE = "{:<12} {:>10} {:>10} {:>19} {:>19} {:>10} {:>14} \n"


def line(job, energy, name="a b", state="COMPLETED", span=HOUR, tres="gres/gpu=2"):
    return LINE.format(job, name, state, *span.split("|"), tres, energy)


def test_columns_of_a_fixed_width(read, counts):
    rows = [
        line("7", "500.01K", state="CANCELLED+", tres="gres/gpu=+"),
        line("7.ba+", "480K", name=""),
        line("8", "", tres="cpu=4,gre+"),
        line("8.ba+", "300"),
        line("8.ex+", "310"),
        line("8.in+", ""),
        line("1234567_123+", "1K"),
        line("9", "", state="PENDING", span="Unknown|Unknown"),
    ]
    reading = read("$ sacct -u me\n" + COLUMNS + "".join(rows) + COLUMNS + line("10", "7"), timezone="UTC")
    assert joules(reading) == {"7": 500_010, "8": 310, "10": 7}
    assert counts(reading)["job id cut short"] == 1
    assert counts(reading)["job that did not run"] == 1
    assert reading.facts["gpus"] == "10: 2"


def test_the_header_without_its_leading_blanks(read):
    assert joules(read(COLUMNS.lstrip() + line("7", "5K"), timezone="UTC")) == {"7": 5_000}


def test_a_field_whose_name_was_cut(read):
    text = (
        "JobID                      Start                 End ConsumedE+ \n"
        "------------ ------------------- ------------------- ---------- \n"
        "7            2024-05-31T10:00:00 2024-05-31T11:00:00         5K \n"
        "8            2024-05-31T10:00:00 2024-05-31T11:00:00 123456789+ \n"
    )
    reading = read(text, timezone="UTC")
    assert joules(reading) == {"7": 5_000}
    assert reading.facts["jobs without energy"].startswith("1 ")


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_another_sign_between_the_cells(read, sign):
    fields = HEADER.split("|")
    cells = [f'"{cell}"' if "," in cell else cell for cell in row("7", 5_000, tres="cpu=8,gres/gpu=2").split("|")]
    step = ["7.batch", *cells[1:]]
    reading = read("\n".join(map(sign.join, (fields, cells, step))) + "\n", timezone="UTC")
    assert (reading.format, joules(reading)) == ("sacct", {"7": 5_000})
    assert reading.facts["gpus"] == "7: 2"


def test_a_table_of_readings_with_a_job_is_not_one_of_sacct():
    assert not formats.FORMATS["sacct"].matches("time,jobid,power\n2024-05-31T10:00:00Z,7,5\n")


def test_times_in_seconds_since_1970(read):
    span = "1717149600|1717153200"
    at_once = [row("7.0", 100, span=span), row("7.1", 80, span=span)]
    reading = read(table(row("7", "", span=span), *at_once))
    assert joules(reading) == {"7": 100}
    assert reading.start.isoformat() == "2024-05-31T10:00:00+00:00"


def test_fields_of_sacct_are_not_sensors_of_a_bmc(write):
    with pytest.raises(LogError, match=r"nearly sacct: no JobID"):
        read_power_log(write("ConsumedEnergyRaw|CPUTimeRAW|ReqCPUS|Submit|Partition|State\n0|5|1|x|gpu|COMPLETED\n"))


def test_a_field_that_is_there_twice_is_read_once(read):
    text = f"JobID|jobid|Start|End|ConsumedEnergyRaw|consumedenergyraw\n7|7|{HOUR}|500|500\n8|8|{HOUR}|600|600\n"
    assert joules(read(text, timezone="UTC")) == {"7": 500, "8": 600}
    columns = {"JobID": "0", "Start": "2", "End": "3", "ConsumedEnergyRaw": "5"}
    assert joules(read(text, format="sacct", columns=columns, timezone="UTC")) == {"7": 500, "8": 600}
