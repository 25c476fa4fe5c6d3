"""The reading order is total: any two studies have one order, whatever the order they came in."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from wetread.domain.reading import order_key

_items = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=100),
        st.datetimes(timezones=st.just(UTC), min_value=datetime(2026, 1, 1)),  # noqa: DTZ001
        st.text(alphabet="0123456789.", min_size=1, max_size=8),
    ),
    unique_by=lambda item: item[2],
    max_size=12,
)


@given(_items.flatmap(lambda items: st.tuples(st.just(items), st.permutations(items))))
def test_every_permutation_sorts_alike(
    both: tuple[list[tuple[int, datetime, str]], list[tuple[int, datetime, str]]],
) -> None:
    one, other = (
        sorted(
            items,
            key=lambda item: order_key(
                priority=item[0], requested_at=item[1], study_instance_uid=item[2]
            ),
        )
        for items in both
    )
    assert one == other
    assert [item[0] for item in one] == sorted((item[0] for item in one), reverse=True)
