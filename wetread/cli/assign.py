"""`wetread assign`: gives the studies that wait to readers, now or again and again."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from routing.reading.assignment.desk import AssignmentDesk, Round
from wetread.bootstrap.assignment import open_desk
from wetread.cli.language import Text, prefers_japanese
from wetread.cli.tables import output_console
from wetread.domain.words import Words
from wetread.settings import load_settings

_COLUMNS = (
    Text("study", "検査"),
    Text("column", "列"),
    Text("reader", "読影医"),
    Text("reasons", "理由"),
)
_OPEN = Text("open", "未割当")
_NOTHING = Text("No study waits for a reader.", "割当待ちの検査はありません。")
_SECONDS_PER_MINUTE = 60


def assign(
    config: Annotated[Path | None, typer.Option(help="TOML file with the settings.")] = None,
    *,
    once: Annotated[
        bool,
        typer.Option("--once/--repeat", help="One batch, or one after the other."),
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Give the studies that wait to the readers on shift, and say why each went where."""
    settings = load_settings(config)
    desk = open_desk(settings)
    _run(desk, as_json=as_json)
    while not once:
        time.sleep(settings.assignment.interval_minutes * _SECONDS_PER_MINUTE)
        _run(desk, as_json=as_json)


def _run(desk: AssignmentDesk, *, as_json: bool) -> None:
    made = desk.assign_waiting()
    if as_json:
        typer.echo(json.dumps(_document(made), ensure_ascii=False))
        return
    if not made.assignments and not made.unassigned:
        typer.echo(str(_NOTHING))
        return
    table = Table()
    for column in _COLUMNS:
        table.add_column(str(column), overflow="fold")
    for given in made.assignments:
        reasons = "\n".join(_sentence(reason) for reason in given.reasons)
        table.add_row(given.study_instance_uid, given.column, given.reader_id, reasons)
    for left in made.unassigned:
        table.add_row(left.study_instance_uid, "–", str(_OPEN), _sentence(left.reason))
    output_console().print(table)


def _sentence(words: Words) -> str:
    return words.japanese if prefers_japanese() else words.english


def _document(made: Round) -> dict[str, object]:
    return {
        "at": made.at.isoformat(),
        "assignments": [
            {
                "study_instance_uid": one.study_instance_uid,
                "reader": one.reader_id,
                "column": one.column,
                "minutes": one.minutes,
                "difficulty": one.difficulty,
                "reasons": [_sentence(reason) for reason in one.reasons],
            }
            for one in made.assignments
        ],
        "unassigned": [
            {"study_instance_uid": one.study_instance_uid, "reason": _sentence(one.reason)}
            for one in made.unassigned
        ],
    }
