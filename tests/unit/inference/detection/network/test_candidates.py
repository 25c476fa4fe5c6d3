import numpy as np
import pytest
import torch

from inference.detection.network.architecture import OUTPUTS, STRIDE
from inference.detection.network.candidates import Peaks, drop_doubles, find_peaks

_Cell = tuple[tuple[int, int, int], float, tuple[float, float, float], float]


def _cells(*nodules: _Cell) -> torch.Tensor:
    output = torch.zeros(OUTPUTS, 8, 8, 8)
    output[0] = -9.0
    for cell, logit, offset, diameter in nodules:
        output[(0, *cell)] = logit
        output[(slice(1, 4), *cell)] = torch.tensor(offset)
        output[(4, *cell)] = np.log(diameter / STRIDE)
    return output


def test_a_cell_becomes_a_place_a_size_and_a_score() -> None:
    peaks = find_peaks(_cells(((2, 3, 4), 0.0, (0.25, -0.5, 0.0), 12.0)), lowest_score=0.1, limit=9)

    assert peaks.center == pytest.approx(np.array([[9.0, 10.0, 16.0]]))
    assert peaks.diameter == pytest.approx([12.0])
    assert peaks.score == pytest.approx([0.5])


def test_neighbours_of_a_peak_and_low_scores_are_no_peaks() -> None:
    output = _cells(
        ((2, 2, 2), 3.0, (0, 0, 0), 8.0),
        ((2, 2, 3), 2.0, (0, 0, 0), 8.0),
        ((6, 6, 6), -4.0, (0, 0, 0), 8.0),
    )

    assert len(find_peaks(output, lowest_score=0.1, limit=9).score) == 1
    assert len(find_peaks(output, lowest_score=0.01, limit=9).score) == 2


def test_the_best_come_first_and_no_more_than_asked_for() -> None:
    output = _cells(*(((i, i, i), float(i), (0, 0, 0), 6.0) for i in (1, 3, 5, 7)))

    peaks = find_peaks(output, lowest_score=0.1, limit=2)

    assert peaks.center[:, 0] / STRIDE == pytest.approx([7, 5])


def test_of_two_marks_on_one_nodule_the_better_stays() -> None:
    peaks = Peaks(
        center=np.array([[50.0, 50, 50], [56.0, 50, 50], [90.0, 50, 50]]),
        diameter=np.array([20.0, 4.0, 6.0]),
        score=np.array([0.9, 0.8, 0.7]),
    )

    assert drop_doubles(peaks).score == pytest.approx([0.9, 0.7])
