"""Which marks are shown, and whose preference counts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.findings import nodule
from wetread.domain.findings import Change, ChangeState, GrowthVerdict, Nodule
from wetread.domain.marks import (
    ALL_MARKS,
    MarkPreference,
    PreferenceHolder,
    PreferenceScope,
    ShowMarks,
    choose_preference,
)
from wetread.domain.presentation import RenderingIntent

NODULE = nodule("1.2.3")  # score 0.9123, mean diameter 8 mm

preferences = st.builds(
    MarkPreference,
    show=st.sampled_from(ShowMarks),
    minimum_score=st.floats(0, 1),
    minimum_mean_diameter_mm=st.floats(0, 30),
    new_and_grown_only=st.booleans(),
)


def _changed(state: ChangeState, verdict: GrowthVerdict | None = None) -> Nodule:
    change = Change(state=state, prior_study_instance_uid="1.2", verdict=verdict)
    return replace(NODULE, change=change)


@pytest.mark.parametrize(
    ("preference", "intent"),
    [
        (ALL_MARKS, RenderingIntent.REQUIRED),
        (MarkPreference(show=ShowMarks.ON_REQUEST), RenderingIntent.OPTIONAL),
        (MarkPreference(show=ShowMarks.NONE), RenderingIntent.NOT_FOR_PRESENTATION),
        (MarkPreference(minimum_score=0.9123), RenderingIntent.REQUIRED),
        (MarkPreference(minimum_score=0.92), RenderingIntent.NOT_FOR_PRESENTATION),
        (MarkPreference(minimum_mean_diameter_mm=8), RenderingIntent.REQUIRED),
        (MarkPreference(minimum_mean_diameter_mm=8.1), RenderingIntent.NOT_FOR_PRESENTATION),
    ],
)
def test_a_mark_is_shown_as_preferred(preference: MarkPreference, intent: RenderingIntent) -> None:
    assert preference.intent_of(NODULE) is intent


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (NODULE, True),  # nothing to compare with
        (_changed(ChangeState.NEW), True),
        (_changed(ChangeState.AMBIGUOUS), True),
        (_changed(ChangeState.NOT_COVERED), True),
        (_changed(ChangeState.MATCHED), True),
        (_changed(ChangeState.MATCHED, GrowthVerdict.GROWN), True),
        (_changed(ChangeState.MATCHED, GrowthVerdict.STABLE), False),
        (_changed(ChangeState.MATCHED, GrowthVerdict.SHRUNK), False),
        (_changed(ChangeState.MATCHED, GrowthVerdict.NOT_RESOLVABLE), False),
    ],
)
def test_new_and_grown_only_hides_what_is_known_not_to_be(found: Nodule, *, shown: bool) -> None:
    intent = MarkPreference(new_and_grown_only=True).intent_of(found)
    assert (intent is RenderingIntent.REQUIRED) is shown


@given(preferences, preferences)
def test_variants_are_the_same_only_for_the_same_preference(
    one: MarkPreference, other: MarkPreference
) -> None:
    assert (one.variant == other.variant) == (one == other)
    assert len(one.variant) <= 12
    assert (one.variant == "") == (one == ALL_MARKS)


@given(st.dictionaries(st.sampled_from(PreferenceScope), preferences))
def test_reader_before_viewer_before_site(known: dict[PreferenceScope, MarkPreference]) -> None:
    chosen = choose_preference(
        {PreferenceHolder(scope=scope, name="x"): one for scope, one in known.items()},
        reader="x",
        viewer="x",
        site="x",
    )
    expected = next((known[scope] for scope in PreferenceScope if scope in known), ALL_MARKS)
    assert chosen == expected


def test_a_preference_is_its_holders_alone() -> None:
    hidden = MarkPreference(show=ShowMarks.NONE)
    known = {PreferenceHolder(scope=PreferenceScope.READER, name="A"): hidden}
    assert choose_preference(known, reader="B", viewer="A", site="A") == ALL_MARKS
    assert choose_preference(known, reader="A") == hidden
