"""Real nodules at two times in real lungs: a simulated patient whose true changes are known.

The second scan is the first one in another breath, with other noise and another kernel; the
nodules are put into both afterwards, so that the breath does not change their volume.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from inference.development.insertion import blend_crop, free_place, lung_depth_mm
from inference.development.sources import NoduleCrop
from inference.lungs import segment_lungs
from wetread.domain.geometry import FloatArray, Point, as_point
from wetread.domain.uids import derive_uid
from wetread.domain.volumes import CtVolume

_DEEPEST_MM = 30.0
_BEND_MM = 4.0
_BEND_LENGTH_MM = 60.0
_NOISE_HU = (8.0, 25.0)
_BLUR_VOXELS = (0.4, 0.8)
_ROUNDS = 30
_AT_WALL_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingNodule:
    """A nodule at two times; a place of None: it is not there."""

    name: str
    is_solid: bool
    prior_lps_mm: Point | None
    current_lps_mm: Point | None
    diameter_mm: float  # of the first time that it is there
    volume_ratio: float  # current over prior; 1 where it is there once only


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrowthPair:
    """Two scans of one simulated patient and everything in them."""

    prior: CtVolume
    current: CtVolume
    nodules: tuple[GrowingNodule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Breath:
    """A smooth displacement: deepest at the base of the lungs, none at the top, bent besides."""

    top_mm: float
    height_mm: float
    depth_mm: float
    phase: float

    def prior_from_current(self, points: FloatArray) -> FloatArray:
        return points - self._moved(points)

    def current_from_prior(self, points: FloatArray) -> FloatArray:
        found = points
        for _ in range(_ROUNDS):
            found = points + self._moved(found)
        return found

    def _moved(self, points: FloatArray) -> FloatArray:
        x, y, z = np.moveaxis(points / _BEND_LENGTH_MM, -1, 0)
        bend = np.stack(
            [np.sin(y + self.phase), np.sin(z + self.phase), np.sin(x + self.phase)], axis=-1
        )
        moved: FloatArray = _BEND_MM * bend
        share = np.clip((self.top_mm - points[..., 2]) / self.height_mm, 0.0, 1.0)
        moved[..., 2] += (self.depth_mm - _BEND_MM) * share
        return moved


def make_growth_pair(
    volume: CtVolume,
    crops: Sequence[NoduleCrop],
    volume_ratios: Sequence[float | None],
    random: Generator,
) -> GrowthPair:
    """Return two scans with one nodule for each crop and ratio, as far as there is room.

    A ratio of 0 is a nodule that resolves, None one that is new.
    """
    breath = _breath_of(volume, random)
    prior = _seen_again(volume, random, "prior")
    current = _seen_again(_breathed(volume, breath), random, "current")
    lungs, later_lungs = segment_lungs(prior), segment_lungs(current)
    depth_mm = lung_depth_mm(lungs)
    taken: list[FloatArray] = []
    nodules: list[GrowingNodule] = []
    before, now = prior.hu.copy(), current.hu.copy()
    for crop, ratio in zip(crops, volume_ratios, strict=True):
        grown = (ratio or 1.0) ** (1 / 3)
        radius_mm = crop.diameter_mm / 2 * max(1.0, grown)
        at_wall = random.random() < _AT_WALL_SHARE
        place = free_place(lungs, depth_mm, radius_mm, taken, at_wall=at_wall, random=random)
        if place is None:
            continue
        later = breath.current_from_prior(place[None])[0]
        if not later_lungs.geometry.contains(as_point(later), margin_mm=2 * radius_mm):
            continue
        turn = int(random.integers(2**32))  # the same at both times
        in_prior = ratio is not None and blend_crop(
            before, prior, crop, place, 1.0, np.random.default_rng(turn)
        )
        in_current = ratio != 0 and blend_crop(
            now, current, crop, later, grown, np.random.default_rng(turn)
        )
        if (ratio is not None) != in_prior or (ratio != 0) != in_current:
            continue
        taken.append(place)
        nodules.append(
            GrowingNodule(
                name=crop.name,
                is_solid=crop.is_solid,
                prior_lps_mm=as_point(place) if in_prior else None,
                current_lps_mm=as_point(later) if in_current else None,
                diameter_mm=crop.diameter_mm,
                volume_ratio=grown**3,
            )
        )
    return GrowthPair(
        prior=replace(prior, hu=before), current=replace(current, hu=now), nodules=tuple(nodules)
    )


def _breath_of(volume: CtVolume, random: Generator) -> _Breath:
    lungs = segment_lungs(volume)
    z_mm = lungs.geometry.lps_from_voxel(np.argwhere(lungs.mask).astype(float))[:, 2]
    return _Breath(
        top_mm=float(z_mm.max()),
        height_mm=float(np.ptp(z_mm)),
        depth_mm=float(random.uniform(0.3, 1.0)) * _DEEPEST_MM,
        phase=float(random.uniform(0, 2 * np.pi)),
    )


def _breathed(volume: CtVolume, breath: _Breath) -> CtVolume:
    """Return the volume as it looks in another breath, on the same grid."""
    geometry = volume.geometry
    hu = np.empty_like(volume.hu)
    _, rows, columns = geometry.shape_zyx
    for z in range(len(hu)):  # slice by slice: the points of a whole scan do not fit in memory
        voxels = np.stack(np.broadcast_arrays(z, *np.indices((rows, columns))), axis=-1)
        points = geometry.lps_from_voxel(voxels.reshape(-1, 3).astype(float))
        source = geometry.voxel_from_lps(breath.prior_from_current(points)).T
        moved = ndimage.map_coordinates(volume.hu, source, order=1, mode="nearest")
        hu[z] = moved.reshape(rows, columns)
    return replace(volume, hu=hu)


def _seen_again(volume: CtVolume, random: Generator, name: str) -> CtVolume:
    """Return the volume with noise and sharpness of its own."""
    blur = float(random.uniform(*_BLUR_VOXELS))
    hu = ndimage.gaussian_filter(volume.hu.astype(np.float32), (0, blur, blur))
    noise = random.normal(size=hu.shape).astype(np.float32)
    noise = ndimage.gaussian_filter(noise, (0, 0.7, 0.7))
    hu += noise * float(random.uniform(*_NOISE_HU) / noise.std())
    return replace(
        volume,
        hu=np.rint(hu).astype(np.int16),
        series_instance_uid=derive_uid("growth pair", name),
        sop_instance_uids=tuple(derive_uid("growth pair", name, k) for k in range(len(hu))),
    )
