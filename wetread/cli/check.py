"""`wetread check`: whether the configuration is usable, and what the rules say of a study."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from routing.selection.folder import scan_folder
from routing.selection.rule_files import load_rules
from routing.selection.select import select_series
from wetread.bootstrap.analysis import find_problems
from wetread.cli.language import Text, prefers_japanese
from wetread.cli.tables import output_console
from wetread.domain.errors import ConfigurationError, NoUsableSeries
from wetread.domain.selection import Reason, SeriesDecision
from wetread.settings import load_settings

_COLUMNS = (
    Text("series", "シリーズ"),
    Text("images", "画像数"),
    Text("decision", "判定"),
    Text("reasons", "理由"),
)
_CHOSEN = Text("chosen", "解析対象")
_USABLE = Text("usable", "使用可")
_EXCLUDED = Text("excluded", "除外")


def check(
    config: Annotated[Path | None, typer.Option(help="TOML file with the settings.")] = None,
    study: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Try the selection rules on this study.")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="Selection rules (TOML) to try instead of the configured.")
    ] = None,
) -> None:
    """Check settings, tables, model and folders; with --study, try the selection rules on it."""
    settings = load_settings(config)
    if study is not None:
        _try_rules(study, rules or settings.selection_rules)
        return
    problems = find_problems(settings)
    if problems:
        raise ConfigurationError("; ".join(problems))
    typer.echo(str(Text("The configuration is usable.", "設定に問題はありません。")))


def _try_rules(study: Path, rules: Path | None) -> None:
    scan = scan_folder(study)
    selection = select_series(scan.instances, load_rules(rules))
    table = Table()
    for column in _COLUMNS:
        table.add_column(str(column))
    for decision in selection.decisions:
        name = decision.description or decision.series_instance_uid
        table.add_row(
            f"{name} ({decision.modality})",
            str(decision.instance_count),
            _decided(decision, chosen=decision == selection.chosen),
            "\n".join(_sentence(one) for one in (*decision.excluded, *decision.limitations)),
        )
    console = output_console()
    console.print(table)
    for skipped in scan.skipped:
        console.print(f"{skipped.name}: {skipped.reason}", markup=False)
    if selection.chosen is None:
        raise NoUsableSeries(_sentence(selection.reason) if selection.reason else None)


def _decided(decision: SeriesDecision, *, chosen: bool) -> str:
    if chosen:
        return str(_CHOSEN)
    return str(_EXCLUDED if decision.excluded else _USABLE)


def _sentence(reason: Reason) -> str:
    return reason.japanese if prefers_japanese() else reason.english
