"""From a volume to candidates with their features, before any score."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.detection.classical.blobs import find_blobs
from inference.detection.classical.features import Features, describe, locate
from inference.detection.classical.lung_image import resample_lungs
from inference.detection.classical.rays import cast_rays
from inference.lungs import LungMask
from wetread.domain.geometry import FloatArray
from wetread.domain.volumes import CtVolume

_MOST_BLOBS = 2000
_CLEAR_SPREAD, _CLEAR_OPEN_SHARE = 0.22, 0.1  # an outline to rely on
_INSIDE = 0.9  # radii
_APART = 1.2  # radii: closer marks are one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposals:
    """N places that may be nodules: centres (N, 3) in LPS mm, radii (N,) in mm, features."""

    center_lps_mm: FloatArray
    radius_mm: FloatArray
    features: Features

    @property
    def rows(self) -> FloatArray:
        """(N, F) feature rows in the order of `Features`."""
        return np.stack(self.features, axis=1)

    def take(self, index: NDArray[np.intp]) -> Self:
        """Return the proposals at the given places."""
        return type(self)(
            center_lps_mm=self.center_lps_mm[index],
            radius_mm=self.radius_mm[index],
            features=Features(*(column[index] for column in self.features)),
        )


def propose_candidates(volume: CtVolume, lungs: LungMask) -> Proposals:
    """Return the blobs in the lungs with what the score needs."""
    image = resample_lungs(volume, lungs)
    blobs = find_blobs(image.filled, image.inside, limit=_MOST_BLOBS)
    rays = cast_rays(image, blobs.center, blobs.radius_mm)
    depth_mm = ndimage.distance_transform_edt(
        np.pad(lungs.mask, 1), sampling=lungs.geometry.spacing_zyx_mm
    )[1:-1, 1:-1, 1:-1].astype(np.float32)
    place = locate(rays.center, image.geometry, lungs, depth_mm)
    proposals = Proposals(
        center_lps_mm=image.geometry.lps_from_voxel(rays.center),
        radius_mm=rays.radius_mm,
        features=describe(blobs, rays, place),
    )
    return proposals.take(select_whole(proposals))


def select_whole(proposals: Proposals) -> NDArray[np.intp]:
    """Return the proposals that are not a piece of a larger, well outlined one."""
    spread, open_share = proposals.features.edge_spread, proposals.features.open_share
    clear = (spread < _CLEAR_SPREAD) & (open_share < _CLEAR_OPEN_SHARE)
    center, radius_mm = proposals.center_lps_mm, proposals.radius_mm
    # Of several outlines of one nodule the roundest stands for it.
    order = np.argsort(-radius_mm * (1 - spread), kind="stable")
    whole = np.ones(len(order), dtype=bool)
    for index in order:
        if clear[index] and whole[index]:
            distance = np.linalg.norm(center - center[index], axis=1)
            inside = (distance < _INSIDE * radius_mm[index]) & (radius_mm < 1.2 * radius_mm[index])
            inside[index] = False
            whole &= ~inside
    return np.flatnonzero(whole)


def select_distinct(
    center_lps_mm: FloatArray, radius_mm: FloatArray, score: FloatArray, *, limit: int
) -> NDArray[np.intp]:
    """Return at most ``limit`` places, best first, none inside or at a better one."""
    kept: list[int] = []
    for index in np.argsort(-score, kind="stable"):
        chosen = np.asarray(kept, dtype=np.intp)
        distance = np.linalg.norm(center_lps_mm[chosen] - center_lps_mm[index], axis=1)
        if not np.any(distance < _APART * np.maximum(radius_mm[chosen], radius_mm[index])):
            kept.append(int(index))
        if len(kept) == limit:
            break
    return np.asarray(kept, dtype=np.intp)
