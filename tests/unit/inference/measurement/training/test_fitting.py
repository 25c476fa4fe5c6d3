from pathlib import Path

import numpy as np
import pytest
import torch

from inference.development.sources import NoduleCrop
from inference.lungs import segment_lungs
from inference.measurement.training.examples import TrainingSet, draw_batch
from inference.measurement.training.fitting import Schedule, fit_network
from inference.measurement.training.nodules import prepare_nodule
from inference.measurement.training.surroundings import Surroundings
from tests.support.chest_ct import chest


@pytest.fixture(scope="module")
def training_set() -> TrainingSet:
    hu = np.full((5, 20, 20), -850, dtype=np.int16)
    mask = np.zeros(hu.shape, dtype=bool)
    mask[1:4, 7:13, 7:13] = True
    hu[mask] = 0
    crops = [
        NoduleCrop(
            name=str(texture),
            patient="nobody",
            texture=texture,
            hu=hu,
            mask=mask,
            spacing_zyx_mm=(2.0, 1.0, 1.0),
        )
        for texture in (1, 5)
    ]
    volume = chest()
    lungs = segment_lungs(volume)
    around = Surroundings(
        name="chest",
        volume=volume,
        lungs=lungs,
        depth_mm=np.where(lungs.mask, 12.0, 0.0).astype(np.float32),
        avoid=(),
    )
    return TrainingSet(
        nodules=[prepare_nodule(crop) for crop in crops],
        frequency=np.asarray([0.5, 0.5]),
        surroundings=[around],
    )


def test_the_same_random_numbers_draw_the_same_examples(training_set: TrainingSet) -> None:
    first, again = (draw_batch(training_set, 4, np.random.default_rng(2)) for _ in range(2))

    assert np.array_equal(first.hu, again.hu)
    assert np.array_equal(first.share, again.share)
    assert first.share.min() >= 0
    assert first.share.max() <= 1


def test_a_training_goes_on_where_it_stopped(training_set: TrainingSet, tmp_path: Path) -> None:
    short, whole = (Schedule(steps=steps, batch=2, seed=0) for steps in (1, 2))
    lines: list[str] = []

    once = fit_network(training_set, whole, tmp_path / "once.pt", lines.append)
    fit_network(training_set, short, tmp_path / "twice.pt", lines.append)
    state = torch.load(tmp_path / "twice.pt", weights_only=True)
    twice = fit_network(training_set, whole, tmp_path / "twice.pt", lines.append)

    assert state["step"] == 1
    assert lines[-1].startswith("step 2/2")
    for name, value in once.state_dict().items():
        assert torch.allclose(value.float(), twice.state_dict()[name].float(), atol=1e-4), name
