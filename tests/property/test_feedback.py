"""What holds of any words of any readers, and of any counts."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.support.feedback import word
from wetread.domain.cusum import Direction, design_chart, run_chart
from wetread.domain.estimates import poisson_estimate, wilson_estimate
from wetread.domain.feedback import Act, Feedback, Standing, last_words, standing_of

words = st.lists(
    st.builds(
        word,
        st.sampled_from(list(Act)),
        minute=st.integers(0, 50),
        actor=st.sampled_from(["Reader A", "Reader B", "Reader C"]),
    ),
    max_size=8,
)


@given(words)
def test_earlier_words_of_a_reader_change_nothing(said: Sequence[Feedback]) -> None:
    last = last_words(said)
    assert last_words(last) == last
    assert standing_of(last) is standing_of(said)
    assert len({one.actor for one in last}) == len(last)
    assert (standing_of(said) is Standing.OPEN) == (not said)


@given(words, st.sampled_from([Act.ACCEPT, Act.REJECT]))
def test_readers_who_all_say_the_same_at_last_are_not_in_dispute(
    said: Sequence[Feedback], act: Act
) -> None:
    agreed = [word(act, minute=60, actor=f"Reader {name}") for name in "ABC"]
    expected = Standing.REJECTED if act is Act.REJECT else Standing.ACCEPTED
    assert standing_of([*said, *agreed]) is expected


@given(st.integers(1, 10**5).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_of_a_share_holds_it_and_is_one(counted: tuple[int, int]) -> None:
    share = wilson_estimate(*counted)
    assert 0.0 <= share.low <= share.value <= share.high <= 1.0


@given(st.integers(0, 10**6), st.integers(1, 10**5))
def test_an_interval_of_a_rate_holds_it(events: int, units: int) -> None:
    rate = poisson_estimate(events, units)
    assert 0.0 <= rate.low <= rate.value <= rate.high


@given(st.lists(st.integers(0, 12), max_size=60), st.data())
def test_more_marks_never_signal_more_later(counts: list[int], data: st.DataObject) -> None:
    chart = design_chart(Direction.MORE, 2.0, shift=1.5, in_control_run_scans=100)
    more = [count + data.draw(st.integers(0, 3)) for count in counts]
    first, _ = run_chart(chart, counts)
    first_of_more, _ = run_chart(chart, more)
    if first:
        assert first_of_more[0] <= first[0]
