import pytest

from inference.comparison.pairing import Pair, pair_nodules
from tests.support.breathing_chest import measured
from tests.support.registrations import registration
from wetread.domain.findings import NoduleType


def pair(
    distance_mm: float,
    *,
    diameter_mm: float = 8.0,
    prior_diameter_mm: float = 8.0,
    prior_type: NoduleType = NoduleType.SOLID,
) -> Pair:
    """Return how a nodule stands to a single prior nodule some way off."""
    current = measured((0.0, 0.0, 0.0), diameter_mm)
    prior = measured((distance_mm, 0.0, 0.0), prior_diameter_mm, prior_type)
    return pair_nodules([current], [prior], registration()).current[0]


@pytest.mark.parametrize("distance_mm", [0.0, 9.6, 15.0])
def test_alike_and_within_15_mm_is_clearly_the_same(distance_mm: float) -> None:
    assert pair(distance_mm).partner == 0
    assert pair(distance_mm).is_clear


@pytest.mark.parametrize("distance_mm", [16.0, 18.0, 20.0])
def test_between_15_and_21_mm_nothing_is_clear(distance_mm: float) -> None:
    assert not pair(distance_mm).is_clear


@pytest.mark.parametrize("distance_mm", [22.0, 100.0])
def test_from_22_mm_it_is_clearly_another(distance_mm: float) -> None:
    assert pair(distance_mm).partner is None
    assert pair(distance_mm).is_clear


def test_growth_does_not_part_a_nodule_from_itself() -> None:
    grown = pair(5.0, diameter_mm=13.0, prior_diameter_mm=6.0)  # tenfold volume
    assert grown.partner == 0
    assert grown.is_clear


@pytest.mark.parametrize("prior_type", NoduleType)
@pytest.mark.parametrize("prior_diameter_mm", [2.0, 5.0])
def test_at_one_place_no_size_is_clearly_another_nodule(
    prior_diameter_mm: float, prior_type: NoduleType
) -> None:
    grown = pair(0.0, diameter_mm=25.0, prior_diameter_mm=prior_diameter_mm, prior_type=prior_type)
    assert not grown.is_clear


def test_of_two_at_the_same_distance_the_one_of_similar_size_is_the_same() -> None:
    current = [measured((0.0, 0.0, 0.0), 8.0)]
    prior = [measured((6.0, 0.0, 0.0), 20.0), measured((-6.0, 0.0, 0.0), 9.0)]
    result = pair_nodules(current, prior, registration())
    assert result.current[0].partner == 1
    assert result.current[0].is_clear


def test_a_change_of_type_counts_against_a_pair() -> None:
    assert (
        pair(5.0).margin
        > pair(5.0, prior_type=NoduleType.PART_SOLID).margin
        > pair(5.0, prior_type=NoduleType.GROUND_GLASS).margin
    )


def test_two_priors_nearly_as_likely_are_ambiguous_without_favourite() -> None:
    current = [measured((0.0, 0.0, 0.0), 8.0)]
    prior = [measured((9.0, 0.0, 0.0), 8.0), measured((-9.5, 0.0, 0.0), 8.0)]
    result = pair_nodules(current, prior, registration())
    assert not result.current[0].is_clear
    assert not result.current[0].is_favourite
    assert not any(pair.is_clear for pair in result.prior)


def test_of_two_priors_the_far_more_likely_is_clear() -> None:
    current = [measured((0.0, 0.0, 0.0), 8.0)]
    prior = [measured((13.0, 0.0, 0.0), 8.0), measured((-2.0, 0.0, 0.0), 8.0)]
    result = pair_nodules(current, prior, registration())
    assert result.current[0].partner == 1
    assert result.current[0].is_clear
    assert result.prior[0].partner is None


def test_neighbours_that_moved_together_are_not_mixed_up() -> None:
    """The first prior lies nearest to the second current nodule; only the whole shows it."""
    prior = [measured((0.0, 0.0, 0.0), 8.0), measured((11.0, 0.0, 0.0), 8.0)]
    current = [measured((8.0, 0.0, 0.0), 8.0), measured((19.0, 0.0, 0.0), 8.0)]
    result = pair_nodules(current, prior, registration())
    assert [pair.partner for pair in result.current] == [0, 1]


def test_the_place_is_taken_through_the_map() -> None:
    current = [measured((0.0, 0.0, 0.0), 8.0)]
    prior = [measured((0.0, 0.0, 200.0), 8.0)]
    result = pair_nodules(current, prior, registration(shift_mm=(0.0, 0.0, 198.0)))
    assert result.current[0].partner == 0


def test_a_better_registration_decides_more_sharply() -> None:
    current, prior = [measured((0.0, 0.0, 0.0), 8.0)], [measured((12.0, 0.0, 0.0), 8.0)]
    assert pair_nodules(current, prior, registration(error_mm=2.0)).current[0].partner is None


def test_no_nodules_at_all_are_no_pairs() -> None:
    result = pair_nodules([], [], registration())
    assert result.current == result.prior == ()
