import pytest
import torch

from inference.devices import choose_device, describe_device
from wetread.domain.errors import ConfigurationError


def test_the_device_asked_for_is_chosen_and_has_a_name() -> None:
    chosen = choose_device("cpu")
    assert (chosen.type, describe_device(chosen)) == ("cpu", "cpu")
    assert choose_device().type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("wanted", ["cuda:99", "gpu", "tpu:0", "mps", ""])
def test_a_device_that_is_not_there_is_told(wanted: str) -> None:
    with pytest.raises(ConfigurationError, match="device"):
        choose_device(wanted)
