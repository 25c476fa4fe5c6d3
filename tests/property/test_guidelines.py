"""Of every shipped table: each limit separates, no gap, and larger is never a lower category."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.guidelines.tables import load_guideline, shipped_names
from tests.support.guidelines import ball, guided
from wetread.domain.findings import ChangeState, NoduleType
from wetread.domain.guidelines.bands import Band
from wetread.domain.guidelines.facts import Occasion
from wetread.domain.guidelines.guidance import Guidance
from wetread.domain.guidelines.table import GuidelineTable, SizeRule

_names = st.sampled_from(shipped_names())
_types = st.sampled_from(NoduleType)
_states = st.none() | st.sampled_from([ChangeState.NEW, ChangeState.AMBIGUOUS])
_tenths = st.integers(1, 400).map(lambda tenths: tenths / 10)
_parts = st.none() | st.floats(0, 1)


def _ranks(table: GuidelineTable, guidance: Guidance) -> tuple[int, int]:
    assert guidance.lowest is not None
    assert guidance.highest is not None
    return table.rank(guidance.lowest), table.rank(guidance.highest)


@given(_names, _types, _states, _tenths, _tenths, _parts)
def test_larger_is_never_lower(
    name: str,
    kind: NoduleType,
    state: ChangeState | None,
    one_mm: float,
    other_mm: float,
    part: float | None,
) -> None:
    table = load_guideline(name)
    lower, higher = (
        _ranks(
            table,
            guided(
                name,
                [
                    ball(
                        size,
                        kind,
                        state=state,
                        solid_part_mm=None if part is None else round(part * size, 1),
                    )
                ],
            ),
        )
        for size in sorted([one_mm, other_mm])
    )
    assert lower[0] <= higher[0]
    assert lower[1] <= higher[1]


@given(_names, _types, _tenths, _tenths, st.none() | st.integers(1, 900), _parts)
def test_every_nodule_has_a_category_and_more_knowledge_never_leaves_its_range(
    name: str,
    kind: NoduleType,
    now_mm: float,
    prior_mm: float,
    days: int | None,
    part: float | None,
) -> None:
    table = load_guideline(name)
    vague = guided(name, [ball(now_mm, kind, prior_mm=prior_mm, days=days)])
    lowest, highest = _ranks(table, vague)
    assert lowest <= highest
    if part is not None and kind is NoduleType.PART_SOLID:
        size = max(0.1, round(part * now_mm, 1))
        known = ball(now_mm, kind, prior_mm=prior_mm, days=days, solid_part_mm=size)
        known_lowest, known_highest = _ranks(table, guided(name, [known]))
        assert lowest <= known_lowest
        assert known_highest <= highest


@given(_names, st.lists(st.tuples(_types, _tenths), min_size=1, max_size=3), _types, _tenths)
def test_another_nodule_never_lowers_a_study(
    name: str, found: list[tuple[NoduleType, float]], kind: NoduleType, size_mm: float
) -> None:
    table = load_guideline(name)
    nodules = [ball(mm, type_) for type_, mm in found]
    fewer = _ranks(table, guided(name, nodules))
    more = _ranks(table, guided(name, [*nodules, ball(size_mm, kind)]))
    assert fewer[0] <= more[0]
    assert fewer[1] <= more[1]


def _limits(band: Band | None) -> list[tuple[float, float]]:
    """Return for each limit the last size outside the band and the first within."""
    if band is None:
        return []
    pairs = {
        band.at_least: (-0.1, 0.0),
        band.above: (0.0, 0.1),
        band.below: (0.0, -0.1),
        band.at_most: (0.1, 0.0),
    }
    return [
        (round(limit + outside, 1), round(limit + inside, 1))
        for limit, (outside, inside) in pairs.items()
        if limit is not None
    ]


@pytest.mark.parametrize("name", shipped_names())
def test_each_row_begins_and_ends_at_its_limits(name: str) -> None:
    tried = 0
    for rule in load_guideline(name).rules:
        inside_mm = _inside(rule.mean_diameter_mm)
        part_mm = _inside(rule.solid_part_mm)
        for outside, inside in _limits(rule.mean_diameter_mm):
            assert rule.holds(ball(inside, rule.types[0]), _occasion(rule), part_mm)
            assert not rule.holds(ball(outside, rule.types[0]), _occasion(rule), part_mm)
            tried += 1
        for outside, inside in _limits(rule.solid_part_mm):
            nodule = ball(inside_mm, rule.types[0])
            assert rule.holds(nodule, _occasion(rule), inside)
            assert not rule.holds(nodule, _occasion(rule), outside)
            tried += 1
    assert tried > 5


def _inside(band: Band | None) -> float:
    return 10.0 if band is None else _limits(band)[0][1]


def _occasion(rule: SizeRule) -> Occasion:
    return rule.occasions[0]
