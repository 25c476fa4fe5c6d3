"""From maps to boxes: what scores enough, decoded, clipped, and one of each that overlap.

Boxes are (N, 6): lower x, y, z and upper x, y, z in voxels of the image.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from inference.detection.retinanet.architecture import STRIDES
from inference.detection.retinanet.configuration import AnchorShapes
from inference.detection.retinanet.prediction import LevelMaps
from inference.detection.retinanet.windows import Size

# As configs/inference.json of the bundle sets its detector.
LEAST_SCORE: Final = 0.02
_MOST_PER_LEVEL: Final = 1000
_MOST_OVERLAP: Final = 0.22  # intersection over union
_MOST_BOXES: Final = 300
_MOST_GROWTH: Final = math.log(1000 / 16)  # of an anchor, as MONAI's BoxCoder has it
_LEAST_SIDE: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredBoxes:
    """``boxes`` (N, 6) in voxels with ``scores`` (N,) from 0 to 1."""

    boxes: Tensor
    scores: Tensor

    def take(self, chosen: Tensor) -> "ScoredBoxes":
        """Return some of the boxes."""
        return ScoredBoxes(boxes=self.boxes[chosen], scores=self.scores[chosen])


def select_boxes(maps: Sequence[LevelMaps], anchors: AnchorShapes, image: Size) -> ScoredBoxes:
    """Return at most 300 boxes inside an image (x, y, z), best first."""
    found = [_boxes_of_level(one, anchors, level, image) for level, one in enumerate(maps)]
    boxes = ScoredBoxes(
        boxes=torch.cat([one.boxes for one in found]),
        scores=torch.cat([one.scores for one in found]),
    )
    return boxes.take(suppress_overlapping(boxes)[:_MOST_BOXES])


def suppress_overlapping(boxes: ScoredBoxes) -> Tensor:
    """Return which boxes to keep, best first: none overlaps a better one that is kept."""
    order = boxes.scores.argsort(descending=True, stable=True)
    overlapping = (_overlaps(boxes.boxes[order]) > _MOST_OVERLAP).cpu().numpy()
    gone = np.zeros(len(order), dtype=bool)
    kept = []
    for index, row in enumerate(overlapping):
        if not gone[index]:
            kept.append(index)
            gone |= row
    return order[torch.as_tensor(kept, dtype=torch.long, device=order.device)]


def _boxes_of_level(maps: LevelMaps, anchors: AnchorShapes, level: int, image: Size) -> ScoredBoxes:
    least_logit = math.log(LEAST_SCORE / (1 - LEAST_SCORE))
    place = (maps.logits > least_logit).nonzero()
    anchor, x, y, z = place.T
    scores = maps.logits[anchor, x, y, z].sigmoid()
    best = scores.argsort(descending=True, stable=True)[:_MOST_PER_LEVEL]
    anchor, x, y, z = place[best].T
    boxes = _decoded(
        maps.codes[anchor, :, x, y, z],
        _anchor_sizes(anchors, level).to(scores.device)[anchor],
        _anchor_centers(place[best, 1:], level),
    )
    boxes = boxes.clamp(min=0).minimum(boxes.new_tensor(image).repeat(2))
    whole = (boxes[:, 3:] - boxes[:, :3] >= _LEAST_SIDE).all(dim=1)
    return ScoredBoxes(boxes=boxes, scores=scores[best]).take(whole)


def _anchor_sizes(anchors: AnchorShapes, level: int) -> Tensor:
    """Return (anchors, 3) sizes; MONAI rounds half a side to whole voxels."""
    half = torch.tensor(anchors.base_anchor_shapes) * anchors.feature_map_scales[level] / 2
    return 2 * half.round()


def _anchor_centers(location: Tensor, level: int) -> Tensor:
    stride = torch.tensor(STRIDES[level], device=location.device)
    return (location * stride + stride // 2).float()


def _decoded(codes: Tensor, size: Tensor, center: Tensor) -> Tensor:
    """Return the boxes that codes (shift in sides, growth as a logarithm) make of anchors."""
    center = center + codes[:, :3] * size
    half = codes[:, 3:].clamp(max=_MOST_GROWTH).exp() * size / 2
    return torch.cat([center - half, center + half], dim=1)


def _overlaps(boxes: Tensor) -> Tensor:
    """Return intersection over union of all pairs, (N, N)."""
    lower, upper = boxes[:, :3], boxes[:, 3:]
    shared = (torch.minimum(upper[:, None], upper) - torch.maximum(lower[:, None], lower)).clamp(
        min=0
    )
    intersection = shared.prod(dim=2)
    volume = (upper - lower).prod(dim=1)
    return intersection / (volume[:, None] + volume - intersection)
