import pytest
import torch

from inference.devices import Precision, choose_device, describe_device, half_precision
from wetread.domain.errors import ConfigurationError


def test_the_device_asked_for_is_chosen_and_has_a_name() -> None:
    chosen = choose_device("cpu")
    assert (chosen.type, describe_device(chosen)) == ("cpu", "cpu")
    assert choose_device().type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("wanted", ["cuda:99", "gpu", "tpu:0", "mps", ""])
def test_a_device_that_is_not_there_is_told(wanted: str) -> None:
    with pytest.raises(ConfigurationError, match="device"):
        choose_device(wanted)


@pytest.mark.parametrize(
    ("device", "precision", "half"),
    [
        ("cpu", Precision.AUTO, None),
        ("cpu", Precision.FP32, None),
        ("cpu", Precision.MIXED, torch.bfloat16),
        ("cuda:0", Precision.AUTO, torch.float16),
        ("cuda:0", Precision.FP32, None),
        ("cuda:0", Precision.MIXED, torch.float16),
    ],
)
def test_halves_are_for_gpus_and_for_whoever_asks(
    device: str, precision: Precision, half: torch.dtype | None
) -> None:
    assert half_precision(torch.device(device), precision) == half
