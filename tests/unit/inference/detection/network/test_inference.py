import numpy as np
import pytest
import torch

from inference.detection.network.architecture import STRIDE, NoduleNet
from inference.detection.network.candidates import drop_doubles, find_peaks
from inference.detection.network.detector import load_network
from inference.detection.network.encoding import encode_hu
from inference.detection.network.inference import run_network
from inference.devices import Precision
from models.registry import load_package
from tests.support.narrow_device import NarrowNetwork
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


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        MemoryError(),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    ],
    ids=("torch", "Python", "cuDNN", "processor"),
)
def test_a_device_short_of_memory_gets_thinner_slabs(network: NoduleNet, error: Exception) -> None:
    image = np.random.default_rng(0).integers(0, 255, (512, 32, 32)).astype(np.uint8)
    short = NarrowNetwork(network, 200, error=error)

    whole = run_network(network, image, CPU)
    let_pass: list[int] = []
    parts = run_network(short, image, CPU, between=lambda: let_pass.append(1))

    assert short.tried[0] == 512
    assert len(let_pass) == sum(depth <= 200 for depth in short.tried) - 1
    assert parts.shape == whole.shape
    assert (parts - whole).abs().median() < 1e-4


def test_too_little_memory_even_for_the_thinnest_slab_is_said(network: NoduleNet) -> None:
    image = np.zeros((256, 32, 32), dtype=np.uint8)
    with pytest.raises(AnalysisError, match="too little memory"):
        run_network(NarrowNetwork(network, 10), image, CPU)


def test_any_other_error_is_not_tried_again(network: NoduleNet) -> None:
    broken = NarrowNetwork(network, 10, error=RuntimeError("CUDA error: illegal address"))
    with pytest.raises(RuntimeError, match="illegal address"):
        run_network(broken, np.zeros((256, 32, 32), dtype=np.uint8), CPU)
    assert broken.tried == [256]


def test_halves_find_what_singles_find() -> None:
    """The shipped network, in the halves of a processor; a GPU's have eight times the steps."""
    shipped = load_network(load_package("wetread-nodule"))
    from_center = np.moveaxis(np.indices((32, 32, 32)), 0, -1) - 16.0
    hu = np.where(np.linalg.norm(from_center, axis=-1) < 5, 40.0, -860.0).astype(np.float32)
    single, half = (
        drop_doubles(
            find_peaks(
                run_network(shipped, encode_hu(hu), CPU, precision=precision),
                lowest_score=0.02,
                limit=9,
            )
        )
        for precision in (Precision.FP32, Precision.MIXED)
    )
    assert len(single.score) > 0
    np.testing.assert_allclose(half.score, single.score, atol=0.02)
    np.testing.assert_allclose(half.center, single.center, atol=0.1)
    np.testing.assert_allclose(half.diameter, single.diameter, rtol=0.02)
    assert not np.array_equal(half.score, single.score)
