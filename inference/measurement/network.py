"""The network: which part of every voxel around a nodule's place is nodule."""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

SIZE: Final = 32  # voxels along each edge of the cube it looks at
_DIAMETERS_ACROSS: Final = 2.25
LEAST_SPACING_MM: Final = 0.5
_CENTER_HU, _SCALE_HU = -450.0, 350.0
_FLOOR_HU, _CEILING_HU = -1000.0, 200.0
_FIRST_GUESS = -3.0


def cube_spacing_mm(diameter_mm: float) -> float:
    """Return the voxel size that shows a nodule of about this size with its surroundings."""
    return max(LEAST_SPACING_MM, _DIAMETERS_ACROSS * diameter_mm / SIZE)


class NoduleMaskNet(nn.Module):
    """A small U-Net with sums for its skips; after O. Ronneberger et al., U-Net, 2015.

    Input (N, D, H, W) in HU, axes multiples of 8, the nodule about in the middle; output of the
    same shape: the logit of the share of each voxel that the readers would call nodule.
    """

    def __init__(self, channels: tuple[int, int, int, int] = (16, 32, 48, 64)) -> None:
        super().__init__()
        first, second, third, fourth = channels
        self.down1 = nn.Sequential(_convolution(2, first), _convolution(first, first))
        self.down2 = _halving(first, second)
        self.down3 = _halving(second, third)
        self.down4 = _halving(third, fourth)
        self.across4 = nn.Conv3d(fourth, third, 1)
        self.up3 = _convolution(third, third)
        self.across3 = nn.Conv3d(third, second, 1)
        self.up2 = _convolution(second, second)
        self.across2 = nn.Conv3d(second, first, 1)
        self.up1 = _convolution(first, first)
        self.head = nn.Conv3d(first, 1, 1)
        with torch.no_grad():
            self.head.bias.fill_(_FIRST_GUESS)  # type: ignore[union-attr]  # it has one

    def forward(self, hu: Tensor) -> Tensor:
        """Return the logits of a batch of cubes."""
        image = (hu.clamp(_FLOOR_HU, _CEILING_HU) - _CENTER_HU) / _SCALE_HU
        first = self.down1(torch.stack([image, _from_middle(image)], dim=1))
        second = self.down2(first)
        third = self.down3(second)
        third = self.up3(third + _doubled(self.across4(self.down4(third))))
        second = self.up2(second + _doubled(self.across3(third)))
        first = self.up1(first + _doubled(self.across2(second)))
        logits: Tensor = self.head(first)[:, 0]
        return logits


def _from_middle(image: Tensor) -> Tensor:
    """Return every voxel's distance from the middle of the cube, 1 at the faces."""
    squared = image.new_zeros(())
    for axis in (1, 2, 3):
        size = image.shape[axis]
        along = torch.linspace(-1, 1, size, dtype=image.dtype, device=image.device)
        squared = squared + along.square().reshape([-1 if a == axis else 1 for a in range(4)])
    return squared.sqrt().expand_as(image)


def _convolution(before: int, after: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv3d(before, after, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm3d(after),
        nn.ReLU(inplace=True),
    )


def _halving(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(_convolution(before, after, stride=2), _convolution(after, after))


def _doubled(values: Tensor) -> Tensor:
    return functional.interpolate(values, scale_factor=2, mode="trilinear", align_corners=False)
