import torch

from inference.detection.network.architecture import OUTPUTS, STRIDE, NoduleNet, count_parameters
from inference.detection.network.fusion import fuse_normalisation


def test_the_fused_network_says_the_same_and_normalises_no_more() -> None:
    torch.manual_seed(0)
    network = NoduleNet((4, 4, 8, 8)).train()
    network(torch.randn(2, 1, 32, 32, 32))  # so that the normalisation is not the identity
    network.eval()
    image = torch.randn(1, 1, 32, 48, 32)
    with torch.no_grad():
        before = network(image)
        after = fuse_normalisation(network)(image)

    assert before.shape == (1, OUTPUTS, 32 // STRIDE, 48 // STRIDE, 32 // STRIDE)
    torch.testing.assert_close(after, before, atol=1e-4, rtol=1e-4)
    assert not any(isinstance(module, torch.nn.BatchNorm3d) for module in network.modules())


def test_the_network_is_small() -> None:
    assert count_parameters(NoduleNet()) < 5_000_000
