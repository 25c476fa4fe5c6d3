import numpy as np
import pytest
from numpy.typing import NDArray

from inference.detection.classical.features import Features
from inference.detection.classical.parameters import encode_parameters, parse_parameters
from inference.detection.classical.scoring import TreeEnsemble
from inference.detection.classical.training.boosting import fit_trees
from wetread.domain.errors import ConfigurationError
from wetread.domain.geometry import FloatArray


def toy_rows(count: int = 1500) -> tuple[FloatArray, NDArray[np.bool_]]:
    random = np.random.default_rng(3)
    rows = random.normal(size=(count, len(Features._fields)))
    return rows, (rows[:, 2] > 0.3) & (rows[:, 5] < 0.5)


def test_a_tree_is_read_from_its_root_to_its_leaf() -> None:
    ensemble = TreeEnsemble(
        base=0.0,
        feature=np.asarray([[0, 1, 1]]),
        threshold=np.asarray([[0.0, 5.0, 7.0]]),
        leaf=np.asarray([[1.0, 2.0, 3.0, 4.0]]),
    )
    rows = np.asarray([[-1.0, 4.0], [0.0, 6.0], [1.0, 6.0], [1.0, 8.0]])

    assert ensemble.log_odds(rows) == pytest.approx([1.0, 2.0, 3.0, 4.0])
    assert ensemble.score(rows)[0] == pytest.approx(1 / (1 + np.exp(-1.0)))


def test_boosting_learns_a_rule_of_two_features_and_repeats_itself() -> None:
    rows, label = toy_rows()
    one, two = (
        fit_trees(rows, label, np.ones(len(rows)), trees=40, depth=2, seed=9) for _ in range(2)
    )

    assert ((one.score(rows) > 0.5) == label).mean() > 0.95
    assert np.array_equal(one.leaf, two.leaf)


def test_parameters_survive_writing_and_reading() -> None:
    rows, label = toy_rows()
    ensemble = fit_trees(rows, label, np.ones(len(rows)), trees=8, depth=3, seed=1)

    read = parse_parameters(encode_parameters(ensemble, operating_score=0.6, lowest_score=0.02))

    assert (read.operating_score, read.lowest_score) == (0.6, 0.02)
    assert read.ensemble.score(rows) == pytest.approx(ensemble.score(rows), abs=1e-3)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"log_radius"', b'"something"', "not those"),
        (b'"feature":[[', b'"feature":[[99,', "differ in size"),
        (b'"operating_score":0.6', b'"operating_score":6', "less than 1"),
    ],
)
def test_parameters_that_do_not_fit_the_code_are_refused(
    old: bytes, new: bytes, message: str
) -> None:
    rows, label = toy_rows(300)
    ensemble = fit_trees(rows, label, np.ones(len(rows)), trees=2, depth=2, seed=1)
    content = encode_parameters(ensemble, operating_score=0.6, lowest_score=0.02)
    assert old in content

    with pytest.raises(ConfigurationError, match=message):
        parse_parameters(content.replace(old, new, 1))
