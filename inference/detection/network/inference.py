"""The network over a whole lung box, in one pass where memory allows."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import structlog
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.detection.network.architecture import SIZE_DIVISOR, STRIDE
from inference.devices import Precision, autocast, is_out_of_memory, too_little_memory

MOST_VOXELS: Final = 32_000_000  # of one pass: about 2 GB of intermediate values
_HALO: Final = 32  # voxels looked at beyond a slab: what is farther changes hardly anything
_THINNEST: Final = SIZE_DIVISOR + 2 * _HALO  # a slab is never thinner

_log = structlog.get_logger(__name__)


@torch.inference_mode()
def run_network(
    network: torch.nn.Module,
    image: NDArray[np.uint8],
    device: torch.device,
    *,
    precision: Precision = Precision.AUTO,
    between: Callable[[], None] = lambda: None,
    most_voxels: int = MOST_VOXELS,
) -> Tensor:
    """Return the output cells (5, D/4, H/4, W/4) of an encoded image (D, H, W), off the device.

    The image is padded with air at its far ends to whole multiples of what the network halves. A
    larger one than ``most_voxels`` is cut into slabs along its first axis, and into thinner ones
    where the device has too little memory for them; ``between`` is called between two. Raise
    `AnalysisError` where it has too little even for the thinnest.
    """
    depth, height, width = (-(-size // SIZE_DIVISOR) * SIZE_DIVISOR for size in image.shape)
    padded = np.zeros((depth, height, width), dtype=np.uint8)
    padded[: image.shape[0], : image.shape[1], : image.shape[2]] = image
    most = min(depth, most_voxels // (height * width))
    while True:
        try:
            parts: list[Tensor] = []
            for seen, kept in _slabs(depth, most):
                if parts:
                    between()
                parts.append(_run(network, padded[seen], device, precision)[:, kept])
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if most <= _THINNEST:
                raise too_little_memory(device) from error
        else:
            return torch.cat(parts, dim=1)
        most = max(_THINNEST, most // 2)
        _log.warning("The device is short of memory: thinner slabs", device=str(device))
        if device.type == "cuda":
            torch.cuda.empty_cache()


def _slabs(depth: int, most: int) -> Iterator[tuple[slice, slice]]:
    """Yield which voxels to look at and which of the cells they give to keep."""
    if depth <= most:
        yield slice(None), slice(None)
        return
    step = max(SIZE_DIVISOR, (most - 2 * _HALO) // SIZE_DIVISOR * SIZE_DIVISOR)
    for start in range(0, depth, step):
        first, last = max(0, start - _HALO), min(depth, start + step + _HALO)
        stop = min(depth, start + step)
        yield (
            slice(first, last),
            slice((start - first) // STRIDE, (stop - first) // STRIDE),
        )


def _run(
    network: torch.nn.Module,
    image: NDArray[np.uint8],
    device: torch.device,
    precision: Precision,
) -> Tensor:
    values = torch.from_numpy(image).to(device)[None, None].float().div_(255)
    with autocast(device, precision):
        output: Tensor = network(values.contiguous(memory_format=torch.channels_last_3d))
    return output[0].float().cpu()  # the device has then done all that it was told to
