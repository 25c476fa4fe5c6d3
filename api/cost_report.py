"""The report of a month, its entries, and correcting them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.costs import MonthQuery, asked_month
from api.problems import Problem
from api.schemas import Actor
from routing.ledger.report import MonthReport, report_month
from routing.records.ledger import Correction, LedgerRecords
from wetread.domain.costs.budgets import Budget, BudgetState
from wetread.domain.costs.dated import DatedTables
from wetread.domain.costs.entries import BookedEntry, EntryKind
from wetread.domain.costs.modes import CostMode
from wetread.domain.costs.payers import PayerTable
from wetread.domain.errors import LedgerError
from wetread.ports import Clock

_IMPOSSIBLE: Mapping[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "The entry is unknown, or was taken back before"}
}
_READ: ConfigDict = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)


class UseSchema(BaseModel):
    """What some entries sum up to; exact decimals as text."""

    model_config = _READ

    studies: int
    gpu_seconds: Decimal
    cpu_seconds: Decimal
    energy_joule: Decimal | None
    """Of the entries with a measured energy; null where none has."""
    added_images: int
    """By the results, so that billing by image can leave them out."""
    cost_jpy: Decimal


class NamedUseSchema(BaseModel):
    """What one site or device sums up to."""

    model_config = _READ

    name: str
    use: UseSchema


class PayerStatementSchema(BaseModel):
    """What one payer pays."""

    model_config = _READ

    payer: str
    studies: int
    exact_jpy: Decimal
    billed_jpy: int
    """Whole yen; those of all payers sum up to the rounded total."""


class ForecastSchema(BaseModel):
    """What the month will come to, with its 95 % interval."""

    model_config = _READ

    month_jpy: Decimal
    lowest_jpy: Decimal
    highest_jpy: Decimal


class BudgetSchema(BaseModel):
    """How a budget stands."""

    name: str
    """Of the payer or device."""
    budget_jpy: Decimal
    spent_jpy: Decimal
    state: BudgetState
    forecast: ForecastSchema | None
    """Null in the first days of a month."""


class MonthReportSchema(BaseModel):
    """A month of the ledger."""

    month: str
    start: datetime
    end: datetime
    """Not included."""
    total: UseSchema
    billed_jpy: int
    payers: tuple[PayerStatementSchema, ...]
    sites: tuple[NamedUseSchema, ...]
    devices: tuple[NamedUseSchema, ...]
    budgets: tuple[BudgetSchema, ...]
    price_tables: tuple[str, ...]


class ShareSchema(BaseModel):
    """What one payer pays of an entry."""

    model_config = _READ

    payer: str
    amount_jpy: Decimal


class EntrySchema(BaseModel):
    """One entry of the ledger; it is never changed."""

    entry_id: int
    study_instance_uid: str
    revision: int
    kind: EntryKind
    site: str
    device: str
    mode: CostMode
    gpu_seconds: Decimal
    cpu_seconds: Decimal
    energy_joule: Decimal | None
    added_images: int
    cost_jpy: Decimal
    shares: tuple[ShareSchema, ...]
    price_table: str
    payer_table: str
    how_measured: str
    booked_at: datetime
    reverses: int | None
    reason: str


class EntryPageSchema(BaseModel):
    """Some entries of a month, in the order in which they were booked."""

    total: int
    limit: int
    offset: int
    entries: tuple[EntrySchema, ...]


class EntryCorrectionSchema(BaseModel):
    """What comes in the place of an entry: another cost, another payer, or nothing."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"cost_jpy": "1.5", "actor": "Office", "reason": "price of March"}
        },
    )

    cost_jpy: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)] | None = None
    payer: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None
    take_back: bool = False
    actor: Actor
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.take_back == (self.cost_jpy is not None or self.payer is not None):
            raise ValueError("name a cost or a payer, or take the entry back")
        return self


def cost_report_router(
    ledger: LedgerRecords,
    budgets: Sequence[Budget],
    payers: DatedTables[PayerTable],
    clock: Clock,
) -> APIRouter:
    """Return the routes about the ledger."""
    router = APIRouter(prefix="/costs", tags=["costs"])

    @router.get("/report", summary="Report a month: use, payers, sites, devices, budgets")
    def show_report(month: MonthQuery = None) -> MonthReportSchema:
        return report_schema(
            report_month(ledger, budgets, month=asked_month(month, clock), now=clock())
        )

    @router.get("/entries", summary="List the entries of a month")
    def list_entries(
        month: MonthQuery = None,
        limit: Annotated[int, Query(ge=1, le=500, description="how many")] = 50,
        offset: Annotated[int, Query(ge=0, le=10**9, description="how many to skip")] = 0,
    ) -> EntryPageSchema:
        start, end = asked_month(month, clock).bounds(clock().tzinfo)
        entries = ledger.entries_between(start, end)
        return EntryPageSchema(
            total=len(entries),
            limit=limit,
            offset=offset,
            entries=tuple(map(_entry_schema, entries[offset : offset + limit])),
        )

    @router.post(
        "/entries/{entry_id}/correction",
        summary="Correct an entry: its reversal is booked, and what comes in its place",
        description="The entry itself stays. Who did it and why is kept in the audit.",
        responses={**_IMPOSSIBLE},
    )
    def correct(
        entry_id: Annotated[int, Path(ge=1, le=2**31 - 1)], correction: EntryCorrectionSchema
    ) -> tuple[EntrySchema, ...]:
        at = clock()
        try:
            added = ledger.correct(
                entry_id,
                Correction(
                    cost_jpy=correction.cost_jpy,
                    payer=correction.payer,
                    actor=correction.actor,
                    reason=correction.reason,
                ),
                payers=payers.on(at.date()),
                at=at,
            )
        except LedgerError as error:
            raise HTTPException(409, str(error)) from None
        return tuple(map(_entry_schema, added))

    return router


def report_schema(report: MonthReport) -> MonthReportSchema:
    """Return the document of a report."""
    statement = report.statement
    return MonthReportSchema(
        month=str(report.month),
        start=report.start,
        end=report.end,
        total=UseSchema.model_validate(statement.total),
        billed_jpy=statement.billed_jpy,
        payers=tuple(map(PayerStatementSchema.model_validate, statement.payers)),
        sites=tuple(map(NamedUseSchema.model_validate, statement.sites)),
        devices=tuple(map(NamedUseSchema.model_validate, statement.devices)),
        budgets=tuple(
            BudgetSchema(
                name=one.budget.name,
                budget_jpy=one.budget.month_jpy,
                spent_jpy=one.spent_jpy,
                state=one.state,
                forecast=None
                if one.forecast is None
                else ForecastSchema.model_validate(one.forecast),
            )
            for one in report.budgets
        ),
        price_tables=statement.price_tables,
    )


def _entry_schema(booked: BookedEntry) -> EntrySchema:
    entry = booked.entry
    return EntrySchema(
        entry_id=booked.entry_id,
        study_instance_uid=entry.study_instance_uid,
        revision=entry.revision,
        kind=entry.kind,
        site=booked.site,
        device=entry.device,
        mode=entry.mode,
        gpu_seconds=entry.gpu_seconds,
        cpu_seconds=entry.cpu_seconds,
        energy_joule=entry.energy_joule,
        added_images=entry.added_images,
        cost_jpy=entry.cost_jpy,
        shares=tuple(map(ShareSchema.model_validate, entry.shares)),
        price_table=entry.price_table,
        payer_table=entry.payer_table,
        how_measured=entry.how_measured,
        booked_at=entry.booked_at,
        reverses=entry.reverses,
        reason=entry.reason,
    )
