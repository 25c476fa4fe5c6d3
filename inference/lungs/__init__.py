"""Where the lungs are, on a coarse grid that is fast to compute and to ask."""

from inference.lungs.mask import LungMask, Side
from inference.lungs.segmentation import segment_lungs

__all__ = ["LungMask", "Side", "segment_lungs"]
