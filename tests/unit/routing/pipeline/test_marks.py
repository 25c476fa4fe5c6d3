"""Nodules are named once, and keep their names."""

from routing.pipeline.changes import apply_changes
from routing.pipeline.growth_limits import load_growth_limits
from routing.pipeline.marks import Mark, track_nodules
from tests.support.findings import MODEL
from tests.support.nodules import ball_measurement, ball_nodule
from wetread.domain.findings import ChangeState, Nodule
from wetread.domain.studies import PatientKey
from wetread.ports import NoduleMatch, PriorMatch

_PATIENT = PatientKey(issuer="Hospital", patient_id="1")


def _mark(x: float, diameter_mm: float = 8.0) -> Mark:
    measurement = ball_measurement(diameter_mm, center_lps_mm=(x, 0.0, 0.0))
    return Mark(measurement=measurement, score=0.9)


def _track(
    *marks: Mark,
    earlier: tuple[Nodule, ...] = (),
    patient: PatientKey = _PATIENT,
    study: str = "1.2.3",
) -> tuple[Nodule, ...]:
    return track_nodules(
        marks, patient=patient, study_instance_uid=study, model=MODEL, earlier=earlier
    )


def test_a_tracking_uid_follows_from_patient_study_and_place() -> None:
    (first,) = _track(_mark(10.0))
    assert _track(_mark(10.2)) == (
        # what is measured a little differently is the same nodule
        Nodule(
            tracking_id=first.tracking_id,
            tracking_uid=first.tracking_uid,
            measurement=_mark(10.2).measurement,
            score=0.9,
        ),
    )
    others = [
        _track(_mark(12.0)),
        _track(_mark(10.0), study="1.2.4"),
        _track(_mark(10.0), patient=PatientKey(issuer="Clinic", patient_id="1")),
    ]
    uids = {first.tracking_uid, *(nodule.tracking_uid for (nodule,) in others)}
    assert len(uids) == 4


def test_an_earlier_name_is_given_once_and_its_number_not_again() -> None:
    earlier = (
        ball_nodule(8.0, number=3, center_lps_mm=(10.0, 0.0, 0.0)),
        ball_nodule(8.0, number=1, center_lps_mm=(200.0, 0.0, 0.0)),
    )
    near, far = _track(_mark(11.0), _mark(60.0), earlier=earlier)
    assert (near.tracking_id, near.tracking_uid) == ("Nodule 3", earlier[0].tracking_uid)
    assert far.tracking_id == "Nodule 4"


def _change(nodules: tuple[Nodule, ...], *matches: NoduleMatch) -> tuple[Nodule, ...]:
    prior_nodules = tuple(ball_nodule(8.0, number=number) for number in (1, 2))
    return apply_changes(
        nodules,
        PriorMatch(matches=matches, resolved=(), trusted=True),
        prior_study_instance_uid="1.2.2",
        prior_nodules=prior_nodules,
        interval_days=90,
        limits=load_growth_limits(),
    )


def test_one_number_never_means_two_nodules_of_a_patient() -> None:
    nodules = _track(_mark(0.0), _mark(50.0), _mark(100.0))
    matched = NoduleMatch(state=ChangeState.MATCHED, prior=ball_nodule(8.0, number=2))
    new = NoduleMatch(state=ChangeState.NEW, prior=None)
    changed = _change(nodules, matched, new, new)
    assert [nodule.tracking_id for nodule in changed] == ["Nodule 2", "Nodule 4", "Nodule 3"]
    assert len({nodule.tracking_uid for nodule in changed}) == 3


def test_an_ambiguous_pair_has_no_growth_and_keeps_its_own_tracking() -> None:
    nodules = _track(_mark(0.0))
    favourite = ball_nodule(4.0, number=1)
    (changed,) = _change(nodules, NoduleMatch(state=ChangeState.AMBIGUOUS, prior=favourite))
    assert changed.tracking_uid == nodules[0].tracking_uid
    assert changed.change is not None
    assert changed.change.prior_tracking_uid == favourite.tracking_uid
    assert (changed.change.verdict, changed.change.volume_change_percent) == (None, None)
