"""A real Triton server on loopback, from the wheel; and small models for it."""

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import torch
from tritonclient.grpc import InferenceServerClient
from tritonclient.utils import InferenceServerException

from inference.detection.network.architecture import NoduleNet
from inference.serving.repository import write_repository
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
    server: TritonServer
    log: Path

    def await_models(self, *names: str) -> None:
        """Return when the models are served; fail where the server has ended."""
        client = InferenceServerClient(self.url)

        def served() -> bool:
            assert self._processes(), self.log.read_text()
            return all(_is_ready(client, name) for name in names)

        wait_until(served, 120.0)

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
def running_triton(
    wheel: TritonWheel, folder: Path, packages: Sequence[tuple[ModelPackage, int]]
) -> Iterator[RunningTriton]:
    """Serve packages, each with how many volumes go together, until the end of the block."""
    for package, most in packages:
        write_repository(package, folder / "models", most_together=most)
    port = free_port()
    server = TritonServer(
        wheel, repository=folder / "models", work_dir=folder, host="127.0.0.1", port=port
    )
    running = RunningTriton(url=f"127.0.0.1:{port}", server=server, log=folder / "triton.log")
    server.start()
    try:
        running.await_models(*(package.name for package, _ in packages))
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


def _is_ready(client: InferenceServerClient, name: str) -> bool:
    try:
        return bool(client.is_model_ready(name, client_timeout=2.0))
    except InferenceServerException:
        return False
