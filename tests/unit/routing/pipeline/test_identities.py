"""What was settled once stays, whatever the matching says."""

from dataclasses import replace

from routing.pipeline.identities import keep_settled, take_over
from tests.support.nodules import ball_nodule
from wetread.domain.findings import ChangeState, Nodule, ResolvedNodule
from wetread.ports import NoduleMatch, PriorMatch, RefoundNodule

_ONE, _TWO, _THREE = (ball_nodule(8.0, number=number) for number in (1, 2, 3))
_NEW = NoduleMatch(state=ChangeState.NEW, prior=None)


def _with(prior: Nodule) -> NoduleMatch:
    return NoduleMatch(state=ChangeState.MATCHED, prior=prior)


def _match(*matches: NoduleMatch, trusted: bool = True, gone: Nodule | None = None) -> PriorMatch:
    resolved, refound = (), ()
    if gone is not None:
        resolved = (
            ResolvedNodule(prior_tracking_uid=gone.tracking_uid, center_lps_mm=(0.0, 0.0, 0.0)),
        )
        refound = (RefoundNodule(prior=gone, measurement=gone.measurement, score=0.1),)
    return PriorMatch(matches=matches, resolved=resolved, refound=refound, trusted=trusted)


def test_a_nodule_that_bears_the_identity_of_a_prior_one_is_that_one() -> None:
    kept = keep_settled([_ONE], _match(_NEW, gone=_ONE), prior_nodules=[_ONE, _TWO], told_apart=())
    assert kept.matches == (_with(_ONE),)
    assert kept.resolved == kept.refound == ()


def test_nobody_else_gets_a_prior_that_is_settled() -> None:
    kept = keep_settled(
        [_ONE, _THREE], _match(_with(_TWO), _with(_ONE)), prior_nodules=[_ONE, _TWO], told_apart=()
    )
    assert kept.matches[0] == _with(_ONE)
    assert kept.matches[1] == NoduleMatch(state=ChangeState.AMBIGUOUS, prior=None)


def test_two_that_a_person_told_apart_are_never_paired() -> None:
    for pair in (
        (_ONE.tracking_uid, _TWO.tracking_uid),
        (_TWO.tracking_uid, _ONE.tracking_uid),
    ):
        kept = keep_settled([_ONE], _match(_with(_TWO)), prior_nodules=[_TWO], told_apart=[pair])
        assert kept.matches == (_NEW,)


def test_what_was_not_aligned_stays_ambiguous() -> None:
    untrusted = _match(NoduleMatch(state=ChangeState.AMBIGUOUS, prior=None), trusted=False)
    assert keep_settled([_ONE], untrusted, prior_nodules=[_ONE], told_apart=()) == untrusted


def test_an_older_study_takes_over_what_a_later_one_named() -> None:
    (named,) = take_over([_ONE], _match(_with(_TWO)), kept=(), told_apart=())
    assert (named.tracking_id, named.tracking_uid) == (_TWO.tracking_id, _TWO.tracking_uid)
    assert named.measurement == _ONE.measurement


def test_a_number_that_another_nodule_bears_is_not_taken_over() -> None:
    later = replace(_TWO, tracking_id=_ONE.tracking_id)
    _, named = take_over([_ONE, _THREE], _match(_NEW, _with(later)), kept=(), told_apart=())
    assert (named.tracking_id, named.tracking_uid) == (_THREE.tracking_id, _TWO.tracking_uid)


def test_identities_of_a_prior_or_told_apart_are_not_taken_over() -> None:
    match = _match(_with(_TWO))
    assert take_over([_ONE], match, kept=[_ONE.tracking_uid], told_apart=()) == (_ONE,)
    pair = (_ONE.tracking_uid, _TWO.tracking_uid)
    assert take_over([_ONE], match, kept=(), told_apart=[pair]) == (_ONE,)


def test_one_identity_is_never_borne_twice() -> None:
    named = take_over([_TWO, _THREE], _match(_NEW, _with(_TWO)), kept=(), told_apart=())
    assert named == (_TWO, _THREE)
