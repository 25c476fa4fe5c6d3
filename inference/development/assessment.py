"""How good a detector is on nodules and lungs that nobody trained on.

Usage: python -m inference.development.assessment --data DATA --model NAME --out FOLDER
[--chest DICOM_FOLDER --truth CSV [--excluded CSV]]: the nodules are put into that chest instead.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from inference.detection import load_detector
from inference.development.held_out import held_out_crops, held_out_sources, make_held_out_scan
from inference.development.known_chest import known_chest
from inference.development.sources import DevelopmentScan, KnownFinding, NoduleCrop, load_scans
from inference.evaluation import (
    Evaluation,
    ExcludedFinding,
    Origin,
    ScanCandidates,
    ScanMatch,
    ScanTruth,
    TrueNodule,
    evaluate,
    match_scans,
)
from inference.evaluation.contact_sheet import draw_contact_sheets
from inference.evaluation.examples import list_examples
from inference.evaluation.plot import draw_froc
from inference.evaluation.report import Provenance, document_from_evaluation
from models.registry import load_package
from wetread.domain.findings import Candidate, ModelIdentity, NoduleType
from wetread.domain.volumes import CtVolume

Detect: TypeAlias = Callable[[CtVolume], Sequence[Candidate]]

RUNS: Final = 12
_SEED: Final = 0
_APART_MM: Final = 10_000.0  # between the scans that count as one chest
_TYPES: Final = {
    1: NoduleType.GROUND_GLASS,
    2: NoduleType.PART_SOLID,
    3: NoduleType.PART_SOLID,
    4: NoduleType.SOLID,
    5: NoduleType.SOLID,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Assess a model package and write report, plot and examples."""
    parser = argparse.ArgumentParser(prog="python -m inference.development.assessment")
    parser.add_argument("--data", type=Path, required=True, help="laid out by development.prepare")
    parser.add_argument("--model", required=True, help="name of a package")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--chest", type=Path, help="one series that nobody trained on")
    parser.add_argument("--truth", type=Path, help="the nodules of --chest")
    parser.add_argument("--excluded", type=Path, help="what else was marked there")
    options = parser.parse_args(arguments)
    detector = load_detector(load_package(options.model))
    trial = held_out_trial(options.data)
    if options.chest is not None:
        chest = known_chest(options.chest, options.truth, options.excluded)
        trial = replace(trial, sources=(chest,))
    matches = assess(trial, detector.detect, runs=options.runs)
    write_assessment(options.out, trial, matches, detector.operating_point.score, detector.model)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """Nodules nobody trained on, and the lungs they are put into."""

    crops: tuple[NoduleCrop, ...]
    sources: tuple[DevelopmentScan, ...]


def held_out_trial(data: Path) -> Trial:
    """Return the trial with the held-out lungs of the development data."""
    return Trial(crops=held_out_crops(data), sources=held_out_sources(data))


def assess(trial: Trial, detect: Detect, *, runs: int = RUNS) -> tuple[ScanMatch, ...]:
    """Return what a detector found in so many versions of every scan."""
    truths, found = [], []
    for run in range(runs):
        for source in trial.sources:
            name = f"{source.name}-{run}"
            scan = make_held_out_scan(source, trial.crops, run)
            truths.append(_truth(name, scan.findings))
            found.append(ScanCandidates.from_candidates(name, detect(scan.volume)))
    return match_scans(truths, found)


def look_at_whole_scans(data: Path, detect: Detect) -> tuple[ScanMatch, ...]:
    """Return what a detector found in the real scans of both lungs, as they are.

    They are trained on: their false marks are fewer than those of scans never seen.
    """
    scans = [scan for scan in load_scans(data) if scan.whole]
    return match_scans(
        [_truth(scan.name, scan.findings) for scan in scans],
        [ScanCandidates.from_candidates(scan.name, detect(scan.read())) for scan in scans],
    )


def count_as_chests(matches: Sequence[ScanMatch]) -> tuple[ScanMatch, ...]:
    """Return the matches with the scans of one run as one.

    The held-out pair shows one right lung twice: together they have as much lung as one chest,
    so that false marks per scan mean what they mean for whole scans.
    """
    runs: dict[str, list[ScanMatch]] = {}
    for match in matches:
        runs.setdefault(match.truth.scan.rpartition("-")[2], []).append(match)
    truths = [_joined_truth(run, parts) for run, parts in runs.items()]
    found = [_joined_candidates(run, parts) for run, parts in runs.items()]
    return match_scans(truths, found)


def write_assessment(
    out: Path,
    trial: Trial,
    matches: Sequence[ScanMatch],
    operating_score: float,
    model: ModelIdentity | None,
) -> Evaluation:
    """Write report.json, froc.png and pictures of hits, misses and false marks into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    chests = count_as_chests(matches)
    evaluation = evaluate(chests, operating_score, np.random.default_rng(_SEED))
    provenance = Provenance(
        truth="nodules of held-out patients in held-out lungs",
        predictions="assessment",
        model=model,
        least_readers=1,
        seed=_SEED,
        scans_left_out=0,
        unanalysed=(),
    )
    report = document_from_evaluation(evaluation, chests, provenance)
    (out / "report.json").write_text(report, encoding="utf-8")
    draw_froc(evaluation, out / "froc.png")
    sources = {one.name: one for one in trial.sources}

    def read(scan: str) -> CtVolume:
        name, _, run = scan.rpartition("-")
        return make_held_out_scan(sources[name], trial.crops, int(run)).volume

    draw_contact_sheets(list_examples(matches, operating_score), read, out)
    return evaluation


def _truth(name: str, findings: Iterable[KnownFinding]) -> ScanTruth:
    known = tuple(findings)
    return ScanTruth(
        scan=name,
        nodules=tuple(_true_nodule(one) for one in known if one.is_nodule),
        excluded=tuple(
            ExcludedFinding(center_lps_mm=one.center_lps_mm, diameter_mm=one.diameter_mm)
            for one in known
            if not one.is_nodule
        ),
    )


def _true_nodule(finding: KnownFinding) -> TrueNodule:
    return TrueNodule(
        center_lps_mm=finding.center_lps_mm,
        diameter_mm=finding.diameter_mm,
        type=_TYPES.get(finding.texture or 0),
        origin=Origin.REAL if finding.texture is None else Origin.INSERTED,
    )


def _joined_truth(name: str, parts: Sequence[ScanMatch]) -> ScanTruth:
    nodules, excluded = [], []
    for number, part in enumerate(parts):
        for nodule in part.truth.nodules:
            x, y, z = nodule.center_lps_mm
            nodules.append(replace(nodule, center_lps_mm=(x + number * _APART_MM, y, z)))
        for finding in part.truth.excluded:
            x, y, z = finding.center_lps_mm
            excluded.append(replace(finding, center_lps_mm=(x + number * _APART_MM, y, z)))
    return ScanTruth(scan=name, nodules=tuple(nodules), excluded=tuple(excluded))


def _joined_candidates(name: str, parts: Sequence[ScanMatch]) -> ScanCandidates:
    moved = [
        part.candidates.center_lps_mm + np.array([number * _APART_MM, 0.0, 0.0])
        for number, part in enumerate(parts)
    ]
    return ScanCandidates(
        scan=name,
        center_lps_mm=np.concatenate(moved),
        score=np.concatenate([part.candidates.score for part in parts]),
    )


if __name__ == "__main__":
    main()
