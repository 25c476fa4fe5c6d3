"""Finding the Triton server in its wheel."""

from pathlib import Path

import pytest

from inference.serving.server import TritonWheel
from wetread.domain.errors import ConfigurationError


def test_a_folder_without_a_server_is_told_with_what_helps(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"tritonserver is missing; `make triton`"):
        TritonWheel(folder=tmp_path).check()
