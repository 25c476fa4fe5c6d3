"""However a cost is divided, reversed or rounded, no part of a yen appears or vanishes."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.support.ledger import ledger_entry
from tests.support.record_rows import RECEIVED_AT
from wetread.domain.costs.entries import correction_of, reversal_of
from wetread.domain.costs.exact import MILLIONTH, allocate, round_together
from wetread.domain.costs.payers import PayerRule, PayerRuleKind

signed = st.decimals(-(10**9), 10**9, places=6)
costs = st.decimals(0, 10**9, places=6)
shares_of_one = st.decimals(0, 1, places=4)


@st.composite
def rules(draw: st.DrawFn) -> PayerRule:
    pays = draw(st.sampled_from(PayerRuleKind))
    return PayerRule(
        pays=pays,
        reader=draw(st.sampled_from(["Reading Centre", "Hospital A"])),
        requester_share=draw(shares_of_one) if pays is PayerRuleKind.SPLIT else None,
        cap_jpy=draw(costs) if pays is PayerRuleKind.CAPPED else None,
    )


@given(rules(), costs, st.sampled_from(["", "Hospital A", "Hospital B"]))
def test_shares_sum_up_to_the_cost(rule: PayerRule, cost: Decimal, site: str) -> None:
    shares = rule.shares(site, cost)
    assert sum(share.amount_jpy for share in shares) == cost
    assert all(share.amount_jpy >= 0 for share in shares)
    assert {share.payer for share in shares} <= set(rule.payers(site))
    if rule.cap_jpy is not None and len(rule.payers(site)) == 2:
        paid = dict.fromkeys(rule.payers(site), Decimal(0)) | {
            share.payer: share.amount_jpy for share in shares
        }
        assert paid[rule.payers(site)[0]] <= rule.cap_jpy


@given(signed, st.lists(st.decimals(0, 10**6, places=6), min_size=1, max_size=12))
def test_parts_sum_up_and_are_within_a_millionth_of_their_due(
    total: Decimal, weights: list[Decimal]
) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - total * weight / whole) < MILLIONTH * 2
            assert part == part.quantize(MILLIONTH)


@given(st.lists(signed, max_size=12))
def test_whole_yen_sum_up_to_the_rounded_sum(amounts: list[Decimal]) -> None:
    rounded = round_together(amounts)
    assert abs(sum(rounded) - sum(amounts)) <= Decimal("0.5")
    assert all(abs(whole - amount) < 1 for whole, amount in zip(rounded, amounts, strict=True))


@given(rules(), costs, costs)
def test_an_entry_and_its_reversal_sum_up_to_nothing(
    rule: PayerRule, cost: Decimal, corrected_jpy: Decimal
) -> None:
    shares = rule.shares("Hospital B", cost)
    entry = replace(ledger_entry("1.2.3"), cost_jpy=cost, shares=shares, energy_joule=cost)
    back = reversal_of(entry, entry_id=1, reason="wrong", booked_at=RECEIVED_AT)
    assert entry.cost_jpy + back.cost_jpy == 0
    assert entry.cpu_seconds + back.cpu_seconds == 0
    assert back.energy_joule == -cost
    assert [one.payer for one in back.shares] == [one.payer for one in entry.shares]
    assert all(
        one.amount_jpy + other.amount_jpy == 0
        for one, other in zip(entry.shares, back.shares, strict=True)
    )
    new = correction_of(
        entry,
        cost_jpy=corrected_jpy,
        shares=rule.shares("Hospital B", corrected_jpy),
        payer_table="any",
        reason="wrong",
        booked_at=RECEIVED_AT,
    )
    assert entry.cost_jpy + back.cost_jpy + new.cost_jpy == corrected_jpy
