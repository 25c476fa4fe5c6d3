"""Whatever is found, a study only ever rises, and only a whole negative looks like one."""

from hypothesis import given
from hypothesis import strategies as st

from routing.reading.priority import load_priority_table
from tests.support.findings import guidance
from tests.support.nodules import ball_nodule
from wetread.domain.findings import ChangeState, GrowthVerdict, Nodule, Outcome, Prescreen
from wetread.domain.triage import triage_study

_TABLE = load_priority_table()
_GUIDANCE = guidance("4A", "Nodule 2")
_nodules = st.lists(
    st.builds(
        ball_nodule,
        st.floats(min_value=0.0, max_value=60.0),
        number=st.integers(min_value=1, max_value=9),
        state=st.none() | st.sampled_from(ChangeState),
        verdict=st.none() | st.sampled_from(GrowthVerdict),
        volume_change_percent=st.none() | st.floats(min_value=-100, max_value=900),
    ),
    max_size=4,
)
_outcomes = st.sampled_from(Outcome)
_reasons = st.none() | st.just("some reason")


@given(_outcomes, _reasons, _nodules)
def test_priority_is_from_0_to_100_and_there_is_always_a_reason(
    outcome: Outcome, reason: str | None, nodules: list[Nodule]
) -> None:
    triage = triage_study(
        outcome=outcome, reason=reason, nodules=nodules, table=_TABLE, guidance=_GUIDANCE
    )
    assert 0 <= triage.priority <= 100
    assert all(sentence.endswith(".") for sentence in triage.reasons)


@given(_outcomes, _reasons, _nodules)
def test_no_request_only_for_a_whole_negative(
    outcome: Outcome, reason: str | None, nodules: list[Nodule]
) -> None:
    triage = triage_study(
        outcome=outcome, reason=reason, nodules=nodules, table=_TABLE, guidance=_GUIDANCE
    )
    whole_negative = outcome is Outcome.ANALYSED and reason is None and not nodules
    assert (triage.prescreen is Prescreen.NO_REQUEST) == whole_negative


@given(_outcomes, _reasons, _nodules, _nodules)
def test_more_nodules_never_lower_a_study(
    outcome: Outcome, reason: str | None, nodules: list[Nodule], more: list[Nodule]
) -> None:
    fewer, all_ = (
        triage_study(
            outcome=outcome, reason=reason, nodules=found, table=_TABLE, guidance=_GUIDANCE
        )
        for found in (nodules, [*nodules, *more])
    )
    assert all_.priority >= fewer.priority
    if fewer.prescreen is Prescreen.REQUEST:
        assert all_.prescreen is Prescreen.REQUEST
