"""What was found in the scans to evaluate: from a table, from findings, or found now."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from inference.evaluation import ScanCandidates, ScanTruth
from inference.evaluation.candidate_tables import read_candidates
from inference.evaluation.report import UnanalysedScan
from routing.pipeline.analysis import StudyAnalysis
from routing.pipeline.study import Background, StudyInput
from routing.results.document import document_from_findings, findings_from_document
from wetread.bootstrap.evaluation import find_series, read_volume, study_of_series
from wetread.cli.evaluate.wording import analysing
from wetread.cli.progress import stage_progress
from wetread.domain.errors import EncodingError, EvaluationError
from wetread.domain.findings import Findings, ModelIdentity, Outcome
from wetread.domain.volumes import CtVolume

_FINDINGS = "findings.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """The candidates of the scans to evaluate, and what is known of how they came about."""

    source: Path
    candidates: tuple[ScanCandidates, ...]
    scans_left_out: int
    model: ModelIdentity | None = None
    operating_score: float | None = None  # the model's own; None where it is not known
    unanalysed: tuple[UnanalysedScan, ...] = ()
    read_volume: Callable[[str], CtVolume] | None = None  # where the images are at hand


def predictions_from_table(
    path: Path, truths: Collection[ScanTruth], *, all_known: bool
) -> Predictions:
    """Read a table of candidates; raise `EvaluationError`.

    Without a list of all scans (``all_known`` false) a scan that the truth does not name is an
    error: it may be one without nodules, and its false marks count.
    """
    found = read_candidates(path)
    names = {truth.scan for truth in truths}
    others = [one.scan for one in found if one.scan not in names]
    _require_known(path, others, all_known=all_known)
    return Predictions(
        source=path,
        candidates=tuple(one for one in found if one.scan in names),
        scans_left_out=len(others),
    )


def predictions_from_findings(
    folder: Path, truths: Collection[ScanTruth], *, all_known: bool
) -> Predictions:
    """Read every findings.json below a folder; raise `EvaluationError`.

    A scan to evaluate of which there are none is an error, as it may not have been analysed.
    """
    found: dict[str, Findings] = {}
    for path in sorted(folder.rglob(_FINDINGS)):
        findings = _read_findings(path)
        series = findings.series_instance_uid
        if series is None:
            continue  # no series was chosen, so that no scan can be named
        if series in found:
            raise EvaluationError(f"there are two findings of scan {series} below {folder}")
        found[series] = findings
    names = [truth.scan for truth in truths]
    others = sorted(found.keys() - set(names))
    _require_known(folder, others, all_known=all_known)
    if missing := [name for name in names if name not in found]:
        raise EvaluationError(
            f"there are no findings of scan {missing[0]} below {folder}"
            f" ({len(missing)} of {len(names)} are missing); name those to evaluate with --scans"
        )
    return _from_findings(
        folder, {name: found[name] for name in names}, scans_left_out=len(others), read_volume=None
    )


def predictions_from_studies(
    folder: Path, truths: Collection[ScanTruth], analysis: StudyAnalysis, kept: Path
) -> Predictions:
    """Analyse the scans to evaluate, each in turn; raise `EvaluationError` where one is missing.

    Findings are kept in ``kept``; those the same model made there before are not made again.
    """
    series = find_series(folder)
    names = [truth.scan for truth in truths]
    if missing := [name for name in names if name not in series]:
        raise EvaluationError(
            f"there is no image of scan {missing[0]} below {folder}"
            f" ({len(missing)} of {len(names)} are missing); name those to evaluate with --scans"
        )
    found: dict[str, Findings] = {}
    for number, name in enumerate(names, start=1):
        path = kept / name / _FINDINGS
        if not _is_kept(path, analysis.detector.model):
            path.parent.mkdir(parents=True, exist_ok=True)
            made = _analyse(study_of_series(series[name]), analysis, analysing(number, len(names)))
            unfinished = path.with_suffix(".part")  # a killed run leaves no half document
            unfinished.write_text(document_from_findings(made), encoding="utf-8")
            unfinished.replace(path)
        found[name] = _read_findings(path)  # rounded as kept: another run gives the same figures
    return _from_findings(
        folder,
        found,
        scans_left_out=len(series.keys() - set(names)),
        read_volume=lambda name: read_volume(series[name]),
    )


def _from_findings(
    source: Path,
    found: Mapping[str, Findings],
    *,
    scans_left_out: int,
    read_volume: Callable[[str], CtVolume] | None,
) -> Predictions:
    models = {(one.model.name, one.model.version, one.model.sha256) for one in found.values()}
    if len(models) > 1:
        listed = ", ".join(sorted(f"{name} {version}" for name, version, _ in models))
        raise EvaluationError(f"the findings were made by different models: {listed}")
    points = [one.operating_point for one in found.values() if one.operating_point is not None]
    return Predictions(
        source=source,
        candidates=tuple(
            ScanCandidates.from_candidates(scan, one.candidates) for scan, one in found.items()
        ),
        scans_left_out=scans_left_out,
        model=next(iter(found.values())).model,
        operating_score=points[0].score if points else None,
        unanalysed=tuple(
            UnanalysedScan(scan=scan, reason=one.reason or str(one.outcome))
            for scan, one in found.items()
            if one.outcome in {Outcome.NOT_ANALYSED, Outcome.FAILED}
        ),
        read_volume=read_volume,
    )


def _analyse(study: StudyInput, analysis: StudyAnalysis, description: str) -> Findings:
    with stage_progress(description) as progress:
        run = analysis.start(study, progress=progress)
        return run.analyse(lambda _study, _patient: Background())


def _is_kept(path: Path, model: ModelIdentity) -> bool:
    if not path.exists():
        return False
    findings = _read_findings(path)
    same = (findings.model.version, findings.model.sha256) == (model.version, model.sha256)
    return same and findings.outcome is not Outcome.FAILED


def _read_findings(path: Path) -> Findings:
    try:
        return findings_from_document(path.read_bytes())
    except EncodingError:
        raise EvaluationError(f"{path} is not a document of findings") from None


def _require_known(source: Path, others: Collection[str], *, all_known: bool) -> None:
    if others and not all_known:
        raise EvaluationError(
            f"{source} holds scan {min(others)}, which the truth does not name"
            f" ({len(others)} such scans); name all scans to evaluate with --scans"
        )
