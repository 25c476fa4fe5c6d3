"""Prior against current: register, pair, and look again before calling anything new or gone."""

from collections.abc import Sequence

import numpy as np

from inference.comparison.pairing import Pair, pair_nodules
from inference.comparison.place import Place, look_at_place
from inference.lungs import LungMask, lungs_of
from inference.registration import PointMap, Registrar, Registration
from wetread.domain.errors import AnalysisError
from wetread.domain.findings import ChangeState, Measurement, Nodule, ResolvedNodule
from wetread.domain.geometry import Point, as_point
from wetread.domain.volumes import CtVolume
from wetread.ports import NoduleMatch, PriorMatch

_AMBIGUOUS = NoduleMatch(state=ChangeState.AMBIGUOUS, prior=None)


class NoduleComparer:
    """Tells for each current nodule what the prior shows, and which prior nodules are gone.

    What is not clear is ambiguous; a prior nodule is resolved only where its place is well inside
    the current images and nothing like it is seen there.
    """

    def __init__(self, registrar: Registrar) -> None:
        self._registrar = registrar

    def compare(
        self,
        *,
        current: CtVolume,
        current_nodules: Sequence[Measurement],
        prior: CtVolume,
        prior_nodules: Sequence[Nodule],
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
        return match_registered(
            registration,
            current=current,
            current_lungs=current_lungs,
            current_nodules=current_nodules,
            prior=prior,
            prior_lungs=prior_lungs,
            prior_nodules=prior_nodules,
        )


def match_registered(
    registration: Registration,
    *,
    current: CtVolume,
    current_lungs: LungMask,
    current_nodules: Sequence[Measurement],
    prior: CtVolume,
    prior_lungs: LungMask,
    prior_nodules: Sequence[Nodule],
) -> PriorMatch:
    """Match the nodules of two scans whose registration is trusted."""
    prior_measured = [one.measurement for one in prior_nodules]
    pairing = pair_nodules(current_nodules, prior_measured, registration)

    def shown_in_prior(nodule: Measurement) -> Place:
        return look_at_place(
            prior,
            prior_lungs,
            _mapped(registration.prior_from_current, nodule.center_lps_mm),
            nodule=nodule,
            known=prior_measured,
            error_mm=registration.error_mm,
        )

    def shown_now(nodule: Measurement) -> Place:
        return look_at_place(
            current,
            current_lungs,
            _mapped(registration.current_from_prior, nodule.center_lps_mm),
            nodule=nodule,
            known=current_nodules,
            error_mm=registration.error_mm,
        )

    def match(nodule: Measurement, pair: Pair) -> NoduleMatch:
        partner = None if pair.partner is None else prior_nodules[pair.partner]
        if not pair.is_clear:
            favourite = partner if pair.is_favourite else None
            return NoduleMatch(state=ChangeState.AMBIGUOUS, prior=favourite)
        if partner is not None:
            return NoduleMatch(state=ChangeState.MATCHED, prior=partner)
        return NoduleMatch(state=_STATE_OF_UNPAIRED[shown_in_prior(nodule)], prior=None)

    return PriorMatch(
        matches=tuple(map(match, current_nodules, pairing.current)),
        resolved=tuple(
            ResolvedNodule(
                prior_tracking_uid=one.tracking_uid,
                center_lps_mm=_mapped(
                    registration.current_from_prior, one.measurement.center_lps_mm
                ),
            )
            for one, pair in zip(prior_nodules, pairing.prior, strict=True)
            if pair.partner is None and pair.is_clear and shown_now(one.measurement) is Place.EMPTY
        ),
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
