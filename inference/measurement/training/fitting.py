"""Fits the network to drawn examples: the same seed gives the same, also after a stop."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from inference.measurement.network import NoduleMaskNet
from inference.measurement.training.examples import Batch, TrainingSet, draw_batch

_LEARNING_RATE, _WEIGHT_DECAY = 3e-3, 1e-4
_WARM_UP_STEPS = 100
_OVERLAP_WEIGHT, _VOLUME_WEIGHT = 0.5, 0.1
_LEAST_SIZE = 600.0  # voxels: errors in smaller nodules, or in none, count as in one so large
_LEAST_VOXELS = 20.0  # of nodule, for its volume to be compared
_REPORT_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long to fit, on how many examples at a time, and from which random numbers."""

    steps: int
    batch: int
    seed: int


def fit_network(
    data: TrainingSet, schedule: Schedule, checkpoint: Path, report: Callable[[str], None]
) -> NoduleMaskNet:
    """Return the fitted network; go on from ``checkpoint`` where it exists."""
    torch.manual_seed(schedule.seed)
    network = NoduleMaskNet()
    network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]  # torch
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY
    )
    start = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        start = int(saved["step"])
    network.train()
    losses = []
    for step in range(start, schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = _LEARNING_RATE * _rate(step, schedule.steps)
        batch = draw_batch(data, schedule.batch, np.random.default_rng([schedule.seed, step]))
        loss = _loss(network, batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % _REPORT_STEPS == 0 or step + 1 == schedule.steps:
            report(f"step {step + 1}/{schedule.steps}: loss {np.mean(losses):.4f}")
            losses = []
            saved = {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step + 1,
            }
            partial = checkpoint.with_suffix(".partial")
            torch.save(saved, partial)
            partial.replace(checkpoint)
    network.eval()
    return network


def _rate(step: int, steps: int) -> float:
    """Return the share of the learning rate: a short rise, then half a cosine."""
    rise = min(1.0, (step + 1) / _WARM_UP_STEPS)
    return rise * (0.5 + 0.5 * float(np.cos(np.pi * step / steps)))


def _loss(network: NoduleMaskNet, batch: Batch) -> Tensor:
    """Return cross-entropy, overlap and volume together, where the truth is known."""
    share, known = torch.from_numpy(batch.share), torch.from_numpy(batch.known)
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(torch.from_numpy(batch.hu))
    logits = logits.float()
    axes = (1, 2, 3)
    entropy = functional.binary_cross_entropy_with_logits(logits, share, reduction="none")
    # Errors count by the nodule's own size, whatever part of its cube it takes.
    size = (share * known).sum(axes)
    per_nodule = (entropy * known).sum(axes) / size.clamp(min=_LEAST_SIZE)
    found = torch.sigmoid(logits) * known
    both = 2 * (found * share).sum(axes)
    overlap = (both + 1) / ((found.square() + (share * known).square()).sum(axes) + 1)
    total = found.sum(axes)
    change = ((total + 1) / (size + 1)).log().abs()
    shown = (size > _LEAST_VOXELS).float()
    loss: Tensor = (
        per_nodule
        + shown * (_OVERLAP_WEIGHT * (1 - overlap) + _VOLUME_WEIGHT * change.clamp(max=2.0))
    ).mean()
    return loss
