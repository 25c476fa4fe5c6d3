"""Patches to train on: lungs turned and scaled, with nodules put into them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from inference.detection.network.encoding import FLOOR_HU, encode_hu
from inference.detection.network.training.appearance import change_appearance
from inference.detection.network.training.lungs import TrainingLung
from inference.detection.network.training.pasting import paste_nodule
from inference.development.sources import NoduleCrop
from wetread.domain.geometry import FloatArray

PATCH: Final = 64  # voxels of 1 mm along each axis
MOST_FINDINGS: Final = 8
_SCALES = (0.85, 1.2)
_MOST_TURN_DEGREES, _MOST_TILT_DEGREES = 20.0, 8.0
_DIAMETER_MM = (3.5, 32.0)
_CROP_SCALES = (0.7, 1.4)
_AT_WALL_SHARE = 0.35
_AWAY_MM = 22.0  # of the patch's centre from what it shows
_INSIDE_MM = 26.0  # of the patch's 32 to each side
_APART_MM = 4.0
_INSERT, _LUNG, _HARD, _REAL = range(4)
_KINDS = (0.56, 0.17, 0.17, 0.10)  # shares of the four kinds of patch
_INSERTED_BESIDE = 0.25  # share of the hard patches that hold a nodule as well
_SUBSOLID_SHARE = 0.28
_SOLID_TEXTURE = 4
_WEIGHTS = {"0001": 5.0, "cmb": 5.0, "dx0": 2.5, "dx1": 2.5, "ts": 3.0, "ph2": 1.0, "ph3": 1.0}
_CUBE_WEIGHT = 0.4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patch:
    """``image`` is (64, 64, 64) as the network sees it; ``findings`` (N, 5) as in a lung."""

    image: NDArray[np.uint8]
    findings: FloatArray


@dataclass(slots=True, kw_only=True, eq=False)
class PatchMaker:
    """Makes patches; ``hard`` holds per lung the places (z, y, x) that fooled the network."""

    lungs: Sequence[TrainingLung]
    crops: Sequence[NoduleCrop]
    hard: dict[str, FloatArray]
    _places: list[NDArray[np.int16]] = field(init=False)
    _weights: FloatArray = field(init=False)
    _all_of_one_type: bool = field(init=False)

    def __post_init__(self) -> None:
        self._places = [_some_places(lung) for lung in self.lungs]
        weights = np.asarray([_WEIGHTS.get(lung.name, _CUBE_WEIGHT) for lung in self.lungs])
        self._weights = weights / weights.sum()
        self._all_of_one_type = len({crop.texture < _SOLID_TEXTURE for crop in self.crops}) == 1

    def make(self, random: Generator) -> Patch:
        """Return one patch of a random kind."""
        kind = int(random.choice(4, p=_KINDS))
        usable = self._weights.copy()
        if kind == _HARD:
            usable *= [len(self.hard.get(lung.name, ())) > 0 for lung in self.lungs]
        elif kind == _REAL:
            usable *= [bool((lung.findings[:, 4] > 0).any()) for lung in self.lungs]
        if not usable.any():
            kind, usable = _LUNG, self._weights
        index = int(random.choice(len(usable), p=usable / usable.sum()))
        lung = self.lungs[index]
        target = self._target(kind, index, random)
        frame = _Frame.around(target, lung.hu.shape, random)
        hu = frame.sample(lung.hu)
        findings = frame.findings_of(lung)
        inserting = kind == _INSERT or (kind == _HARD and random.random() < _INSERTED_BESIDE)
        if inserting:
            here = frame.patch_from_lung(target) if kind == _INSERT else None
            findings = self._insert(hu, frame, lung, findings, here, random)
        hu = change_appearance(hu, lung.slice_mm, random)
        return Patch(image=encode_hu(hu), findings=findings[:MOST_FINDINGS])

    def _target(self, kind: int, index: int, random: Generator) -> FloatArray:
        lung = self.lungs[index]
        if kind == _HARD:
            places = self.hard[lung.name]
            return np.asarray(places[random.integers(len(places))], dtype=float)
        if kind == _REAL:
            nodules = lung.findings[lung.findings[:, 4] > 0]
            return np.asarray(nodules[random.integers(len(nodules)), :3])
        voxels = self._places[index]
        chosen: FloatArray = voxels[random.integers(len(voxels))].astype(float)
        return chosen + random.uniform(-0.5, 0.5, 3)

    def _insert(
        self,
        hu: NDArray[np.float32],
        frame: "_Frame",
        lung: TrainingLung,
        findings: FloatArray,
        here: FloatArray | None,
        random: Generator,
    ) -> FloatArray:
        depth = frame.sample_depth(lung.depth_mm)
        for _ in range(int(random.integers(1, 4))):
            crop = self._choose(random)
            scale = float(np.exp(random.uniform(*np.log(_CROP_SCALES))))
            diameter = float(np.clip(crop.diameter_mm * scale, *_DIAMETER_MM))
            center = _free_place(depth, diameter / 2, findings, here, random)
            here = None
            if center is None:
                continue
            paste_nodule(hu, crop, center, diameter / crop.diameter_mm, random)
            findings = np.vstack([findings, [*center, diameter, 1.0]])
        return findings

    def _choose(self, random: Generator) -> NoduleCrop:
        subsolid = random.random() < _SUBSOLID_SHARE
        while True:
            crop = self.crops[int(random.integers(len(self.crops)))]
            if (crop.texture < _SOLID_TEXTURE) == subsolid or self._all_of_one_type:
                return crop


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Frame:
    """Where a patch lies in a lung: ``lung = center + matrix @ (patch - middle)``."""

    center: FloatArray
    matrix: FloatArray
    scale: float

    @classmethod
    def around(cls, target: FloatArray, shape: tuple[int, ...], random: Generator) -> "_Frame":
        scale = float(np.exp(random.uniform(*np.log(_SCALES))))
        turn = np.deg2rad(random.uniform(-_MOST_TURN_DEGREES, _MOST_TURN_DEGREES))
        tilt = np.deg2rad(random.uniform(-_MOST_TILT_DEGREES, _MOST_TILT_DEGREES))
        c, s, ct, st = np.cos(turn), np.sin(turn), np.cos(tilt), np.sin(tilt)
        in_plane = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
        tilted = np.array([[ct, -st, 0], [st, ct, 0], [0, 0, 1]])
        away = random.uniform(-_AWAY_MM, _AWAY_MM, 3)
        matrix = in_plane @ tilted * scale
        # Not far beyond the border: what lies there is unknown and teaches nothing.
        half = np.minimum(_INSIDE_MM * scale, np.asarray(shape) / 2)
        center = np.clip(target + matrix @ away, half, np.asarray(shape) - half)
        return cls(center=center, matrix=matrix, scale=scale)

    def sample(self, hu: NDArray[np.int16]) -> NDArray[np.float32]:
        return self._sampled(hu, FLOOR_HU, order=1)

    def sample_depth(self, depth_mm: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self._sampled(depth_mm, 0, order=0) / np.float32(self.scale)

    def patch_from_lung(self, point: FloatArray) -> FloatArray:
        moved: FloatArray = (point - self.center) @ np.linalg.inv(self.matrix).T + PATCH / 2
        return moved

    def findings_of(self, lung: TrainingLung) -> FloatArray:
        """Return the lung's findings that reach into the patch, in its voxels."""
        findings = lung.findings.copy()
        findings[:, :3] = self.patch_from_lung(findings[:, :3])
        findings[:, 3] /= self.scale
        reach = findings[:, 3:4] / 2
        near = np.all((findings[:, :3] > -reach) & (findings[:, :3] < PATCH - 1 + reach), axis=1)
        return findings[near]

    def _sampled(self, values: NDArray[np.generic], fill: float, order: int) -> NDArray[np.float32]:
        offset = self.center - self.matrix @ np.full(3, PATCH / 2)
        # Cut the part that is needed: SciPy copies what it is given.
        corners = np.asarray(list(product((0, PATCH - 1), repeat=3)), dtype=float)
        reached = corners @ self.matrix.T + offset
        lower = np.maximum(np.floor(reached.min(axis=0)).astype(int) - 1, 0)
        upper = np.minimum(np.ceil(reached.max(axis=0)).astype(int) + 2, values.shape)
        if np.any(upper <= lower):
            return np.full((PATCH,) * 3, fill, dtype=np.float32)
        part = values[tuple(map(slice, lower, upper))]
        sampled: NDArray[np.float32] = ndimage.affine_transform(
            part,
            self.matrix,
            offset - lower,
            output_shape=(PATCH,) * 3,
            output=np.float32,
            order=order,
            mode="constant",
            cval=fill,
        )
        return sampled


def _some_places(lung: TrainingLung) -> NDArray[np.int16]:
    """Return about 100 000 places in the lung, those near its wall as often as those deep in it."""
    places = np.argwhere(lung.depth_mm > 0)
    places = places[:: max(1, len(places) // 400_000)]
    depth = lung.depth_mm[tuple(places.T)]
    kept = (depth <= 8) | (np.arange(len(places)) % 2 == 0)  # noqa: PLR2004 mm: the mantle
    chosen: NDArray[np.int16] = places[kept].astype(np.int16)
    return chosen


def _free_place(
    depth: NDArray[np.float32],
    radius_mm: float,
    findings: FloatArray,
    here: FloatArray | None,
    random: Generator,
) -> FloatArray | None:
    """Return a place in the patch deep enough in the lung, or with the nodule at the wall."""
    at_wall = random.random() < _AT_WALL_SHARE
    low, high = (0.4 * radius_mm, radius_mm + 1) if at_wall else (radius_mm, np.inf)
    for attempt in range(40):
        center = random.uniform(2, PATCH - 3, 3)
        if here is not None and attempt < 20:  # noqa: PLR2004 first half: near the wanted place
            center = np.clip(here + random.normal(0, 1.0 + 0.5 * attempt, 3), 1, PATCH - 2)
        z, y, x = np.rint(center).astype(int)
        if not low <= depth[z, y, x] <= high:
            continue
        gaps = np.linalg.norm(findings[:, :3] - center, axis=1) - findings[:, 3] / 2
        if np.all(gaps > radius_mm + _APART_MM):
            return center
    return None
