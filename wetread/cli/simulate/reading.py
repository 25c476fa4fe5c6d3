"""`wetread simulate reading`: ways to hand out reading, on the same studies and readers."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from routing.simulation.reading.document import document_from_reading
from routing.simulation.reading.readers import read_score_table
from routing.simulation.reading.scenario import load_scenario
from routing.simulation.reading.trial import (
    PolicyName,
    ReadingTrial,
    Run,
    play_policies,
    vary_sensitivity,
)
from wetread.cli.language import Text
from wetread.cli.progress import stage_progress
from wetread.cli.simulate.report import write_report
from wetread.cli.simulate.wording import claim_lines, table_header, table_rows
from wetread.cli.tables import output_console
from wetread.domain.queueing import AiQuality

_PLAYING = Text("playing the policies", "割り当て方式を模擬中")
_VARYING = Text("varying the AI", "AIの感度を変更中")
_OTHER_SENSITIVITIES = (0.5, 0.7, 0.8, 0.9, 1.0)


def simulate_reading(  # noqa: PLR0913 - an option each
    *,
    providers: Annotated[int, typer.Option(min=1, help="Providers that share readers.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="Weekdays that are counted.")] = 5,
    policy: Annotated[
        list[PolicyName] | None, typer.Option(help="Play only these; by default all.")
    ] = None,
    replications: Annotated[int, typer.Option(min=2, help="Independent runs.")] = 30,
    sensitivity: Annotated[float, typer.Option(min=0, max=1, help="Of the AI.")] = 0.9,
    specificity: Annotated[float, typer.Option(min=0, max=1, help="Of the AI.")] = 0.9,
    vary_ai: Annotated[
        bool, typer.Option("--vary-ai", help="Play ours with other sensitivities, too.")
    ] = False,
    readers: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Draw scores from this table of readers.")
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(metavar="TOML", help="Volumes and shifts of your own.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same studies.")] = 0,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one a core.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for report.json, .md and pictures.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print report.json instead of a table.")
    ] = False,
) -> None:
    """Play policies of handing out reading on the same studies (docs/simulation.md)."""
    table = load_scenario(scenario)
    trial = ReadingTrial(
        scenario=table,
        policies=tuple(dict.fromkeys(policy or PolicyName)),
        providers=providers,
        days=days,
        ai=AiQuality(sensitivity=sensitivity, specificity=specificity, prevalence=table.prevalence),
        replications=replications,
        seed=seed,
        scores=None if readers is None else read_score_table(readers),
    )
    processes = jobs or os.cpu_count() or 1
    with stage_progress(str(_PLAYING)) as progress:
        runs = play_policies(trial, processes=processes, progress=progress)
    varied: Mapping[float, Sequence[Run]] = {}
    if vary_ai:
        with stage_progress(str(_VARYING)) as progress:
            varied = vary_sensitivity(
                trial, _OTHER_SENSITIVITIES, processes=processes, progress=progress
            )
    document = document_from_reading(trial, runs, varied)
    if report is not None:
        write_report(report, document=document, trial=trial, runs=runs, varied=varied)
    if as_json:
        typer.echo(document, nl=False)
        return
    printed = Table(caption="\n".join(claim_lines(runs)), caption_justify="left")
    for index, column in enumerate(table_header(trial)):
        printed.add_column(column, justify="right" if index else "left")
    for row in table_rows(trial, runs, intervals=False):
        printed.add_row(*row)
    output_console().print(printed)
