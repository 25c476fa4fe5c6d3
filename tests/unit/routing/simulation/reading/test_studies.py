import numpy as np
import pytest
from numpy.random import SeedSequence

from routing.simulation.reading.scenario import load_scenario
from routing.simulation.reading.studies import ReadingStudies, draw_reading_studies
from wetread.domain.queueing import AiQuality

AI = AiQuality(sensitivity=0.9, specificity=0.8, prevalence=0.06)
DAYS = 20


@pytest.fixture(scope="module")
def studies() -> ReadingStudies:
    return draw_reading_studies(
        load_scenario(), providers=5, days=DAYS, ai=AI, seed=SeedSequence(2)
    )


def test_published_volumes(studies: ReadingStudies) -> None:
    """About 857 studies a weekday and provider, 391 of them CT or MR of the printed counts."""
    scenario = load_scenario()
    assert scenario.daily_studies == pytest.approx(857, abs=1)
    ct_mr = sum(
        share
        for kind, share in zip(scenario.kinds, scenario.mix, strict=True)
        if kind.modality in {"CT", "MR"}
    )
    assert ct_mr * scenario.daily_studies == pytest.approx(391, abs=3)
    assert len(studies.kind) / 5 / DAYS == pytest.approx(857, rel=0.05)
    shares = np.bincount(studies.kind) / len(studies.kind)
    assert shares == pytest.approx(scenario.mix, abs=0.01)


def test_they_come_in_order_and_by_day(studies: ReadingStudies) -> None:
    assert (np.diff(studies.arrival_min) >= 0).all()
    hours = studies.arrival_min % 1440 / 60
    assert ((hours >= 9) & (hours < 12)).sum() > 10 * (hours < 6).sum()


def test_the_ai_is_as_good_as_told(studies: ReadingStudies) -> None:
    seen = studies.looked_at
    assert studies.diseased[seen].mean() == pytest.approx(0.06, abs=0.01)
    assert studies.ai_positive[studies.diseased].mean() == pytest.approx(0.9, abs=0.03)
    assert studies.ai_positive[seen & ~studies.diseased].mean() == pytest.approx(0.2, abs=0.02)
    assert not studies.ai_positive[~seen].any()


def test_deadlines(studies: ReadingStudies) -> None:
    left_min = studies.deadline_min - studies.arrival_min
    assert left_min[studies.urgent] == pytest.approx(60)
    days = studies.deadline_min // 1440 - studies.arrival_min // 1440
    assert set(days[~studies.urgent]) == {2, 3}  # the end of the next day, or of the one after
