"""Our network as an ONNX file: for servers that run it faster than PyTorch does."""

import warnings
from pathlib import Path
from typing import Final

import torch
from torch import nn
from torch.export import Dim

from inference.detection.network.architecture import SIZE_DIVISOR
from inference.serving.exchange import CELLS, IMAGE
from wetread.domain.errors import ConfigurationError

_TRACED_SHAPE: Final = (1, 1, 2 * SIZE_DIVISOR, 3 * SIZE_DIVISOR, 4 * SIZE_DIVISOR)


def export_onnx(network: nn.Module, path: Path) -> None:
    """Write a network, ready to look, whose axes may have any length that it can halve.

    Raise `ConfigurationError` where what exports it is not installed.
    """
    try:
        import onnxscript  # noqa: F401, PLC0415 - torch imports it, and fails at length without
    except ImportError as error:
        raise ConfigurationError(
            "exporting to ONNX needs more packages: pip install onnx onnxscript"
        ) from error
    axes = {2 + axis: SIZE_DIVISOR * Dim(name) for axis, name in enumerate("dhw")}
    with warnings.catch_warnings():
        # Of torch's own use of itself.
        warnings.simplefilter("ignore", FutureWarning)
        torch.onnx.export(
            network,
            (torch.zeros(_TRACED_SHAPE),),
            path,
            input_names=[IMAGE],
            output_names=[CELLS],
            dynamic_shapes=(axes,),
            external_data=False,
            verbose=False,
        )
