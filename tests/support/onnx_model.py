"""The file `model.py` of a network that ONNX Runtime computes; Triton gives it its tools."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
import triton_python_backend_utils as tools


class TritonPythonModel:
    def initialize(self, _: dict[str, str]) -> None:
        path = Path(__file__).with_name("model.onnx")
        self._session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def execute(self, requests: list[Any]) -> list[Any]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: Any) -> Any:
        image = np.from_dlpack(tools.get_input_tensor_by_name(request, "image"))
        [cells] = self._session.run(["cells"], {"image": image})
        return tools.InferenceResponse([tools.Tensor.from_dlpack("cells", torch.from_numpy(cells))])
