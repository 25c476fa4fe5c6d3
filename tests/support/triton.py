"""A real Triton server on loopback, from the wheel; and small models for it."""

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import torch
from tritonclient.grpc import InferenceServerClient
from tritonclient.utils import InferenceServerException

from inference.detection.network.architecture import NoduleNet
from inference.serving.server import DEFAULT_DIR, TritonServer, TritonWheel
from models.registry import ModelPackage, check_package
from tests.support.ball_service import wait_until
from tests.support.packages import write_package
from tests.support.private_network import free_port
from wetread.domain.errors import ConfigurationError


def require_wheel() -> TritonWheel:
    """Return the installed wheel; where it is missing: skip here, fail in CI."""
    wheel = TritonWheel(folder=DEFAULT_DIR)
    try:
        wheel.check()
    except ConfigurationError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
    return wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTriton:
    """A server under test."""

    url: str

    def await_models(self, *names: str) -> None:
        """Return when the models are served."""
        client = InferenceServerClient(self.url)

        wait_until(lambda: all(is_served(client, name) for name in names), 120.0)

    def kill(self) -> None:
        """End the server at once, as lack of memory would."""
        for process in self._processes():
            process.kill()
            process.wait(10)

    def await_volumes(self, count: int) -> None:
        """Return when so many volumes lie in memory shared with the server."""
        client = InferenceServerClient(self.url)

        def here() -> bool:
            return len(client.get_system_shared_memory_status().regions) >= count

        wait_until(here)

    def batches_of(self, name: str, size: int) -> int:
        """Return how often the server looked at so many volumes of a model at once."""
        told = InferenceServerClient(self.url).get_inference_statistics(name, as_json=True)
        batches = told["model_stats"][0].get("batch_stats", [])
        return sum(
            int(one["compute_infer"]["count"]) for one in batches if int(one["batch_size"]) == size
        )

    def _processes(self) -> list[psutil.Process]:
        port = f"--grpc-port={self.url.rpartition(':')[2]}"
        return [one for one in psutil.Process().children() if port in one.cmdline()]


@contextmanager
def running_triton(wheel: TritonWheel, repository: Path, work_dir: Path) -> Iterator[RunningTriton]:
    """Serve a model repository until the end of the block."""
    port = free_port()
    server = TritonServer(
        wheel, repository=repository, work_dir=work_dir, host="127.0.0.1", port=port
    )
    running = RunningTriton(url=f"127.0.0.1:{port}")
    server.start()
    try:
        running.await_models(*(model.name for model in repository.iterdir()))
        yield running
    finally:
        server.stop()


def tiny_network(folder: Path) -> ModelPackage:
    """Return a package of a network that has learnt nothing and is quick."""
    torch.manual_seed(1)
    weights = io.BytesIO()
    torch.save(NoduleNet((4, 4, 4, 4)).state_dict(), weights)
    write_package(
        folder,
        weights=weights.getvalue(),
        inference={"network_def": {"channels": [4, 4, 4, 4]}},
        entry={
            "kind": "network",
            "weights": "models/model.pt",
            "operating_point": {"score": 0.5},
        },
    )
    return check_package(folder)


def stand_in_for_onnx_runtime(network: Path) -> None:
    """Have a network that was exported for ONNX Runtime computed by that, called from Python.

    The wheel has no other back end: what calls the network is real, what answers is not.
    """
    configuration = network / "config.pbtxt"
    text = configuration.read_text(encoding="utf-8")
    assert 'platform: "onnxruntime_onnx"' in text
    text = text.replace('platform: "onnxruntime_onnx"', 'backend: "python"')
    configuration.write_text(text, encoding="utf-8")
    source = Path(__file__).with_name("onnx_model.py")
    shutil.copyfile(source, network / "1" / "model.py")


def is_served(client: InferenceServerClient, name: str) -> bool:
    """Tell whether a server is there and ready to look at volumes."""
    try:
        return bool(client.is_model_ready(name, client_timeout=2.0))
    except InferenceServerException:
        return False
