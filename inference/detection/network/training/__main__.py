"""Trains the network, assesses it on what it has not seen, and writes its package.

Started again with the same folders, it goes on where it stopped.
"""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch

from inference.detection.network.detector import load_network
from inference.detection.network.inference import run_network
from inference.detection.network.search import search_nodules
from inference.detection.network.training.learning import Course, Learner
from inference.detection.network.training.lungs import prepare_lungs
from inference.detection.network.training.packaging import write_figures, write_weights
from inference.development.assessment import (
    assess,
    count_as_chests,
    held_out_trial,
    look_at_whole_scans,
    write_assessment,
)
from inference.evaluation import figures_at_score, score_at_false_marks
from inference.evaluation.plot import draw_froc
from inference.lungs import lungs_of
from models.registry import check_package
from wetread.domain.findings import Candidate
from wetread.domain.volumes import CtVolume


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and do the whole work."""
    parser = argparse.ArgumentParser(prog="python -m inference.detection.network.training")
    parser.add_argument("--data", type=Path, required=True, help="laid out by development.prepare")
    parser.add_argument("--work", type=Path, required=True, help="for patches, states and logs")
    parser.add_argument("--out", type=Path, required=True, help="the package's folder")
    parser.add_argument("--rounds", type=int, default=Course().rounds)
    parser.add_argument("--shards", type=int, default=Course().shards_per_round, help="per round")
    parser.add_argument("--false-marks", type=float, default=2.0, help="per scan, to operate at")
    parser.add_argument("--seed", type=int, default=Course().seed)
    options = parser.parse_args(arguments)
    prepare_lungs(options.data, options.work / "lungs")
    course = Course(rounds=options.rounds, shards_per_round=options.shards, seed=options.seed)
    learner = Learner(
        course=course, data=options.data, lungs=options.work / "lungs", folder=options.work
    )
    write_weights(options.out, learner.run())
    assess_package(options.data, options.work, options.out, options.false_marks)


def assess_package(data: Path, work: Path, out: Path, false_marks_per_scan: float) -> None:
    """Assess the weights as they will be used, and state figures and operating point."""
    package = check_package(out)
    look_at = partial(run_network, load_network(package), device=torch.device("cpu"))

    def detect(volume: CtVolume) -> tuple[Candidate, ...]:
        return search_nodules(look_at, volume, lungs_of(volume))

    trial = held_out_trial(data)
    matches = assess(trial, detect)
    # The held-out lungs are smooth and calm; real whole scans mislead more often. Both must hold.
    whole = look_at_whole_scans(data, detect)
    score = max(
        score_at_false_marks(scans, false_marks_per_scan)
        for scans in (count_as_chests(matches), whole)
    )
    evaluation = write_assessment(
        work / "assessment", trial, matches, score, package.identity("cpu")
    )
    draw_froc(evaluation, out / "docs" / "froc.png")  # before the seal
    write_figures(
        out,
        evaluation.froc,
        evaluation.operating,
        false_marks_per_scan=figures_at_score(whole, score).false_marks_per_scan.value,
    )


if __name__ == "__main__":
    main()
