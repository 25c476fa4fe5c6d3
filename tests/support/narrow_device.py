"""A network on a device with little memory."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class NarrowNetwork(nn.Module):
    """Computes at most so many slices at once, and notes how many it was asked for.

    ``before`` is told of each pass that fits.
    """

    def __init__(
        self,
        network: nn.Module,
        most_slices: int,
        *,
        error: Exception | None = None,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self.network = network
        self.most_slices = most_slices
        self.error = error or torch.OutOfMemoryError("out of memory")
        self.before = before
        self.tried: list[int] = []

    def forward(self, image: Tensor) -> Tensor:
        """Return what the network does; raise the error where that is too much."""
        self.tried.append(image.shape[2])
        if image.shape[2] > self.most_slices:
            raise self.error
        self.before()
        output: Tensor = self.network(image)
        return output
