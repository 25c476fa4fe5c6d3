"""MONAI's stock pipeline beside ours, on one volume, with the same RetinaNet weights.

Usage: python -m benchmarks.detection SCAN_DIR [--size MM] [--window X Y Z] [--package NAME]
[--model NAME] [--device auto]. Each path runs in a process of its own, one after the other; both
read the scan's largest series and take a cube of --size mm around the right lung's centre (0: all
of it; a whole chest costs a quarter of an hour and more on two cores). Without --package the
weights are random, such that some boxes score enough. --model adds our path with another package.
Their detections in the lungs are compared; what MONAI marks outside of them is left out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import torch

from inference.detection import load_detector
from inference.detection.retinanet import RetinaNetDetector
from inference.detection.retinanet import detector as detector_module
from inference.detection.retinanet.architecture import RetinaNet
from inference.detection.retinanet.lungs import LungSurroundings
from inference.devices import choose_device, describe_device
from inference.lungs import LungMask, Side, segment_lungs
from models.registry import load_package
from tests.support.packages import write_package
from tests.support.stock_retinanet import (
    PACKAGE_ENTRY,
    bundle_configuration,
    in_world,
    made_up_weights,
    stock_boxes,
    stock_detector,
    stock_image,
)
from wetread.bootstrap.analysis import package_folders
from wetread.bootstrap.evaluation import find_series, read_volume
from wetread.domain.geometry import as_point
from wetread.domain.volumes import CtVolume
from wetread.settings import Settings

P, R = ParamSpec("P"), TypeVar("R")
SCHEMA_NAME = "wetread.side_by_side/1"
MIB = 1024
MOST_BOXES = 300  # that MONAI returns
SAME_MM, SAME_SCORE = 0.1, 0.001


class Stopwatch:
    """Seconds of named stages, wall and processor."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add what the block takes to a stage."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall
        self.cpu[name] = self.cpu.get(name, 0.0) + time.process_time() - cpu

    def timed(self, name: str, function: Callable[P, R]) -> Callable[P, R]:
        """Return a function that is timed as a stage each time it is called."""

        def call(*arguments: P.args, **named: P.kwargs) -> R:
            with self.stage(name):
                return function(*arguments, **named)

        return call


def open_scan(folder: Path, size_mm: float) -> tuple[CtVolume, LungMask]:
    """Return a cube of the largest series, and the lungs of all of it."""
    volume = read_volume(max(find_series(folder).values(), key=len))
    lungs = segment_lungs(volume)
    if size_mm == 0:
        return volume, lungs
    right = lungs.mask & (lungs.sides == Side.RIGHT)
    middle = lungs.geometry.lps_from_voxel(np.argwhere(right).mean(axis=0))
    geometry = volume.geometry
    center = geometry.voxel_from_lps(middle)
    half = size_mm / 2 / np.asarray(geometry.spacing_zyx_mm)
    first = np.clip(np.floor(center - half), 0, None).astype(int)
    box = tuple(map(slice, first, np.ceil(center + half).astype(int)))
    hu = np.ascontiguousarray(volume.hu[box])
    moved = replace(
        geometry,
        shape_zyx=hu.shape,
        origin_lps_mm=as_point(geometry.lps_from_voxel(first.astype(float))),
    )
    uids = volume.sop_instance_uids[box[0]]
    return replace(volume, hu=hu, geometry=moved, sop_instance_uids=uids), lungs


def run_stock(options: argparse.Namespace, volume: CtVolume, lungs: LungMask) -> dict[str, Any]:
    """Return what MONAI finds in the lungs and how long each stage took."""
    watch, device = Stopwatch(), choose_device(options.device)
    package = load_package(options.package, (options.packages,))
    detector = stock_detector(package.read_weights(), options.window).to(device)
    detector.network.forward = watch.timed("network", detector.network.forward)
    half = torch.autocast("cuda") if device.type == "cuda" else nullcontext()
    with watch.stage("total"):
        with watch.stage("prepare"):
            image = stock_image(volume)
        with half:
            found = in_world(stock_boxes(detector, image.to(device)), image)
    held = LungSurroundings(lungs).hold(found["box"][:, :3].cpu().double().numpy())
    rows = torch.cat([found["box"][:, :3], found["label_scores"][:, None]], dim=1)
    return {"candidates": rows[torch.from_numpy(held)].tolist(), **vars(watch)}


def run_ours(options: argparse.Namespace, volume: CtVolume, lungs: LungMask) -> dict[str, Any]:
    """Return what our path finds and how long each stage took, the lungs not counted."""
    watch, device = Stopwatch(), choose_device(options.device)
    package = load_package(options.package, (options.packages,))
    detector = RetinaNetDetector(package, device, options.window)
    for step in ("features", "logits", "codes"):
        setattr(RetinaNet, step, watch.timed("network", getattr(RetinaNet, step)))
    detector_module.prepare_image = watch.timed("prepare", detector_module.prepare_image)
    with watch.stage("total"):
        found = detector.search(volume, lungs, lambda _: None)
    return {"candidates": [(*one.center_lps_mm, one.score) for one in found], **vars(watch)}


def run_model(options: argparse.Namespace, volume: CtVolume, lungs: LungMask) -> dict[str, Any]:
    """Return what the detector of --model finds, the segmenting of the lungs counted."""
    del lungs
    watch = Stopwatch()
    package = load_package(options.model, package_folders(Settings()))
    detector = load_detector(package, options.device)
    with watch.stage("total"):
        found = detector.detect(volume)
    return {"candidates": [(*one.center_lps_mm, one.score) for one in found], **vars(watch)}


PATHS = {"stock": run_stock, "ours": run_ours, "model": run_model}


def measure(path: str, arguments: list[str]) -> dict[str, Any]:
    """Run one path in a process of its own; return what it says and its peak memory in MiB."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.detection", *arguments, "--path", path],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    answer = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"the path {path!r} failed")
    return {**json.loads(answer), "peak_mib": usage.ru_maxrss / MIB}


def print_agreement(stock: list[list[float]], ours: list[list[float]]) -> int:
    """Say how many detections both paths share, and return it."""
    theirs, mine = np.asarray(stock).reshape(-1, 4), np.asarray(ours).reshape(-1, 4)
    if (
        len(theirs) == MOST_BOXES
    ):  # the worse of ours may have been crowded out there by what is no lung
        mine = mine[mine[:, 3] > theirs[:, 3].min() - SAME_SCORE]
    apart = np.linalg.norm(theirs[:, None, :3] - mine[None, :, :3], axis=2)
    same = (apart < SAME_MM) & (np.abs(theirs[:, None, 3] - mine[None, :, 3]) < SAME_SCORE)
    shared = int(same.any(axis=1).sum())
    print(
        f"\n{len(theirs)} detections of stock in the lungs, {len(mine)} of ours, "
        f"{shared} the same (within {SAME_MM} mm, {SAME_SCORE} of score)"
    )
    return shared


def write_report(path: Path, device: str, runs: dict[str, dict[str, Any]], shared: int) -> None:
    """Write what is printed as JSON, beside the report of `wetread bench`."""
    paths = {
        name: {
            "wall_seconds": run["wall"],
            "cpu_seconds": run["cpu"],
            "peak_mib": run["peak_mib"],
            "detections": len(run["candidates"]),
        }
        for name, run in runs.items()
    }
    document = {"schema": SCHEMA_NAME, "device": device, "paths": paths, "the_same": shared}
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scan", type=Path)
    parser.add_argument("--size", type=float, default=80.0)
    parser.add_argument("--window", type=int, nargs=3, default=(192, 192, 96))
    parser.add_argument("--package", default="random")
    parser.add_argument("--packages", type=Path, help="the folder that --package lies in")
    parser.add_argument("--model")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--report", type=Path, metavar="FILE", help="what is printed, as JSON")
    parser.add_argument("--path", choices=PATHS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.window = tuple(options.window)
    return options


def main() -> None:
    """Print one row a path, and whether both found the same."""
    options = parse_arguments()
    if options.path is not None:
        volume, lungs = open_scan(options.scan, options.size)
        print(json.dumps(PATHS[options.path](options, volume, lungs)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        arguments = sys.argv[1:]
        if options.packages is None:
            arguments += ["--packages", scratch]
            write_package(
                Path(scratch) / options.package,
                weights=made_up_weights(seed=0, logit=-7.4, spread=2.0),
                inference=bundle_configuration(),
                entry=PACKAGE_ENTRY,
            )
        runs = {
            path: measure(path, arguments)
            for path in PATHS
            if path != "model" or options.model is not None
        }
    device = describe_device(choose_device(options.device))
    print(f"device {device}, window {options.window}\n")
    print("| path | prepare s | network s | other s | total s | CPU s | peak MiB |")
    print("|---|---|---|---|---|---|---|")
    for path, run in runs.items():
        wall = run["wall"]
        prepare, network = wall.get("prepare", 0.0), wall.get("network", 0.0)
        other = wall["total"] - prepare - network
        seconds = " | ".join(f"{one:.1f}" for one in (prepare, network, other, wall["total"]))
        print(f"| {path} | {seconds} | {run['cpu']['total']:.1f} | {run['peak_mib']:.0f} |")
    shared = print_agreement(runs["stock"]["candidates"], runs["ours"]["candidates"])
    if options.report is not None:
        write_report(options.report, device, runs, shared)


if __name__ == "__main__":
    main()
