"""Trains the network that outlines nodules, or measures how good it is on what it never saw.

    python -m inference.measurement.training fit --data DATA --work WORK --out PACKAGE
    python -m inference.measurement.training evaluate --data DATA --package PACKAGE

Started again with the same work folder, the training goes on where it stopped.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from inference.development.held_out import HELD_OUT_PATIENTS
from inference.development.sources import load_crops, load_scans
from inference.development.split import is_held_out
from inference.measurement.segmenter import load_segmenter
from inference.measurement.training.cubes import crops_in_cubes, load_cubes
from inference.measurement.training.examples import TrainingSet
from inference.measurement.training.fitting import Schedule, fit_network
from inference.measurement.training.nodules import prepare_nodule
from inference.measurement.training.report import report_held_out
from inference.measurement.training.surroundings import Surroundings
from models.registry import check_package
from models.sealing import seal_package

_STEPS, _BATCH = 4000, 8
# Rarer textures are shown more often; and those with their own lung all around them.
_TEXTURE_WEIGHTS = {1: 2.5, 2: 4.0, 3: 3.0, 4: 2.0, 5: 1.0}
_CUBE_WEIGHT = 5.0
_WEIGHTS = "models/model.pt"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and do what they ask."""
    parser = argparse.ArgumentParser(prog="python -m inference.measurement.training")
    commands = parser.add_subparsers(required=True)
    fit = commands.add_parser("fit")
    fit.add_argument("--data", type=Path, required=True, help="laid out by development.prepare")
    fit.add_argument("--work", type=Path, required=True, help="for the state and the log")
    fit.add_argument("--out", type=Path, required=True, help="the package's folder")
    fit.add_argument("--steps", type=int, default=_STEPS)
    fit.add_argument("--seed", type=int, default=0)
    fit.set_defaults(run=_fit)
    evaluate = commands.add_parser("evaluate")
    evaluate.add_argument("--data", type=Path, required=True)
    evaluate.add_argument("--package", type=Path, required=True)
    evaluate.add_argument("--nodules", type=int, default=None, help="only the first ones")
    evaluate.add_argument("--seed", type=int, default=0)
    evaluate.set_defaults(run=_evaluate)
    options = parser.parse_args(arguments)
    options.run(options)


def load_training_set(data: Path) -> TrainingSet:
    """Return the masked nodules and the lungs that may be trained on."""
    crops = [crop for crop in load_crops(data) if not is_held_out(crop.patient)]
    in_cubes = list(crops_in_cubes(crops, list(load_cubes(data))))
    weights = [_TEXTURE_WEIGHTS[crop.texture] for crop in crops] + [_CUBE_WEIGHT] * len(in_cubes)
    scans = [
        scan for scan in load_scans(data) if scan.whole and scan.patient not in HELD_OUT_PATIENTS
    ]
    return TrainingSet(
        nodules=[prepare_nodule(crop) for crop in (*crops, *in_cubes)],
        frequency=np.asarray(weights) / np.sum(weights),
        surroundings=[Surroundings.of(scan) for scan in scans],
    )


def _fit(options: argparse.Namespace) -> None:
    options.work.mkdir(parents=True, exist_ok=True)
    log = (options.work / "log.txt").open("a", encoding="utf-8")

    def report(line: str) -> None:
        print(line, flush=True)  # noqa: T201 a script
        log.write(line + "\n")

    with log:
        network = fit_network(
            load_training_set(options.data),
            Schedule(steps=options.steps, batch=_BATCH, seed=options.seed),
            options.work / "state.pt",
            report,
        )
    (options.out / _WEIGHTS).parent.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), options.out / _WEIGHTS)
    seal_package(options.out)


def _evaluate(options: argparse.Namespace) -> None:
    segmenter = load_segmenter(check_package(options.package))
    for line in report_held_out(options.data, segmenter, options.nodules, options.seed):
        print(line, flush=True)  # noqa: T201 a script


if __name__ == "__main__":
    main()
