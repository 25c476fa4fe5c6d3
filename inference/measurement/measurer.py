"""Size, type, side and mark of a candidate."""

import numpy as np
from numpy.typing import NDArray

from inference.lungs import LungMask, segment_lungs
from inference.measurement.outline import measure_axes, trace_outline
from inference.measurement.region import Region, cut_region
from inference.measurement.segmentation import Segmentation, segment_nodule
from wetread.domain.findings import Candidate, ImageMark, Measurement, NoduleType
from wetread.domain.geometry import FloatArray, as_point
from wetread.domain.volumes import CtVolume

_SOLID_HU = -350.0  # tissue above this is solid in lung window
_ALL_SOLID_SHARE, _NO_SOLID_SHARE = 0.65, 0.10
_TOO_SMALL_FOR_PARTS_MM = 2.5  # all of it is blurred by its edge
_SMALL_SOLID_HU = -450.0
_SKIN_MM = 1.2  # the blurred edge says nothing of the type
_LONGEST_OVER_SHORTEST = 4.0
_LONGEST_MM = 80.0


class SegmentationMeasurer:
    """Measures candidates one by one; remembers the lungs of the latest volume only."""

    def __init__(self) -> None:
        self._latest: tuple[CtVolume, LungMask] | None = None

    def measure(self, volume: CtVolume, candidate: Candidate) -> Measurement | None:
        """Return the measurement, or None where nothing nodule-like can be outlined."""
        radius_mm = candidate.diameter_mm / 2
        region = cut_region(volume, candidate.center_lps_mm, radius_mm)
        if region is None:
            return None
        lungs = self._lungs_of(volume)
        seed = region.geometry.voxel_from_lps(np.asarray(candidate.center_lps_mm))
        found = segment_nodule(
            region.hu, lungs.mask_on(region.geometry), region.spacing_mm, seed, radius_mm
        )
        if found is None:
            return None
        largest = _largest_slice(found, region)
        if largest is None:
            return None
        outline = trace_outline(found.share[largest])
        long_axis, short_axis = measure_axes(outline * region.spacing_mm[1:])
        if short_axis <= 0 or long_axis > _LONGEST_OVER_SHORTEST * short_axis:
            return None
        if long_axis > _LONGEST_MM:
            return None
        middle = _center_of(found)
        center = as_point(region.geometry.lps_from_voxel(middle))
        return Measurement(
            center_lps_mm=center,
            long_axis_mm=round(long_axis, 1),
            short_axis_mm=round(short_axis, 1),
            volume_mm3=round(found.volume_mm3(region.spacing_mm), 1),
            type=classify_type(found),
            side=lungs.side_at(center).word,
            mark=_mark(volume, region, largest, outline),
        )

    def _lungs_of(self, volume: CtVolume) -> LungMask:
        latest = self._latest
        if latest is None or latest[0] is not volume:
            latest = (volume, segment_lungs(volume))
            self._latest = latest
        return latest[1]


def classify_type(found: Segmentation) -> NoduleType:
    """Tell the attenuation type by how much of the inner part is solid."""
    depth_mm = float(found.depth_mm.max())
    if depth_mm < _TOO_SMALL_FOR_PARTS_MM:
        solid_core = found.core_hu > _SMALL_SOLID_HU
        return NoduleType.SOLID if solid_core else NoduleType.GROUND_GLASS
    inner = found.hu[found.depth_mm > min(_SKIN_MM, 0.5 * depth_mm)]
    solid = float((inner > _SOLID_HU).mean())
    if solid < _NO_SOLID_SHARE:
        return NoduleType.GROUND_GLASS
    return NoduleType.SOLID if solid >= _ALL_SOLID_SHARE else NoduleType.PART_SOLID


def _largest_slice(found: Segmentation, region: Region) -> int | None:
    """Return the plane of the region that is an original slice and shows most of the nodule."""
    step = region.steps_zyx[0]
    areas = found.share[::step].sum(axis=(1, 2))
    best = int(np.argmax(areas)) * step
    return best if found.share[best].max() > 0.5 else None  # noqa: PLR2004 the outline's level


def _center_of(found: Segmentation) -> FloatArray:
    """Return the centre of mass in voxels of the region."""
    voxels = np.argwhere(found.share > 0)
    weights = found.share[found.share > 0].astype(float)
    center: FloatArray = weights @ voxels / weights.sum()
    return center


def _mark(volume: CtVolume, region: Region, plane: int, outline: FloatArray) -> ImageMark:
    """Return the mark in DICOM pixel coordinates of the original slice (PS3.3 C.10.5.1.2)."""
    steps, corner = region.steps_zyx, region.corner_zyx
    rows = corner[1] + outline[:, 0] / steps[1] + 0.5
    columns = corner[2] + outline[:, 1] / steps[2] + 0.5
    points = np.stack([columns, rows], axis=1)
    center, radius = enclosing_circle(points)
    return ImageMark(
        sop_instance_uid=volume.sop_instance_uids[corner[0] + plane // steps[0]],
        center_px=(round(float(center[0]), 2), round(float(center[1]), 2)),
        radius_px=round(radius, 2),
        outline_px=tuple((round(float(c), 2), round(float(r), 2)) for c, r in points),
    )


def enclosing_circle(points: NDArray[np.float64]) -> tuple[FloatArray, float]:
    """Return centre and radius of a circle around (N, 2) points, at most 2 % too large.

    M. Badoiu and K. Clarkson, Smaller core-sets for balls, 2003: step towards the farthest point.
    """
    center = points.mean(axis=0)
    for step in range(1, 200):
        farthest = points[int(np.argmax(np.linalg.norm(points - center, axis=1)))]
        center = center + (farthest - center) / (step + 1)
    return center, float(np.linalg.norm(points - center, axis=1).max()) + 0.01
