"""What a process may use of its machine, by trees of files as Linux shows them and by Slurm's variables."""

import os

import pytest

from lca_ai.meter.limits import limits

GIB = 1024**3


@pytest.fixture
def machine(tmp_path):
    """A machine of 64 threads and 512 GiB; gives what writes its files."""

    def write(files):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(f"{text}\n")
        return tmp_path

    write({"sys/devices/system/cpu/online": "0-63", "proc/meminfo": f"MemTotal: {512 * GIB // 1024} kB\nMemFree: 1 kB"})
    return write


def test_a_machine_without_limits_is_used_whole(machine):
    found = limits(machine({}), {})
    assert (found.cpus, found.cpu_share, found.memory_bytes, found.memory_share) == (64.0, 1.0, 512 * GIB, 1.0)
    assert (found.gpus, found.rules) == (None, {"cpus": "the machine", "memory": "the machine"})


def test_version_2_of_control_groups_and_those_above(machine):
    root = machine({
        "proc/self/cgroup": "0::/kubepods.slice/pod1.slice/c1.scope",
        "sys/fs/cgroup/kubepods.slice/cpu.max": "max 100000",
        "sys/fs/cgroup/kubepods.slice/pod1.slice/cpu.max": "1600000 100000",
        "sys/fs/cgroup/kubepods.slice/pod1.slice/memory.max": f"{64 * GIB}",
        "sys/fs/cgroup/kubepods.slice/pod1.slice/c1.scope/cpu.max": "max 100000",
        "sys/fs/cgroup/kubepods.slice/pod1.slice/c1.scope/memory.max": "max",
        "sys/fs/cgroup/kubepods.slice/pod1.slice/c1.scope/cpuset.cpus.effective": "0-31",
    })  # fmt: skip
    found = limits(root, {})
    assert (found.cpus, found.cpu_share) == (16.0, 0.25)
    assert (found.memory_bytes, found.memory_share) == (64 * GIB, 0.125)
    assert found.rules == {
        "cpus": "cgroup v2 cpu.max", "memory": "cgroup v2 memory.max", "scheduler": "Kubernetes",
    }  # fmt: skip


def test_within_a_container_the_group_is_the_mount_itself(machine):
    root = machine({
        "proc/self/cgroup": "0::/", "sys/fs/cgroup/cpu.max": "50000 100000", "sys/fs/cgroup/memory.max": f"{GIB}",
        "sys/fs/cgroup/cpuset.cpus.effective": "0-1,8",
    })  # fmt: skip
    found = limits(root, {})
    assert (found.cpus, found.memory_bytes) == (0.5, GIB)
    root = machine({"sys/fs/cgroup/cpu.max": "max 100000"})
    assert limits(root, {}).cpus == 3.0


def test_a_path_of_the_host_that_a_container_does_not_see(machine):
    root = machine({"proc/self/cgroup": "0::/../../elsewhere", "sys/fs/cgroup/cpu.max": "200000 100000"})
    assert limits(root, {}).cpus == 2.0


def test_version_1_of_control_groups(machine):
    root = machine({
        "proc/self/cgroup": "4:memory:/job\n3:cpuset:/job\n2:cpu,cpuacct:/job/step\n1:name=systemd:/job",
        "sys/fs/cgroup/memory/job/memory.limit_in_bytes": f"{128 * GIB}",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
        "sys/fs/cgroup/cpuset/job/cpuset.cpus": "0-7,16-23",
        "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "800000",
        "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000",
        "sys/fs/cgroup/cpu,cpuacct/job/step/cpu.cfs_quota_us": "-1",
        "sys/fs/cgroup/cpu,cpuacct/job/step/cpu.cfs_period_us": "100000",
    })  # fmt: skip
    found = limits(root, {})
    assert (found.cpus, found.rules["cpus"]) == (8.0, "cgroup v1 cpu.cfs_quota_us")
    assert (found.memory_bytes, found.rules["memory"]) == (128 * GIB, "cgroup v1 memory.limit_in_bytes")
    root = machine({"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "-1"})
    assert limits(root, {}).cpus == 16.0


def test_slurm(machine):
    environ = {"SLURM_JOB_ID": "7", "SLURM_CPUS_ON_NODE": "8", "SLURM_MEM_PER_NODE": "65536", "SLURM_JOB_GPUS": "0,2-3"}
    found = limits(machine({}), environ)
    assert (found.cpus, found.cpu_share, found.memory_bytes) == (8.0, 0.125, 64 * GIB)
    assert (found.gpus, found.rules["gpus"]) == (("0", "2", "3"), "SLURM_JOB_GPUS")
    assert found.rules["scheduler"] == "Slurm"
    step = limits(machine({}), environ | {"SLURM_STEP_GPUS": "2"})
    assert (step.gpus, step.rules["gpus"]) == (("2",), "SLURM_STEP_GPUS")
    assert limits(machine({}), environ | {"SLURM_STEP_GPUS": ""}).gpus == ()


def test_slurm_memory_of_each_processor_and_all_of_the_machine(machine):
    each = {"SLURM_CPUS_ON_NODE": "8", "SLURM_MEM_PER_CPU": "4096"}
    assert limits(machine({}), each).memory_bytes == 32 * GIB
    assert limits(machine({}), {"SLURM_MEM_PER_NODE": "0"}).memory_share == 1.0


def test_the_least_limit_holds(machine):
    root = machine({"proc/self/cgroup": "0::/", "sys/fs/cgroup/cpu.max": "400000 100000"})
    assert limits(root, {"SLURM_CPUS_ON_NODE": "2"}).rules["cpus"] == "SLURM_CPUS_ON_NODE"
    assert limits(root, {"SLURM_CPUS_ON_NODE": "6"}).rules["cpus"] == "cgroup v2 cpu.max"
    found = limits(root, {}, affinity=1)
    assert (found.cpus, found.rules["cpus"]) == (1.0, "affinity")


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system tells no affinity")
def test_this_process_may_use_no_more_than_its_affinity():
    found = limits()
    assert 0 < found.cpus <= len(os.sched_getaffinity(0))
    assert 0 < found.cpu_share <= 1
    assert 0 < found.memory_share <= 1
