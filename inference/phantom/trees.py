"""Vessels and airways grown into the lungs (after Kitaoka and Tawhai: divide the space supplied).

A branch heads for the middle of the points it supplies; there the points are divided across
their longest extent, and each half gets a branch of its own, until one point is left. The radius
follows from the number of points supplied, as Murray's law has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from inference.phantom.capsules import Capsules
from inference.phantom.torso import Lobe
from wetread.domain.geometry import FloatArray

_MURRAY = 1 / 2.75
_SHARE_OF_WAY = 0.27
_SMALLER_SHARE = (0.18, 0.45)
_INERTIA = 0.4  # how much a branch keeps its parent's direction
_BEND = 0.035  # of a branch's length, at its middle
_DIRECTIONS = np.array(
    [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, -1, 0], [1, 0, 1], [1, 0, -1], [0, 1, 1],
     [0, 1, -1]]
).T / np.sqrt([1, 1, 1, 2, 2, 2, 2, 2, 2])  # fmt: skip
_ASIDE = (0.2, 0.9, 0.4)  # airways run on one side of their artery
_SIDEWAYS_COSINE = 0.35  # a branch leaves its parent by no more than about 70 degrees


@dataclass(frozen=True, slots=True, kw_only=True)
class _Growth:
    """A branch about to grow: from where, in which direction, towards which points."""

    start: FloatArray
    heading: FloatArray
    radius_mm: float
    points: FloatArray


def grow_tree(
    supplied: Mapping[Lobe, FloatArray],
    hilum: Mapping[Lobe, FloatArray],
    *,
    thinnest_mm: float,
    rng: np.random.Generator,
) -> Capsules:
    """Return the branches that reach from each lobe's hilum to all of its (n, 3) points."""
    grown: list[tuple[FloatArray, FloatArray, float, float]] = []
    for lobe, points in supplied.items():
        heading = _unit(points.mean(axis=0) - hilum[lobe])
        radius = thinnest_mm * len(points) ** _MURRAY
        growing = [_Growth(start=hilum[lobe], heading=heading, radius_mm=radius, points=points)]
        while growing:
            branch = growing.pop()
            radius = thinnest_mm * len(branch.points) ** _MURRAY
            end = _tip(branch)
            grown.append((branch.start, end, min(branch.radius_mm, 1.4 * radius), radius))
            if len(branch.points) > 1:
                heading = _unit(end - branch.start)
                growing += [
                    _Growth(start=end, heading=heading, radius_mm=radius, points=part)
                    for part in _parts(branch.points, end, rng)
                ]
    start, end, thick, thin = (np.array(column) for column in zip(*grown, strict=True))
    middle = (start + end) / 2
    length = np.linalg.norm(end - start, axis=1, keepdims=True)
    middle += rng.normal(size=middle.shape) * _BEND * length
    return Capsules(
        start=np.concatenate([start, middle]),
        end=np.concatenate([middle, end]),
        start_radius_mm=np.concatenate([thick, thick / 2 + thin / 2]),
        end_radius_mm=np.concatenate([thick / 2 + thin / 2, thin]),
    )


def beside(tree: Capsules, *, scale: float) -> Capsules:
    """Return rods that run beside those of a tree and all but touch them, radii scaled."""
    aside = np.cross(tree.end - tree.start, _ASIDE)
    aside /= np.linalg.norm(aside, axis=1, keepdims=True) + 1e-6
    apart = (1.35 + scale) * aside
    return Capsules(
        start=tree.start + apart * tree.start_radius_mm[:, None],
        end=tree.end + apart * tree.end_radius_mm[:, None],
        start_radius_mm=tree.start_radius_mm * scale,
        end_radius_mm=tree.end_radius_mm * scale,
    )


def _tip(branch: _Growth) -> FloatArray:
    """Return where the branch ends; never sharply backwards."""
    way = branch.points.mean(axis=0) - branch.start
    length = sqrt(way @ way)
    share = _SHARE_OF_WAY if len(branch.points) > 1 else 0.9
    direction = _unit(way / max(length, 1e-6) + _INERTIA * branch.heading)
    along = float(direction @ branch.heading)
    if along < _SIDEWAYS_COSINE:
        across = direction - along * branch.heading
        across /= max(sqrt(across @ across), 1e-6)
        direction = _SIDEWAYS_COSINE * branch.heading + across * sqrt(1 - _SIDEWAYS_COSINE**2)
    return branch.start + direction * max(length * share, 1.5)


def _parts(
    points: FloatArray, tip: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Divide points by the direction they are seen in from the tip: a large and a small part."""
    ways = points - tip
    ways /= np.sqrt(np.square(ways).sum(axis=1, keepdims=True)) + 1e-6
    along = (ways - ways.mean(axis=0)) @ _DIRECTIONS
    along = along[:, np.square(along).sum(axis=0).argmax()]
    order = np.argsort(along * rng.choice([-1, 1]))
    cut = min(max(round(len(points) * rng.uniform(*_SMALLER_SHARE)), 1), len(points) - 1)
    return points[order[:cut]], points[order[cut:]]


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / max(sqrt(vector @ vector), 1e-6))
