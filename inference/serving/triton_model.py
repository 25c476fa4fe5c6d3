"""The file `model.py` of a model repository: Triton's Python back end looks for this class."""

from typing import Any

import triton_python_backend_utils as tools  # there only inside Triton

from inference.serving.backend import ServedDetector


class TritonPythonModel:
    """What Triton calls; the work is done by Wetread, which this Python must have."""

    def initialize(self, args: dict[str, str]) -> None:
        """Load the package that lies beside this file."""
        self._served = ServedDetector(args, tools)

    def execute(self, requests: list[Any]) -> list[Any]:
        """Answer the requests of one batch, in their order."""
        return self._served.answer(requests)

    def finalize(self) -> None:
        """End."""
        self._served.close()
