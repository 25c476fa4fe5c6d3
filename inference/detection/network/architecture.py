"""The network: one pass over the lungs gives, every 4 mm, a score, an offset and a diameter."""

from typing import Final

from torch import Tensor, nn
from torch.nn import functional

STRIDE: Final = 4  # voxels of the input per cell of the output
SIZE_DIVISOR: Final = 16  # every input axis must be a multiple of this
_RARE: Final = -4.6  # logit of a score of 0.01: nodules are rare (T.-Y. Lin et al., 2017)
OUTPUTS: Final = 5  # score, offset z, y, x, log diameter


class NoduleNet(nn.Module):
    """Anchor-free, fully convolutional: a small residual pyramid with one head at stride 4.

    Input (N, 1, D, H, W) at 1 mm, axes multiples of 16; output (N, 5, D/4, H/4, W/4): the score's
    logit, the offset of the nodule's centre from the cell's centre in cells (z, y, x), and the
    natural logarithm of its diameter in cells. After X. Zhou et al., Objects as Points, 2019.
    """

    def __init__(self, channels: tuple[int, int, int, int] = (16, 32, 64, 128)) -> None:
        super().__init__()
        first, second, third, fourth = channels
        self.stem = _convolution(1, first, kernel=5, stride=2)
        self.level1 = _Residual(first)
        self.down2 = _convolution(first, second, stride=2)
        self.level2 = nn.Sequential(_Residual(second), _Residual(second))
        self.down3 = _convolution(second, third, stride=2)
        self.level3 = nn.Sequential(_Residual(third), _Residual(third))
        self.down4 = _convolution(third, fourth, stride=2)
        self.level4 = nn.Sequential(_Residual(fourth), _Residual(fourth))
        self.across4 = nn.Conv3d(fourth, third, 1)
        self.merge3 = _Residual(third)
        self.across3 = nn.Conv3d(third, second, 1)
        self.merge2 = _Residual(second)
        self.head = nn.Sequential(_convolution(second, third), nn.Conv3d(third, OUTPUTS, 1))
        last = self.head[-1]
        assert isinstance(last, nn.Conv3d)
        assert last.bias is not None
        nn.init.zeros_(last.bias)
        nn.init.constant_(last.bias[:1], _RARE)

    def forward(self, image: Tensor) -> Tensor:
        """Return the output cells of an image."""
        second = self.level2(self.down2(self.level1(self.stem(image))))
        third = self.level3(self.down3(second))
        fourth = self.level4(self.down4(third))
        third = self.merge3(third + _doubled(self.across4(fourth)))
        second = self.merge2(second + _doubled(self.across3(third)))
        cells: Tensor = self.head(second)
        return cells


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = nn.Sequential(
            nn.Conv3d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm3d(channels)
        )

    def forward(self, values: Tensor) -> Tensor:
        return functional.relu(values + self.second(self.first(values)), inplace=True)


def _convolution(before: int, after: int, *, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv3d(before, after, kernel, stride=stride, padding=kernel // 2, bias=False),
        nn.BatchNorm3d(after),
        nn.ReLU(inplace=True),
    )


def _doubled(values: Tensor) -> Tensor:
    return functional.interpolate(values, scale_factor=2, mode="nearest")


def count_parameters(network: nn.Module) -> int:
    """Return how many numbers the network has learnt."""
    return sum(parameter.numel() for parameter in network.parameters())
