"""`wetread analyze`: one study, no server."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from routing.results.document import document_from_findings
from routing.results.objects import DEFAULT_KINDS, NAMES, kinds_from_names
from routing.results.outputs import plan_of_kinds
from wetread.bootstrap.analysis import build_analysis, load_analysis_rules, open_study
from wetread.cli.progress import stage_progress
from wetread.cli.tables import findings_table, output_console
from wetread.domain.errors import AnalysisError
from wetread.domain.findings import Outcome
from wetread.domain.guidelines.guidance import Indication
from wetread.logs import configure_logs
from wetread.settings import Engine, load_settings

_DEFAULT_NAMES: Final = ",".join(name for name, kind in NAMES.items() if kind in DEFAULT_KINDS)


def analyze(  # noqa: PLR0913, PLR0917 - one for each option
    study: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with one DICOM study.")],
    out: Annotated[Path, typer.Option(help="Folder for findings.json, objects and key images.")],
    prior: Annotated[
        Path | None, typer.Option(metavar="DIR", help="An earlier study of the same patient.")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="Selection rules (TOML); the shipped ones by default.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Model package instead of the configured.")
    ] = None,
    engine: Annotated[
        Engine | None,
        typer.Option(help="Where the network runs instead of where configured (docs/serving.md)."),
    ] = None,
    indication: Annotated[
        Indication | None,
        typer.Option(help="Why the study was made; by rules over its headers by default."),
    ] = None,
    objects: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME,…",
            help=f"DICOM objects to write, {_DEFAULT_NAMES} by default: {', '.join(NAMES)}.",
        ),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file with the settings.")] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print findings.json instead of a table.")
    ] = False,
) -> None:
    """Analyse one study and write findings.json, the DICOM objects and key images to --out."""
    kinds = DEFAULT_KINDS if objects is None else kinds_from_names(_split(objects))
    settings = load_settings(config)
    if model is not None:
        settings = settings.model_copy(update={"model": model})
    if engine is not None:
        settings = settings.with_engine(engine)
    configure_logs(settings.log_format)
    loaded = load_analysis_rules(settings, selection_rules=rules)
    analysis = build_analysis(settings, loaded, lambda _study: plan_of_kinds(kinds))
    current = replace(open_study(study), indication=indication)
    earlier = open_study(prior) if prior is not None else None
    out.mkdir(parents=True, exist_ok=True)
    with stage_progress(str(study)) as progress:
        analysed = analysis.analyze_study(current, earlier, out, progress)
    document = document_from_findings(analysed.findings)
    (out / "findings.json").write_text(document, encoding="utf-8")
    if as_json:
        typer.echo(document, nl=False)
    else:
        output_console().print(findings_table([analysed.findings]))
    if analysed.findings.outcome is Outcome.FAILED:
        raise AnalysisError(f"the analysis failed: {analysed.findings.reason}")


def _split(options: list[str]) -> list[str]:
    """Return every name of an option that may be given several times, each with several names."""
    return [name.strip() for option in options for name in option.split(",") if name.strip()]
