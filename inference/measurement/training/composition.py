"""A masked nodule shown on any grid: in its own surroundings, or in another lung."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.measurement.training.nodules import MaskedNodule
from wetread.domain.geometry import FloatArray

_Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """How a nodule is scaled, stretched, turned in its slice and mirrored."""

    scale: float = 1.0
    stretch_zyx: tuple[float, float, float] = (1.0, 1.0, 1.0)  # their product is 1
    turn: float = 0.0  # radian
    mirrored_zyx: tuple[bool, bool, bool] = (False, False, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blending:
    """How a nodule meets its new surroundings; ``margin_mm`` None keeps its own in its slices.

    Otherwise what lies up to ``margin_mm`` beyond the readers' mask comes along. The change to
    the background takes ``feather_mm``.
    """

    margin_mm: float | None
    feather_mm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """HU, the share of every voxel that is nodule, and where that share is known (all float)."""

    hu: _Values
    share: _Values
    known: _Values


def compose_scene(
    background_hu: _Values,
    lung: NDArray[np.bool_],
    offsets_mm: tuple[FloatArray, FloatArray, FloatArray],
    nodule: MaskedNodule,
    pose: Pose,
    blending: Blending,
) -> Scene:
    """Show a nodule in a background.

    ``offsets_mm`` are, for each axis of the background, where its voxels lie from the nodule's
    centre. In another lung the nodule ends at that lung's wall, and so does its mask.
    """
    place = _source_voxels(offsets_mm, nodule, pose)
    values = ndimage.map_coordinates(nodule.hu, place, order=1, mode="nearest")
    share = ndimage.map_coordinates(nodule.mask, place, order=1, mode="grid-constant", cval=0.0)
    size_mm = nodule.spacing_mm * pose.scale * np.asarray(pose.stretch_zyx)
    # Beyond the last slice the next one, a voxel away, is background.
    faces = [
        (np.minimum(place[axis], nodule.hu.shape[axis] - 1 - place[axis]) + 1) * size_mm[axis]
        for axis in range(3)
    ]
    slices = np.clip(faces[0] / size_mm[0], 0, 1)
    if blending.margin_mm is None:
        inside_mm = np.minimum(faces[1], faces[2])
        weight = slices * np.clip(inside_mm / blending.feather_mm, 0, 1)
        known = weight >= 0.5  # noqa: PLR2004 mostly its own
    else:
        beyond = ndimage.map_coordinates(nodule.beyond_mm, place, order=1, mode="nearest")
        beyond = beyond * np.float32(pose.scale)
        weight = np.clip(1 - (beyond - blending.margin_mm) / blending.feather_mm, 0, 1)
        weight = slices * weight * lung
        share = share * lung
        known = np.ones(share.shape, dtype=bool)
    hu = background_hu + weight.astype(np.float32) * (values - background_hu)
    return Scene(hu=hu, share=share.astype(np.float32), known=known.astype(np.float32))


def _source_voxels(
    offsets_mm: tuple[FloatArray, FloatArray, FloatArray], nodule: MaskedNodule, pose: Pose
) -> FloatArray:
    """Return (3, z, y, x) voxels of the nodule's grid for every voxel of the background."""
    signs = np.where(pose.mirrored_zyx, -1.0, 1.0)
    steps_mm = signs * nodule.spacing_mm * pose.scale * np.asarray(pose.stretch_zyx)
    z, y, x = np.meshgrid(*offsets_mm, indexing="ij", sparse=True)
    cos, sin = np.cos(pose.turn), np.sin(pose.turn)
    turned = (z + 0 * y + 0 * x, cos * y - sin * x + 0 * z, sin * y + cos * x + 0 * z)
    return np.stack(
        [
            along / step + middle
            for along, step, middle in zip(turned, steps_mm, nodule.center_zyx, strict=True)
        ]
    )
