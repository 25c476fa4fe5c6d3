"""`wetread readers`: import tables of readers, and look at what is known of them."""

import json
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from routing.reading.assignment.desk import KnownReader
from routing.reading.readers.tables import read_reader_tables
from wetread.bootstrap.assignment import open_desk, open_reader_records
from wetread.bootstrap.clock import clock_of
from wetread.cli.language import Text
from wetread.cli.tables import output_console
from wetread.settings import load_settings

app = typer.Typer(help="Readers: who may read what, and when.", no_args_is_help=True)

_COLUMNS = (
    Text("reader", "読影医"),
    Text("may read", "読影可能"),
    Text("sites", "契約施設"),
    Text("on shift until", "勤務終了"),
    Text("minutes waiting", "未読影 (分)"),
    Text("discrepancies", "不一致率"),
)
_UNMAPPED_COLUMNS = (Text("study", "検査"), Text("reason", "理由"))
_EVERY_SITE = Text("all", "全施設")

_Config = Annotated[Path | None, typer.Option(help="TOML file with the settings.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.command("import")
def import_readers(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV (UTF-8 or Shift_JIS) or Excel: scores, shifts or terms, by their headers.",
        ),
    ],
    config: _Config = None,
    *,
    actor: Annotated[
        str, typer.Option(envvar="USER", help="Who imports it, for the audit.")
    ] = "command line",
    as_json: _Json = False,
) -> None:
    """Import a table of scores, of shifts, or of contracts and conflicts (docs/assignment.md)."""
    settings = load_settings(config)
    tables = read_reader_tables(file, ZoneInfo(settings.time_zone))
    records = open_reader_records(settings)
    records.import_tables(tables, actor=actor, at=clock_of(settings)())
    counts = {
        "scores": len(tables.scores or ()),
        "terms": len(tables.terms or ()),
        "shifts": len(tables.shifts or ()),
    }
    if as_json:
        typer.echo(json.dumps({"imported": counts}))
        return
    typer.echo(
        str(
            Text(
                "Imported: scores of {scores} readers, terms of {terms}, {shifts} shifts.",
                "取り込み: スコア {scores} 名、契約条件 {terms} 名、勤務 {shifts} 件。",
            )
        ).format(**counts)
    )


@app.command("list")
def list_readers(config: _Config = None, *, as_json: _Json = False) -> None:
    """List the readers with their scores, shift, load and reviewed quality."""
    settings = load_settings(config)
    readers = open_desk(settings).readers()
    zone = ZoneInfo(settings.time_zone)
    if as_json:
        rows = [_document(one) for one in readers]
        typer.echo(json.dumps({"readers": rows}, ensure_ascii=False, indent=2))
        return
    table = Table()
    for column in _COLUMNS:
        table.add_column(str(column), overflow="fold")
    for one in readers:
        table.add_row(*_row(one, zone))
    output_console().print(table)


@app.command("unmapped")
def list_unmapped(config: _Config = None, *, as_json: _Json = False) -> None:
    """List the studies to read that belong to no column of the readers' table, and why."""
    studies = open_desk(load_settings(config)).unmapped()
    if as_json:
        rows = [
            {"study_instance_uid": one.study_instance_uid, "reason": one.reason.english}
            for one in studies
        ]
        typer.echo(json.dumps({"studies": rows}, ensure_ascii=False, indent=2))
        return
    table = Table()
    for column in _UNMAPPED_COLUMNS:
        table.add_column(str(column), overflow="fold")
    for one in studies:
        table.add_row(one.study_instance_uid, str(Text(*one.reason)))
    output_console().print(table)


def _row(one: KnownReader, zone: tzinfo) -> tuple[str, ...]:
    reader, quality = one.reader, one.quality
    able = sorted(((score, name) for name, score in reader.scores.items() if score), reverse=True)
    return (
        reader.reader_id,
        ", ".join(f"{name} {score}" for score, name in able) or "–",
        str(_EVERY_SITE) if reader.sites is None else ", ".join(sorted(reader.sites)),
        "–" if one.shift is None else f"{one.shift.end.astimezone(zone):%Y-%m-%d %H:%M}",
        f"{one.taken_on.queued_minutes:.0f}",
        "–" if quality is None else f"{quality.rate:.2%} ({quality.lower:.2%}–{quality.upper:.2%})",
    )


def _document(one: KnownReader) -> dict[str, Any]:
    reader, quality, shift = one.reader, one.quality, one.shift
    return {
        "reader": reader.reader_id,
        "scores": dict(reader.scores),
        "sites": None if reader.sites is None else sorted(reader.sites),
        "experience_years": reader.experience_years,
        "on_shift_until": None if shift is None else shift.end.isoformat(),
        "queued_minutes": one.taken_on.queued_minutes,
        "quality": None
        if quality is None
        else {"rate": quality.rate, "lower": quality.lower, "upper": quality.upper},
    }
