"""Where the lungs are, on a coarse grid that is fast to compute and to ask."""

from inference.lungs.known import lungs_of
from inference.lungs.mask import LungMask, Side
from inference.lungs.region import surface_distance_mm, zone_at
from inference.lungs.segmentation import segment_lungs

__all__ = [
    "LungMask",
    "Side",
    "lungs_of",
    "segment_lungs",
    "surface_distance_mm",
    "zone_at",
]
