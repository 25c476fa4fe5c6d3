import numpy as np
import pytest
import torch

from inference.detection.network.architecture import STRIDE, NoduleNet
from inference.detection.network.inference import run_network

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
