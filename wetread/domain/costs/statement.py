"""What a month cost: in all, by site, by device, and the statement of each payer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wetread.domain.costs.entries import BookedEntry, EntryKind
from wetread.domain.costs.exact import round_together
from wetread.domain.costs.payers import UNKNOWN_SITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What some entries sum up to."""

    studies: int  # analysed
    gpu_seconds: Decimal
    cpu_seconds: Decimal
    energy_joule: Decimal | None  # of the entries with a measured energy; None: of none
    added_images: int
    cost_jpy: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedUse:
    """What one site or device sums up to."""

    name: str
    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerStatement:
    """What one payer pays; the whole yen of all payers sum up to the rounded total."""

    payer: str
    studies: int
    exact_jpy: Decimal
    billed_jpy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """All entries of a period."""

    total: Use
    billed_jpy: int
    payers: tuple[PayerStatement, ...]
    sites: tuple[NamedUse, ...]
    devices: tuple[NamedUse, ...]
    price_tables: tuple[str, ...]


def state_costs(booked: Sequence[BookedEntry]) -> Statement:
    """Sum up entries; corrections count where they were booked."""
    payers = _payers(booked)
    return Statement(
        total=_use(booked),
        billed_jpy=sum(one.billed_jpy for one in payers),
        payers=payers,
        sites=_by(booked, lambda one: one.site or UNKNOWN_SITE),
        devices=_by(booked, lambda one: one.entry.device),
        price_tables=tuple(sorted({one.entry.price_table for one in booked})),
    )


def _payers(booked: Sequence[BookedEntry]) -> tuple[PayerStatement, ...]:
    amounts: dict[str, Decimal] = {}
    studies: dict[str, set[str]] = {}
    for one in booked:
        for share in one.entry.shares:
            amounts[share.payer] = amounts.get(share.payer, Decimal(0)) + share.amount_jpy
            studies.setdefault(share.payer, set()).add(one.entry.study_instance_uid)
    names = sorted(amounts)
    billed = round_together([amounts[name] for name in names])
    return tuple(
        PayerStatement(
            payer=name, studies=len(studies[name]), exact_jpy=amounts[name], billed_jpy=yen
        )
        for name, yen in zip(names, billed, strict=True)
    )


def _by(
    booked: Sequence[BookedEntry], name_of: Callable[[BookedEntry], str]
) -> tuple[NamedUse, ...]:
    groups: dict[str, list[BookedEntry]] = {}
    for one in booked:
        groups.setdefault(name_of(one), []).append(one)
    return tuple(NamedUse(name=name, use=_use(groups[name])) for name in sorted(groups))


def _use(booked: Sequence[BookedEntry]) -> Use:
    entries = [one.entry for one in booked]
    analysed = {one.study_instance_uid for one in entries if one.kind is EntryKind.ANALYSIS}
    joules = [one.energy_joule for one in entries if one.energy_joule is not None]
    return Use(
        studies=len(analysed),
        gpu_seconds=sum((one.gpu_seconds for one in entries), Decimal(0)),
        cpu_seconds=sum((one.cpu_seconds for one in entries), Decimal(0)),
        energy_joule=sum(joules, Decimal(0)) if joules else None,
        added_images=sum(one.added_images for one in entries),
        cost_jpy=sum((one.cost_jpy for one in entries), Decimal(0)),
    )
