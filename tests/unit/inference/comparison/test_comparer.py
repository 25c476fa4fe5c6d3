"""Prior against current on made-up chests, from the images to the states."""

from collections.abc import Sequence

import numpy as np

from inference.comparison import NoduleComparer
from inference.measurement import load_measurer
from inference.registration import AffineRegistrar
from models.registry import load_package
from tests.support.breathing_chest import Ball, Breath, BreathingChest, measured, seen, tracked
from tests.support.registrations import KnownRegistrar, registration
from wetread.domain.findings import Candidate, ChangeState, UnseenReason
from wetread.domain.geometry import Point, as_point
from wetread.ports import PriorComparer, PriorMatch

MEASURER = load_measurer(load_package("nodule-outline"))
CHEST = BreathingChest()
REST = Breath()
INHALED = Breath(shift_mm=(8.0, -6.0, 20.0), stretch_z=-0.08, bend_mm=5.0)

STABLE = Ball(center_lps_mm=(-100.0, 20.0, 20.0), diameter_mm=9.0)
GROWING = Ball(center_lps_mm=(95.0, -30.0, 0.0), diameter_mm=8.0)
GROWN = Ball(center_lps_mm=(95.0, -30.0, 0.0), diameter_mm=13.0)
ONCE = Ball(center_lps_mm=(-90.0, -35.0, -30.0), diameter_mm=10.0)
AT_APEX = Ball(center_lps_mm=(80.0, 10.0, 70.0), diameter_mm=9.0)


def compare(
    now: Sequence[Ball],
    before: Sequence[Ball],
    *,
    missed_now: Sequence[Ball] = (),
    candidates_now: Sequence[Candidate] = (),
    detected_before: Sequence[Ball] | None = None,
    prior_high_lps_mm: Point = (171.0, 120.0, 141.0),
    breath: Breath = INHALED,
) -> PriorMatch:
    comparer: PriorComparer = NoduleComparer(AffineRegistrar(), MEASURER)
    known = before if detected_before is None else detected_before
    detected_now = [ball for ball in now if ball not in missed_now]
    return comparer.compare(
        current=CHEST.scan(now, breath, noise_seed=8),
        current_nodules=seen(detected_now, breath),
        current_candidates=candidates_now,
        prior=CHEST.scan(before, high_lps_mm=prior_high_lps_mm),
        prior_nodules=[tracked(number, one) for number, one in enumerate(seen(known, REST))],
        prior_candidates=[],
    )


def states(result: PriorMatch) -> list[ChangeState]:
    return [match.state for match in result.matches]


def test_every_state_of_a_patient_who_moved_and_breathed() -> None:
    result = compare([ONCE, STABLE, GROWN], [GROWING, STABLE, AT_APEX])
    assert result.trusted
    assert states(result) == [ChangeState.NEW, ChangeState.MATCHED, ChangeState.MATCHED]
    partners = [match.prior and match.prior.tracking_id for match in result.matches]
    assert partners == [None, "Nodule 1", "Nodule 0"]
    (gone,) = result.resolved
    assert gone.prior_tracking_uid == tracked(2, measured((0, 0, 0), 9.0)).tracking_uid
    place = INHALED.scan_from_rest(np.asarray([AT_APEX.center_lps_mm]))[0]
    assert np.linalg.norm(np.asarray(gone.center_lps_mm) - place) < 10.0


def test_what_the_prior_detection_missed_is_measured_at_its_place_and_matched() -> None:
    result = compare([STABLE, ONCE], [STABLE, ONCE], detected_before=[STABLE])
    assert states(result) == [ChangeState.MATCHED, ChangeState.MATCHED]
    missed = result.matches[1]
    assert missed.prior is None
    assert missed.prior_at_place is not None
    assert np.linalg.norm(np.subtract(missed.prior_at_place.center_lps_mm, ONCE.center_lps_mm)) < 2
    truth_mm3 = measured(ONCE.center_lps_mm, ONCE.diameter_mm).volume_mm3
    assert 0.7 < missed.prior_at_place.volume_mm3 / truth_mm3 < 1.6


def test_what_the_current_detection_missed_is_found_again_with_its_score() -> None:
    place = INHALED.scan_from_rest(np.asarray([ONCE.center_lps_mm]))[0]
    low = Candidate(center_lps_mm=as_point(place + 1.0), diameter_mm=9.0, score=0.2)
    result = compare([STABLE, ONCE], [STABLE, ONCE], missed_now=[ONCE], candidates_now=[low])
    (found,) = result.refound
    assert found.prior.tracking_uid == _uid(1)
    assert found.score == 0.2
    assert np.linalg.norm(np.asarray(found.measurement.center_lps_mm) - place) < 2
    assert result.resolved == result.unseen == ()


def test_a_candidate_that_cannot_be_measured_keeps_a_nodule_from_being_resolved() -> None:
    place = INHALED.scan_from_rest(np.asarray([ONCE.center_lps_mm]))[0]
    low = Candidate(center_lps_mm=as_point(place), diameter_mm=9.0, score=0.2)
    result = compare([STABLE], [STABLE, ONCE], candidates_now=[low])
    assert result.resolved == result.refound == ()
    assert [one.reason for one in result.unseen] == [UnseenReason.UNCLEAR]


def test_what_lies_outside_the_prior_is_not_called_new_and_nothing_is_lost_elsewhere() -> None:
    result = compare([AT_APEX, STABLE], [STABLE], prior_high_lps_mm=(171.0, 120.0, 45.0))
    assert states(result) == [ChangeState.NOT_COVERED, ChangeState.MATCHED]
    assert result.resolved == ()


def test_a_prior_nodule_outside_the_current_images_is_not_called_resolved() -> None:
    result = NoduleComparer(AffineRegistrar(), MEASURER).compare(
        current=CHEST.scan([STABLE], high_lps_mm=(171.0, 120.0, 45.0), noise_seed=8),
        current_nodules=seen([STABLE], REST),
        current_candidates=[],
        prior=CHEST.scan([STABLE, AT_APEX]),
        prior_nodules=[tracked(k, one) for k, one in enumerate(seen([STABLE, AT_APEX], REST))],
        prior_candidates=[],
    )
    assert result.trusted
    assert states(result) == [ChangeState.MATCHED]
    assert result.resolved == ()
    assert [one.reason for one in result.unseen] == [UnseenReason.NOT_COVERED]


def test_an_untrusted_registration_makes_everything_ambiguous() -> None:
    volume = CHEST.scan([STABLE])
    result = NoduleComparer(KnownRegistrar(registration(trusted=False)), MEASURER).compare(
        current=volume,
        current_nodules=seen([STABLE, ONCE], REST),
        current_candidates=[],
        prior=volume,
        prior_nodules=[tracked(0, seen([STABLE], REST)[0]), tracked(1, seen([GROWN], REST)[0])],
        prior_candidates=[],
    )
    assert not result.trusted
    assert states(result) == [ChangeState.AMBIGUOUS] * 2
    assert [match.prior for match in result.matches] == [None, None]
    assert result.resolved == ()


def test_another_patient_s_chest_makes_everything_ambiguous() -> None:
    result = NoduleComparer(AffineRegistrar(), MEASURER).compare(
        current=CHEST.scan([STABLE]),
        current_nodules=seen([STABLE], REST),
        current_candidates=[],
        prior=BreathingChest(seed=2, width=0.8).scan(),
        prior_nodules=[tracked(0, seen([GROWN], REST)[0])],
        prior_candidates=[],
    )
    assert not result.trusted
    assert states(result) == [ChangeState.AMBIGUOUS]
    assert result.resolved == ()


def test_images_without_lung_make_everything_ambiguous() -> None:
    abdomen = CHEST.scan(low_lps_mm=(-30.0, -30.0, -60.0), high_lps_mm=(0.0, 30.0, 60.0))
    result = NoduleComparer(AffineRegistrar(), MEASURER).compare(
        current=CHEST.scan([STABLE]),
        current_nodules=seen([STABLE], REST),
        current_candidates=[],
        prior=abdomen,
        prior_nodules=[],
        prior_candidates=[],
    )
    assert not result.trusted
    assert states(result) == [ChangeState.AMBIGUOUS]


def test_exchanging_the_studies_exchanges_new_and_resolved() -> None:
    shift = (4.0, -3.0, 2.0)
    known = registration(shift_mm=(-shift[0], -shift[1], -shift[2]))
    moved = Breath(shift_mm=shift)
    first, second = [STABLE, ONCE], [GROWN, STABLE]
    one, other = CHEST.scan(first, moved), CHEST.scan(second)
    forth = NoduleComparer(KnownRegistrar(known), MEASURER).compare(
        current=one,
        current_nodules=seen(first, moved),
        current_candidates=[],
        prior=other,
        prior_nodules=[tracked(k, measurement) for k, measurement in enumerate(seen(second, REST))],
        prior_candidates=[],
    )
    back = NoduleComparer(KnownRegistrar(known.reversed()), MEASURER).compare(
        current=other,
        current_nodules=seen(second, REST),
        current_candidates=[],
        prior=one,
        prior_nodules=[tracked(k, measurement) for k, measurement in enumerate(seen(first, moved))],
        prior_candidates=[],
    )
    assert states(forth) == [ChangeState.MATCHED, ChangeState.NEW]
    assert states(back) == [ChangeState.NEW, ChangeState.MATCHED]
    assert [gone.prior_tracking_uid for gone in forth.resolved] == [_uid(0)]
    assert [gone.prior_tracking_uid for gone in back.resolved] == [_uid(1)]


def _uid(number: int) -> str:
    return tracked(number, measured((0.0, 0.0, 0.0), 8.0)).tracking_uid
