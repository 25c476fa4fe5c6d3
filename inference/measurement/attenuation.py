"""Solid, part-solid or ground-glass, told by the HU inside the outline."""

from inference.measurement.segmenter import Segmentation
from wetread.domain.findings import NoduleType
from wetread.domain.geometry import ball_diameter_mm

_INNER_SHARE = 0.9  # the blurred edge says nothing of the type
_SOLID_HU = -350.0  # tissue above this is solid in lung window
# Solid part of the inner volume: ground-glass below the first, solid from the second on.
# Chosen on the patients trained on, where readers' textures 1 and 2 are ground-glass, 3 part-solid.
_LIMITS, _LIMITS_WHEN_SMALL = (0.5, 0.85), (0.4, 0.65)
_SMALL_MM = 8.0  # blur lowers the HU of all of it
# A core of this size makes a nodule part-solid, however large the ground-glass around it is.
_CORE_HU, _CORE_MM = -100.0, 5.0


def solid_part(found: Segmentation) -> float:
    """Return which part of the nodule, without its blurred edge, is solid: 0 to 1."""
    inner = found.hu[found.share >= min(_INNER_SHARE, float(found.share.max()))]
    return float((inner > _SOLID_HU).mean())


def classify_type(found: Segmentation) -> NoduleType:
    """Tell the attenuation type by how much of the nodule is solid."""
    limits = _LIMITS_WHEN_SMALL if found.diameter_mm < _SMALL_MM else _LIMITS
    solid = solid_part(found)
    if solid >= limits[1]:
        return NoduleType.SOLID
    if solid >= limits[0] or _core_diameter_mm(found) >= _CORE_MM:
        return NoduleType.PART_SOLID
    return NoduleType.GROUND_GLASS


def _core_diameter_mm(found: Segmentation) -> float:
    """Return the diameter of a ball with the volume of the dense tissue inside the outline."""
    core = (found.hu > _CORE_HU) & (found.share > found.level)
    return ball_diameter_mm(float(core.sum()) * found.geometry.voxel_volume_mm3)
