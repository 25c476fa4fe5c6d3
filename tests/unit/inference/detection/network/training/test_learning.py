import json
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.detection.network.architecture import NoduleNet
from inference.detection.network.training.learning import Course, Learner
from inference.detection.network.training.patches import MOST_FINDINGS, PATCH
from inference.detection.network.training.shards import read_shard, shard_path

LEARNING = "inference.detection.network.training.learning"
PATCHES = 8
COURSE = Course(rounds=1, shards_per_round=1, seed=3)  # two blocks of one batch


def write_shard(folder: Path) -> None:
    random = np.random.default_rng(0)
    findings = np.zeros((PATCHES, MOST_FINDINGS, 5), dtype=np.float32)
    findings[:, 0] = (32, 30, 34, 9, 1)
    images = random.integers(0, 255, (PATCHES, PATCH, PATCH, PATCH), dtype=np.uint8)
    path = shard_path(folder / "shards", 0)
    path.parent.mkdir(parents=True)
    np.savez(path, images=images, findings=findings)


def learn(folder: Path) -> NoduleNet:
    return Learner(course=COURSE, data=folder, lungs=folder, folder=folder).run()


def test_a_training_that_was_cut_goes_on_to_the_same_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("whole", "cut"):
        write_shard(tmp_path / name)
    whole = learn(tmp_path / "whole")

    shards = iter([read_shard(tmp_path / "cut" / "shards", 0)])
    with monkeypatch.context() as patched:
        patched.setattr(f"{LEARNING}.read_shard", lambda *_: next(shards))
        with pytest.raises(RuntimeError):  # no second shard: the power is gone
            learn(tmp_path / "cut")
    resumed = learn(tmp_path / "cut")

    for name, value in whole.state_dict().items():
        assert torch.allclose(value.float(), resumed.state_dict()[name].float(), atol=1e-5), name
    assert not whole.training


def test_what_was_learnt_is_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LEARNING}._LOGGED_EVERY", 1)
    write_shard(tmp_path)

    learn(tmp_path)

    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2]
    assert all(np.isfinite(line["loss"]) and line["seed"] == COURSE.seed for line in lines)
