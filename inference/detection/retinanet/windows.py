"""Where the network looks: the windows of MONAI's SlidingWindowInferer, one after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final

import torch
from torch import Tensor

from inference.detection.retinanet.architecture import SIZE_DIVISIBLE

Size = tuple[int, int, int]
_OVERLAP: Final = 0.25  # the bundle's


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowGrid:
    """Windows of one size over an image that is padded with zeros.

    All in voxels (x, y, z). ``padded`` is what the windows cover together; the image begins at
    ``before`` in it and is ``divisible`` large with what was added at its end.
    """

    window: Size
    starts: tuple[Size, ...]
    before: Size
    divisible: Size
    padded: Size

    def cut(self, image: Tensor, start: Size) -> Tensor:
        """Return the window (1, 1, X, Y, Z) of an image (x, y, z) that begins at ``start``."""
        window = torch.zeros((1, 1, *self.window), dtype=image.dtype)
        source, target = [], []
        for at, before, length, size in zip(
            start, self.before, self.window, image.shape, strict=True
        ):
            first, last = max(at - before, 0), min(at - before + length, size)
            source.append(slice(first, last))
            target.append(slice(first + before - at, last + before - at))
        window[0, 0][tuple(target)] = image[tuple(source)]
        return window


def place_windows(image: Size, window: Size) -> WindowGrid:
    """Return the windows over an image; an image smaller than a window is one window itself."""
    divisible = _three(
        -(-size // step) * step for size, step in zip(image, SIZE_DIVISIBLE, strict=True)
    )
    if prod(image) < prod(window):
        window = divisible
    padded = _three(map(max, divisible, window))
    return WindowGrid(
        window=window,
        starts=tuple((x, y, z) for x, y, z in product(*map(_starts, padded, window))),
        before=_three((all_ - one) // 2 for all_, one in zip(padded, divisible, strict=True)),
        divisible=divisible,
        padded=padded,
    )


def _starts(padded: int, window: int) -> list[int]:
    step = int(window * (1 - _OVERLAP))
    count = 1 + -(-(padded - window) // step)
    return [min(index * step, padded - window) for index in range(count)]


def _three(values: Iterator[int]) -> Size:
    x, y, z = values
    return x, y, z
