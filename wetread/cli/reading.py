"""`wetread reading replay`: what other rules would have made of the reading list."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from routing.reading.order_rules import load_order_rules
from routing.reading.replay import Moved, replay
from routing.records.database import open_database
from routing.records.reading import ReadingRecords
from wetread.bootstrap.clock import clock_of
from wetread.cli.language import Text
from wetread.cli.tables import output_console
from wetread.domain.errors import ConfigurationError
from wetread.settings import load_settings

app = typer.Typer(help="The list of studies to be read.", no_args_is_help=True)

_COLUMNS = (
    Text("now", "現在"),
    Text("tried", "試行"),
    Text("study", "検査"),
    Text("urgency", "緊急度"),
    Text("points", "AI点数"),
)
_LONGEST = 40


@app.callback()
def reading() -> None:
    """Have a group although it has one command."""


@app.command("replay")
def replay_rules(
    rules: Annotated[Path, typer.Option(help="Rules of the order (TOML) to try.")],
    at: Annotated[
        datetime | None, typer.Option(help="Try them on the list of this moment; default: now.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file with the settings.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Order the list of a moment by other rules; nothing is changed."""
    settings = load_settings(config)
    if not (settings.data_dir / "records.sqlite").is_file():
        raise ConfigurationError(f"there are no records in {settings.data_dir}")
    clock = clock_of(settings)
    moment = clock() if at is None else at.replace(tzinfo=at.tzinfo or clock().tzinfo)
    tasks = ReadingRecords(open_database(settings.database_url)).waiting(at=moment)
    moved = replay(tasks, load_order_rules(settings.reading.order_rules), load_order_rules(rules))
    if as_json:
        typer.echo(json.dumps([_as_json(one) for one in moved], indent=2))
        return
    table = Table()
    for column in _COLUMNS:
        table.add_column(str(column))
    for one in moved[:_LONGEST]:
        table.add_row(
            str(one.rank),
            f"{one.tried_rank} ({one.sooner_by:+d})",
            one.task.study_instance_uid,
            one.task.request.urgency,
            str(one.task.request.ai_points),
        )
    console = output_console()
    console.print(table)
    changed = sum(one.sooner_by != 0 for one in moved)
    console.print(
        str(
            Text(
                f"{changed} of {len(moved)} studies would stand elsewhere.",
                f"{len(moved)}件中{changed}件の順位が変わります。",
            )
        )
    )


def _as_json(one: Moved) -> dict[str, object]:
    return {
        "study_instance_uid": one.task.study_instance_uid,
        "rank": one.rank,
        "tried_rank": one.tried_rank,
        "urgency": one.task.request.urgency,
        "ai_points": one.task.request.ai_points,
    }
