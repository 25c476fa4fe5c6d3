"""A network that another model of the same Triton server computes."""

from typing import Any

import torch
from torch import Tensor, nn

from inference.serving.exchange import CELLS, IMAGE
from wetread.domain.errors import EngineError


class RemoteNetwork(nn.Module):
    """Stands where our network does; ``tools`` is Triton's module for its Python back end."""

    def __init__(self, name: str, tools: Any) -> None:  # noqa: ANN401 - there only inside Triton
        super().__init__()
        self._name = name
        self._tools = tools

    def forward(self, image: Tensor) -> Tensor:
        """Return the output cells of an image; raise `EngineError` where there are none."""
        answer = self._tools.InferenceRequest(
            model_name=self._name,
            requested_output_names=[CELLS],
            inputs=[self._tools.Tensor.from_dlpack(IMAGE, image.contiguous())],
        ).exec()
        if answer.has_error():
            raise EngineError(f"{self._name} gave no answer: {answer.error().message()}")
        cells: Tensor = torch.utils.dlpack.from_dlpack(
            self._tools.get_output_tensor_by_name(answer, CELLS)
        )
        return cells.to(image.device)
