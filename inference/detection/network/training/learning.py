"""The course of the training: rounds of shards, each round with harder negatives than the last."""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from inference.detection.network.architecture import STRIDE, NoduleNet
from inference.detection.network.training.mining import find_hard_places
from inference.detection.network.training.patches import PATCH
from inference.detection.network.training.shards import (
    SHARD,
    ShardOrder,
    make_shards,
    read_shard,
    save_hard_places,
)
from inference.detection.network.training.targets import make_targets, measure_loss

_BATCH = 8
_HIGHEST_RATE, _LOWEST_RATE = 1.5e-3, 2e-5
_WEIGHT_DECAY = 1e-2
_WARM_UP_STEPS = 200
_AVERAGING = 0.998
_LOGGED_EVERY = 32
_MOST_GRADIENT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How long to learn; every shard is seen twice, once fresh and once among the earlier ones."""

    rounds: int = 4
    shards_per_round: int = 4
    seed: int = 0

    @property
    def steps(self) -> int:
        """Number of batches."""
        return self.rounds * self.shards_per_round * 2 * SHARD // _BATCH


@dataclass(slots=True, kw_only=True, eq=False)
class Learner:
    """Trains one network in ``folder``; started again, it goes on after the last whole shard."""

    course: Course
    data: Path
    lungs: Path
    folder: Path

    def run(self) -> NoduleNet:
        """Return the averaged network at the end of the course."""
        (self.folder / "shards").mkdir(parents=True, exist_ok=True)
        torch.manual_seed(self.course.seed)
        network = NoduleNet()
        network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]  # torch
        averaged = AveragedModel(network, avg_fn=_average, use_buffers=True)
        optimizer = torch.optim.AdamW(network.parameters(), weight_decay=_WEIGHT_DECAY)
        state = self.folder / "state.pt"
        done = 0
        if state.exists():
            saved = torch.load(state, weights_only=True)
            network.load_state_dict(saved["network"])
            averaged.load_state_dict(saved["averaged"])
            optimizer.load_state_dict(saved["optimizer"])
            done = int(saved["blocks"])
        for block, (images, findings) in enumerate(self._blocks(done, averaged), start=done):
            self._learn(network, averaged, optimizer, images, findings, block)
            partial = state.with_suffix(".part")
            torch.save(
                {
                    "network": network.state_dict(),
                    "averaged": averaged.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "blocks": block + 1,
                },
                partial,
            )
            partial.rename(state)
        result = averaged.module
        assert isinstance(result, NoduleNet)
        return result.eval()

    def _blocks(
        self, done: int, averaged: AveragedModel
    ) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
        """Yield the shards in their order: a fresh one, an earlier one, a fresh one, …."""
        per_round = 2 * self.course.shards_per_round
        for number in range(self.course.rounds):
            if done >= (number + 1) * per_round:
                continue
            hard = self._hard_places(number, averaged)
            fresh = range(
                number * self.course.shards_per_round, (number + 1) * self.course.shards_per_round
            )
            shards = self.folder / "shards"
            make_shards(
                ShardOrder(
                    data=self.data,
                    lungs=self.lungs,
                    hard=hard,
                    out=shards,
                    numbers=tuple(fresh),
                    seed=self.course.seed,
                )
            )
            for block in range(max(done, number * per_round), (number + 1) * per_round):
                random = np.random.default_rng([self.course.seed, block])
                newest = block // 2
                wanted = newest if block % 2 == 0 else int(random.integers(newest + 1))
                yield read_shard(shards, wanted)

    def _hard_places(self, number: int, averaged: AveragedModel) -> Path | None:
        if number == 0:
            return None
        path = self.folder / f"hard-{number}.npz"
        if not path.exists():
            averaged.module.eval()
            save_hard_places(path, find_hard_places(averaged.module, self.lungs))
        return path

    def _learn(
        self,
        network: NoduleNet,
        averaged: AveragedModel,
        optimizer: torch.optim.Optimizer,
        images: NDArray[np.uint8],
        findings: NDArray[np.float32],
        block: int,
    ) -> None:
        network.train()
        random = np.random.default_rng([self.course.seed, 1, block])
        batches = random.permutation(len(images)).reshape(-1, _BATCH)
        started, total = time.monotonic(), 0.0
        for number, batch in enumerate(batches):
            step = block * len(batches) + number
            for group in optimizer.param_groups:
                group["lr"] = self._rate(step)
            image, rows = _vary(images[batch], findings[batch], random)
            targets = make_targets(rows, PATCH // STRIDE)
            optimizer.zero_grad(set_to_none=True)
            loss = measure_loss(network(image), *targets)
            loss.backward()  # type: ignore[no-untyped-call]  # torch
            torch.nn.utils.clip_grad_norm_(network.parameters(), _MOST_GRADIENT)
            optimizer.step()
            averaged.update_parameters(network)
            total += float(loss.detach())
            if (number + 1) % _LOGGED_EVERY == 0:
                rate = (number + 1) * _BATCH / (time.monotonic() - started)
                self._log(
                    step=step + 1, loss=round(total / _LOGGED_EVERY, 4), patches_s=round(rate, 1)
                )
                total = 0.0

    def _rate(self, step: int) -> float:
        if step < _WARM_UP_STEPS:
            return _HIGHEST_RATE * (step + 1) / _WARM_UP_STEPS
        course = (step - _WARM_UP_STEPS) / max(1, self.course.steps - _WARM_UP_STEPS)
        height = 0.5 * (1 + math.cos(math.pi * min(1.0, course)))
        return _LOWEST_RATE + (_HIGHEST_RATE - _LOWEST_RATE) * height

    def _log(self, **values: float) -> None:
        line = {**values, "steps": self.course.steps, "seed": self.course.seed}
        print(json.dumps(line), flush=True)  # noqa: T201 the training's log
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")


def _average(averaged: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
    """Average exponentially over the latest steps, fewer at the beginning."""
    if not averaged.is_floating_point():  # a counter
        return current
    kept = min(_AVERAGING, (1 + int(count)) / (10 + int(count)))
    return averaged.lerp(current, 1 - kept)


def _vary(
    images: NDArray[np.uint8], findings: NDArray[np.float32], random: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Mirror and turn each patch, shift its brightness; return tensors for the network."""
    varied = np.empty((len(images), 1, *images.shape[1:]), dtype=np.float32)
    rows = findings.copy()
    for index, image in enumerate(images):
        for axis in range(3):
            if random.integers(2):
                image = np.flip(image, axis)  # noqa: PLW2901 step by step
                rows[index, :, axis] = PATCH - 1 - rows[index, :, axis]
        if random.integers(2):
            image = image.transpose(0, 2, 1)  # noqa: PLW2901 likewise
            rows[index, :, [1, 2]] = rows[index, :, [2, 1]]
        varied[index, 0] = image
    gain = random.uniform(0.95, 1.05, (len(images), 1, 1, 1, 1)).astype(np.float32)
    level = random.uniform(-0.02, 0.02, (len(images), 1, 1, 1, 1)).astype(np.float32)
    tensor = torch.from_numpy(varied * (gain / 255) + level)
    return tensor.contiguous(memory_format=torch.channels_last_3d), torch.from_numpy(rows)
