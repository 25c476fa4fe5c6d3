"""Fits the classical detector's package and prints how good it is on unseen scans."""

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from inference.detection.classical.parameters import encode_parameters
from inference.detection.classical.training.collection import LabelledRun, collect_run
from inference.detection.classical.training.fitting import Performance, cross_validate, fit_runs
from inference.development.sources import (
    DevelopmentScan,
    load_crops,
    load_scans,
)
from inference.development.split import is_held_out
from models.registry import METADATA
from models.sealing import seal_package

_LOWEST_SCORE = 0.02
_LEAST_CROP_MM = 4.0
_TEST_SEED = 1000  # far from the seeds of the training runs
_FALSE_MARKS = (0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One run to collect; every process reads the crops it needs itself."""

    data: Path
    scan: DevelopmentScan
    seed: int
    varied: bool
    held_out: bool


def main(arguments: Sequence[str] | None = None) -> None:
    """Collect runs, cross-validate, choose the operating score, fit on all, write the package."""
    parser = argparse.ArgumentParser(prog="python -m inference.detection.classical.training")
    parser.add_argument("--data", type=Path, required=True, help="laid out by development.prepare")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the package")
    parser.add_argument("--runs", type=int, default=6, help="training runs per scan")
    parser.add_argument("--false-marks", type=float, default=6.0, help="per scan, to operate at")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args(arguments)
    scans = load_scans(options.data)
    train = [
        _Job(data=options.data, scan=scan, seed=options.seed + run, varied=run > 0, held_out=False)
        for scan in scans
        for run in range(options.runs)
    ]
    test = [
        _Job(data=options.data, scan=scan, seed=seed, varied=False, held_out=True)
        for scan in scans
        for seed in (options.seed + _TEST_SEED, options.seed + _TEST_SEED + 1)
    ]
    with ProcessPoolExecutor(options.jobs) as pool:
        runs = list(pool.map(_collect, train + test))
    trained, tested = runs[: len(train)], runs[len(train) :]
    performance = cross_validate(trained, tested, seed=options.seed)
    operating = performance.threshold_at(options.false_marks)
    _print_table(performance)
    (options.out / "models" / "parameters.json").write_bytes(
        encode_parameters(
            fit_runs(trained, options.seed), operating_score=operating, lowest_score=_LOWEST_SCORE
        )
    )
    metadata = json.loads((options.out / METADATA).read_bytes())
    metadata["wetread"]["operating_point"] = {
        "score": round(operating, 4),
        "expected_sensitivity": round(performance.sensitivity(operating), 3),
        "false_marks_per_scan": options.false_marks,
    }
    text = json.dumps(metadata, indent=2, ensure_ascii=False)
    (options.out / METADATA).write_text(text + "\n", encoding="utf-8")
    seal_package(options.out)


def _collect(job: _Job) -> LabelledRun:
    crops = [
        crop
        for crop in load_crops(job.data)
        if crop.diameter_mm > _LEAST_CROP_MM and is_held_out(crop.patient) == job.held_out
    ]
    return collect_run(job.scan, crops, varied=job.varied, seed=job.seed)


def _print_table(performance: Performance) -> None:
    print("false marks per scan | score | sensitivity | of nodules from 6 mm")  # noqa: T201 a script
    for rate in _FALSE_MARKS:
        score = performance.threshold_at(rate)
        every, larger = performance.sensitivity(score), performance.sensitivity(score, 6.0)
        print(f"{rate:20} | {score:.3f} | {every:11.3f} | {larger:.3f}")  # noqa: T201 a script


if __name__ == "__main__":
    main()
