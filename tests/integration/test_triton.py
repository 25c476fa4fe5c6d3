"""Our detectors on the real Triton server."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from inference.detection import load_detector
from inference.detection.triton import FallbackDetector, TritonDetector
from inference.serving.configuration import ServingBackend
from inference.serving.repository import write_repository
from models.registry import ModelPackage, load_package
from tests.support.chest_ct import ball, chest
from tests.support.triton import (
    RunningTriton,
    require_wheel,
    running_triton,
    stand_in_for_onnx_runtime,
    tiny_network,
)
from wetread.domain.errors import AnalysisError, EngineError
from wetread.domain.findings import Candidate
from wetread.ports import Detector
from wetread.settings import Engine, EngineSettings

CHEST = chest([ball((60.0, 0.0, 0.0), 9.0), ball((-70.0, 20.0, 10.0), 14.0)], height_mm=60.0)


@pytest.fixture(scope="module")
def shipped() -> ModelPackage:
    return load_package("wetread-nodule")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return load_detector(tiny_network(tmp_path_factory.mktemp("packages") / "tiny"), "cpu")


@pytest.fixture(scope="module")
def triton(
    shipped: ModelPackage, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningTriton]:
    """Serve the shipped network to two studies at once, tiny ones to one at a time."""
    wheel, folder = require_wheel(), tmp_path_factory.mktemp("triton")
    repository = folder / "models"
    write_repository(shipped, repository, most_together=2)
    write_repository(tiny_network(folder / "tiny"), repository, most_together=1)
    split = tiny_network(folder / "split")
    write_repository(split, repository, backend=ServingBackend.ONNX)
    stand_in_for_onnx_runtime(repository / "split-network")
    with running_triton(wheel, repository, folder) as running:
        yield running


def served(triton: RunningTriton, local: Detector, **settings: object) -> TritonDetector:
    engine = EngineSettings.model_validate({"kind": Engine.TRITON, "url": triton.url, **settings})
    return TritonDetector(local.model, local.operating_point, engine)


def numbers(candidates: tuple[Candidate, ...]) -> np.ndarray:
    return np.asarray([(*one.center_lps_mm, one.diameter_mm, one.score) for one in candidates])


def _note(order: list[str], name: str, share: float) -> None:
    del share
    order.append(name)


def test_the_server_finds_what_the_local_engine_finds(
    triton: RunningTriton, shipped: ModelPackage
) -> None:
    local = load_detector(shipped, "cpu")
    by_memory = served(triton, local)
    told: list[float] = []

    here = numbers(local.detect(CHEST))
    shared = numbers(by_memory.detect(CHEST, told.append))
    sent = numbers(served(triton, local, shared_memory=False).detect(CHEST))

    assert len(here) > 0
    np.testing.assert_allclose(shared, here, atol=1e-4)
    np.testing.assert_allclose(sent, here, atol=1e-4)
    assert told == [1.0]
    assert by_memory.cpu_seconds > 0
    assert by_memory.model == replace(local.model, device=f"triton {triton.url}, cpu")
    assert by_memory.operating_point == local.operating_point


def test_another_model_of_the_server_may_compute_the_network(
    triton: RunningTriton, tmp_path: Path
) -> None:
    local = load_detector(tiny_network(tmp_path / "split"), "cpu")

    here, there = local.detect(CHEST), served(triton, local).detect(CHEST)

    np.testing.assert_allclose(numbers(there), numbers(here), atol=1e-4)


def test_what_has_no_lungs_is_refused_there_as_here(triton: RunningTriton, tiny: Detector) -> None:
    with pytest.raises(AnalysisError) as refused:
        served(triton, tiny).detect(chest(lungs=0, height_mm=60.0))

    assert not isinstance(refused.value, EngineError)  # asking another engine is of no use
    assert "no lung" in str(refused.value)


def test_other_weights_of_the_same_name_are_not_believed(
    triton: RunningTriton, tiny: Detector
) -> None:
    detector = served(triton, tiny)
    other = TritonDetector(
        replace(tiny.model, sha256="0" * 64),
        tiny.operating_point,
        EngineSettings(kind=Engine.TRITON, url=triton.url),
    )

    with pytest.raises(EngineError, match="000000000000"):
        other.detect(CHEST)
    assert detector.detect(CHEST) == tiny.detect(CHEST)


def test_a_server_too_slow_is_given_up_and_serves_the_next(
    triton: RunningTriton, tiny: Detector
) -> None:
    for shared in (True, False):
        with pytest.raises(EngineError, match="Deadline Exceeded"):
            served(triton, tiny, timeout_seconds=0.02, shared_memory=shared).detect(CHEST)

    assert served(triton, tiny).detect(CHEST) == tiny.detect(CHEST)


def test_the_urgent_overtakes_those_who_wait(triton: RunningTriton, tiny: Detector) -> None:
    detector = served(triton, tiny)
    order: list[str] = []
    asked: list[Future[tuple[Candidate, ...]]] = []

    with ThreadPoolExecutor() as pool:
        for name in ("first", "second", "third", "fourth", "urgent"):
            tell = partial(_note, order, name)
            urgency = 80 if name == "urgent" else 0
            asked.append(pool.submit(detector.detect, CHEST, tell, urgency=urgency))
            if not order:
                triton.await_volumes(len(asked))
        wait(asked)

    assert {one.result() for one in asked} == {tiny.detect(CHEST)}
    assert order.index("urgent") < order.index("third")


def test_studies_that_wait_are_looked_at_together(
    triton: RunningTriton, shipped: ModelPackage
) -> None:
    local = load_detector(shipped, "cpu")
    larger = chest([ball((60.0, 0.0, 0.0), 12.0)], height_mm=75.0)
    volumes = (CHEST, larger, CHEST)
    pairs = triton.batches_of(shipped.name, 2)

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda one: served(triton, local).detect(one), volumes))

    assert triton.batches_of(shipped.name, 2) == pairs + 1
    assert answers == [local.detect(one) for one in volumes]


def test_the_local_engine_takes_over_while_the_server_is_away(
    triton: RunningTriton, tiny: Detector
) -> None:
    detector = FallbackDetector(served(triton, tiny), tiny, rest_seconds=0.0)
    there = detector.detect(CHEST)
    assert detector.model.device == f"triton {triton.url}, cpu"

    triton.kill()
    here = detector.detect(CHEST)
    assert detector.model.device == f"cpu, in place of triton {triton.url}"

    triton.await_models("tiny")  # it is started again
    for _ in range(100):  # gRPC tries a refused connection again after a while of its own
        again = detector.detect(CHEST)
        if detector.model.device == f"triton {triton.url}, cpu":
            break
        time.sleep(0.2)
    assert again == here == there
    assert detector.model.device == f"triton {triton.url}, cpu"
