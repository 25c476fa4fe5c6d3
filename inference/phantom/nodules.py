"""Nodules of known size and type, put where such nodules are found."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.spatial import cKDTree

from inference.phantom.anatomy import Anatomy
from inference.phantom.pose import Pose
from inference.phantom.shapes import Field, Points, covered
from inference.phantom.torso import outlines
from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import NoduleType
from wetread.domain.geometry import FloatArray, Point, VolumeGeometry, as_point

_APART_MM = 40.0
_HOST_RADII_MM = (1.1, 1.8)  # of a vessel that carries a nodule
_PLEURA_TOLERANCE_MM = 0.6
_FROM_OTHER_WALLS_MM = 28.0
_FROM_MIDLINE_MM = 52.0
_MOTTLE_HU = 35.0
_PLACES_TRIED = 60_000
_BOX_MM = ((-135, -95, -85), (135, 100, 100))
_SOLID_HU, _GROUND_GLASS_HU = 38.0, -590.0
_LOBULATION = 0.16  # of the radius
_WAVES = 6


class Attachment(StrEnum):
    """What a nodule touches."""

    NONE = "none"
    PLEURA = "pleura"
    VESSEL = "vessel"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodulePlan:
    """A nodule to be put somewhere; a diameter of None means it is absent from that study."""

    name: str
    type: NoduleType
    attachment: Attachment
    diameter_mm: float | None  # of the sphere of equal volume, in the current study
    prior_diameter_mm: float | None
    solid_share: float = 0.5  # diameter of the solid part of a part-solid nodule


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedNodule:
    """A planned nodule at its place in the neutral anatomy, with its own shape."""

    plan: NodulePlan
    center_lps_mm: Point
    waves: FloatArray  # (n, 4): direction and phase of the bumps on its surface
    roundness: float  # brings the bumpy shape back to the volume of the sphere


DEFAULT_NODULES = (
    NodulePlan(name="grown", type=NoduleType.SOLID, attachment=Attachment.NONE,
               diameter_mm=10.0, prior_diameter_mm=7.0),
    NodulePlan(name="new", type=NoduleType.SOLID, attachment=Attachment.VESSEL,
               diameter_mm=7.5, prior_diameter_mm=None),
    NodulePlan(name="pleural", type=NoduleType.SOLID, attachment=Attachment.PLEURA,
               diameter_mm=9.0, prior_diameter_mm=9.0),
    NodulePlan(name="glass", type=NoduleType.GROUND_GLASS, attachment=Attachment.NONE,
               diameter_mm=14.0, prior_diameter_mm=14.0),
    NodulePlan(name="mixed", type=NoduleType.PART_SOLID, attachment=Attachment.NONE,
               diameter_mm=17.0, prior_diameter_mm=16.0),
)  # fmt: skip


def place_nodules(
    plans: Sequence[NodulePlan], anatomy: Anatomy, rng: np.random.Generator
) -> tuple[PlacedNodule, ...]:
    """Choose a place for each plan, apart from each other and from what it must not touch."""
    low, high = np.array(_BOX_MM, dtype=float)
    places = rng.uniform(low, high, (_PLACES_TRIED, 3))
    lungs = outlines(Points.of(places)).lungs
    places, lungs = places[lungs < 0], lungs[lungs < 0]
    placed: list[PlacedNodule] = []
    for plan in plans:
        size = max(plan.diameter_mm or 0.0, plan.prior_diameter_mm or 0.0)
        suited = _suited(plan.attachment, size, places, lungs, anatomy, rng)
        for other in placed:
            away = np.linalg.norm(suited - np.asarray(other.center_lps_mm), axis=1)
            suited = suited[away > _APART_MM]
        if len(suited) == 0:
            raise ConfigurationError(f"there is no room for the nodule {plan.name!r}; plan fewer")
        waves = np.concatenate([rng.normal(size=(_WAVES, 3)), rng.uniform(0, 6, (_WAVES, 1))], 1)
        waves[:, :3] *= 3.2 / np.linalg.norm(waves[:, :3], axis=1, keepdims=True)
        placed.append(
            PlacedNodule(
                plan=plan,
                center_lps_mm=as_point(suited[0]),
                waves=waves,
                roundness=float(np.mean(_bumps(_sphere(), waves) ** 3) ** (-1 / 3)),
            )
        )
    return tuple(placed)


def paint_nodule(
    image: Field,
    nodule: PlacedNodule,
    center_lps_mm: Point,
    diameter_mm: float,
    lungs: Field,
    geometry: VolumeGeometry,
    k: int,
) -> None:
    """Draw the part of a nodule that lies in slice ``k``; vessels within it stay to be seen."""
    margin = 3.0 + diameter_mm * (0.5 + 2 * _LOBULATION)
    center = geometry.voxel_from_lps(np.asarray(center_lps_mm))
    reach = margin / np.asarray(geometry.spacing_zyx_mm)
    if abs(center[0] - k) > reach[0]:
        return
    shape = geometry.shape_zyx
    row, column = (
        np.arange(max(0, int(center[a] - reach[a])), min(shape[a], int(center[a] + reach[a]) + 2))
        for a in (1, 2)
    )
    if not (len(row) and len(column)):
        return
    window = np.s_[row[0] : row[-1] + 1, column[0] : column[-1] + 1]
    voxels = np.stack(np.broadcast_arrays(float(k), row[:, None], column[None, :]), axis=-1)
    offset = geometry.lps_from_voxel(voxels) - np.asarray(center_lps_mm)
    length = np.linalg.norm(offset, axis=-1)
    bumpy = _bumps(offset / np.maximum(length, 1e-6)[..., None], nodule.waves) * nodule.roundness
    radius = diameter_mm / 2 * bumpy
    within = covered(lungs[window], edge_mm=1.2)
    plan = nodule.plan
    if plan.type is NoduleType.SOLID:
        _raise_to(image[window], _SOLID_HU, covered(length - radius, edge_mm=1.3) * within)
        return
    mottled = _GROUND_GLASS_HU + _MOTTLE_HU * _ripples(0.5 * offset, nodule.waves)
    _raise_to(image[window], mottled, covered(length - radius, edge_mm=2.5) * within)
    if plan.type is NoduleType.PART_SOLID:
        core = length - radius * plan.solid_share
        _raise_to(image[window], _SOLID_HU - 10, covered(core, edge_mm=1.6) * within)


def visible_volume_mm3(
    nodule: PlacedNodule, center_lps_mm: Point, diameter_mm: float, pose: Pose
) -> float:
    """Return the volume of the nodule that lies inside the lungs."""
    step = diameter_mm / 28
    axis = np.arange(-0.7 * diameter_mm, 0.7 * diameter_mm, step) + step / 2
    offset = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    length = np.linalg.norm(offset, axis=-1)
    bumpy = _bumps(offset / length[:, None], nodule.waves) * nodule.roundness
    inside = offset[length < diameter_mm / 2 * bumpy] + np.asarray(center_lps_mm)
    lungs = outlines(pose.to_anatomy(Points.of(inside))).lungs
    return float((lungs < 0).sum() * step**3)


def _raise_to(image: Field, value: float | FloatArray, share: Field) -> None:
    """Mix in a value where it is above what is there."""
    image += (share * np.clip(value - image, 0, None)).astype(np.float32)


def _suited(
    attachment: Attachment,
    size_mm: float,
    places: FloatArray,
    lungs: Field,
    anatomy: Anatomy,
    rng: np.random.Generator,
) -> FloatArray:
    """Return (n, 3) centres that give a nodule of this size the attachment asked for."""
    vessels = anatomy.lung_vessels
    middle = (vessels.start + vessels.end) / 2
    radius = (vessels.start_radius_mm + vessels.end_radius_mm) / 2
    if attachment is Attachment.VESSEL:
        fit = (radius > _HOST_RADII_MM[0]) & (radius < _HOST_RADII_MM[1])
        fit &= outlines(Points.of(middle)).lungs < -size_mm / 2 - 8
        aside = np.cross(vessels.end[fit] - vessels.start[fit], rng.normal(size=3))
        aside /= np.linalg.norm(aside, axis=1, keepdims=True)
        return rng.permutation(middle[fit] + aside * (radius[fit, None] + 0.4 * size_mm))
    if attachment is Attachment.PLEURA:
        depth = np.abs(lungs + 0.34 * size_mm)
        here = outlines(Points.of(places))
        fit = depth < _PLEURA_TOLERANCE_MM
        fit &= (here.mediastinum > _FROM_OTHER_WALLS_MM) & (here.abdomen > _FROM_OTHER_WALLS_MM)
        return np.asarray(places[fit])
    thick = cKDTree(middle[radius > _HOST_RADII_MM[0]])
    clear = thick.query(places)[0] > size_mm / 2 + 4
    outer = np.abs(places[:, 0]) > _FROM_MIDLINE_MM
    return np.asarray(places[clear & outer & (lungs < -size_mm / 2 - 6)])


def _bumps(direction: FloatArray, waves: FloatArray) -> FloatArray:
    """Return the radius of a bumpy unit sphere in each (..., 3) direction."""
    return 1 + _LOBULATION * _ripples(direction, waves)


def _ripples(places: FloatArray, waves: FloatArray) -> FloatArray:
    """Return the sum of the waves at (..., 3) places, scaled to a deviation of about 1."""
    phases = places @ waves[:, :3].T + waves[:, 3]
    return np.asarray(np.sqrt(2 / _WAVES) * np.sin(phases).sum(axis=-1))


def _sphere(count: int = 2000) -> FloatArray:
    """Return directions spread evenly over the sphere (Fibonacci lattice)."""
    index = np.arange(count) + 0.5
    z = 1 - 2 * index / count
    turn = np.pi * (1 + 5**0.5) * index
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=-1)
