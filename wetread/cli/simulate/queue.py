"""`wetread simulate queue`: the mean waits of one queue, beside what theory says."""

import os
from typing import Annotated

import typer
from rich.table import Table

from routing.simulation.queue_document import document_from_queue
from routing.simulation.queue_trial import (
    Group,
    GroupWait,
    QueueTrial,
    enough_studies,
    play_trial,
    queue_of_calls,
)
from wetread.cli.language import Text
from wetread.cli.progress import stage_progress
from wetread.cli.tables import output_console
from wetread.domain.errors import SimulationError
from wetread.domain.queueing import AiQuality, Discipline, QueueLoad

_PLAYING = Text("playing the queue", "待ち行列を模擬中")
_COLUMNS = (
    Text("studies", "検査"),
    Text("mean wait, min", "平均待ち時間(分)"),
    Text("95 % interval", "95%信頼区間"),
    Text("theory", "理論値"),
    Text("difference", "差"),
)
_GROUPS = {
    Group.HIGH: Text("high", "優先"),
    Group.LOW: Text("low", "通常"),
    Group.AI_POSITIVE: Text("AI positive (high)", "AI陽性(優先)"),
    Group.AI_NEGATIVE: Text("AI negative (low)", "AI陰性(通常)"),
    Group.DISEASED: Text("diseased", "疾患あり"),
    Group.MISSED: Text("diseased, AI negative", "疾患あり・AI陰性"),
    Group.HEALTHY: Text("healthy", "疾患なし"),
    Group.ALL: Text("all", "全体"),
}
_AI_OPTIONS = "--sensitivity, --specificity and --prevalence"


def simulate_queue(  # noqa: PLR0913 - an option each
    *,
    servers: Annotated[int, typer.Option(min=1, help="Readers, who all read everything.")] = 3,
    service_per_hour: Annotated[float, typer.Option(help="Studies a reader reads an hour.")] = 6.0,
    load: Annotated[float, typer.Option(help="Share of the readers' time asked for.")] = 0.8,
    high_share: Annotated[
        float, typer.Option(help="Share of high studies; with an AI its calls make them.")
    ] = 0.15,
    discipline: Annotated[
        Discipline, typer.Option(help="Which study is read next.")
    ] = Discipline.NONPREEMPTIVE,
    ageing_ratio: Annotated[
        float, typer.Option(min=1, help="How much faster high studies age (ageing).")
    ] = 4.0,
    sensitivity: Annotated[
        float | None, typer.Option(min=0, max=1, help="Of the AI that makes studies high.")
    ] = None,
    specificity: Annotated[float | None, typer.Option(min=0, max=1, help="Of the AI.")] = None,
    prevalence: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of studies with disease.")
    ] = None,
    replications: Annotated[int, typer.Option(min=1, help="Independent runs.")] = 30,
    studies: Annotated[
        int | None, typer.Option(min=100, help="Studies a run; by default, enough for the load.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same studies.")] = 0,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one a core.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Play one queue and tell the mean waits beside theory (docs/simulation.md)."""
    queue = QueueLoad(
        servers=servers, service_per_hour=service_per_hour, load=load, high_share=high_share
    )
    ai = _ai_quality(sensitivity, specificity, prevalence)
    trial = QueueTrial(
        queue=queue if ai is None else queue_of_calls(queue, ai),
        ai=ai,
        discipline=discipline,
        ageing_ratio=ageing_ratio,
        replications=replications,
        studies=studies or enough_studies(load),
        seed=seed,
    )
    with stage_progress(str(_PLAYING)) as progress:
        waits = play_trial(trial, processes=jobs or os.cpu_count() or 1, progress=progress)
    if as_json:
        typer.echo(document_from_queue(trial, waits), nl=False)
        return
    table = Table(caption=_caption(trial), caption_justify="left")
    for index, column in enumerate(_COLUMNS):
        table.add_column(str(column), justify="right" if index else "left")
    for one in waits:
        table.add_row(*_row(one))
    output_console().print(table)


def _ai_quality(
    sensitivity: float | None, specificity: float | None, prevalence: float | None
) -> AiQuality | None:
    if sensitivity is None and specificity is None and prevalence is None:
        return None
    if sensitivity is None or specificity is None or prevalence is None:
        raise SimulationError(f"an AI needs all of {_AI_OPTIONS}")
    return AiQuality(sensitivity=sensitivity, specificity=specificity, prevalence=prevalence)


def _row(wait: GroupWait) -> tuple[str, ...]:
    name, theory = str(_GROUPS[wait.group]), f"{wait.theory_min:.3f}"
    played = wait.played_min
    if played is None:
        return name, "–", "–", theory, "–"
    interval = "–" if played.interval is None else "{:.3f}–{:.3f}".format(*played.interval)
    difference = f"{100 * (played.value / wait.theory_min - 1):+.2f} %"
    return name, f"{played.value:.3f}", interval, theory, difference


def _caption(trial: QueueTrial) -> str:
    queue = trial.queue
    return str(
        Text(
            f"{trial.discipline}, {queue.servers} readers, load {queue.load:g}, "
            f"{queue.high_share:.1%} high; {trial.replications} × {trial.studies} studies.",
            f"{trial.discipline}、読影医{queue.servers}人、負荷{queue.load:g}、"
            f"優先{queue.high_share:.1%}、{trial.replications}回×{trial.studies}検査。",
        )
    )
