import pytest
import torch

from inference.detection.network.architecture import OUTPUTS
from inference.detection.network.candidates import find_peaks
from inference.detection.network.training.targets import make_targets, measure_loss

CELLS = 16
NODULE = [22.0, 31.0, 40.0, 12.0, 1.0]


def _targets(*rows: list[float]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return make_targets(torch.tensor([list(rows)]), CELLS)


def _answer(hill: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """What a network that knows would say."""
    logit = torch.where(hill >= 1.0, 12.0, -12.0)[:, None]
    return torch.cat([logit, wanted], dim=1)


def test_the_answer_wanted_decodes_to_the_nodule() -> None:
    hill, _, wanted = _targets(NODULE)

    peaks = find_peaks(_answer(hill, wanted)[0], lowest_score=0.5, limit=9)

    assert peaks.center[0] == pytest.approx(NODULE[:3], abs=1e-4)
    assert peaks.diameter[0] == pytest.approx(NODULE[3], abs=1e-4)


def test_the_right_answer_costs_nothing_and_any_wrong_one_more() -> None:
    hill, counted, wanted = _targets(NODULE)
    right = _answer(hill, wanted)
    missed, elsewhere, misplaced = right.clone(), right.clone(), right.clone()
    missed[:, 0] = -12.0
    elsewhere[0, 0, 14, 14, 14] = 12.0
    misplaced[:, 1] += 0.5

    least = float(measure_loss(right, hill, counted, wanted))

    assert least == pytest.approx(0.0, abs=1e-3)
    for wrong in (missed, elsewhere, misplaced):
        assert float(measure_loss(wrong, hill, counted, wanted)) > least + 0.1


def test_a_mark_on_an_unclear_finding_costs_nothing() -> None:
    hill, counted, wanted = _targets([*NODULE[:4], 0.0])
    marked = torch.full((1, OUTPUTS, CELLS, CELLS, CELLS), -12.0)
    marked[0, 0, 6, 8, 10] = 12.0

    assert hill.max() == 0
    assert float(measure_loss(marked, hill, counted, wanted)) == pytest.approx(0.0, abs=1e-3)


def test_rows_of_no_diameter_are_empty_places_in_the_table() -> None:
    hill, counted, _ = _targets([0.0] * 5)

    assert hill.max() == 0
    assert counted.min() == 1
