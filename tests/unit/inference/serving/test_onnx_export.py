"""The network in other formats than PyTorch's."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from google.protobuf import text_format
from tritonclient.grpc.model_config_pb2 import ModelConfig

from inference.detection.network.detector import load_network
from inference.serving.configuration import ServingBackend
from inference.serving.onnx_export import export_onnx
from inference.serving.repository import write_repository
from models.registry import check_package, load_package
from tests.support.packages import write_package
from tests.support.triton import tiny_network
from wetread.domain.errors import ConfigurationError


def test_onnx_runtime_computes_what_pytorch_does_whatever_the_shape(tmp_path: Path) -> None:
    network = load_network(load_package("wetread-nodule"))
    export_onnx(network, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(
        tmp_path / "model.onnx", providers=["CPUExecutionProvider"]
    )

    for shape in ((16, 32, 48), (64, 16, 32)):
        image = torch.rand(1, 1, *shape, generator=torch.Generator().manual_seed(2))
        [cells] = session.run(None, {"image": image.numpy()})
        np.testing.assert_allclose(cells, network(image).numpy(), atol=1e-4)


def test_tensorrt_gets_the_network_and_the_script_that_builds_its_plan(tmp_path: Path) -> None:
    package = tiny_network(tmp_path / "tiny")

    folder = write_repository(package, tmp_path / "out", backend=ServingBackend.TENSORRT)

    detector = text_format.Parse((folder / "config.pbtxt").read_text(), ModelConfig())
    network = folder.with_name(detector.parameters["network"].string_value)
    told = text_format.Parse((network / "config.pbtxt").read_text(), ModelConfig())
    assert (told.name, told.platform) == ("tiny-network", "tensorrt_plan")
    assert (network / "model.onnx").is_file()
    assert (network / "1").is_dir()
    assert (network / "build_plan.sh").stat().st_mode & 0o100
    assert list(told.input[0].dims) == [1, 1, -1, -1, -1]


def test_only_our_own_network_is_exported(tmp_path: Path) -> None:
    package = check_package(write_package(tmp_path / "toy"))
    with pytest.raises(ConfigurationError, match="only our own network goes to onnx"):
        write_repository(package, tmp_path / "out", backend=ServingBackend.ONNX)
    assert not (tmp_path / "out" / "toy").exists()
