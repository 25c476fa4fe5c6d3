"""Box codes are left out only where nobody asks for them."""

import torch
from torch import Tensor
from torch.nn import functional

from inference.detection.retinanet.architecture import STRIDES
from inference.detection.retinanet.prediction import LevelMaps, predict_maps
from inference.detection.retinanet.windows import place_windows


class WindowJudge:
    """Stands in for the network: what it says of a place depends on the rest of the window."""

    anchors = 1

    def __init__(self) -> None:
        self.asked = 0

    def features(self, image: Tensor) -> list[Tensor]:
        return [functional.avg_pool3d(image, stride) for stride in STRIDES]

    def logits(self, features: Tensor) -> Tensor:
        return features * (1 + features.mean())

    def codes(self, features: Tensor) -> Tensor:
        self.asked += 1
        return (features + features.mean()).repeat(1, 6, 1, 1, 1)


def predict(image: Tensor, least_logit: float) -> tuple[list[LevelMaps], int]:
    judge = WindowJudge()
    x, y, z = image.shape
    grid = place_windows((x, y, z), (64, 16, 8))
    maps = predict_maps(
        judge,
        image,
        grid,
        grid.starts,
        least_logit=least_logit,
        device=torch.device("cpu"),
        progress=lambda _: None,
    )
    return maps, judge.asked


def test_codes_are_whole_wherever_a_score_is_enough() -> None:
    image = torch.zeros(160, 16, 8)
    image[52:60], image[100:104] = 1.0, 0.9  # the windows at 0 and 48 differ over the first
    everything, most = predict(image, -torch.inf)

    for least_logit in (0.3, 0.9, 1.05, 1.1, 1.12, 2.0):
        some, asked = predict(image, least_logit)
        assert asked < most
        for ours, whole in zip(some, everything, strict=True):
            wanted = ours.logits > least_logit
            torch.testing.assert_close(ours.logits, whole.logits)
            torch.testing.assert_close(
                ours.codes.movedim(1, -1)[wanted], whole.codes.movedim(1, -1)[wanted]
            )


def test_a_window_is_asked_late_for_what_its_neighbour_makes_of_the_place() -> None:
    image = torch.zeros(160, 16, 8)
    image[52:60], image[68:104] = 1.0, 0.9  # weak in the window at 0, strong in that at 48
    alone = WindowJudge()
    weak, strong = (
        float(alone.logits(alone.features(image[None, None, start : start + 64])[0]).max())
        for start in (0, 48)
    )
    maps, _ = predict(image, (0.7 * weak + 0.3 * strong))
    whole, _ = predict(image, -torch.inf)

    place = maps[0].logits == maps[0].logits[:, 13:15].max()
    assert weak < strong
    torch.testing.assert_close(
        maps[0].codes.movedim(1, -1)[place], whole[0].codes.movedim(1, -1)[place]
    )
