"""A small CT of a block of air in soft tissue with balls in it, like a chest with nodules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from pydicom import Dataset

from routing.pipeline.study import StudyInput
from tests.support.ct_series import write_series
from wetread.domain.studies import PatientKey
from wetread.domain.uids import derive_uid

SITE = "Invented Hospital"
_SIDE = 64
_SPACING_MM = 2.0
_COUNT = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Ball:
    """A ball of soft tissue, its centre in mm of the scan's own corner."""

    x: float
    y: float
    z: float
    diameter_mm: float


BIG = Ball(x=40.0, y=50.0, z=40.0, diameter_mm=16.0)
SMALL = Ball(x=80.0, y=70.0, z=60.0, diameter_mm=10.0)


def write_ball_study(
    folder: Path,
    balls: Sequence[Ball],
    *,
    study: str = "current",
    patient_id: str = "T-0001",
    taken: date = date(2026, 3, 1),
    revision: int = 0,
) -> StudyInput:
    """Write 45 slices of 64 × 64 pixels, 2 mm each way, and return the study they form."""
    hu = _paint(balls)

    def paint(dataset: Dataset, number: int) -> None:
        dataset.Rows = dataset.Columns = _SIDE
        dataset.PixelSpacing = [_SPACING_MM, _SPACING_MM]
        dataset.ImagePositionPatient = [0, 0, _SPACING_MM * number]
        dataset.PixelData = (hu[number] + 1024).astype("<u2").tobytes()

    instances = write_series(
        folder,
        study=study,
        series=f"{study} axial",
        count=_COUNT,
        spacing_mm=_SPACING_MM,
        change=paint,
        PatientID=patient_id,
        PatientName="BALL^INVENTED",
        PatientBirthDate="",
        PatientSex="",
        StudyDate=f"{taken:%Y%m%d}",
        StudyTime="",
        StudyID="",
        AccessionNumber="",
        ReferringPhysicianName="",
    )
    return StudyInput(
        study_instance_uid=derive_uid(study),
        patient_key=PatientKey(issuer=SITE, patient_id=patient_id),
        study_date=taken,
        revision=revision,
        instances=tuple(instances),
    )


def _paint(balls: Sequence[Ball]) -> np.ndarray:
    hu = np.full((_COUNT, _SIDE, _SIDE), -850, np.int16)
    hu[:, :6], hu[:, -6:], hu[:, :, :6], hu[:, :, -6:] = 40, 40, 40, 40  # the wall around it
    z, y, x = np.indices(hu.shape) * _SPACING_MM
    for ball in balls:
        apart = np.sqrt((x - ball.x) ** 2 + (y - ball.y) ** 2 + (z - ball.z) ** 2)
        hu[apart <= ball.diameter_mm / 2] = 60
    return hu
