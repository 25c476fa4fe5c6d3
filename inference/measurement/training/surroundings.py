"""Places in real lungs where no nodule is known: what inserted nodules are surrounded by."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from inference.development.insertion import lung_depth_mm
from inference.development.sources import DevelopmentScan, KnownFinding
from inference.lungs import LungMask, segment_lungs
from wetread.domain.geometry import FloatArray, Point, as_point
from wetread.domain.volumes import CtVolume

_AT_WALL_SHARE = 0.3
_APART_MM = 8.0
_ATTEMPTS = 200
_TISSUE_HU = -500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surroundings:
    """One scan, its lungs and how deep inside them every voxel lies."""

    name: str
    volume: CtVolume
    lungs: LungMask
    depth_mm: NDArray[np.float32]
    avoid: tuple[KnownFinding, ...]

    @classmethod
    def of(cls, scan: DevelopmentScan) -> Self:
        """Read a scan and find its lungs."""
        volume = scan.read()
        lungs = segment_lungs(volume)
        return cls(
            name=scan.name,
            volume=volume,
            lungs=lungs,
            depth_mm=lung_depth_mm(lungs).astype(np.float32),
            avoid=scan.findings,
        )

    def free_place(self, radius_mm: float, random: Generator) -> Point | None:
        """Return a place for a nodule: three in ten touch the wall; None where there is no room."""
        at_wall = random.random() < _AT_WALL_SHARE
        low, high = (0.5 * radius_mm, radius_mm + 1) if at_wall else (radius_mm, np.inf)
        return self._place((low, high), radius_mm, random)

    def place_without_nodule(self, random: Generator) -> Point | None:
        """Return a place in the lung, every other time on a vessel or at the wall."""
        wants_tissue = random.random() < 0.5  # noqa: PLR2004 every other
        hu, geometry = self.volume.hu, self.volume.geometry
        for _ in range(_ATTEMPTS):
            place = self._place((0.5, np.inf), 0.0, random)
            if place is None:
                return None
            voxel = np.rint(geometry.voxel_from_lps(np.asarray(place))).astype(int)
            inside = np.all(voxel >= 0) and np.all(voxel < np.asarray(hu.shape))
            if inside and (not wants_tissue or hu[tuple(voxel)] > _TISSUE_HU):
                return place
        return None

    def _place(
        self, depth_mm: tuple[float, float], radius_mm: float, random: Generator
    ) -> Point | None:
        shape = np.asarray(self.depth_mm.shape)
        for _ in range(_ATTEMPTS * 50):
            voxel = random.integers(shape)
            if depth_mm[0] < self.depth_mm[tuple(voxel)] <= depth_mm[1]:
                place = self.lungs.geometry.lps_from_voxel(voxel + random.uniform(-0.5, 0.5, 3))
                if self._is_free(place, radius_mm):
                    return as_point(place)
        return None

    def _is_free(self, place: FloatArray, radius_mm: float) -> bool:
        return all(
            np.linalg.norm(place - np.asarray(finding.center_lps_mm))
            > finding.diameter_mm / 2 + radius_mm + _APART_MM
            for finding in self.avoid
        )
