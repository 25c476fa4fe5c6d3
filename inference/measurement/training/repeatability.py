"""The same nodule measured from another place, on another grid and in other slices."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from inference.development.sources import NoduleCrop
from inference.measurement.segmenter import NoduleSegmenter
from inference.measurement.training.held_out import HeldOutNodule, in_lung
from inference.measurement.training.surroundings import Surroundings
from wetread.domain.geometry import Point, as_point
from wetread.domain.volumes import CtVolume

_THIN_MM = 1.3
_WITHIN = 0.10


def repeat_measurement(
    segmenter: NoduleSegmenter, crop: NoduleCrop, around: Surroundings, place: Point, turn: float
) -> Iterator[tuple[str, float | None]]:
    """Yield what was changed and the relative change in volume; None where nothing was outlined."""
    nodule = in_lung(crop, around, place, turn)
    diameter_mm = nodule.diameter_mm
    reference = segmenter.segment(nodule.volume, place, diameter_mm)
    if reference is None:
        return
    for change, volume, seed, hint_mm in _changes(nodule, crop, around, place, turn):
        found = segmenter.segment(volume, seed, hint_mm)
        yield change, None if found is None else found.volume_mm3 / reference.volume_mm3 - 1


def _changes(
    nodule: HeldOutNodule, crop: NoduleCrop, around: Surroundings, place: Point, turn: float
) -> Iterator[tuple[str, CtVolume, Point, float]]:
    geometry, diameter_mm = nodule.volume.geometry, nodule.diameter_mm
    for step in geometry.affine.T:
        seed = as_point(np.asarray(place) + step)
        yield "seed by 1 voxel", nodule.volume, seed, diameter_mm
    for share in (0.75, 1.25):
        yield "diameter said by 25 %", nodule.volume, place, share * diameter_mm
    for shift in (0.25, 0.5):
        shifted = in_lung(crop, around, place, turn, shift_voxels=shift)
        yield f"grid by {shift} voxel", shifted.volume, place, diameter_mm
    thin = geometry.spacing_zyx_mm[0] <= _THIN_MM
    if thin:
        yield "slices in pairs", _in_pairs(nodule.volume), place, diameter_mm
    for thickness_mm in (1.0, 2.0) if thin else (1.0,):
        spacing = (thickness_mm, *geometry.spacing_zyx_mm[1:])
        other = in_lung(crop, around, place, turn, spacing_zyx_mm=spacing)
        yield f"resampled to {thickness_mm:.0f} mm", other.volume, place, diameter_mm


def tabulate_repeatability(changes: Iterator[tuple[str, float | None]]) -> Iterator[str]:
    """Yield a table over all nodules."""
    by_change: dict[str, list[float]] = {}
    for change, value in changes:
        by_change.setdefault(change, []).append(np.nan if value is None else value)
    yield "| change | n | volume | absolute | 9 in 10 below | within 10 % |"
    yield "|---|---|---|---|---|---|"
    for change, values in by_change.items():
        found = np.asarray([value for value in values if np.isfinite(value)])
        within = float((np.abs(found) <= _WITHIN).sum()) / len(values)
        yield (
            f"| {change} | {len(values)} | {100 * np.median(found):+.1f} % "
            f"| {100 * np.median(np.abs(found)):.1f} % "
            f"| {100 * np.percentile(np.abs(found), 90):.1f} % | {within:.2f} |"
        )


def _in_pairs(volume: CtVolume) -> CtVolume:
    """Return the volume with every two slices averaged into one."""
    geometry = volume.geometry
    count = geometry.shape_zyx[0] // 2
    hu = (volume.hu[0 : 2 * count : 2].astype(np.float32) + volume.hu[1 : 2 * count : 2]) / 2
    z, y, x = geometry.spacing_zyx_mm
    return replace(
        volume,
        hu=np.rint(hu).astype(np.int16),
        geometry=replace(
            geometry,
            shape_zyx=(count, *geometry.shape_zyx[1:]),
            spacing_zyx_mm=(2 * z, y, x),
            origin_lps_mm=as_point(geometry.lps_from_voxel(np.asarray([0.5, 0, 0]))),
        ),
        sop_instance_uids=("",) * count,
    )
