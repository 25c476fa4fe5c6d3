"""Prior against current: register, pair, and look again before calling anything new or gone."""

from collections.abc import Sequence

import numpy as np

from inference.comparison.pairing import Pair, pair_nodules
from inference.comparison.place import Place
from inference.comparison.registered_place import Scan, SecondLook
from inference.lungs import lungs_of
from inference.registration import PointMap, Registrar, Registration
from wetread.domain.errors import AnalysisError
from wetread.domain.findings import (
    Candidate,
    ChangeState,
    Measurement,
    Nodule,
    ResolvedNodule,
    UnseenNodule,
    UnseenReason,
)
from wetread.domain.geometry import Point, as_point
from wetread.domain.volumes import CtVolume
from wetread.ports import NoduleMatch, NoduleMeasurer, PriorMatch, RefoundNodule

_AMBIGUOUS = NoduleMatch(state=ChangeState.AMBIGUOUS, prior=None)


class NoduleComparer:
    """Tells for each current nodule what the prior shows, and what became of the prior's others.

    A nodule without a partner is looked for at its registered place in the other scan: what can be
    measured there is the same nodule. What is not clear is ambiguous; a prior nodule is resolved
    only where its place is well inside the current images and nothing like it is seen there.
    """

    def __init__(self, registrar: Registrar, measurer: NoduleMeasurer) -> None:
        self._registrar = registrar
        self._measurer = measurer

    def compare(
        self,
        *,
        current: CtVolume,
        current_nodules: Sequence[Measurement],
        current_candidates: Sequence[Candidate],
        prior: CtVolume,
        prior_nodules: Sequence[Nodule],
        prior_candidates: Sequence[Candidate],
    ) -> PriorMatch:
        """Match by place and size; an untrusted registration makes every state ambiguous."""
        try:
            current_lungs, prior_lungs = lungs_of(current), lungs_of(prior)
        except AnalysisError:  # no lungs to lay over each other
            return _untrusted(len(current_nodules))
        registration = self._registrar.register(
            current=current, current_lungs=current_lungs, prior=prior, prior_lungs=prior_lungs
        )
        if not registration.trusted:
            return _untrusted(len(current_nodules))
        now = Scan(
            volume=current,
            lungs=current_lungs,
            nodules=tuple(current_nodules),
            candidates=tuple(current_candidates),
        )
        before = Scan(
            volume=prior,
            lungs=prior_lungs,
            nodules=tuple(one.measurement for one in prior_nodules),
            candidates=tuple(prior_candidates),
        )
        return match_registered(registration, now, before, prior_nodules, self._measurer)


def match_registered(
    registration: Registration,
    now: Scan,
    before: Scan,
    prior_nodules: Sequence[Nodule],
    measurer: NoduleMeasurer,
) -> PriorMatch:
    """Match the nodules of two scans whose registration is trusted.

    ``prior_nodules`` are those of ``before``, in its order.
    """
    pairing = pair_nodules(now.nodules, before.nodules, registration)
    look_before = SecondLook(before, measurer, registration.error_mm)

    def match(nodule: Measurement, pair: Pair) -> NoduleMatch:
        partner = None if pair.partner is None else prior_nodules[pair.partner]
        if not pair.is_clear:
            favourite = partner if pair.is_favourite else None
            return NoduleMatch(state=ChangeState.AMBIGUOUS, prior=favourite)
        if partner is not None:
            return NoduleMatch(state=ChangeState.MATCHED, prior=partner)
        place = _mapped(registration.prior_from_current, nodule.center_lps_mm)
        seen = look_before.look_for(nodule, place)
        if seen.measurement is not None:
            return NoduleMatch(
                state=ChangeState.MATCHED, prior=None, prior_at_place=seen.measurement
            )
        return NoduleMatch(state=_STATE_OF_UNPAIRED[seen.place], prior=None)

    matches = tuple(map(match, now.nodules, pairing.current))
    alone = [
        (nodule, pair)
        for nodule, pair in zip(prior_nodules, pairing.prior, strict=True)
        if pair.partner is None
    ]
    return _with_others(
        matches, alone, registration, SecondLook(now, measurer, registration.error_mm)
    )


def _with_others(
    matches: tuple[NoduleMatch, ...],
    alone: Sequence[tuple[Nodule, Pair]],
    registration: Registration,
    look_now: SecondLook,
) -> PriorMatch:
    """Add what became of the prior nodules that no current one is paired with."""
    resolved: list[ResolvedNodule] = []
    refound: list[RefoundNodule] = []
    unseen: list[UnseenNodule] = []
    for nodule, pair in alone:
        place = _mapped(registration.current_from_prior, nodule.measurement.center_lps_mm)
        uid = nodule.tracking_uid
        reason = UnseenReason.UNCLEAR
        if pair.is_clear:
            seen = look_now.look_for(nodule.measurement, place)
            if seen.measurement is not None:
                refound.append(
                    RefoundNodule(prior=nodule, measurement=seen.measurement, score=seen.score)
                )
                continue
            if seen.place is Place.EMPTY:
                resolved.append(ResolvedNodule(prior_tracking_uid=uid, center_lps_mm=place))
                continue
            if seen.place is Place.NOT_COVERED:
                reason = UnseenReason.NOT_COVERED
        unseen.append(UnseenNodule(prior_tracking_uid=uid, center_lps_mm=place, reason=reason))
    return PriorMatch(
        matches=matches,
        resolved=tuple(resolved),
        refound=tuple(refound),
        unseen=tuple(unseen),
        trusted=True,
    )


_STATE_OF_UNPAIRED = {
    Place.NOT_COVERED: ChangeState.NOT_COVERED,
    Place.UNCLEAR: ChangeState.AMBIGUOUS,
    Place.EMPTY: ChangeState.NEW,
}


def _untrusted(count: int) -> PriorMatch:
    return PriorMatch(matches=(_AMBIGUOUS,) * count, resolved=(), trusted=False)


def _mapped(point_map: PointMap, point_lps_mm: Point) -> Point:
    return as_point(point_map(np.asarray([point_lps_mm]))[0])
