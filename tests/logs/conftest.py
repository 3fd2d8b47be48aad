"""Small logs of every format, that each is read by: real ones cut short, others laid out as their tools write them."""

import json
from pathlib import Path

import pandas as pd
import pytest

TESTS = Path(__file__).parent.parent
LOGS = TESTS / "data" / "logs"
FIRST = 1_717_149_600  # 2024-05-31T10:00:00Z


def _head(path, lines):
    return "\n".join(path.read_text().split("\n")[:lines]) + "\n"


def _generic():
    rows = [f"2024-05-31T10:00:{n:02d}Z,{n % 3},{n * 7.5}" for n in range(60)]
    return "time,device,power [W]\n" + "\n".join(rows) + "\n"


def _counter():
    rows = [f"{FIRST + n};GPU-{n % 2};{n * 7},5" for n in range(40)]
    return "time [s];device;counter [J]\n" + "\n".join(rows) + "\n"


def _energies():
    rows = [f"2024-05-31 10:{n:02d}:00,60,{n * 0.01}" for n in range(20)]
    return "time,duration [s],energy [kWh]\n" + "\n".join(rows) + "\n"


def _gpus():
    rows = [f"2024/05/31 10:00:{n:02d}.{g}00, GPU-{g}, {100 + n}.00 W" for n in range(30) for g in (7, 8)]
    return "timestamp, uuid, power.draw [W]\n" + "\n".join(rows) + "\n"


def _dmon():
    header = "#Date       Time        gpu    pwr  gtemp\n#YYYYMMDD   HH:MM:SS    Idx      W      C\n"
    rows = [f" 20240531   10:00:{n:02d}      {g}    {100 + n}     55\n" for n in range(30) for g in range(2)]
    return header + "".join(rows[:30]) + header + "".join(rows[30:])


def _dcgmi():
    header = "#Entity   POWER    TOTEC     \nID        W        mJ        \n"
    rows = "".join(f"GPU {n % 2}     100.000  {n * 10_000:<10}\n" for n in range(40))
    lines = (header + rows).splitlines(keepends=True)
    return "".join(f"2024-05-31T10:00:{n:02d}.000 {line}" for n, line in enumerate(lines))


def _scrapes():
    one = (LOGS / "dcgm-exporter_a100.prom").read_text()
    many = [one.replace("319159391", str(319_159_391 + n * 400_000)) for n in range(3)]
    return "".join(f"{FIRST + 10 * n}\n{text}" for n, text in enumerate(many))


def _reports(name, was):
    one = (LOGS / name).read_text()
    return "".join(one.replace(was, f"{was[:-2]}{second}") for second in ("10", "20", "30"))


def _xml():
    gpu = (
        '\t<gpu id="00000000:0{g}:00.0">\n\t\t<uuid>GPU-{g}</uuid>\n\t\t<mig_devices>\n\t\t\t<mig_device>\n'
        "\t\t\t\t<uuid>MIG-{g}</uuid>\n\t\t\t</mig_device>\n\t\t</mig_devices>\n\t\t<gpu_power_readings>\n"
        "\t\t\t<average_power_draw>{watts}.50 W</average_power_draw>\n"
        "\t\t\t<instant_power_draw>90.00 W</instant_power_draw>\n\t\t</gpu_power_readings>\n"
        "\t\t<gpu_memory_power_readings>\n\t\t\t<average_power_draw>40.00 W</average_power_draw>\n"
        "\t\t</gpu_memory_power_readings>\n\t\t<module_power_readings>\n"
        "\t\t\t<average_power_draw>700.00 W</average_power_draw>\n\t\t</module_power_readings>\n\t</gpu>\n"
    )
    return "".join(
        '<?xml version="1.0" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">\n<nvidia_smi_log>\n'
        f"\t<timestamp>Fri May 31 10:00:{n:02d} 2024</timestamp>\n\t<attached_gpus>2</attached_gpus>\n"
        f"{gpu.format(g=1, watts=100 + n)}{gpu.format(g=2, watts=50)}</nvidia_smi_log>\n"
        for n in range(8)
    )


def _gpustat():
    readings = [
        {
            "hostname": "n1",
            "query_time": f"2024-05-31T10:00:{n:02d}.250000",
            "gpus": [{"index": g, "uuid": f"GPU-{g}", "power.draw": 60 + n, "processes": []} for g in range(2)],
        }
        for n in range(8)
    ]
    return "".join(json.dumps(one, indent=4) + "\n" for one in readings)


def _rapl():
    zones = {"0": "package-0", "0:0": "dram", "0:1": "core", "1": "package-1"}
    rows = [
        f"{FIRST + n},intel-rapl:{zone},{name},{n * (50_000_000 + place) + 7},262143328850"
        for n in range(20)
        for place, (zone, name) in enumerate(zones.items())
    ]
    return "time,zone,name,energy_uj,max_energy_range_uj\n" + "\n".join(rows) + "\n"


def _rapl_wide():
    rows = [f"{FIRST + n},{n * 50_000_000 % 1_000_000_000 + 1},1000000000,{n * 9_000_000 + 1}" for n in range(30)]
    header = "time,package-0/energy_uj,package-0/max_energy_range_uj,dram-0/energy_uj"
    return header + "\n" + "\n".join(rows) + "\n"


def _turbostat():
    header = "usec\tTime_Of_Day_Seconds\tPackage\tCore\tCPU\tAvg_MHz\tPkgTmp\tPkgWatt\tCorWatt\tGFXWatt\tRAMWatt\n"
    tables = [
        f"200\t{FIRST + 5 * n}.1\t-\t-\t-\t40\t60\t50.00\t5\t0\t10\n"
        f"10\t{FIRST + 5 * n}.0\t0\t0\t0\t40\t60\t{20 + n}.00\t2.5\t0\t5\n"
        f"10\t{FIRST + 5 * n}.0\t0\t0\t8\t40\n"
        f"10\t{FIRST + 5 * n}.0\t1\t0\t1\t40\t60\t30.00\t2.5\t0\t5\n"
        for n in range(12)
    ]
    preamble = "turbostat version 2023.11.07 - Len Brown <lenb@kernel.org>\nCPUID(0): GenuineIntel 0x16 CPUID levels\n"
    return preamble + "".join(header + table for table in tables)


def _perf():
    rows = [
        f"{n + 1:>6}.001048308,S{socket},1,{19 + n}.63,Joules,power/energy-{event}/,2002406532,100.00,,\n"
        for n in range(12)
        for socket in (0, 1)
        for event in ("pkg", "ram", "cores")
    ]
    return "# started on Mon Mar 18 10:00:00 2024\n\n" + "".join(rows)


def _tegrastats():
    line = (
        "05-31-2024 10:39:{:02d} RAM 2639/7620MB (lfb 9x4MB) SWAP 0/3810MB (cached 0MB) CPU [1%@729,4%@729,off,off] "
        "EMC_FREQ 0%@2133 GR3D_FREQ 7%@[611] cpu@44.156C soc2@43.781C "
        "VDD_IN {}mW/4988mW VDD_CPU_GPU_CV 700mW/700mW VDD_SOC 1800mW/1800mW\n"
    )
    return "".join(line.format(n, 4000 + n) for n in range(20))


def _amd():
    rows = [
        f"{FIRST + n},{gpu},{140 + n + gpu},780,{(1000.5 + 140 * n) * (gpu + 1)}\n" for n in range(15) for gpu in (0, 1)
    ]
    header = "timestamp,gpu,socket_power,gfx_voltage,total_energy_consumption\n"
    return "'CTRL' + 'C' to stop watching output:\n" + header + "".join(rows)


def _amd_json():
    power = {"socket_power": {"value": 142, "unit": "W"}, "gfx_voltage": {"value": 780, "unit": "mV"}}
    return "\n".join(
        json.dumps([{"timestamp": FIRST + n, "gpu": gpu, "power": power} for gpu in (0, 1)], indent=4) for n in range(4)
    )


def _amd_monitor():
    rows = [
        f"{FIRST + n}    0    0  {123 + n} W    750 W   42 C\n{FIRST + n}    0    1    N/A    750 W     N/A\n"
        for n in range(9)
    ]
    return "TIMESTAMP  GPU  XCP  POWER  PWR_CAP   GPU_T\n" + "".join(rows)


def _rocm():
    banner = "======================= ROCm System Management Interface ======================="
    rows = (
        "GPU[0]\t\t: Average Graphics Package Power (W): {}.0\nGPU[1]\t\t: Average Graphics Package Power (W): 40.0\n"
    )
    return "".join(
        f"2024-05-31T10:00:{n:02d}+00:00\n\n{banner}\n{rows.format(60 + n)}{'=' * 80}\n" for n in range(0, 40, 5)
    )


def _zeus():
    rows = [f"{FIRST + 10 * n}.5,window_{n},9.5,{400 + n},{300 + n}\n" for n in range(12)]
    return "start_time,window_name,elapsed_time,gpu0_energy,gpu1_energy\n" + "".join(rows)


def _zeus_power():
    return "Time,Power\n" + "".join(f"2022-07-13 02:07:{n:02d}.708783111,{32402 + n}\n" for n in range(30))


def _eco2ai():
    header = (
        "id,project_name,experiment_description,epoch,start_time,duration(s),power_consumption(kWh),CO2_emissions(kg),"
        "CPU_name,GPU_name,OS,region/country,cost"
    )
    rows = [
        f'a1,project,test,"epoch: {n}, loss: 0.5, ",2024-05-31 10:{n:02d}:00,60,0.01,0.001,Xeon/2 device(s),'
        "NVIDIA A100 1 device(s),Linux,FR/France,0"
        for n in range(8)
    ]
    return "\n".join([header, *rows]) + "\n"


def _sacct():
    span = "2024-05-31T10:00:00|2024-05-31T11:00:00"
    rows = [
        f"{job}{step}|COMPLETED|{span}|{4_580_000 + job}|1|cpu=8,gres/gpu=4,node=1|n{job}"
        for job in range(7, 15)
        for step in ("", ".batch", ".extern", ".0")
    ]
    return "\n".join(["JobID|State|Start|End|ConsumedEnergyRaw|NNodes|AllocTRES|NodeList", *rows]) + "\n"


def _sacct_json():
    time = {"start": {"set": True, "infinite": False, "number": FIRST}, "end": FIRST + 3_600}
    step = {
        "step": {"id": "7.batch"},
        "time": time,
        "statistics": {"energy": {"consumed": {"set": True, "infinite": False, "number": 4_580_000}}},
        "nodes": {"range": "n1", "count": 1},
    }
    tres = {"allocated": [{"type": "energy", "name": "", "count": 5_000_000}, {"type": "node", "count": 1}]}
    job = {"job_id": 7, "association": {"account": "a"}, "time": time, "tres": tres, "nodes": "n1", "steps": [step]}
    return json.dumps({"jobs": [job, job | {"job_id": 8}]}, indent=1)


def _scaphandre():
    return "".join(
        json.dumps(
            {
                "host": {"consumption": (50.0 + n) * 1e6, "timestamp": FIRST + 2 * n, "components": {"disks": []}},
                "consumers": [{"exe": "/a", "cmdline": "a", "pid": 7, "consumption": 3e7, "timestamp": FIRST + 2 * n}],
                "sockets": [
                    {
                        "id": 0,
                        "consumption": 40e6,
                        "domains": [{"name": "dram", "consumption": 6e6, "timestamp": FIRST + 2 * n}],
                        "timestamp": FIRST + 2 * n,
                    }
                ],
            }
        )
        for n in range(8)
    )


def _capmc():
    node = '{"nid": 24, "energy_ctr": %d, "time": "2024-05-31 05:00:%02d.250000-05"}'
    return "".join(
        f'{{"e": 0, "err_msg": "", "nid_count": 1, "nodes": [{node % (1000 * n + 1, n)}]}}\n' for n in range(8)
    )


def _redfish():
    documents = [
        {
            "timestamp": f"2024-05-31T10:{n:02d}:00Z",
            "host": "n1",
            "body": {
                "@odata.id": "/redfish/v1/Chassis/1/Power",
                "PowerControl": [
                    {"MemberId": "0", "PowerConsumedWatts": 500 + n},
                    {"MemberId": "1", "Name": "CPU Power", "PowerConsumedWatts": 200},
                ],
            },
        }
        for n in range(8)
    ]
    return "\n".join(map(json.dumps, documents)) + "\n"


def _redfish_energy():
    documents = [
        {
            "@odata.id": f"/redfish/v1/{where}/EnvironmentMetrics",
            "timestamp": f"2024-05-31T10:{n:02d}:00Z",
            "EnergykWh": {"Reading": 10 + n * 0.01},
            "PowerWatts": {"Reading": 60},
        }
        for n in range(6)
        for where in ("Chassis/1", "Systems/1/Processors/GPU_0")
    ]
    return json.dumps(documents, indent=1)


def _ipmi():
    return "".join(
        f"\n    Instantaneous power reading:                  {100 + n:>4} Watts\n"
        "    Minimum during sampling period:                118 Watts\n"
        f"    IPMI timestamp:                           Wed Feb 14 17:09:{n:02d} 2024\n"
        "    Sampling period:                          00000300 Seconds.\n"
        "    Power reading state is:                   activated\n\n"
        for n in range(10)
    )


def _freeipmi():
    return "".join(
        f"{host}: Current Power                        : {300 + n} Watts\n"
        f"{host}: Time Stamp                           : 11/03/2023 - 08:36:{n:02d}\n"
        f"{host}: Statistics reporting time period     : 2685198000 milliseconds\n"
        f"{host}: Power Measurement                    : Active\n"
        for n in range(8)
        for host in ("n1", "n2")
    )


def _ipmi_sensors():
    rows = (
        "CPU Temp         | 45.000     | degrees C  | ok    | na\n"
        "Pwr Consumption  | 200.000    | Watts      | ok    | na        | na        | na\n"
        "PS1 Input Power  | 110.000    | Watts      | ok    | na        | na        | na\n"
        "CPU Power        | 90.000     | Watts      | ok    | na        | na        | na\n"
    )
    return "".join(f"2024-05-31T10:00:{n:02d}Z\n{rows}" for n in range(8))


def _pdu():
    rows = [
        f"2024-05-31T10:{n:02d}:00Z,rack1,{place},{60 + n},{1000 + n}"
        for n in range(10)
        for place in ("1", "2", "Inlet I1")
    ]
    return "\n".join(["Timestamp,PDU,Outlet,Active Power (W),Active Energy (Wh)", *rows]) + "\n"


def _gmt():
    return "".join(f"{(FIRST + n) * 1_000_000} {900_000 + n} Package_{n % 2}\n" for n in range(30))


def _wandb():
    rows = [
        f"{FIRST + 15 * n}.25,{15.0 * n},{100 + n},{100 + n},50,900.0\n" for n in range(12)
    ]  # the second is the same GPU, seen by the process
    header = "_timestamp,_runtime,system.gpu.0.powerWatts,system.gpu.process.0.powerWatts,system.gpu.1.powerWatts,"
    return header + "system.proc.memory.rssMB\n" + "".join(rows)


def _wandb_json():
    return "".join(
        json.dumps({"_timestamp": FIRST + 15 * n, "_runtime": 15 * n, "system.gpu.0.powerWatts": 100 + n}) + "\n"
        for n in range(12)
    )


def _mlflow():
    return "".join(f"{(FIRST + 10 * n) * 1000} {100.0 + n} {n}\n" for n in range(20))


def _mlflow_json():
    key = "system/gpu_0_power_usage_watts"
    rows = [{"key": key, "value": 100.0 + n, "timestamp": (FIRST + 10 * n) * 1000, "step": n} for n in range(8)]
    return json.dumps({"metrics": rows}, indent=1)


def _cloudwatch():
    points = [{"Timestamp": f"2024-05-31T10:{n:02d}:00Z", "Average": 100.0 + n, "Unit": "None"} for n in range(8)]
    return json.dumps({"Label": "nvidia_smi_power_draw", "Datapoints": points[::-1]}, indent=4)


def _cloudwatch_data():
    stamps = [f"2024-05-31T10:{n:02d}:00+00:00" for n in range(8)]
    results = [
        {"Id": f"m{g}", "Label": f"i-0ab {g} nvidia_smi_power_draw", "Timestamps": stamps, "Values": [100.0 + g] * 8}
        for g in range(2)
    ]
    return json.dumps({"MetricDataResults": results, "Messages": []}, indent=1)


def _cloudwatch_console():
    head = [
        '"Full label","nvidia_smi_power_draw","nvidia_smi_power_draw"',
        '"Label","gpu a","gpu b"',
        '"Period","60","60"',
        '"Statistic","Average","Average"',
    ]
    return "\n".join([*head, *(f'"2024/05/31 10:{n:02d}:00","{100 + n}","50"' for n in range(8))]) + "\n"


def _google():
    points = [
        {
            "interval": {"startTime": "2024-05-31T09:00:00Z", "endTime": f"2024-05-31T10:{n:02d}:00Z"},
            "value": {"doubleValue": 5e4 + n * 6_000},
        }
        for n in range(8)
    ]
    one = {
        "metric": {"type": "workload.googleapis.com/gpu.dcgm.energy_consumption", "labels": {"uuid": "GPU-1"}},
        "resource": {"type": "gce_instance", "labels": {"instance_id": "42"}},
        "metricKind": "CUMULATIVE",
        "points": points,
    }
    return json.dumps({"timeSeries": [one]}, indent=1)


def _prometheus():
    labels = {"UUID": "GPU-1", "Hostname": "n1", "gpu": "0"}
    result = [
        {
            "metric": {"__name__": name, **labels},
            "values": [[FIRST + 10 * n, str(start + step * n)] for n in range(12)],
        }
        for name, start, step in (
            ("DCGM_FI_DEV_POWER_USAGE", 100, 1),
            ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", 5_000_000, 1_000_000),
        )
    ]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}, indent=1)


def _prometheus_text():
    text = (LOGS / "kepler_platform_redfish.prom").read_text().splitlines()
    lines = [line for line in text if line.startswith("kepler_")]
    meta = "# TYPE kepler_platform_watts gauge\n"
    return meta + "".join(f"{line} {(FIRST + 10 * n) * 1000}\n" for n in range(4) for line in lines)


def _promtool():
    series = [
        f'DCGM_FI_DEV_POWER_USAGE{{Hostname="n1", UUID="GPU-{g}", gpu="{g}"}} =>\n'
        + "".join(f"{60 + g}.25 @[{FIRST + 15 * n}]\n" for n in range(9))
        for g in range(2)
    ]
    return "".join(series)


def _grafana():
    header = ",".join(f'"DCGM_FI_DEV_POWER_USAGE{{gpu=""{g}"", Hostname=""n1"", UUID=""GPU-{g}""}}"' for g in range(2))
    return f'"Time",{header}\n' + "".join(f"{(FIRST + 15 * n) * 1000},{60 + n},50\n" for n in range(9))


def _channels():
    line = "Time,11-13-2020 22:38:{:02d}.240,Watts,{},Volts,-1.0,Amps,-1.0,PF,-1.0,Mark,notset,Ch1,Watts,{},Volts,120.9"
    return "".join(f"{line.format(n, 90 + n, 45 + n)},Ch2,Watts,45.0,Volts,120.8\n" for n in range(20))


def _untimed():
    rows = [f"{n % 2}, NVIDIA A100-SXM4-80GB, {60 + n}.20 W, 0 %\n" for n in range(20)]
    return "index, name, power.draw [W], utilization.gpu [%]\n" + "".join(rows)


def _jtop():
    rows = [f"2023-07-14 16:24:{n:02d}.184422,0:38:48,5,0.2,48.1,{400 + n},1440,{4000 + n},OFF\n" for n in range(20)]
    return "time,uptime,CPU1,RAM,Temp CPU,Power VDD_CPU_GPU_CV,Power VDD_SOC,Power TOT,jetson_clocks\n" + "".join(rows)


def _redfish_report():
    values = [
        {"MetricId": name, "Timestamp": f"2024-02-14T10:{n:02d}:00-06:00", "MetricValue": str(watts + n)}
        for n in range(6)
        for name, watts in (("SystemInputPower", 200), ("TotalCPUPower", 90), ("RPMReading", 9000))
    ]
    head = {"@odata.type": "#MetricReport.v1_4_1.MetricReport", "Id": "PowerMetrics", "MetricValues": values}
    return json.dumps(head, indent=1)


def _apc():
    rows = [f"05/31/2024\t10:{n:02d}:00\t4.1\t0.9{n}\t1234.{n}\n" for n in range(9)]
    return "Network Management Card AOS\tv6.5.0\nName: rack7\nDate\tTime\tPh I\tDev kW\tDev kWh\n" + "".join(rows)


def _explorer():
    rows = [f"Fri May 31 2024 10:{n:02d}:00 GMT+0000 (Coordinated Universal Time),6{n},7{n}\n" for n in range(9)]
    return "TimeSeries ID,a,b\ninstance_name,vm-1,vm-1\ngpu,0,1\n" + "".join(rows)


def _meter():
    header = (
        "time,monotonic_s,event,stage,sensor,energy_j,power_w,utilisation_percent,memory_used_bytes,temperature_c,"
        "clock_mhz,throttle,fault,parent,covers,kind,range_j,limit_w,window_s,host,process\n"
    )
    stamp = "2024-05-31T10:39:{:02d}.250000Z,{}.5,"
    rows = [stamp.format(0, 100) + "start,,,,,,,,,,,,,,,,,n1,7\n"]
    for n in range(8):
        told = ("node,gpu,counter,,700.0,,,", ",node,power,,,,,") if n == 0 else (",,,,,,,", ",,,,,,,")
        rows.append(f"{stamp.format(n, 100 + n)}tick,,GPU-1,{5000 + 600.5 * n},600.5,97.0,,61.0,1980.0,,,{told[0]}\n")
        rows.append(f"{stamp.format(n, 100 + n)}tick,,node,,{900.0 + n},,,,,,,{told[1]}\n")
    return header + "".join([*rows, stamp.format(7, 107) + "end,,,,,,,,,,,,,,,,,,\n"])


def _parquet(folder):
    path = folder / "log.parquet"
    stamps = pd.to_datetime([f"2024-05-31T10:{n:02d}Z" for n in range(5)])
    pd.DataFrame({"time": stamps, "power": [1.0, 2.0, 3.0, 4.0, 5.0]}).to_parquet(path)
    return path.read_bytes()


def small_logs(folder):
    """Return the small logs of each format, by its name: of each the name of its file, and its bytes."""
    table = _reports("nvidia-smi_table_h100-mig.txt", _clock(LOGS / "nvidia-smi_table_h100-mig.txt"))
    texts = {
        "lca-ai-meter": [_meter()],
        "mlperf-ptdaemon": [_head(TESTS.parent / "datasets" / "mlperf-r7525" / "spl.txt", 60), _channels()],
        "nvidia-smi": [
            _gpus(),
            _head(LOGS / "nvidia-smi_headerless.csv", 60),
            (LOGS / "nvidia-smi_h100-80gb-hbm3.csv").read_text(),
            _untimed(),
        ],
        "nvidia-smi-dmon": [_dmon()],
        "nvidia-smi-q": [_reports("nvidia-smi_q_h100-mig.txt", "09:00:44")],
        "nvidia-smi-table": [table],
        "nvidia-smi-xml": [_xml()],
        "gpustat": [_gpustat()],
        "dcgmi-dmon": [_dcgmi()],
        "dcgm-exporter": [_scrapes()],
        "codecarbon": [
            (LOGS / "codecarbon_2.4.3_apple_m1.csv").read_text(),
            (LOGS / "codecarbon_tasks.csv").read_text(),
        ],
        "rapl": [_rapl(), _rapl_wide()],
        "turbostat": [_turbostat()],
        "perf-stat": [_perf()],
        "intel-power-gadget": [(LOGS / "intel-power-gadget.csv").read_text()],
        "powermetrics": [_head(LOGS / "powermetrics_macbook_air_m1.txt", 250)],
        "tegrastats": [_tegrastats()],
        "jtop": [_jtop()],
        "amd-smi": [_amd(), _amd_json(), _amd_monitor(), _rocm()],
        "mlperf-tiny": [(LOGS / "mlperf-tiny_stm32h7a3.txt").read_text()],
        "zeus": [_zeus()],
        "zeus-power": [_zeus_power()],
        "eco2ai": [_eco2ai()],
        "boamps": [(LOGS / f"boamps_llm_inference.{suffix}").read_text() for suffix in ("csv", "json")],
        "carbontracker": [(LOGS / f"carbontracker_{name}.log").read_text() for name in ("standard", "output")],
        "sacct": [_sacct(), _sacct_json()],
        "scaphandre": [_scaphandre()],
        "capmc": [_capmc()],
        "redfish": [_redfish(), _redfish_energy(), _redfish_report()],
        "ipmi-dcmi": [_ipmi(), _freeipmi()],
        "ipmi-sensors": [_ipmi_sensors()],
        "pdu": [_pdu(), _apc()],
        "green-metrics-tool": [_gmt()],
        "wandb": [_wandb(), _wandb_json()],
        "mlflow": [_mlflow(), _mlflow_json()],
        "cloudwatch": [_cloudwatch(), _cloudwatch_data(), _cloudwatch_console()],
        "google-monitoring": [_google()],
        "google-explorer": [_explorer()],
        "prometheus": [_prometheus(), _prometheus_text()],
        "promtool": [_promtool()],
        "grafana": [_grafana()],
        "csv": [_generic(), _counter(), _energies()],
    }
    names = {
        "intel-power-gadget": "PowerLog_2024-05-31.csv",
        "green-metrics-tool": "cpu_energy_rapl_msr_component.log",
        "mlflow": "gpu_0_power_usage_watts",
    }
    logs = {form: [(names.get(form, "log.csv"), text.encode()) for text in many] for form, many in texts.items()}
    return logs | {"parquet": [("log.parquet", _parquet(folder))]}


def _clock(path):
    """Return the time of day in the first line of a report."""
    return next(word for word in path.read_text().split() if word.count(":") == 2 and word[0].isdigit())


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    """Small logs of each format; see :func:`small_logs`."""
    return small_logs(tmp_path_factory.mktemp("samples"))
