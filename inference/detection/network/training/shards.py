"""Patches on disk, a thousand a file, made by as many processes as there are cores."""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.detection.network.training.lungs import load_lung
from inference.detection.network.training.patches import MOST_FINDINGS, PATCH, PatchMaker
from inference.development.held_out import HELD_OUT_PATIENTS
from inference.development.sources import load_crops
from inference.development.split import is_held_out
from wetread.domain.geometry import FloatArray

SHARD: Final = 1024
_LEAST_CROP_MM = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardOrder:
    """Which shards a process makes, from what."""

    data: Path
    lungs: Path
    hard: Path | None  # what `save_hard_places` wrote
    out: Path
    numbers: Sequence[int]
    seed: int


def make_shards(order: ShardOrder) -> None:
    """Make the shards that are not there yet, a process per core; they come out the same.

    The network learns afterwards: beside its busily waiting threads both would crawl.
    """
    missing = [number for number in order.numbers if not shard_path(order.out, number).exists()]
    if not missing:
        return
    processes = min(os.cpu_count() or 1, len(missing))
    parts = [replace(order, numbers=missing[part::processes]) for part in range(processes)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        list(pool.map(_make_shards, parts))


def _make_shards(order: ShardOrder) -> None:
    """Make shards one after the other."""
    lungs = [load_lung(path) for path in sorted(order.lungs.glob("*.npz"))]
    maker = PatchMaker(
        lungs=[
            lung
            for lung in lungs
            if lung.patient not in HELD_OUT_PATIENTS and not is_held_out(lung.patient)
        ],
        crops=[
            crop
            for crop in load_crops(order.data)
            if crop.diameter_mm > _LEAST_CROP_MM and not is_held_out(crop.patient)
        ],
        hard=load_hard_places(order.hard) if order.hard else {},
    )
    for number in order.numbers:
        random = np.random.default_rng([order.seed, number])
        images = np.empty((SHARD, PATCH, PATCH, PATCH), dtype=np.uint8)
        findings = np.zeros((SHARD, MOST_FINDINGS, 5), dtype=np.float32)
        for index in range(SHARD):
            patch = maker.make(random)
            images[index] = patch.image
            findings[index, : len(patch.findings)] = patch.findings
        partial = order.out / f"{number:04}.part.npz"
        np.savez(partial, images=images, findings=findings)
        partial.rename(shard_path(order.out, number))


def read_shard(folder: Path, number: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return images and findings of a shard."""
    with np.load(shard_path(folder, number)) as arrays:
        return arrays["images"], arrays["findings"]


def shard_path(folder: Path, number: int) -> Path:
    """Return where a shard lies."""
    return folder / f"{number:04}.npz"


def save_hard_places(path: Path, places: dict[str, FloatArray]) -> None:
    """Write the places per lung."""
    np.savez(path, allow_pickle=False, **places)


def load_hard_places(path: Path) -> dict[str, FloatArray]:
    """Return the places (N, 3) in voxels per lung."""
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}
