"""No read is taken back but on clear advice, and a share of these is read all the same."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import Prescreen
from wetread.domain.prescreening import PrescreenRules, PrescreenTally, ReadDecision, decide

_DAY = date(2026, 11, 25)
_RULES = PrescreenRules(effective_from=_DAY, sample_share=Decimal("0.1"), read_jpy=Decimal(2500))


def test_only_clear_advice_takes_a_read_back() -> None:
    assert decide(Prescreen.NO_REQUEST, _RULES, on=_DAY, drawn=0.5) is ReadDecision.WITHDRAWN
    for advice in (Prescreen.REQUEST, Prescreen.UNDETERMINED):
        assert decide(advice, _RULES, on=_DAY, drawn=0.5) is ReadDecision.REQUESTED
    assert decide(Prescreen.NO_REQUEST, None, on=_DAY, drawn=0.5) is ReadDecision.REQUESTED
    before = date(2026, 11, 24)
    assert decide(Prescreen.NO_REQUEST, _RULES, on=before, drawn=0.5) is ReadDecision.REQUESTED


def test_the_share_of_the_safety_net_is_that_of_the_rules() -> None:
    draws = random.Random(5)
    decisions = [
        decide(Prescreen.NO_REQUEST, _RULES, on=_DAY, drawn=draws.random()) for _ in range(20_000)
    ]
    sampled = decisions.count(ReadDecision.SAMPLED)
    assert sampled + decisions.count(ReadDecision.WITHDRAWN) == len(decisions)
    assert sampled / len(decisions) == pytest.approx(0.1, abs=0.01)
    everything = replace(_RULES, sample_share=Decimal(1))
    assert decide(Prescreen.NO_REQUEST, everything, on=_DAY, drawn=0.9999) is ReadDecision.SAMPLED


@pytest.mark.parametrize("share", ["0", "-0.1", "1.01"])
def test_there_is_no_pre_screening_without_a_safety_net(share: str) -> None:
    with pytest.raises(ConfigurationError, match="safety net"):
        replace(_RULES, sample_share=Decimal(share))


def test_the_safety_net_tells_what_may_be_missed_and_how_sure_that_is() -> None:
    counted = PrescreenTally(
        requested=40, sampled=100, withdrawn=900, overridden=0, sampled_read=100, sampled_missed=0
    )
    assert counted.missed_share is not None
    assert counted.missed_share.value == 0
    assert counted.missed_share.high == pytest.approx(0.037, abs=0.001)  # about 3.7 in 100
    assert counted.missed_unread is not None
    assert counted.missed_unread.high == pytest.approx(33.3, abs=0.5)
    assert counted.saved_jpy(_RULES) == 900 * 2500
    nothing_read = replace(counted, sampled_read=0)
    assert nothing_read.missed_share is None
    assert nothing_read.missed_unread is None
