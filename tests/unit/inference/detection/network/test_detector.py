"""Several studies at once on one device."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import nn

from inference.detection.network import NetworkDetector
from inference.detection.network.architecture import NoduleNet
from inference.detection.network.detector import load_network
from inference.turns import DeviceTurns
from models.registry import ModelPackage
from tests.support.chest_ct import ball, chest
from tests.support.narrow_device import NarrowNetwork
from tests.support.triton import tiny_network
from tests.support.waiting_turns import await_waiting

CPU = torch.device("cpu")
LOW = partial(chest, height_mm=60.0)


def excited(network: NoduleNet) -> NoduleNet:
    """Have a network that has learnt nothing think much of many places."""
    last = network.head[-1]
    assert isinstance(last, nn.Conv3d)
    assert last.bias is not None
    last.bias[0] = 0.0
    return network


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ModelPackage:
    return tiny_network(tmp_path_factory.mktemp("packages") / "tiny")


def test_studies_at_once_find_what_they_find_one_after_the_other(package: ModelPackage) -> None:
    volumes = [LOW([ball((60.0, 0.0, 0.0), diameter)]) for diameter in (8.0, 14.0)]
    detector = NetworkDetector(package, CPU, excited(load_network(package)))
    alone = [detector.detect(volume) for volume in volumes]

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(detector.detect, [replace(volume) for volume in volumes]))

    assert together == alone
    assert len(set(together)) == 2


def test_an_urgent_study_overtakes_between_two_slabs(package: ModelPackage) -> None:
    turns, looked_at = DeviceTurns(), list[str]()

    def note() -> None:
        looked_at.append(threading.current_thread().name)
        if len(looked_at) == 1:
            urgent.start()
            await_waiting(turns, 1)

    network = NarrowNetwork(load_network(package), 130, before=note)
    detector = NetworkDetector(package, CPU, network, turns=turns)
    urgent = threading.Thread(target=detector.detect, args=(LOW(),), kwargs={"urgency": 60})
    urgent.name = "urgent"
    high = chest([ball((60.0, 0.0, 0.0), 9.0)])

    detector.detect(high)

    urgent.join(20)
    assert looked_at[1] == "urgent"
    assert looked_at.count("urgent") == 1
    assert len(looked_at) > 3
