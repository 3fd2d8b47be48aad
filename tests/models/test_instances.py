"""Cloud instances by name: the share of a host that each is, and names that are never picked silently.

By hand, from the providers' pages: a host of the m5 family has 48 cores of two threads, 96 virtual processors, and 384
GB of memory (m5.metal). An m5.xlarge has 4 virtual processors and 16 GB: 4 / 96 of both. A dedicated host Dsv5-Type1
offers 119 virtual processors, of which a Standard_D4s_v5 has 4.
"""

from __future__ import annotations

import pytest

import lca_ai as lca
from lca_ai.models import catalogue, instances
from lca_ai.models.hardware import Cluster

ALL = sorted(instances.known())


def parts(name: str, kind: str) -> list:
    return [part for part in lca.hardware(name).components if part.kind == kind]


# The share


def test_an_m5_xlarge_is_four_of_ninety_six_virtual_processors() -> None:
    assert lca.hardware("m5.xlarge").share == 4 / 96


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("m5.metal", 1.0),
        ("m5.12xlarge", 0.5),
        ("c5.18xlarge", 1.0),  # a host of 72
        ("c5.12xlarge", 0.5),  # a host of 96: the same family, another processor
        ("m7i.metal-24xl", 0.5),
        ("is4gen.8xlarge", 0.5),  # half of the 64 cores of a Graviton2
        ("Standard_D4s_v5", 4 / 119),
        ("n2-standard-4", 4 / 128),
        ("c3-standard-176", 176 / 192),  # the bare-metal size has 192
        ("t3.large", 2 / 96),  # a share of the host of m5
        ("e2-micro", 0.25 / 96),  # given a quarter of a core
    ],
)
def test_a_share_is_that_of_the_virtual_processors(name: str, share: float) -> None:
    assert lca.hardware(name).share == pytest.approx(share, rel=1e-15)


@pytest.mark.parametrize(
    "sizes",
    [
        24 * ["m5.xlarge"],
        ["m5.12xlarge", "m5.8xlarge", "m5.4xlarge"],
        ["c5.9xlarge", "c5.4xlarge", "c5.4xlarge", "c5.xlarge"],
        16 * ["m6g.xlarge"],
        ["Standard_D64as_v6", "Standard_D64as_v6", "Standard_D16as_v6"],  # of a dedicated host of 144
        ["n2-standard-80", "n2-standard-48"],
    ],
)
def test_instances_that_fill_a_host_have_all_of_it(sizes: list[str]) -> None:
    assert sum(lca.hardware(name).share for name in sizes) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(
    "family", ["m5", "m5a", "m6i", "m7g", "r5", "r8g", "c6g", "x2idn", "n2d-standard", "c3d-highmem"]
)
def test_a_share_of_the_host_holds_the_memory_of_the_instance(family: str) -> None:
    """True of families whose memory is in proportion to their virtual processors."""
    own = [key for key in ALL if instances.facts(key)["family"]["value"] == family]
    assert len(own) >= 4
    for key in own:
        [memory] = parts(key, "memory")
        whole = memory.count * memory.capacity.to("GB").magnitude
        assert instances.share_of(key) * whole == pytest.approx(float(instances.facts(key)["memory"]["value"]))


# What the providers publish


@pytest.mark.parametrize(
    ("name", "vcpus", "memory"),
    [
        ("m5.xlarge", 4, 16),
        ("c5n.9xlarge", 36, 96),
        ("r3.large", 2, 15),
        ("m7a.medium", 1, 4),
        ("r8i.96xlarge", 384, 3072),
        ("u-24tb1.metal", 448, 24576),
        ("x2iezn.6xlarge", 24, 768),
        ("Standard_D192s_v6", 192, 768),
        ("Standard_E96as_v6", 96, 672),
        ("Standard_E96ps_v6", 96, 672),
        ("Standard_B2ts_v2", 2, 1),
        ("Standard_F64as_v6", 64, 256),
        ("c4-highmem-192", 192, 1488),
        ("c3d-highcpu-30", 30, 59),
        ("n1-highcpu-96", 96, 86.4),
        ("n2-highmem-128", 128, 864),
    ],
)
def test_a_size_is_as_its_provider_states(name: str, vcpus: int, memory: float) -> None:
    facts = instances.facts(instances.exact(name))
    assert (float(facts["vcpus"]["value"]), float(facts["memory"]["value"])) == (vcpus, memory)


def test_a_host_that_is_published_is_taken_as_published() -> None:
    """Dasv5-Type1: 64 cores of an EPYC 7763v, 112 virtual processors, 768 GiB."""
    [memory], [processor] = parts("Standard_D8as_v5", "memory"), parts("Standard_D8as_v5", "cpu")
    assert memory.count * memory.capacity.to("GB").magnitude == 768
    assert (processor.count, processor.name) == (1, "AMD EPYC 7763v")
    assert "dedicated host Dasv5-Type1" in lca.hardware("Standard_D8as_v5").share_note


def test_a_host_that_is_not_published_is_said_to_be_assumed() -> None:
    machine = lca.hardware("m6i.xlarge")
    assert "assumed: the largest size of the family" in machine.share_note
    assert all(
        "assumed" in part.note or "no provider publishes" in part.note or "mass" in part.note
        for part in machine.components
    )


def test_a_processor_that_stands_in_says_so_and_keeps_its_own_name() -> None:
    [processor] = parts("m7a.xlarge", "cpu")
    assert processor.name == "AMD EPYC 9R14"
    assert processor.rated_power.to("W").magnitude == 360
    assert "public part of 96 cores" in processor.note
    assert "EPYC 9654" in processor.note


def test_a_processor_without_any_figure_has_none() -> None:
    [processor] = parts("m7g.xlarge", "cpu")
    assert (processor.name, processor.rated_power, processor.die) == ("AWS Graviton3", None, None)


def test_a_host_with_drives_of_its_own_has_them_as_a_part_of_unknown_size() -> None:
    assert [part.name for part in parts("m5d.xlarge", "other")] == ["local drives of the host"]
    assert parts("m5.xlarge", "other") == []


# Every instance


def test_there_are_1400_named_instances_with_provider_processor_and_size() -> None:
    full = [
        key for key in ALL if instances.processor_of(key) and {"vcpus", "memory", "family"} <= set(instances.facts(key))
    ]
    assert len(full) >= 1_400
    assert not {name for _, name in instances.known().values()} & set(catalogue.gpu_instances())


@pytest.mark.parametrize("provider", ["aws", "azure", "gcp"])
def test_every_instance_is_a_machine(provider: str) -> None:
    for key in (key for key in ALL if key.startswith(f"{provider}/")):
        machine = lca.hardware(key)
        assert 0 < machine.share <= 1
        assert machine.key == key
        assert machine.accelerators == 0
        assert {"cpu", "memory", "mainboard", "power supply", "chassis"} <= {part.kind for part in machine.components}


def test_instances_of_one_name_in_two_tables_count_once() -> None:
    assert "m5.xlarge" in catalogue.instances()
    assert "d4s v3" in catalogue.instances()  # "D4s v3" in one table, "Standard_D4s_v3" in another
    assert len(catalogue.instances()) >= 2_400


# Names


@pytest.mark.parametrize("name", ["m5.xlarge", "M5.XLARGE", "aws/m5.xlarge", "AWS/m5.xlarge", "aws m5.xlarge"])
def test_an_instance_is_found_in_any_spelling(name: str) -> None:
    assert lca.hardware(name) == lca.hardware("aws/m5.xlarge")


@pytest.mark.parametrize("name", ["Standard_D4s_v5", "D4s_v5", "d4s v5", "azure/D4s_v5", "azure/Standard_D4s_v5"])
def test_the_word_before_a_size_of_azure_may_be_left_out(name: str) -> None:
    assert lca.hardware(name).key == "azure/Standard_D4s_v5"


def test_a_name_of_several_providers_is_not_picked_but_listed() -> None:
    names = instances.spellings({"one/s.large": ("one", "s.large"), "two/s.large": ("two", "s.large")})
    with pytest.raises(lca.LcaAiError, match=r"several providers.*one/s\.large or two/s\.large"):
        instances.exact("S.large", names)
    assert instances.exact("two/s.large", names) == "two/s.large"
    assert instances.exact("s.small", names) is None


def test_the_beginning_of_names_of_two_providers_lists_both() -> None:
    with pytest.raises(lca.LcaAiError, match="beginning of the names") as fault:
        lca.hardware("d2")
    assert "aws/d2.xlarge" in str(fault.value)
    assert "azure/Standard_D2_v5" in str(fault.value)


def test_a_family_is_not_an_instance() -> None:
    with pytest.raises(lca.LcaAiError, match=r"aws/m5\.large or aws/m5\.xlarge"):
        lca.hardware("m5")


def test_a_name_that_is_nearly_right_is_told_the_right_one() -> None:
    with pytest.raises(lca.LcaAiError, match=r"did you mean .*m5\.xlarge"):
        lca.hardware("m5.xlage")


def test_several_instances_are_a_cluster() -> None:
    machines = lca.hardware("m5.xlarge", count=3)
    assert isinstance(machines, Cluster)
    assert (machines.count, machines.server.share) == (3, 4 / 96)


# What others publish


def test_the_figure_of_cloud_carbon_footprint_stands_beside_ours() -> None:
    [one] = instances.published("aws/m5.xlarge")
    assert (one.amount, one.share, one.source) == (1610.79, 4 / 96, "ccf-embodied-aws")
    [other] = instances.published("azure/Standard_D4s_v3")
    assert other.source == "ccf-embodied-azure"
    assert instances.published("aws/m8g.xlarge") == ()
