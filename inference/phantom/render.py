"""What a scanner would see of an anatomy in a pose: Hounsfield units, slice by slice."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference.phantom import organs
from inference.phantom.anatomy import Anatomy
from inference.phantom.capsules import Capsules, touched
from inference.phantom.nodules import PlacedNodule, paint_nodule
from inference.phantom.pose import Pose
from inference.phantom.shapes import Field, Points, covered, paint
from inference.phantom.texture import ScanNoise
from inference.phantom.torso import outlines
from wetread.domain.geometry import Point, VolumeGeometry

_BLUR_MM = 0.5  # a vessel thinner than this is dimmed rather than drawn thinner


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoduleInScan:
    """A nodule at its place and size in one scan."""

    nodule: PlacedNodule
    center_lps_mm: Point
    diameter_mm: float


def render_volume(
    anatomy: Anatomy,
    nodules: Sequence[NoduleInScan],
    *,
    pose: Pose,
    geometry: VolumeGeometry,
    noise: ScanNoise,
) -> NDArray[np.int16]:
    """Return HU of ``geometry.shape_zyx``, any orientation; the same for the same arguments."""
    moved = _moved(anatomy, pose)
    hu = np.empty(geometry.shape_zyx, dtype=np.int16)

    def fill(k: int) -> None:
        hu[k] = _slice_hu(moved, nodules, pose, geometry, noise, k)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(fill, range(len(hu))))
    return hu


def _moved(anatomy: Anatomy, pose: Pose) -> Anatomy:
    """Return the anatomy with its rods where they lie in the scan."""

    def move(rods: Capsules) -> Capsules:
        start, end = pose.from_anatomy(rods.start), pose.from_anatomy(rods.end)
        return replace(rods, start=start, end=end)

    return replace(
        anatomy,
        lung_vessels=move(anatomy.lung_vessels),
        bronchi=move(anatomy.bronchi),
        great_vessels=move(anatomy.great_vessels),
        gullet=move(anatomy.gullet),
        bones=move(anatomy.bones),
        cartilages=move(anatomy.cartilages),
    )


def _slice_hu(
    anatomy: Anatomy,
    nodules: Sequence[NoduleInScan],
    pose: Pose,
    geometry: VolumeGeometry,
    noise: ScanNoise,
    k: int,
) -> NDArray[np.int16]:
    """Paint one slice from the outside to the inside."""
    scanned = _slice_points(geometry, k)
    points = pose.to_anatomy(scanned)
    at = outlines(points)
    coarse, fine = anatomy.coarse_grain.at(points), anatomy.fine_grain.at(points)
    image = np.full(geometry.shape_zyx[1:], organs.AIR_HU, dtype=np.float32)
    organs.paint_table(image, scanned)
    organs.paint_trunk(image, points, at, coarse)
    organs.paint_heart(image, at, coarse)
    _paint_rods(image, _nearest(anatomy.great_vessels, geometry, k), organs.BLOOD_HU)
    _paint_rods(image, _nearest(anatomy.gullet, geometry, k), 36.0)
    organs.paint_abdomen(image, points, at, coarse)
    organs.paint_breastbone(image, points, coarse)
    organs.paint_spine(image, points, at, coarse)
    _paint_bones(image, _nearest(anatomy.bones, geometry, k), coarse)
    _paint_rods(image, _nearest(anatomy.cartilages, geometry, k), 95.0)
    paint(image, organs.lung_hu(points, at, fine, coarse), covered(at.lungs, edge_mm=1.2))
    _paint_lung_vessels(image, anatomy.lung_vessels, covered(at.cavity), geometry, k)
    _paint_bronchi(image, anatomy.bronchi, geometry, k)
    for seen in nodules:
        paint_nodule(
            image, seen.nodule, seen.center_lps_mm, seen.diameter_mm, at.lungs, geometry, k
        )
    image += noise.of_slice(k, covered(at.skin), geometry)
    return np.clip(np.rint(image), -1024, 3071).astype(np.int16)


def _slice_points(geometry: VolumeGeometry, k: int) -> Points:
    """Return the places of a slice's pixels; each axis only as wide as it varies."""
    rows, columns = np.arange(geometry.shape_zyx[1]), np.arange(geometry.shape_zyx[2])
    origin = geometry.lps_from_voxel(np.array([k, 0.0, 0.0]))
    axes = []
    for axis in range(3):
        down, along = geometry.affine[axis, 1], geometry.affine[axis, 2]
        place = np.full((1, 1), origin[axis])
        place = place + down * rows[:, None] if down else place
        place = place + along * columns[None, :] if along else place
        axes.append(place.astype(np.float32))
    return Points(x=axes[0], y=axes[1], z=axes[2])


def _nearest(rods: Capsules, geometry: VolumeGeometry, k: int, margin_mm: float = 3.0) -> Field:
    """Return the distance to the nearest of the rods, at most ``margin_mm``."""
    field = np.full(geometry.shape_zyx[1:], margin_mm, dtype=np.float32)
    near = touched(rods, geometry, k, margin_mm=margin_mm)
    np.minimum.at(field.reshape(-1), near.pixel, near.distance_mm.astype(np.float32))
    return field


def _paint_rods(image: Field, distance: Field, value: float) -> None:
    share = covered(distance, edge_mm=1.4)
    image += share * (np.float32(value) - image)


def _paint_bones(image: Field, distance: Field, grain: Field) -> None:
    """Paint a dense shell around marrow."""
    shell = covered(np.abs(distance + 1.0) - 0.8, edge_mm=1.4)
    image += covered(distance, edge_mm=1.4) * (140 + 30 * grain + 520 * shell - image)


def _paint_lung_vessels(
    image: Field, vessels: Capsules, inside: Field, geometry: VolumeGeometry, k: int
) -> None:
    """Brighten what vessels cover; the thinnest only as far as the scanner resolves them."""
    share = np.zeros(image.shape, dtype=np.float32)
    near = touched(vessels, geometry, k, margin_mm=0.8)
    seen = 1 - np.exp(-np.square(near.radius_mm / _BLUR_MM))
    cover = covered(near.distance_mm, edge_mm=1.3) * seen
    np.maximum.at(share.reshape(-1), near.pixel, cover.astype(np.float32))
    image += share * inside * np.clip(organs.BLOOD_HU - image, 0, None)


def _paint_bronchi(image: Field, bronchi: Capsules, geometry: VolumeGeometry, k: int) -> None:
    """Paint walls, then the air within."""
    near = touched(bronchi, geometry, k, margin_mm=3.0)
    wall = np.zeros(image.size, dtype=np.float32)
    lumen = np.zeros(image.size, dtype=np.float32)
    thickness = np.clip(0.2 * near.radius_mm, 0.25, 1.5)
    seen = np.clip(near.radius_mm / 1.2, 0.25, 1)
    outer = covered(near.distance_mm - thickness, edge_mm=1.2) * seen
    np.maximum.at(wall, near.pixel, outer.astype(np.float32))
    inner = covered(near.distance_mm, edge_mm=1.1) * seen
    np.maximum.at(lumen, near.pixel, inner.astype(np.float32))
    flat = image.reshape(-1)
    flat += wall * np.clip(organs.MUSCLE_HU - 60 - flat, 0, None)
    flat += lumen * (organs.AIR_HU + 10 - flat)
