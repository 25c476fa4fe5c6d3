"""What it brings to analyse several studies at once, with one device for all; ratios of one run.

Usage: at_once.py STUDY_DIR [--studies N] [--rounds N]
"""

import argparse
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import torch

from inference.detection.network.candidates import drop_doubles, find_peaks
from inference.detection.network.detector import load_network
from inference.detection.network.encoding import encode_lungs
from inference.detection.network.inference import run_network
from inference.devices import Precision, choose_device, describe_device
from inference.lungs import lungs_of
from inference.turns import DeviceTurns
from models.registry import load_package
from routing.pipeline.analysis import StudyAnalysis
from routing.pipeline.study import StudyInput
from routing.selection.rule_files import load_rules
from routing.selection.select import select_series
from wetread.bootstrap.analysis import build_analysis, load_analysis_rules, open_study
from wetread.bootstrap.evaluation import read_volume
from wetread.settings import Settings

AT_ONCE = (1, 2, 3)
THIN_SLICES = 128  # of a slab, beside the whole box


def analyse(analysis: StudyAnalysis, study: StudyInput) -> float:
    """Return the wall seconds of one whole analysis, results and all."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        analysis.analyze_study(study, None, Path(out))
    return time.perf_counter() - begun


def ratio(mine: list[float], other: list[float]) -> str:
    """Return the median of what each round says, and the range."""
    ratios = [one / another for one, another in zip(mine, other, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def throughput(study: StudyInput, studies: int, rounds: int) -> None:
    """Print seconds a study by how many are analysed at once, alternately."""
    turns = DeviceTurns()
    analysis = build_analysis(Settings(), load_analysis_rules(Settings()), turns=turns)
    analyse(analysis, study)
    seconds: dict[int, list[float]] = {most: [] for most in AT_ONCE}
    shares: dict[int, list[float]] = {most: [] for most in AT_ONCE}
    for _ in range(rounds):
        for most in AT_ONCE:
            before, used = time.perf_counter(), turns.use().used_seconds
            with ThreadPoolExecutor(most) as pool:
                list(pool.map(lambda _: analyse(analysis, study), range(studies)))
            wall = time.perf_counter() - before
            seconds[most].append(wall / studies)
            shares[most].append((turns.use().used_seconds - used) / wall)
    print("| at once | s a study | to one at a time (lowest–highest) | device in use |")
    print("|---|---|---|---|")
    for most in AT_ONCE:
        print(
            f"| {most} | {median(seconds[most]):.1f} | {ratio(seconds[most], seconds[1])} "
            f"| {median(shares[most]):.0%} |"
        )


def overtaking(study: StudyInput, rounds: int) -> None:
    """Print how long a study takes that comes while three others are detected."""
    turns = DeviceTurns()
    analysis = build_analysis(Settings(), load_analysis_rules(Settings()), turns=turns)
    seconds: dict[int, list[float]] = {0: [], 100: []}
    for _ in range(rounds):
        for urgency, taken in seconds.items():
            with ThreadPoolExecutor(3) as pool:
                others = [pool.submit(analyse, analysis, study) for _ in range(3)]
                while turns.use().waiting < len(others) - 1:
                    time.sleep(0.01)
                taken.append(analyse(analysis, replace(study, urgency=urgency)))
                for other in others:
                    other.result()
    print("\n| the fourth study is | s until its result | to routine (lowest–highest) |")
    print("|---|---|---|")
    for name, taken in zip(("routine", "urgent"), seconds.values(), strict=True):
        print(f"| {name} | {median(taken):.1f} | {ratio(taken, seconds[0])} |")


def passes(study: StudyInput, rounds: int) -> None:
    """Print what thinner slabs, halves and two boxes in one pass cost and change."""
    device = choose_device()
    volume = read_volume(select_series(study.instances, load_rules()).instances)
    image, _ = encode_lungs(volume, lungs_of(volume))
    network = load_network(load_package("wetread-nodule")).to(device)
    area = int(np.prod([-(-size // 16) * 16 for size in image.shape[1:]]))
    pair = torch.from_numpy(image).to(device).float().div(255)
    pair = pair[: pair.shape[0] // 32 * 16, : pair.shape[1] // 16 * 16, : pair.shape[2] // 16 * 16]
    pair = pair.expand(2, 1, *pair.shape).contiguous(memory_format=torch.channels_last_3d)

    @torch.inference_mode()
    def look(*, together: bool) -> None:
        for part in (pair,) if together else pair.split(1):
            network(part).cpu()

    single = Precision.FP32
    ways = {
        "whole": lambda: run_network(network, image, device, precision=single),
        f"slabs of {THIN_SLICES}": lambda: run_network(
            network, image, device, precision=single, most_voxels=THIN_SLICES * area
        ),
        "halves": lambda: run_network(network, image, device, precision=Precision.MIXED),
        "two boxes, one by one": lambda: look(together=False),
        "two boxes in one pass": lambda: look(together=True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begun)
    print(f"\nlung box {image.shape}, {describe_device(device)}, halves are {Precision.MIXED}")
    print("| way | s | to the first of its kind (lowest–highest) |\n|---|---|---|")
    for number, (name, taken) in enumerate(seconds.items()):
        first = seconds[list(ways)[number // 3 * 3]]
        print(f"| {name} | {median(taken):.2f} | {ratio(taken, first)} |")
    outputs = [ways[name]() for name in list(ways)[:3]]
    whole, *others = (drop_doubles(find_peaks(o, lowest_score=0.02, limit=400)) for o in outputs)
    for name, peaks in zip(list(ways)[1:3], others, strict=True):
        apart = np.linalg.norm(peaks.center[:, None] - whole.center[None], axis=-1)
        nearest = apart.argmin(axis=1)
        score = np.abs(peaks.score - whole.score[nearest])[apart.min(axis=1) < 1]
        print(
            f"{name}: {len(peaks.score)} places, {len(score)} of the {len(whole.score)} of the "
            f"whole within 1 voxel; largest difference of scores there {score.max():.4f}"
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("--studies", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    study = open_study(options.study)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before\n")
    throughput(study, options.studies, options.rounds)
    overtaking(study, options.rounds)
    passes(study, options.rounds)
    print(f"\nload {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
