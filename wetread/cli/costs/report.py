"""`wetread costs report`: what a month cost, who pays it, and an export for accounting."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from api.cost_report import report_schema
from routing.ledger.focus import write_focus
from routing.ledger.report import MonthReport, report_month
from wetread.bootstrap.clock import clock_of
from wetread.bootstrap.ledger import budgets_of, open_ledger
from wetread.cli.language import Text
from wetread.cli.tables import output_console
from wetread.domain.costs.budgets import BudgetState
from wetread.domain.costs.entries import BookedEntry, EntryKind
from wetread.domain.costs.statement import Use
from wetread.domain.errors import ConfigurationError
from wetread.domain.months import Month
from wetread.settings import load_settings

_USE: Final = (
    Text("", ""),
    Text("studies", "検査数"),
    Text("GPU s", "GPU 秒"),
    Text("CPU s", "CPU 秒"),
    Text("energy J", "電力量 J"),
    Text("images added", "追加画像数"),
    Text("yen", "円"),
)
_PAYERS: Final = (
    Text("payer", "支払者"),
    Text("studies", "検査数"),
    Text("exact yen", "円 (端数処理前)"),
    Text("billed yen", "請求額 (円)"),
)
_BUDGETS: Final = (
    Text("budget of", "予算"),
    Text("yen", "円"),
    Text("spent", "使用額"),
    Text("state", "状態"),
    Text("forecast for the month (95 %)", "月末予測 (95 %)"),
)
_ENTRIES: Final = (
    Text("entry", "番号"),
    Text("kind", "種別"),
    Text("study", "検査"),
    Text("payers", "支払者"),
    Text("yen", "円"),
    Text("reason", "理由"),
)
_STATES: Final = {
    BudgetState.WITHIN: Text("within", "予算内"),
    BudgetState.WARNED: Text("nearly spent", "残り僅か"),
    BudgetState.SPENT: Text("spent", "超過"),
}
_KINDS: Final = {
    EntryKind.ANALYSIS: Text("analysis", "解析"),
    EntryKind.REVERSAL: Text("reversal", "取消"),
    EntryKind.CORRECTION: Text("correction", "訂正"),
}
_TOTAL: Final = Text("all", "合計")
_SITE: Final = Text("site", "施設")
_DEVICE: Final = Text("device", "装置")
_TOO_EARLY: Final = Text("too early to tell", "予測には早すぎます")


def report_costs(
    *,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="This month by default.")
    ] = None,
    entries: Annotated[
        bool, typer.Option("--entries", help="List every entry with its number.")
    ] = False,
    focus: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the entries as FOCUS 1.2: .csv or .parquet."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file with the settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Report what the analyses of a month cost: payers, sites, devices, budgets (docs/costs.md)."""
    settings = load_settings(config)
    now = clock_of(settings)()
    report = report_month(
        open_ledger(settings),
        budgets_of(settings),
        month=Month.of(now) if month is None else _parsed(month),
        now=now,
    )
    if focus is not None:
        write_focus(report.entries, focus, zone=now.tzinfo, issuer=settings.costs.issuer)
    if as_json:
        typer.echo(report_schema(report).model_dump_json(indent=2))
        return
    console = output_console()
    console.print(_use_table(report))
    console.print(_payer_table(report))
    if report.budgets:
        console.print(_budget_table(report))
    if entries:
        console.print(_entry_table(report))


def _parsed(month: str) -> Month:
    try:
        return Month.parse(month)
    except ValueError as error:
        raise ConfigurationError(f"{month!r} is no month such as 2026-04") from error


def _table(columns: tuple[Text, ...], left: frozenset[int], title: str = "") -> Table:
    table = Table(title=title or None, title_justify="left")
    for index, column in enumerate(columns):
        table.add_column(str(column), justify="left" if index in left else "right")
    return table


def _use_table(report: MonthReport) -> Table:
    table = _table(_USE, frozenset({0}), str(report.month))
    statement = report.statement
    table.add_row(str(_TOTAL), *_use(statement.total))
    for label, group in ((_SITE, statement.sites), (_DEVICE, statement.devices)):
        for one in group:
            table.add_row(f"{label}: {one.name}", *_use(one.use))
    return table


def _use(use: Use) -> tuple[str, ...]:
    return (
        str(use.studies),
        f"{use.gpu_seconds:,.1f}",
        f"{use.cpu_seconds:,.1f}",
        "–" if use.energy_joule is None else f"{use.energy_joule:,.0f}",
        str(use.added_images),
        f"{use.cost_jpy:,.6f}",
    )


def _payer_table(report: MonthReport) -> Table:
    table = _table(_PAYERS, frozenset({0}))
    for one in report.statement.payers:
        table.add_row(one.payer, str(one.studies), f"{one.exact_jpy:,.6f}", f"{one.billed_jpy:,}")
    table.add_row(
        str(_TOTAL),
        str(report.statement.total.studies),
        f"{report.statement.total.cost_jpy:,.6f}",
        f"{report.statement.billed_jpy:,}",
    )
    return table


def _budget_table(report: MonthReport) -> Table:
    table = _table(_BUDGETS, frozenset({0, 3}))
    for one in report.budgets:
        ahead = one.forecast
        table.add_row(
            one.budget.name,
            f"{one.budget.month_jpy:,.0f}",
            f"{one.spent_jpy:,.6f}",
            str(_STATES[one.state]),
            str(_TOO_EARLY)
            if ahead is None
            else f"{ahead.month_jpy:,.2f} ({ahead.lowest_jpy:,.2f}–{ahead.highest_jpy:,.2f})",
        )
    return table


def _entry_table(report: MonthReport) -> Table:
    table = _table(_ENTRIES, frozenset({1, 2, 3, 5}))
    for booked in report.entries:
        entry = booked.entry
        table.add_row(
            str(booked.entry_id),
            str(_KINDS[entry.kind]),
            f"{entry.study_instance_uid} ({entry.revision})",
            "\n".join(f"{share.payer}: {share.amount_jpy:,.6f}" for share in entry.shares),
            f"{entry.cost_jpy:,.6f}",
            _why(booked),
        )
    return table


def _why(booked: BookedEntry) -> str:
    taken_back = f"#{booked.entry.reverses}: " if booked.entry.reverses is not None else ""
    return f"{taken_back}{booked.entry.reason}"
