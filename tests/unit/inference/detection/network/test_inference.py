import numpy as np
import pytest
import torch

from inference.detection.network.architecture import STRIDE, NoduleNet
from inference.detection.network.inference import run_network
from wetread.domain.errors import AnalysisError

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def network() -> NoduleNet:
    torch.manual_seed(1)
    return NoduleNet((4, 4, 4, 4)).eval()


def test_every_four_voxels_get_a_cell_whatever_the_shape(network: NoduleNet) -> None:
    output = run_network(network, np.zeros((50, 33, 17), dtype=np.uint8), CPU)

    assert output.shape == (5, 64 // STRIDE, 48 // STRIDE, 32 // STRIDE)


@pytest.mark.parametrize("slabs", [2, 3])
def test_slabs_say_what_one_pass_says(network: NoduleNet, slabs: int) -> None:
    image = np.random.default_rng(0).integers(0, 255, (256, 32, 32)).astype(np.uint8)

    whole = run_network(network, image, CPU)
    parts = run_network(network, image, CPU, most_voxels=(256 // slabs + 64) * 32 * 32)

    assert parts.shape == whole.shape
    assert (parts - whole).abs().median() < 1e-4
    assert (parts - whole).abs().max() < 0.05 * whole.abs().max()


class _ShortOfMemory(torch.nn.Module):
    """A network on a device that takes at most some slices at once."""

    def __init__(self, network: NoduleNet, most_slices: int) -> None:
        super().__init__()
        self.network = network
        self.most_slices = most_slices
        self.tried: list[int] = []

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        self.tried.append(image.shape[2])
        if image.shape[2] > self.most_slices:
            raise torch.OutOfMemoryError("out of memory")
        output: torch.Tensor = self.network(image)
        return output


def test_a_device_short_of_memory_gets_thinner_slabs(network: NoduleNet) -> None:
    image = np.random.default_rng(0).integers(0, 255, (512, 32, 32)).astype(np.uint8)
    short = _ShortOfMemory(network, 200)

    whole = run_network(network, image, CPU)
    parts = run_network(short, image, CPU)

    assert short.tried[0] == 512
    assert parts.shape == whole.shape
    assert (parts - whole).abs().median() < 1e-4


def test_too_little_memory_even_for_the_thinnest_slab_is_said(network: NoduleNet) -> None:
    image = np.zeros((256, 32, 32), dtype=np.uint8)
    with pytest.raises(AnalysisError, match="too little memory"):
        run_network(_ShortOfMemory(network, 10), image, CPU)
