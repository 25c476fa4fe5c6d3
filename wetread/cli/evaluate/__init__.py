"""`wetread evaluate`: how good a detector is, by the protocol of LUNA16."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from inference.evaluation import (
    ScanMatch,
    ScanTruth,
    evaluate,
    match_scans,
    score_at_false_marks,
    score_at_sensitivity,
)
from inference.evaluation.report import Provenance, document_from_evaluation
from inference.evaluation.truth_tables import LEAST_READERS, read_truth
from wetread.bootstrap.analysis import build_analysis, load_analysis_rules
from wetread.cli.evaluate.predictions import (
    Predictions,
    predictions_from_findings,
    predictions_from_studies,
    predictions_from_table,
)
from wetread.cli.evaluate.report import write_report
from wetread.cli.evaluate.wording import explanations, table_header, table_rows
from wetread.cli.tables import output_console
from wetread.domain.errors import EvaluationError
from wetread.logs import configure_logs
from wetread.settings import load_settings

_FALSE_MARKS = 1.0  # per scan, where neither a score is asked for nor the model has one


def evaluate_detector(  # noqa: PLR0913 - an option each
    truth: Annotated[
        Path, typer.Argument(metavar="CSV", help="The nodules, as in LUNA16 or LIDC tables.")
    ],
    *,
    results: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Candidates, as submitted to LUNA16.")
    ] = None,
    findings: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder with findings.json files below it.")
    ] = None,
    studies: Annotated[
        Path | None, typer.Option(metavar="DIR", help="DICOM studies to analyse; needs --out.")
    ] = None,
    scans: Annotated[
        Path | None, typer.Option(help="All scans to evaluate, one series UID a line.")
    ] = None,
    excluded: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Findings that are neither right nor wrong.")
    ] = None,
    readers: Annotated[
        int, typer.Option(min=1, help="Nodules that fewer readers marked are excluded.")
    ] = LEAST_READERS,
    score: Annotated[float | None, typer.Option(help="Operating score.")] = None,
    false_marks: Annotated[
        float | None, typer.Option(min=0, help="Choose it by false marks per scan.")
    ] = None,
    sensitivity: Annotated[
        float | None, typer.Option(min=0, max=1, help="Choose it by sensitivity.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the resamples.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Folder for report.json, report.md and pictures.")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="Selection rules (TOML) for --studies.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file with the settings.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print report.json instead of a table.")
    ] = False,
) -> None:
    """Evaluate candidates against known nodules: FROC by the LUNA16 protocol (docs/evaluation.md).

    Name one of --results, --findings and --studies.
    """
    _require_one(("--results", results), ("--findings", findings), ("--studies", studies))
    _require_at_most_one(
        ("--score", score), ("--false-marks", false_marks), ("--sensitivity", sensitivity)
    )
    truths = read_truth(truth, excluded=excluded, scans=scans, least_readers=readers)
    if results is not None:
        predictions = predictions_from_table(results, truths, all_known=scans is not None)
    elif findings is not None:
        predictions = predictions_from_findings(findings, truths, all_known=scans is not None)
    elif studies is not None and out is not None:
        predictions = _analysed_now(studies, truths, out, rules, config)
    else:
        raise EvaluationError("--studies needs --out: the findings are kept there")
    matches = match_scans(truths, predictions.candidates)
    operating_score = _operating_score(matches, predictions, score, false_marks, sensitivity)
    evaluation = evaluate(matches, operating_score, np.random.default_rng(seed))
    provenance = Provenance(
        truth=str(truth),
        predictions=str(predictions.source),
        model=predictions.model,
        least_readers=readers,
        seed=seed,
        scans_left_out=predictions.scans_left_out,
        unanalysed=predictions.unanalysed,
    )
    document = document_from_evaluation(evaluation, matches, provenance)
    if out is not None:
        write_report(
            out,
            document=document,
            evaluation=evaluation,
            matches=matches,
            provenance=provenance,
            read_volume=predictions.read_volume,
        )
    if as_json:
        typer.echo(document, nl=False)
        return
    table = Table(caption="\n".join(explanations(evaluation, provenance)), caption_justify="left")
    for index, column in enumerate(table_header()):
        table.add_column(column, justify="right" if index else "left", no_wrap=True)
    for row in table_rows(evaluation):
        table.add_row(*row)
    output_console().print(table)


def _analysed_now(
    studies: Path,
    truths: Sequence[ScanTruth],
    out: Path,
    rules: Path | None,
    config: Path | None,
) -> Predictions:
    settings = load_settings(config)
    configure_logs(settings.log_format)
    analysis = build_analysis(settings, load_analysis_rules(settings, selection_rules=rules))
    return predictions_from_studies(studies, truths, analysis, out / "findings")


def _operating_score(
    matches: Sequence[ScanMatch],
    predictions: Predictions,
    score: float | None,
    false_marks: float | None,
    sensitivity: float | None,
) -> float:
    """Return the score asked for, else the model's own, else that of one false mark per scan."""
    try:
        if score is not None:
            return score
        if false_marks is not None:
            return score_at_false_marks(matches, false_marks)
        if sensitivity is not None:
            return score_at_sensitivity(matches, sensitivity)
        if predictions.operating_score is not None:
            return predictions.operating_score
        return score_at_false_marks(matches, _FALSE_MARKS)
    except ValueError as error:
        raise EvaluationError(str(error)) from error


def _require_one(*options: tuple[str, object]) -> None:
    if sum(value is not None for _, value in options) != 1:
        raise EvaluationError(f"name one of {', '.join(name for name, _ in options)}")


def _require_at_most_one(*options: tuple[str, object]) -> None:
    if sum(value is not None for _, value in options) > 1:
        raise EvaluationError(f"name at most one of {', '.join(name for name, _ in options)}")
