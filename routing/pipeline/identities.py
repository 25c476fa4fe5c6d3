"""Which identity a nodule bears: what was settled once stays, whatever the matching says."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from wetread.domain.findings import ChangeState, Nodule
from wetread.ports import NoduleMatch, PriorMatch

_NEW = NoduleMatch(state=ChangeState.NEW, prior=None)
_AMBIGUOUS = NoduleMatch(state=ChangeState.AMBIGUOUS, prior=None)


def keep_settled(
    nodules: Sequence[Nodule],
    match: PriorMatch,
    *,
    prior_nodules: Sequence[Nodule],
    told_apart: Collection[tuple[str, str]],
) -> PriorMatch:
    """Return the match with what is settled already.

    A nodule that bears the tracking UID of a prior one is that one; two whose tracking UIDs a
    person has told apart are never paired.
    """
    if not match.trusted:
        return match
    prior_of = {prior.tracking_uid: prior for prior in prior_nodules}
    borne = {nodule.tracking_uid for nodule in nodules} & prior_of.keys()

    def settled(nodule: Nodule, found: NoduleMatch) -> NoduleMatch:
        if nodule.tracking_uid in borne:
            prior = prior_of[nodule.tracking_uid]
            same = found.prior is not None and found.prior.tracking_uid == prior.tracking_uid
            if same and found.state is ChangeState.MATCHED:
                return found
            return NoduleMatch(state=ChangeState.MATCHED, prior=prior)
        if found.prior is None:
            return found
        if _are_apart(nodule.tracking_uid, found.prior.tracking_uid, told_apart):
            return _NEW
        return _AMBIGUOUS if found.prior.tracking_uid in borne else found

    matches = tuple(map(settled, nodules, match.matches))
    return replace(
        match,
        matches=matches,
        resolved=tuple(one for one in match.resolved if one.prior_tracking_uid not in borne),
        refound=tuple(one for one in match.refound if one.prior.tracking_uid not in borne),
        unseen=tuple(one for one in match.unseen if one.prior_tracking_uid not in borne),
    )


def take_over(
    nodules: Sequence[Nodule],
    match: PriorMatch,
    *,
    kept: Collection[str],
    told_apart: Collection[tuple[str, str]],
) -> tuple[Nodule, ...]:
    """Return the nodules of an older study with the identities that a later study gave already.

    ``match`` is the match with the later study in the place of the prior. An identity among
    ``kept`` came from a prior or an earlier revision: it stays. So does a number where the later
    study's is another nodule's here.
    """
    borne = {nodule.tracking_uid for nodule in nodules}
    numbers = {nodule.tracking_id for nodule in nodules}
    named = []
    for nodule, found in zip(nodules, match.matches, strict=True):
        later = found.prior if found.state is ChangeState.MATCHED else None
        if (
            later is None
            or nodule.tracking_uid in kept
            or later.tracking_uid in borne
            or _are_apart(nodule.tracking_uid, later.tracking_uid, told_apart)
        ):
            named.append(nodule)
            continue
        borne.add(later.tracking_uid)
        taken = later.tracking_id in numbers
        tracking_id = nodule.tracking_id if taken else later.tracking_id
        numbers.add(tracking_id)
        named.append(replace(nodule, tracking_id=tracking_id, tracking_uid=later.tracking_uid))
    return tuple(named)


def _are_apart(one: str, other: str, told_apart: Collection[tuple[str, str]]) -> bool:
    return (one, other) in told_apart or (other, one) in told_apart
