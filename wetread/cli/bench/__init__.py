"""`wetread bench`: what a study costs, by stage and by how many are under way."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from routing.bench.document import document_from_bench
from routing.bench.figures import Bench, LoadSeries, Part
from routing.ledger.prices import load_price_tables
from wetread.bootstrap.bench import BenchStudy, bench_machine, engine_bench
from wetread.bootstrap.clock import clock_of
from wetread.cli.bench.report import write_report
from wetread.cli.bench.service import measure_service
from wetread.cli.bench.wording import conclusions, described, load_header, load_rows
from wetread.cli.demo.phantoms import generate_phantoms
from wetread.cli.language import Text
from wetread.cli.progress import progress_bars, stage_progress
from wetread.cli.tables import output_console
from wetread.domain.errors import ConfigurationError
from wetread.logs import configure_logs
from wetread.settings import Engine, Settings, load_settings

_AT_ONCE: Final = "1,2,4,8"
_MEASURING: Final = Text("measuring", "測定中")


def bench(  # noqa: PLR0913 - an option each
    *,
    study: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="DICOM folder of one study; may be repeated."),
    ] = None,
    prior: Annotated[
        Path | None, typer.Option(metavar="DIR", help="An earlier study of the only --study.")
    ] = None,
    at_once: Annotated[
        str, typer.Option(metavar="N,…", help="How many studies are under way at once.")
    ] = _AT_ONCE,
    repeat: Annotated[int, typer.Option(min=1, help="Rounds of each load.")] = 1,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Model package instead of the configured.")
    ] = None,
    engine: Annotated[
        list[Engine] | None,
        typer.Option(help="Where the network runs; several are measured side by side."),
    ] = None,
    service: Annotated[
        bool, typer.Option("--service", help="From C-STORE to delivered, by a real `serve`.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for report.json, .md and pictures.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file with the settings.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print report.json instead of a table.")
    ] = False,
) -> None:
    """Measure seconds, memory, energy and yen of studies (docs/benchmark.md).

    Without --study a generated chest is measured, without and with its prior.
    """
    loads = _counts(at_once)
    if prior is not None and (study is None or len(study) != 1):
        raise ConfigurationError("--prior needs exactly one --study")
    settings = load_settings(config)
    if model is not None:
        settings = settings.model_copy(update={"model": model})
    configure_logs(settings.log_format)
    machine = bench_machine(settings)
    with tempfile.TemporaryDirectory(prefix="wetread-bench-") as scratch:
        studies = _studies(study, prior, Path(scratch))
        series: list[LoadSeries] = []
        for one in engine or [settings.engine.kind]:
            chosen = settings.with_engine(one)
            measure = _measure_service if service else _measure_here
            series += measure(chosen, studies, loads, repeat)
    measured = Bench(
        machine=machine,
        model=settings.model,
        studies=tuple(one.folder.name for one in studies),
        prices=load_price_tables(settings.price_table).on(clock_of(settings)().date()),
        series=tuple(series),
    )
    if report is not None:
        write_report(report, measured)
    if as_json:
        typer.echo(document_from_bench(measured), nl=False)
    else:
        _print(measured)


def _counts(at_once: str) -> tuple[int, ...]:
    try:
        counts = tuple(int(one) for one in at_once.split(","))
    except ValueError:
        counts = ()
    if not counts or min(counts) < 1:
        raise ConfigurationError(f"--at-once {at_once} is no list of counts such as {_AT_ONCE}")
    return tuple(sorted(set(counts)))


def _studies(
    folders: Sequence[Path] | None, prior: Path | None, scratch: Path
) -> tuple[BenchStudy, ...]:
    if folders:
        return tuple(BenchStudy(folder=folder, prior=prior) for folder in folders)
    with progress_bars() as bars:
        earlier, current = generate_phantoms(scratch, bars)
    return (BenchStudy(folder=current, prior=earlier),)


def _measure_here(
    settings: Settings, studies: Sequence[BenchStudy], at_once: tuple[int, ...], repeat: int
) -> list[LoadSeries]:
    """Measure the model and the whole study, with a prior under the smallest load only."""
    loads = {Part.MODEL: at_once, Part.WHOLE: at_once}
    if all(one.prior for one in studies):
        loads[Part.WHOLE_WITH_PRIOR] = at_once[:1]
    series = []
    with engine_bench(settings, studies) as engine:
        for part, counts in loads.items():
            with stage_progress(f"{_MEASURING}: {part}, {settings.engine.kind}") as progress:
                series.append(
                    engine.measure(part, at_once=counts, repeat=repeat, progress=progress)
                )
    return series


def _measure_service(
    settings: Settings, studies: Sequence[BenchStudy], at_once: tuple[int, ...], repeat: int
) -> list[LoadSeries]:
    with stage_progress(f"{_MEASURING}: {Part.SERVICE}, {settings.engine.kind}") as progress:
        folders = [one.folder for one in studies]
        return [
            measure_service(settings, folders, at_once=at_once, repeat=repeat, progress=progress)
        ]


def _print(measured: Bench) -> None:
    caption = "\n".join([*conclusions(measured.series), described(measured)])
    table = Table(caption=caption, caption_justify="left")
    for index, column in enumerate(load_header()):
        table.add_column(column, justify="right" if index else "left")
    for row in load_rows(measured):
        table.add_row(*row)
    output_console().print(table)
