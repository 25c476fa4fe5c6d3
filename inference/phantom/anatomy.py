"""One made-up person: everything inside the chest that a scan can show."""

from dataclasses import dataclass

import numpy as np

from inference.phantom import skeleton
from inference.phantom.capsules import Capsules, chain, joined
from inference.phantom.great_vessels import (
    ARTERY_HILUM,
    BRONCHUS_HILUM,
    VEIN_HILUM,
    blood_vessels,
    gullet,
    windpipe,
)
from inference.phantom.shapes import Points
from inference.phantom.texture import Grain
from inference.phantom.torso import Lobe, lobe_masks, outlines
from inference.phantom.trees import beside, grow_tree
from wetread.domain.geometry import FloatArray

_LUNG_BOX_MM = ((-150, -110, -135), (150, 120, 140))
_VESSEL_RADIUS_MM = 0.36  # of the last branch
_ARTERY_WITH_AIRWAY_MM = 1.15
_AIRWAY_SCALE = 0.72
_PLEURA_MARGIN_MM = 3.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Anatomy:
    """Rods by kind, and the grain of the tissues; the outlines are those of `torso`."""

    lung_vessels: Capsules
    bronchi: Capsules  # lumen
    great_vessels: Capsules
    gullet: Capsules
    bones: Capsules
    cartilages: Capsules
    fine_grain: Grain
    coarse_grain: Grain


def grow_anatomy(seed: int, *, supply_spacing_mm: float = 9.0) -> Anatomy:
    """Return the person of a seed; a vessel ends about every ``supply_spacing_mm``."""
    rng = np.random.default_rng(seed)
    arteries = grow_tree(
        supply_points(supply_spacing_mm, rng), ARTERY_HILUM, thinnest_mm=_VESSEL_RADIUS_MM, rng=rng
    )
    veins = grow_tree(
        supply_points(supply_spacing_mm, rng), VEIN_HILUM, thinnest_mm=_VESSEL_RADIUS_MM, rng=rng
    )
    accompanied = arteries[arteries.end_radius_mm > _ARTERY_WITH_AIRWAY_MM]
    airways = beside(accompanied, scale=_AIRWAY_SCALE)
    links = [
        chain(
            np.array([BRONCHUS_HILUM[lobe], airways.start[first]]),
            airways.start_radius_mm[[first] * 2],
        )
        for lobe, hilum in ARTERY_HILUM.items()
        for first in np.flatnonzero((accompanied.start == hilum).all(axis=1))[:1]
    ]
    bones = [skeleton.ribs(), skeleton.processes(), skeleton.collar_bones()]
    return Anatomy(
        lung_vessels=joined([arteries, veins]),
        bronchi=joined([windpipe(), *links, airways]),
        great_vessels=blood_vessels(),
        gullet=gullet(),
        bones=joined([*bones, skeleton.shoulder_blades()]),
        cartilages=skeleton.cartilages(),
        fine_grain=Grain.grow(rng, structure_mm=4.0),
        coarse_grain=Grain.grow(rng, structure_mm=18.0),
    )


def supply_points(spacing_mm: float, rng: np.random.Generator) -> dict[Lobe, FloatArray]:
    """Return points spread over each lobe, one in every cube of ``spacing_mm``."""
    low, high = np.array(_LUNG_BOX_MM, dtype=float)
    axes = [np.arange(a, b, spacing_mm) for a, b in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    scattered = grid + rng.uniform(0, spacing_mm, grid.shape)
    inside = scattered[outlines(Points.of(scattered)).lungs < -_PLEURA_MARGIN_MM]
    masks = lobe_masks(Points.of(inside))
    return {lobe: inside[mask] for lobe, mask in masks.items()}
