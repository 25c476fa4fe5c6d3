"""Scans to test on: nodules of patients nobody trained on, put into lungs nobody trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.development.insertion import choose_crops, insert_nodules
from inference.development.sources import (
    DevelopmentScan,
    KnownFinding,
    NoduleCrop,
    load_crops,
    load_scans,
)
from inference.development.split import is_held_out
from inference.development.variation import vary_scan
from inference.lungs import segment_lungs
from wetread.domain.volumes import CtVolume

HELD_OUT_PATIENTS = ("elastix",)  # their lungs are for the test
NODULES_PER_SCAN = 16  # as far as there is room
_LEAST_CROP_MM = 3.0
_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOutScan:
    """A volume and everything known of it."""

    volume: CtVolume
    findings: tuple[KnownFinding, ...]


def held_out_sources(data: Path) -> tuple[DevelopmentScan, ...]:
    """Return the scans of the development data whose lungs nobody trains on."""
    return tuple(scan for scan in load_scans(data) if scan.patient in HELD_OUT_PATIENTS)


def held_out_crops(data: Path) -> tuple[NoduleCrop, ...]:
    """Return the nodule crops of the patients nobody trains on."""
    return tuple(
        crop
        for crop in load_crops(data)
        if is_held_out(crop.patient) and crop.diameter_mm > _LEAST_CROP_MM
    )


def make_held_out_scan(
    source: DevelopmentScan, crops: Sequence[NoduleCrop], run: int
) -> HeldOutScan:
    """Return a scan with other nodules in other places for every ``run``.

    Odd runs are varied in size, noise, sharpness and slice thickness.
    """
    random = np.random.default_rng([_SEED, run, *source.name.encode()])
    volume, known = source.read(), source.findings
    if run % 2:
        volume, known = vary_scan(volume, known, random)
    chosen = choose_crops(crops, NODULES_PER_SCAN, random)
    volume, inserted = insert_nodules(volume, segment_lungs(volume), chosen, known, random)
    return HeldOutScan(volume=volume, findings=(*known, *inserted))
