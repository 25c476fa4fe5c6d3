"""What the score is computed from: one row of named numbers per candidate."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.detection.classical.blobs import Blobs
from inference.detection.classical.rays import REACH, Rays, directions
from inference.lungs import LungMask
from wetread.domain.geometry import FloatArray, VolumeGeometry

_LUNG_HU = -600.0
_SOON = 2.2  # radii
_BRANCH_LEVEL = 0.35


class Features(NamedTuple):
    """(N,) arrays; lengths in mm, HU where named, all else without unit."""

    log_radius: FloatArray
    contrast_hu: FloatArray
    peak_hu: FloatArray
    background_hu: FloatArray
    context_hu: FloatArray  # density of the wider neighbourhood
    response_ratio: FloatArray  # blob response over contrast
    roundness: FloatArray  # smallest over largest curvature
    middle_roundness: FloatArray  # middle over largest curvature
    edge_spread: FloatArray  # of the distances to the edge: 0 for a ball
    edge_near: FloatArray  # 10th percentile of the edge distance in radii
    edge_far: FloatArray  # 90th
    flatness: FloatArray  # shortest over longest axis of the outline
    elongation: FloatArray  # middle over longest axis
    open_share: FloatArray  # rays along which tissue goes on: vessels
    open_oneness: FloatArray  # 1 when they lie on one side
    open_line: FloatArray  # 1 when they lie on one line: a vessel passing through
    lung_share: FloatArray  # rays that reach air-filled lung soon: few in the mediastinum
    branches: FloatArray  # separate openings: 0 or 1 for nodules, 2 and more for vessels
    tissue_line: FloatArray  # 1/3 where tissue lies all around, 1 where on one line
    tissue_plane: FloatArray  # smallest share of tissue along any axis
    wall_share: FloatArray  # rays that leave the lung before an edge
    shell_near: FloatArray  # share of tissue on the shell at 1.5 radii
    shell_far: FloatArray  # at 2.5 radii
    tissue_pieces: FloatArray  # bright share of the far shell relative to the near
    edge_slope: FloatArray  # drop across the edge over contrast
    core_noise_hu: FloatArray  # spread of HU in the inner part
    core_drop: FloatArray  # from the centre to 0.8 radii over contrast
    upright: FloatArray  # extent along the slice axis over that in the slice
    scale_ratio: FloatArray  # ray radius over blob radius
    wall_distance_mm: FloatArray
    side_distance_mm: FloatArray  # from the body's middle plane
    height: FloatArray  # 0 at the lungs' feet end to 1 at the head end


class Surroundings(NamedTuple):
    """Where candidates lie in the lungs: distances (N,) in mm and the height from 0 to 1."""

    wall_distance_mm: FloatArray
    side_distance_mm: FloatArray
    height: FloatArray


def locate(
    center: FloatArray, geometry: VolumeGeometry, lungs: LungMask, depth_mm: NDArray[np.float32]
) -> Surroundings:
    """Place (N, 3) voxels of ``geometry`` in the lungs; ``depth_mm`` is on the lungs' grid."""
    points = geometry.lps_from_voxel(center)
    voxels = np.rint(lungs.geometry.voxel_from_lps(points)).astype(int)
    voxels = np.clip(voxels, 0, np.asarray(depth_mm.shape) - 1)
    occupied = lungs.geometry.lps_from_voxel(np.argwhere(lungs.mask)[::20].astype(float))
    x_middle = (occupied[:, 0].min() + occupied[:, 0].max()) / 2
    feet, head = occupied[:, 2].min(), occupied[:, 2].max()
    return Surroundings(
        wall_distance_mm=depth_mm[tuple(voxels.T)].astype(float),
        side_distance_mm=np.abs(points[:, 0] - x_middle),
        height=np.clip((points[:, 2] - feet) / max(head - feet, 1.0), 0, 1),
    )


def describe(blobs: Blobs, rays: Rays, place: Surroundings) -> Features:
    """Return the features of N candidates."""
    unit = directions(rays.edge.shape[1])
    contrast = np.maximum(rays.peak_hu - rays.background_hu, 1.0)
    edge = np.clip(rays.edge, 0.05, 2.0)
    axes = _axes(edge, unit)
    opened = rays.open_.astype(float)
    open_count = np.maximum(opened.sum(axis=1), 1e-6)
    towards = opened @ unit / open_count[:, None]
    spread = np.einsum("nm,mi,mj->nij", opened, unit, unit) / open_count[:, None, None]
    any_open = opened.any(axis=1)
    line = np.where(any_open, np.linalg.eigvalsh(spread)[:, 2], 0)
    tissue = rays.hu > (rays.background_hu + contrast / 2)[:, None, None]
    around = _angular_shares(rays, contrast, unit)
    reached = (rays.hu < _LUNG_HU) & rays.inside & (rays.at < _SOON)
    near = _shell(tissue, rays, 1.5)
    far = _shell(tissue, rays, 2.5)
    z_share = unit[:, 0] ** 2
    along = (edge * z_share).sum(axis=1) / z_share.sum()
    across = (edge * (1 - z_share)).sum(axis=1) / (1 - z_share).sum()
    core = rays.hu[:, :, rays.at <= 0.6].astype(float)  # noqa: PLR2004 the inner part
    return Features(
        log_radius=np.log(rays.radius_mm),
        contrast_hu=contrast,
        peak_hu=rays.peak_hu,
        background_hu=rays.background_hu,
        context_hu=blobs.context_hu,
        response_ratio=blobs.response_hu / contrast,
        roundness=blobs.roundness,
        middle_roundness=blobs.curvatures[:, 1] / blobs.curvatures[:, 0],
        edge_spread=edge.std(axis=1) / edge.mean(axis=1),
        edge_near=np.percentile(edge, 10, axis=1),
        edge_far=np.percentile(edge, 90, axis=1),
        flatness=axes[:, 0] / axes[:, 2],
        elongation=axes[:, 1] / axes[:, 2],
        open_share=opened.mean(axis=1),
        open_oneness=np.where(any_open, np.linalg.norm(towards, axis=1), 0),
        open_line=line,
        lung_share=reached.any(axis=2).mean(axis=1),
        branches=_count_branches(rays, contrast, unit),
        tissue_line=around[:, 2],
        tissue_plane=around[:, 0],
        wall_share=rays.walled.mean(axis=1),
        shell_near=near,
        shell_far=far,
        tissue_pieces=far / np.maximum(near, 0.02),
        edge_slope=(_profile(rays, 0.75) - _profile(rays, 1.25)) / contrast,
        core_noise_hu=core.std(axis=(1, 2)),
        core_drop=(rays.peak_hu - _profile(rays, 0.8)) / contrast,
        upright=along / across,
        scale_ratio=rays.radius_mm / blobs.radius_mm,
        wall_distance_mm=place.wall_distance_mm,
        side_distance_mm=place.side_distance_mm,
        height=place.height,
    )


def _tissue_beyond(rays: Rays, contrast: FloatArray) -> FloatArray:
    """Return (N, M) how much like the candidate it is beyond its edge, 0 to 1, per direction."""
    shell = (rays.at >= 1.4) & (rays.at <= 2.0)  # noqa: PLR2004 just beyond the edge
    level = (rays.hu[:, :, shell] - rays.background_hu[:, None, None]) / contrast[:, None, None]
    inside = rays.inside[:, :, shell]
    beyond: FloatArray = np.where(inside, np.clip(level, 0, 1), 0).mean(axis=2)
    return beyond


def _angular_shares(rays: Rays, contrast: FloatArray, unit: FloatArray) -> FloatArray:
    """Return (N, 3) how the tissue beyond the edge shares among its own axes, ascending."""
    beyond = _tissue_beyond(rays, contrast)
    tensor = np.einsum("nm,mi,mj->nij", beyond, unit, unit)
    total = np.maximum(beyond.sum(axis=1), 1e-3)[:, None]
    shares: FloatArray = np.linalg.eigvalsh(tensor) / total
    return shares


def _count_branches(rays: Rays, contrast: FloatArray, unit: FloatArray) -> FloatArray:
    """Count the separate directions in which tissue goes on beyond the edge."""
    cosine = unit @ unit.T
    weight = np.exp(12 * (cosine - 1))
    smooth = _tissue_beyond(rays, contrast) @ (weight / weight.sum(axis=0))
    peak = smooth > _BRANCH_LEVEL
    for shift in range(1, 13):  # every direction within about 35 degrees
        neighbour = np.argsort(-cosine, axis=1, kind="stable")[:, shift]
        peak &= smooth >= smooth[:, neighbour]
    branches: FloatArray = peak.sum(axis=1).astype(float)
    return branches


def _axes(edge: FloatArray, unit: FloatArray) -> FloatArray:
    """Return (N, 3) root eigenvalues of the outline's second moments, shortest first."""
    points = edge[..., None] * unit
    points = points - points.mean(axis=1, keepdims=True)
    moments = np.einsum("nmi,nmj->nij", points, points) / unit.shape[0]
    axes: FloatArray = np.sqrt(np.maximum(np.linalg.eigvalsh(moments), 1e-6))
    return axes


def _at(rays: Rays, radii: float) -> int:
    return min(round(radii / REACH * (len(rays.at) - 1)), len(rays.at) - 1)


def _shell(tissue: NDArray[np.bool_], rays: Rays, radii: float) -> FloatArray:
    """Return the share of tissue among the shell's points inside the lung."""
    k = _at(rays, radii)
    inside = rays.inside[:, :, k]
    share: FloatArray = (tissue[:, :, k] & inside).sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
    return share


def _profile(rays: Rays, radii: float) -> FloatArray:
    """Return the mean HU at a distance over the rays that stay in the lung."""
    k = _at(rays, radii)
    inside = rays.inside[:, :, k] | (rays.inside[:, :, k].sum(axis=1, keepdims=True) == 0)
    mean: FloatArray = (rays.hu[:, :, k] * inside).sum(axis=1) / inside.sum(axis=1)
    return mean.astype(float)
