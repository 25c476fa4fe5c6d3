"""Seconds of each stage and peak memory of `wetread analyze`, one process a study.

Usage: study.py [--repeat N] [--slices N] [STUDY_DIR …]
When no study is named, a generated chest of so many slices in 320 mm.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

from inference.phantom.studies import FULL, TimePoint, make_patient, write_phantom_study

STAGES = ("read", "select", "detect", "measure", "compare", "encode", "total")
MIB = 1024
SCAN_MM = FULL.slices * FULL.slice_mm


def measure(study: Path) -> tuple[dict[str, float], float]:
    """Return the stage seconds and the peak resident memory in MiB of one analysis."""
    with tempfile.TemporaryDirectory() as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "wetread", "analyze", study, "--out", out],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"wetread analyze failed on {study}")
        document = json.loads((Path(out) / "findings.json").read_bytes())
    return document["timing_s"], usage.ru_maxrss / MIB


def main() -> None:
    """Print one row a study: the median of the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--slices", type=int, default=FULL.slices)
    parser.add_argument("studies", type=Path, nargs="*")
    arguments = parser.parse_args()
    print("| study |", " | ".join(f"{stage} s" for stage in STAGES), "| peak MiB |")
    print("|---|" + "---|" * (len(STAGES) + 1))
    with tempfile.TemporaryDirectory() as scratch:
        size = replace(FULL, slices=arguments.slices, slice_mm=SCAN_MM / arguments.slices)
        studies = arguments.studies or [
            write_phantom_study(make_patient(1), Path(scratch), TimePoint.CURRENT, size=size).folder
        ]
        for study in studies:
            runs = [measure(study) for _ in range(arguments.repeat)]
            seconds = [f"{median(run[0][stage] for run in runs):.1f}" for stage in STAGES]
            peak = max(run[1] for run in runs)
            print(f"| {study.name} |", " | ".join(seconds), f"| {peak:.0f} |")


if __name__ == "__main__":
    main()
