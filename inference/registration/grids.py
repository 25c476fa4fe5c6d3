"""The coarse image of the lungs and what is around them, on which scans are laid together."""

from dataclasses import dataclass
from itertools import product
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.lungs import LungMask
from inference.lungs.coarse import coarsen
from wetread.domain.geometry import FloatArray, VolumeGeometry, as_point
from wetread.domain.volumes import CtVolume

_FLOOR_HU, _CEILING_HU = -1000.0, 200.0  # bone and contrast must not outweigh the lungs
_MARGIN_MM = 12.0  # of chest wall, mediastinum and diaphragm: there the edges are
_HALF = 0.5  # of a coarse voxel, to count as inside
_ALONG_LPS = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LungGrid:
    """An isotropic image whose axes z, y, x are the patient's own.

    ``hu`` is clipped; ``lungs`` marks the closed lungs, ``region`` also a margin around them.
    """

    hu: NDArray[np.float32]
    lungs: NDArray[np.bool_]
    region: NDArray[np.bool_]
    geometry: VolumeGeometry

    @classmethod
    def of(cls, volume: CtVolume, lungs: LungMask, spacing_mm: float) -> Self:
        """Resample a volume and its lungs to ``spacing_mm``; all of the volume is kept."""
        coarse_hu, source = coarsen(volume, spacing_mm)
        ends = [(0, size - 1) for size in source.shape_zyx]
        corners = source.lps_from_voxel(np.asarray(list(product(*ends)), dtype=float))
        low, high = corners.min(axis=0), corners.max(axis=0)
        x, y, z = (int(n) + 1 for n in (high - low) // spacing_mm)
        geometry = VolumeGeometry(
            shape_zyx=(z, y, x),
            spacing_zyx_mm=(spacing_mm,) * 3,
            origin_lps_mm=as_point(low),
            direction_zyx=_ALONG_LPS,
        )
        points = voxel_centers_lps(geometry)
        hu = ndimage.map_coordinates(
            np.clip(coarse_hu, _FLOOR_HU, _CEILING_HU),
            np.moveaxis(source.voxel_from_lps(points), -1, 0),
            order=1,
            mode="nearest",
        )
        inside = ndimage.map_coordinates(
            lungs.mask.astype(np.uint8),
            np.moveaxis(lungs.geometry.voxel_from_lps(points), -1, 0),
            order=0,
            mode="nearest",
        ).astype(bool)
        outside_mm = ndimage.distance_transform_edt(~inside, sampling=spacing_mm)
        region = outside_mm <= _MARGIN_MM
        return cls(hu=hu, lungs=inside, region=region, geometry=geometry)

    def halved(self) -> Self:
        """Return the grid with voxels of twice the size; an odd last voxel is dropped."""
        old = self.geometry
        z, y, x = (size // 2 for size in old.shape_zyx)

        def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
            even = values[: 2 * z, : 2 * y, : 2 * x]
            halves: NDArray[np.float32] = even.reshape(z, 2, y, 2, x, 2).mean(axis=(1, 3, 5))
            return halves

        return type(self)(
            hu=mean(self.hu),
            lungs=mean(self.lungs.astype(np.float32)) >= _HALF,
            region=mean(self.region.astype(np.float32)) >= _HALF,
            geometry=VolumeGeometry(
                shape_zyx=(z, y, x),
                spacing_zyx_mm=(2 * old.spacing_zyx_mm[0],) * 3,
                origin_lps_mm=as_point(old.lps_from_voxel(np.full(3, 0.5))),
                direction_zyx=old.direction_zyx,
            ),
        )

    @property
    def spacing_mm(self) -> float:
        """The edge of a voxel in mm."""
        return self.geometry.spacing_zyx_mm[0]


def voxel_centers_lps(geometry: VolumeGeometry) -> FloatArray:
    """Return the LPS mm (z, y, x, 3) of all voxels."""
    indices = np.indices(geometry.shape_zyx).astype(np.float64)
    return geometry.lps_from_voxel(np.moveaxis(indices, 0, -1))
