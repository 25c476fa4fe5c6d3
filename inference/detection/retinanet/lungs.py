"""Which windows may show a nodule, and which boxes may be one: those at the lungs."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.detection.retinanet.architecture import SIZE_DIVISIBLE
from inference.detection.retinanet.windows import Size, WindowGrid
from inference.lungs import LungMask
from wetread.domain.geometry import FloatArray, VolumeGeometry

_NODULE_MM: Final = 3.0  # a nodule at the wall may have its centre so far beyond the closed lung
_WINDOW_MM: Final = 15.0  # a box may be told from a location so far from its centre


class LungSurroundings:
    """The lungs and what is near them, on the coarse grid of their mask."""

    def __init__(self, lungs: LungMask) -> None:
        self._geometry = lungs.geometry
        self._distance_mm = ndimage.distance_transform_edt(
            ~lungs.mask, sampling=lungs.geometry.spacing_zyx_mm
        )

    def hold(self, points_lps_mm: FloatArray) -> NDArray[np.bool_]:
        """Tell of points (N, 3) whether they lie in the lungs or at their wall."""
        voxel = np.rint(self._geometry.voxel_from_lps(points_lps_mm)).astype(int)
        inside = np.all((voxel >= 0) & (voxel < self._distance_mm.shape), axis=1)
        voxel = np.clip(voxel, 0, np.asarray(self._distance_mm.shape) - 1)
        held: NDArray[np.bool_] = inside & (self._distance_mm[tuple(voxel.T)] <= _NODULE_MM)
        return held

    def windows_of(self, grid: WindowGrid, image: VolumeGeometry) -> tuple[Size, ...]:
        """Return where the windows begin that show a part of the lungs or what is near them."""
        near = self._geometry.lps_from_voxel(
            np.argwhere(self._distance_mm <= _WINDOW_MM).astype(float)
        )
        voxel_xyz = np.rint(image.voxel_from_lps(near)).astype(int)[:, ::-1]
        step = np.asarray(SIZE_DIVISIBLE)
        blocks = np.zeros(-(-np.asarray(grid.padded) // step), dtype=bool)
        index = np.clip((voxel_xyz + grid.before) // step, 0, np.asarray(blocks.shape) - 1)
        blocks[tuple(index.T)] = True
        return tuple(start for start in grid.starts if _any(blocks, start, grid.window))


def _any(blocks: NDArray[np.bool_], start: Size, window: Size) -> bool:
    """Tell whether a window touches a block that is True."""
    touched = tuple(
        slice(first // step, -(-(first + size) // step))
        for first, size, step in zip(start, window, SIZE_DIVISIBLE, strict=True)
    )
    return bool(blocks[touched].any())
