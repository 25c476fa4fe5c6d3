"""Nodules of patients the network never saw, in lungs it never saw, against the readers' masks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.development.sources import NoduleCrop
from inference.measurement.outline import measure_axes, trace_outline
from inference.measurement.sampling import sample
from inference.measurement.training.composition import Blending, Pose, compose_scene
from inference.measurement.training.nodules import prepare_nodule
from inference.measurement.training.surroundings import Surroundings
from wetread.domain.geometry import FloatArray, Point, VolumeGeometry, as_point, ball_diameter_mm
from wetread.domain.volumes import CtVolume

_REACH_MM = 10.0
_BLENDING = Blending(margin_mm=2.0, feather_mm=1.5)
_AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOutNodule:
    """A nodule in a volume, with the share of each voxel that the readers called nodule."""

    name: str
    texture: int
    volume: CtVolume
    share: NDArray[np.float32]
    center_lps_mm: Point

    @property
    def volume_mm3(self) -> float:
        """The readers' volume."""
        return float(self.share.sum(dtype=float)) * self.volume.geometry.voxel_volume_mm3

    @property
    def diameter_mm(self) -> float:
        """Diameter of the ball with the readers' volume."""
        return ball_diameter_mm(self.volume_mm3)

    def axes_mm(self) -> tuple[float, float]:
        """Return long and short axis of the readers' mask in the slice that shows most of it."""
        largest = int(np.argmax(self.share.sum(axis=(1, 2))))
        outline = trace_outline(self.share[largest])
        return measure_axes(outline * np.asarray(self.volume.geometry.spacing_zyx_mm[1:]))


def volume_of(hu: NDArray[np.int16], spacing_zyx_mm: tuple[float, float, float]) -> CtVolume:
    """Return axial slices as a volume that begins at the origin."""
    z, y, x = hu.shape
    geometry = VolumeGeometry(
        shape_zyx=(z, y, x),
        spacing_zyx_mm=spacing_zyx_mm,
        origin_lps_mm=(0.0, 0.0, 0.0),
        direction_zyx=_AXIAL,
    )
    return _volume(hu, geometry)


def as_cut(crop: NoduleCrop) -> HeldOutNodule:
    """Return a crop, or a cube around it, as a small volume of its own."""
    volume = volume_of(crop.hu, crop.spacing_zyx_mm)
    center = np.argwhere(crop.mask).mean(axis=0)
    return HeldOutNodule(
        name=crop.name,
        texture=crop.texture,
        volume=volume,
        share=crop.mask.astype(np.float32),
        center_lps_mm=as_point(volume.geometry.lps_from_voxel(center)),
    )


def in_lung(
    crop: NoduleCrop,
    around: Surroundings,
    place: Point,
    turn: float,
    *,
    shift_voxels: float = 0.0,
    spacing_zyx_mm: tuple[float, float, float] | None = None,
) -> HeldOutNodule:
    """Return a crop as it is, put into a lung, on a grid of its own spacing or another one."""
    spacing = spacing_zyx_mm or crop.spacing_zyx_mm
    nodule = prepare_nodule(crop)
    source = around.volume.geometry
    reach_mm = crop.diameter_mm + _REACH_MM
    counts = [2 * int(np.ceil(reach_mm / step)) + 1 for step in spacing]
    offsets: list[FloatArray] = [
        (np.arange(count, dtype=float) - count // 2 + shift_voxels) * step
        for count, step in zip(counts, spacing, strict=True)
    ]
    corner = np.asarray(place) + np.asarray(source.direction_zyx).T @ [o[0] for o in offsets]
    grid = VolumeGeometry(
        shape_zyx=(counts[0], counts[1], counts[2]),
        spacing_zyx_mm=spacing,
        origin_lps_mm=as_point(corner),
        direction_zyx=source.direction_zyx,
    )
    scene = compose_scene(
        sample(around.volume.hu, source, grid),
        around.lungs.mask_on(grid),
        (offsets[0], offsets[1], offsets[2]),
        nodule,
        Pose(turn=turn),
        _BLENDING,
    )
    return HeldOutNodule(
        name=crop.name,
        texture=crop.texture,
        volume=_volume(np.rint(scene.hu).astype(np.int16), grid),
        share=scene.share,
        center_lps_mm=place,
    )


def _volume(hu: NDArray[np.int16], geometry: VolumeGeometry) -> CtVolume:
    return CtVolume(
        series_instance_uid="",
        frame_of_reference_uid="",
        hu=hu,
        geometry=geometry,
        sop_instance_uids=("",) * geometry.shape_zyx[0],
    )
