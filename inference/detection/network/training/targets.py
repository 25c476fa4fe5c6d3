"""What the network should have said of a patch, and how wrong it was."""

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from inference.detection.network.architecture import STRIDE

_SPREAD_MM: Final = 2.0  # of the score's hill around a centre, at least
_SPREAD_SHARE: Final = 0.18  # of the diameter
_NEAR: Final = 0.4  # height of the hill above which place and size are taught
_UNCLEAR_MARGIN_MM: Final = 3.0
_OFFSET_WEIGHT, _SIZE_WEIGHT = 0.3, 0.3


def make_targets(findings: Tensor, cells: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return hill (N, C, C, C), what to count (same shape) and place and size (N, 4, C, C, C).

    ``findings`` is (N, M, 5): centre z, y, x in voxels, diameter in voxels (0: none), 1 nodule or
    0 unclear.
    """
    axis = torch.arange(cells, dtype=torch.float32)
    grid = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"))
    hill = torch.zeros(len(findings), cells, cells, cells)
    counted = torch.ones_like(hill)
    wanted = torch.zeros(len(findings), 4, cells, cells, cells)
    for index, rows in enumerate(findings):
        for *center, diameter, is_nodule in rows.tolist():
            if diameter <= 0:
                continue
            place = torch.tensor(center) / STRIDE
            offset = place[:, None, None, None] - grid
            distance_mm = STRIDE * offset.square().sum(0).sqrt()
            if not is_nodule:
                counted[index][distance_mm < diameter / 2 + _UNCLEAR_MARGIN_MM] = 0
                continue
            spread = max(_SPREAD_MM, _SPREAD_SHARE * diameter)
            own = torch.exp(-0.5 * (distance_mm / spread).square())
            peak = torch.round(place).long()
            if bool(((peak >= 0) & (peak < cells)).all()):
                own[tuple(peak)] = 1.0
            higher = own > hill[index]
            hill[index][higher] = own[higher]
            size = torch.full_like(offset[:1], diameter / STRIDE).log()
            values = torch.cat([offset, size])
            wanted[index][:, higher] = values[:, higher]
    return hill, counted, wanted


def measure_loss(output: Tensor, hill: Tensor, counted: Tensor, wanted: Tensor) -> Tensor:
    """Return the penalty-reduced focal loss of the score plus L1 of place and log size.

    X. Zhou et al., Objects as Points, 2019 (eq. 1 with alpha 2, beta 4).
    """
    logit = output[:, 0]
    score = logit.sigmoid()
    peak = (hill >= 1.0) & (counted > 0)
    right = (1 - score).square() * functional.logsigmoid(logit) * peak
    wrong = (1 - hill) ** 4 * score.square() * functional.logsigmoid(-logit) * counted * ~peak
    peaks = peak.sum().clamp(min=1)
    loss = -(right.sum() + wrong.sum()) / peaks
    near = ((hill > _NEAR) * hill * counted)[:, None]
    weight = near.sum().clamp(min=1)
    error = (output[:, 1:] - wanted).abs() * near
    place, size = error[:, :3].sum() / weight, error[:, 3:].sum() / weight
    return loss + _OFFSET_WEIGHT * place + _SIZE_WEIGHT * size
