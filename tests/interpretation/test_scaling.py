"""Another machine for the same work: ratios by hand from data sheets, their ranges, and what cannot be proposed."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai import tables
from lca_ai.errors import MissingFactorError, StudyError, UnknownKeyError
from lca_ai.interpretation import scaling
from lca_ai.interpretation.scaling import Scaled, as_measured, proposed_scaling, scaled
from lca_ai.models import catalogue
from lca_ai.models.hardware import Accelerator, Cluster, Server

A100, H100, H200 = "a100-sxm4-80gb", "h100-sxm5-80gb", "h200-sxm-141gb"
#: Makers' data sheets, dense matrices, 32-bit sums. [TFLOP/s, TOP/s]
DATA_SHEETS = {
    ("a100-sxm4-80gb", "bf16"): 312, ("a100-sxm4-80gb", "tf32"): 156, ("a100-sxm4-80gb", "int8"): 624,
    ("a100-pcie-80gb", "bf16"): 312, ("h100-sxm5-80gb", "bf16"): 989, ("h100-sxm5-80gb", "fp8"): 1979,
    ("h100-sxm5-80gb", "int8"): 1979, ("h100-pcie-80gb", "bf16"): 756, ("h100-pcie-80gb", "fp8"): 1513,
    ("h200-sxm-141gb", "bf16"): 989, ("b200", "bf16"): 2250, ("b200", "fp8"): 4500, ("b200", "fp4"): 9000,
    ("mi250x", "bf16"): 383, ("mi300x", "bf16"): 1307, ("mi300x", "fp8"): 2615, ("mi355x", "fp8"): 5033,
    ("l4", "bf16"): 121, ("l4", "fp8"): 242, ("l40s", "bf16"): 362, ("l40s", "fp8"): 733,
    ("v100-sxm2-32gb", "fp16"): 125, ("v100-pcie-16gb", "fp16"): 112, ("t4", "fp16"): 65, ("t4", "int8"): 130,
    ("a10", "bf16"): 125, ("a30", "bf16"): 165, ("a40", "bf16"): 149.7, ("gaudi2", "bf16"): 432,
    ("tpu-v3", "bf16"): 123, ("tpu-v4", "bf16"): 275, ("tpu-v5e", "bf16"): 197, ("tpu-v5p", "bf16"): 459,
    ("tpu-v6e", "bf16"): 918, ("rtx-4090", "bf16"): 165.2,
}  # fmt: skip


@pytest.mark.parametrize(("item", "number_format"), DATA_SHEETS)
def test_peak_throughput_is_that_of_the_data_sheet(item, number_format) -> None:
    row = catalogue.items()[item][f"peak_{number_format}"]
    assert row["unit"] == "1/s"
    assert float(row["value"]) == pytest.approx(DATA_SHEETS[item, number_format] * 1e12, rel=3e-3)


def test_no_card_computes_in_a_format_that_it_has_not() -> None:
    without = {"t4": "bf16", "v100-sxm2-32gb": "bf16", "tpu-v4": "fp16", "a100-sxm4-80gb": "fp8", "mi250x": "tf32"}
    for item, number_format in without.items():
        assert f"peak_{number_format}" not in catalogue.items()[item], item


def test_peaks_grow_as_numbers_shrink() -> None:
    """Half the bits, at least the rate: a figure of sparse matrices or of another format would stand out."""
    for item, attributes in catalogue.items().items():
        peaks = {name: float(row["value"]) for name, row in attributes.items() if name.startswith("peak_")}
        steps = [
            ("peak_fp32", "peak_tf32"),
            ("peak_tf32", "peak_bf16"),
            ("peak_bf16", "peak_fp8"),
            ("peak_fp8", "peak_fp4"),
        ]
        for wide, narrow in steps:
            if {wide, narrow} <= set(peaks):
                assert peaks[narrow] >= 0.99 * peaks[wide], (item, wide, narrow)


def test_an_h100_in_place_of_an_a100_by_hand() -> None:
    """BF16: 989.4 / 312 = 3.171; rated power: 700 W / 400 W = 1.75."""
    found = proposed_scaling(A100, H100, "bf16")
    assert found.throughput == pytest.approx(3.171, rel=1e-3)
    assert found.power == pytest.approx(1.75, rel=1e-12)
    assert found.basis == "published peak figures"


def test_the_range_is_that_of_measured_speed_ups_by_hand() -> None:
    """0.4, 0.7 and 1.55 times 3.171 for the throughput; 0.55 and 1.1 times 1.75 for the power."""
    found = proposed_scaling(A100, H100)
    assert (found.throughput_low, found.throughput_median, found.throughput_high) == pytest.approx(
        (1.268, 2.220, 4.915), rel=1e-3
    )
    assert (found.power_low, found.power_high) == pytest.approx((0.9625, 1.925), rel=1e-12)


@pytest.mark.parametrize(
    ("work", "a100", "h100"),
    [
        ("resnet50", 40_340.25, 59_356.1),
        ("bert-99", 3_813.9, 6_756.3),
        ("rnnt", 13_862.2, 17_492.3),
        ("retinanet", 532.95, 1_264.2),
    ],
)
def test_measured_speed_ups_lie_in_the_range(work, a100, h100) -> None:
    """MLPerf Inference, closed division with power, Offline, best per accelerator (A100 SXM 80 GB v1.1 and v2.1, H100
    SXM v3.1 and v4.0), samples per second. In INT8: 1,979 against 624 TOP/s."""
    found = proposed_scaling(A100, H100, "int8")
    slack = 0.99  # the range is that of 90 % of many pairs; RNN-T, the least of all, is at its edge
    assert slack * found.throughput_low <= h100 / a100 <= found.throughput_high, work


def test_the_way_back_is_the_inverse() -> None:
    there, back = proposed_scaling(A100, H100), proposed_scaling(H100, A100)
    assert back.throughput == pytest.approx(1 / there.throughput)
    assert back.throughput_low == pytest.approx(1 / there.throughput_high)
    assert back.throughput_high == pytest.approx(1 / there.throughput_low)
    assert back.throughput_median == pytest.approx(1 / there.throughput_median)
    assert (back.power_low, back.power_high) == pytest.approx((1 / there.power_high, 1 / there.power_low))


def test_alike_cards_may_differ_either_way() -> None:
    """H100 and H200 have one peak and other memories: a median of 0.7 of it would say that the newer one is slower."""
    found = proposed_scaling(H100, H200)
    assert found.throughput == pytest.approx(1.0, abs=1e-3)
    assert (found.throughput_low, found.throughput_median, found.throughput_high) == pytest.approx(
        (0.65, 1.0, 1.55), rel=1e-3
    )


def test_a_machine_in_place_of_itself_changes_nothing() -> None:
    found = proposed_scaling("dgx-h100", "dgx-h100")
    assert (found.throughput, found.power) == (1.0, 1.0)
    assert found.throughput_low is None


def test_all_accelerators_count() -> None:
    """Eight A100 against eight H100 as one against one; eight H100 in place of one A100: 8 x 3.171 and 8 x 1.75."""
    one, eight = proposed_scaling("a100-sxm4-40gb", H100), proposed_scaling("dgx-a100", "dgx-h100")
    assert (eight.throughput, eight.power) == pytest.approx((one.throughput, one.power))
    more = proposed_scaling("a100-sxm4-40gb", "dgx-h100")
    assert (more.throughput, more.throughput_low) == pytest.approx((8 * one.throughput, 8 * one.throughput_low))
    assert more.power == pytest.approx(8 * 1.75)


def test_a_cluster_and_a_share_of_a_server_count_what_they_have() -> None:
    dgx = catalogue.hardware("dgx-h100")
    assert proposed_scaling(dgx, Cluster(server=dgx, count=4)).throughput == pytest.approx(4.0)
    assert proposed_scaling(dgx, dgx.replace(share=0.25)).throughput == pytest.approx(0.25)


def test_a_given_rated_power_wins() -> None:
    capped = Server(name="capped", components=(Accelerator(item=H100, rated_power="500 W"),))
    assert proposed_scaling(A100, capped).power == pytest.approx(500 / 400)


@pytest.mark.parametrize(
    ("of", "to", "taken"), [(A100, H100, "bf16"), ("v100-sxm2-32gb", A100, "fp16"), ("k80", "p100-pcie-16gb", "fp32")]
)
def test_the_number_format_that_is_taken_is_told(of, to, taken) -> None:
    assert f"dense {taken};" in proposed_scaling(of, to).because


@pytest.mark.parametrize(
    ("spelled", "meant"), [("BF16", "bf16"), ("bfloat16", "bf16"), ("half", "fp16"), ("float32", "fp32")]
)
def test_number_formats_have_other_spellings(spelled, meant) -> None:
    assert proposed_scaling(A100, H100, spelled) == proposed_scaling(A100, H100, meant)


def test_why_names_cards_figures_and_sources() -> None:
    found = proposed_scaling(A100, H100, "int8")
    for told in ("NVIDIA H100 SXM5 80GB", "NVIDIA A100 SXM4 80GB", "1979 against 624", "700 against 400 W", "hosts"):
        assert told in found.because
    assert set(found.sources) <= set(tables.sources())
    assert {"epoch", "mlperf-inference-power", "ml-energy"} <= set(found.sources)


def test_without_a_common_number_format_those_of_each_are_told() -> None:
    with pytest.raises(MissingFactorError, match=r"tpu-v4 has bf16, int8; t4 has .*both have: int8"):
        proposed_scaling("tpu-v4", "t4")
    with pytest.raises(MissingFactorError, match="fp8 is not of both"):
        proposed_scaling(A100, H100, "fp8")
    with pytest.raises(UnknownKeyError, match=r"unknown number format.*did you mean fp8"):
        proposed_scaling(A100, H100, "fp7")


def test_unknown_cards_are_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownKeyError, match="h100-sxm5-80gb"):
        proposed_scaling(A100, "h10")
    with pytest.raises(MissingFactorError, match=r"no peak throughput is known.*rtx-4090.*lca_ai\.scaled"):
        proposed_scaling(A100, "rtx-5090")
    own = Server(name="own", components=(Accelerator(name="prototype", rated_power="300 W"),))
    with pytest.raises(UnknownKeyError, match="none of the catalogue"):
        proposed_scaling(own, A100)


def test_machines_without_or_with_several_kinds_of_accelerators_are_refused() -> None:
    with pytest.raises(StudyError, match="without accelerators"):
        proposed_scaling("epyc-7502", A100)
    mixed = Server(name="mixed", components=(Accelerator(item=A100), Accelerator(item=H100)))
    with pytest.raises(StudyError, match=r"several kinds of accelerators.*a100-sxm4-80gb, h100-sxm5-80gb"):
        proposed_scaling(mixed, A100)


def test_two_parts_of_one_kind_are_one_kind() -> None:
    two = Server(name="two", components=(Accelerator(item=A100, count=2), Accelerator(item=A100)))
    assert proposed_scaling(two, A100).throughput == pytest.approx(1 / 3)


@given(st.floats(min_value=1e-6, max_value=1e6), st.floats(min_value=1e-6, max_value=1e6))
def test_stated_ratios_are_kept(throughput, power) -> None:
    found = scaled(throughput=throughput, power=power, because="measured")
    assert found == Scaled(throughput, power, "measured", "stated")
    assert found.throughput_low is None


@pytest.mark.parametrize("value", [0, -1.5, float("nan"), float("inf"), None, "twice", True])
@pytest.mark.parametrize("field", ["throughput", "power"])
def test_what_is_no_ratio_is_refused_with_a_remedy(field, value) -> None:
    with pytest.raises(StudyError, match=rf"^{field}: not a .*ratio.*accepted: a ratio above 0"):
        scaled(**{"throughput": 1.0, "power": 1.0, field: value})


def test_a_distribution_passes_as_it_is() -> None:
    spread = object()
    assert scaled(throughput=spread, power=1.2).throughput is spread


def test_as_measured_is_one_also_after_a_pickle() -> None:
    assert pickle.loads(pickle.dumps(as_measured)) is as_measured  # noqa: S301 (our own bytes)
    assert repr(as_measured) == "as_measured"
    assert scaling.as_measured is as_measured


def test_the_range_of_the_tables_holds_its_median() -> None:
    for key in ("peak_to_real_throughput_ratio", "rated_to_real_power_ratio", "published_figures_alike"):
        row = tables.assumptions()[key]
        assert 0 < float(row["low"]) < float(row["value"]) < float(row["high"]), key
