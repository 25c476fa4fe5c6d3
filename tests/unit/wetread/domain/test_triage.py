"""Where a study goes: what raises it, what is advised, and what is said."""

from dataclasses import replace

import pytest

from routing.reading.priority import load_priority_table
from tests.support.findings import guidance
from tests.support.nodules import ball_nodule
from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import ChangeState, GrowthVerdict, Nodule, Outcome, Prescreen, Triage
from wetread.domain.triage import SizeBand, triage_study

_TABLE = load_priority_table()
_GUIDANCE = guidance("4A", "Nodule 2")


def _triage(
    *nodules: Nodule, outcome: Outcome = Outcome.ANALYSED, reason: str | None = None
) -> Triage:
    return triage_study(
        outcome=outcome, reason=reason, nodules=nodules, table=_TABLE, guidance=_GUIDANCE
    )


def test_a_whole_negative_stays_in_request_order_and_needs_no_request() -> None:
    triage = _triage()
    assert (triage.priority, triage.prescreen) == (0, Prescreen.NO_REQUEST)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.FAILED, "detect stopped"),
        (Outcome.PARTIAL, "comparison with prior failed"),
        (Outcome.NOT_ANALYSED, "no series can be analysed (too_thick)"),
        (Outcome.ANALYSED, "limited: thick slices (5.0 mm)"),
    ],
)
def test_nothing_incomplete_ever_looks_negative(outcome: Outcome, reason: str) -> None:
    triage = _triage(outcome=outcome, reason=reason)
    assert triage.prescreen is Prescreen.UNDETERMINED
    assert triage.priority > 0
    assert any(reason in sentence for sentence in triage.reasons)


@pytest.mark.parametrize(
    ("nodule", "prescreen"),
    [
        (ball_nodule(6.0), Prescreen.REQUEST),
        (ball_nodule(5.9), Prescreen.UNDETERMINED),
        (ball_nodule(4.0, state=ChangeState.NEW), Prescreen.REQUEST),
        (
            ball_nodule(4.0, state=ChangeState.MATCHED, verdict=GrowthVerdict.GROWN),
            Prescreen.REQUEST,
        ),
        (
            ball_nodule(4.0, state=ChangeState.MATCHED, verdict=GrowthVerdict.NOT_RESOLVABLE),
            Prescreen.UNDETERMINED,
        ),
        (ball_nodule(4.0, state=ChangeState.AMBIGUOUS), Prescreen.UNDETERMINED),
    ],
)
def test_a_read_is_advised_for_large_new_and_grown_nodules(
    nodule: Nodule, prescreen: Prescreen
) -> None:
    assert _triage(nodule).prescreen is prescreen
    assert _triage(ball_nodule(3.0), nodule).prescreen is prescreen


def test_a_nodule_raises_by_size_and_by_change() -> None:
    same_size = [
        ball_nodule(9.0, state=ChangeState.MATCHED, verdict=verdict)
        for verdict in (GrowthVerdict.SHRUNK, GrowthVerdict.GROWN)
    ]
    shrunk, grown = (_triage(nodule).priority for nodule in same_size)
    assert _triage(ball_nodule(5.0)).priority < shrunk < grown
    assert shrunk < _triage(ball_nodule(9.0, state=ChangeState.AMBIGUOUS)).priority
    assert shrunk < _triage(ball_nodule(9.0, state=ChangeState.NEW)).priority
    assert shrunk < _triage(ball_nodule(16.0)).priority


def test_the_highest_priority_is_never_passed() -> None:
    table = replace(_TABLE, grown=100)
    nodule = ball_nodule(20.0, state=ChangeState.MATCHED, verdict=GrowthVerdict.GROWN)
    triage = triage_study(
        outcome=Outcome.ANALYSED, reason=None, nodules=[nodule], table=table, guidance=_GUIDANCE
    )
    assert triage.priority == 100


def test_reasons_are_sentences_about_each_nodule() -> None:
    triage = _triage(
        ball_nodule(
            9.04,
            number=2,
            state=ChangeState.MATCHED,
            verdict=GrowthVerdict.GROWN,
            volume_change_percent=44.6,
        ),
        ball_nodule(5.0, number=3, state=ChangeState.NEW),
    )
    assert triage.reasons == (
        "Nodule 2: solid, 9.0 mm, grown since the prior study (+45 % volume).",
        "Nodule 3: solid, 5.0 mm, new since the prior study.",
        "Lung-RADS v2022: category 4A.",
    )


def test_the_guidance_is_told_beside_the_priority() -> None:
    triage = _triage(ball_nodule(9.0))
    assert (triage.guideline, triage.category) == ("Lung-RADS v2022", "4A")
    assert triage.guidance == _GUIDANCE


@pytest.mark.parametrize(
    "change",
    [
        {"grown": 101},
        {"failed": -1},
        {"size_bands": ()},
        {"size_bands": (SizeBand(from_mean_diameter_mm=1.0, priority=5),)},
        {
            "size_bands": (
                SizeBand(from_mean_diameter_mm=0.0, priority=5),
                SizeBand(from_mean_diameter_mm=0.0, priority=6),
            )
        },
    ],
)
def test_a_table_that_lowers_or_leaves_gaps_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        replace(_TABLE, **change)
