"""What holds for pairing whatever the nodules are."""

from random import Random

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from inference.comparison.pairing import Pairing, pair_nodules
from inference.registration import AffineMap, Registration
from tests.support.breathing_chest import measured
from tests.support.registrations import GOOD_QUALITY, registration
from wetread.domain.findings import Measurement, NoduleType
from wetread.domain.geometry import FloatArray

_HAIR = 1e-6  # rounding may decide what is this close
_MILLIMETRES = st.floats(-40.0, 40.0).map(lambda value: round(value, 3))
_POINTS = st.tuples(_MILLIMETRES, _MILLIMETRES, _MILLIMETRES)
_NODULES = st.lists(
    st.builds(measured, _POINTS, st.floats(3.0, 30.0), st.sampled_from(NoduleType)), max_size=6
)


@st.composite
def rigid_registrations(draw: st.DrawFn) -> Registration:
    angle = draw(st.floats(-0.3, 0.3))
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    there = AffineMap.from_arrays(turn, np.asarray(draw(_POINTS)))
    return Registration(
        prior_from_current=there,
        current_from_prior=there.inverse(),
        error_mm=9.6,
        quality=GOOD_QUALITY,
        trusted=True,
    )


def _assume_decided(pairing: Pairing) -> None:
    """Leave out pairings that are a tie: which of the two is told is nobody's business."""
    assume(all(pair.margin > _HAIR for pair in (*pairing.current, *pairing.prior)))


@given(_NODULES, _NODULES, rigid_registrations())
def test_no_prior_nodule_is_matched_twice(
    current: list[Measurement], prior: list[Measurement], known: Registration
) -> None:
    pairing = pair_nodules(current, prior, known)
    partners = [pair.partner for pair in pairing.current if pair.partner is not None]
    assert len(partners) == len(set(partners))
    for index, pair in enumerate(pairing.current):
        if pair.partner is not None:
            assert pairing.prior[pair.partner].partner == index
    assert all(pair.margin >= -_HAIR for pair in (*pairing.current, *pairing.prior))


@given(_NODULES, _NODULES, rigid_registrations(), st.randoms(use_true_random=False))
def test_the_order_of_the_nodules_does_not_matter(
    current: list[Measurement], prior: list[Measurement], known: Registration, random: Random
) -> None:
    plain = pair_nodules(current, prior, known)
    _assume_decided(plain)
    rows = random.sample(range(len(current)), len(current))
    columns = random.sample(range(len(prior)), len(prior))
    shuffled = pair_nodules([current[k] for k in rows], [prior[k] for k in columns], known)
    for row, pair in zip(rows, shuffled.current, strict=True):
        partner = None if pair.partner is None else columns[pair.partner]
        assert partner == plain.current[row].partner
        np.testing.assert_allclose(pair.margin, plain.current[row].margin, atol=_HAIR)


@given(_NODULES, _NODULES, rigid_registrations())
def test_exchanging_the_studies_exchanges_the_roles(
    current: list[Measurement], prior: list[Measurement], known: Registration
) -> None:
    forth = pair_nodules(current, prior, known)
    _assume_decided(forth)
    back = pair_nodules(prior, current, known.reversed())
    assert [pair.partner for pair in back.current] == [pair.partner for pair in forth.prior]
    assert [pair.partner for pair in back.prior] == [pair.partner for pair in forth.current]


@given(_NODULES, _NODULES, _POINTS)
def test_moving_both_scans_changes_nothing(
    current: list[Measurement], prior: list[Measurement], offset: tuple[float, float, float]
) -> None:
    def moved(nodules: list[Measurement]) -> list[Measurement]:
        places: list[FloatArray] = [np.add(one.center_lps_mm, offset) for one in nodules]
        return [
            measured(place, one.long_axis_mm, one.type)
            for place, one in zip(places, nodules, strict=True)
        ]

    plain = pair_nodules(current, prior, registration())
    _assume_decided(plain)
    away = pair_nodules(moved(current), moved(prior), registration())
    assert [pair.partner for pair in away.current] == [pair.partner for pair in plain.current]


@given(st.lists(_POINTS, min_size=1), rigid_registrations())
def test_the_maps_lead_there_and_back(
    points: list[tuple[float, float, float]], known: Registration
) -> None:
    here = np.asarray(points)
    np.testing.assert_allclose(
        known.current_from_prior(known.prior_from_current(here)), here, atol=1e-9
    )


@given(_NODULES)
def test_nodules_compared_with_themselves_stay_themselves(nodules: list[Measurement]) -> None:
    pairing = pair_nodules(nodules, nodules, registration())
    _assume_decided(pairing)
    assert [pair.partner for pair in pairing.current] == list(range(len(nodules)))
