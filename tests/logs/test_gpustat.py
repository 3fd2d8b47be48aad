"""``gpustat --json``: documents one after another, one a line, or in a list."""

import json

import pytest

from lca_ai.errors import LogError

JOULE_PER_KWH = 3.6e6


def reading(second, *watts, **gpu):
    gpus = [{"index": index, "uuid": f"GPU-{index}", "power.draw": power} | gpu for index, power in enumerate(watts)]
    return {"hostname": "n1", "query_time": f"2024-05-31T10:39:{second:02d}.500000", "gpus": gpus}


@pytest.mark.parametrize(
    "written",
    [
        lambda many: "".join(json.dumps(one, indent=4) + "\n" for one in many),
        lambda many: "".join(json.dumps(one) + "\n" for one in many),
        lambda many: json.dumps(many, indent=4),
    ],
)
def test_each_document_is_a_reading(read, written):
    # 67 W -> 69 W and 50 W over 10 s: 680 J and 500 J
    found = read(written([reading(10, 67, 50), reading(20, 69, 50)]), timezone="UTC")
    assert found.format == "gpustat"
    joules = {device: kwh * JOULE_PER_KWH for device, kwh in found.per_device().items()}
    assert joules == pytest.approx({"GPU-0": 680.0, "GPU-1": 500.0})


def test_a_power_that_is_not_known_is_none_and_a_cut_document_is_counted(read, counts):
    text = "".join(json.dumps(one) + "\n" for one in (reading(10, 67), reading(15, None), reading(20, 69)))
    found = read(text + '{"hostname": "n1", "query_', timezone="UTC")
    assert found.total * JOULE_PER_KWH == pytest.approx(680.0)
    assert counts(found)["unreadable document"] == 1


def test_without_a_uuid_the_host_and_the_number_name_the_gpu(read):
    found = read(json.dumps([reading(10, 67, uuid=None), reading(20, 69, uuid=None)]), timezone="UTC")
    assert list(found.per_device()) == ["n1/gpu-0"]


def test_a_zone_is_needed(read):
    with pytest.raises(LogError, match="timezone="):
        read(json.dumps([reading(10, 67), reading(20, 69)]))
