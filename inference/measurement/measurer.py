"""Size, type, place and mark of a candidate."""

import numpy as np
from numpy.typing import NDArray

from inference.lungs import lungs_of, surface_distance_mm, zone_at
from inference.measurement.attenuation import classify_type
from inference.measurement.largest_slice import SliceOutline, outline_largest
from inference.measurement.segmenter import NoduleSegmenter, Segmentation
from inference.measurement.voxels import mask_nodule
from wetread.domain.findings import Candidate, ImageMark, Measurement
from wetread.domain.geometry import FloatArray
from wetread.domain.volumes import CtVolume
from wetread.ports import OutlinedNodule

_LONGEST_OVER_SHORTEST = 4.0
_LONGEST_MM = 80.0


class SegmentationMeasurer:
    """Measures candidates one by one."""

    def __init__(self, segmenter: NoduleSegmenter) -> None:
        self._segmenter = segmenter

    def measure(self, volume: CtVolume, candidate: Candidate) -> Measurement | None:
        """Return the measurement, or None where nothing nodule-like can be outlined."""
        found = self._segment(volume, candidate)
        return None if found is None else _measurement(*found, volume)

    def outline(self, volume: CtVolume, candidate: Candidate) -> OutlinedNodule | None:
        """Return the measurement and the voxels it is of, or None like `measure`."""
        found = self._segment(volume, candidate)
        if found is None:
            return None
        return OutlinedNodule(
            measurement=_measurement(*found, volume), mask=mask_nodule(found[0], volume)
        )

    def _segment(
        self, volume: CtVolume, candidate: Candidate
    ) -> tuple[Segmentation, SliceOutline] | None:
        found = self._segmenter.segment(volume, candidate.center_lps_mm, candidate.diameter_mm)
        if found is None:
            return None
        outline = outline_largest(found, volume)
        if outline is None:
            return None
        long_axis, short_axis = outline.long_axis_mm, outline.short_axis_mm
        if short_axis <= 0 or long_axis > _LONGEST_OVER_SHORTEST * short_axis:
            return None
        if long_axis > _LONGEST_MM:
            return None
        return found, outline


def _measurement(found: Segmentation, outline: SliceOutline, volume: CtVolume) -> Measurement:
    lungs, center = lungs_of(volume), found.center_lps_mm
    return Measurement(
        center_lps_mm=center,
        long_axis_mm=round(outline.long_axis_mm, 1),
        short_axis_mm=round(outline.short_axis_mm, 1),
        volume_mm3=round(found.volume_mm3, 1),
        type=classify_type(found),
        side=lungs.side_at(center).word,
        zone=zone_at(lungs, center),
        surface_distance_mm=surface_distance_mm(lungs, center, radius_mm=found.diameter_mm / 2),
        mark=_mark(volume, outline),
    )


def _mark(volume: CtVolume, outline: SliceOutline) -> ImageMark:
    """Return the mark in DICOM pixel coordinates of the original slice (PS3.3 C.10.5.1.2)."""
    points = outline.points[:, ::-1] + 0.5  # the first pixel's centre lies at one half
    center, radius = enclosing_circle(points)
    return ImageMark(
        sop_instance_uid=volume.sop_instance_uids[outline.slice_index],
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
