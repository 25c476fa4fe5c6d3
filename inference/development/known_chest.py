"""A chest outside the development data, with what its readers marked in it."""

from pathlib import Path

import SimpleITK

from inference.development.sources import DevelopmentScan, KnownFinding
from inference.evaluation.truth_tables import read_truth
from inference.evaluation.values import ExcludedFinding, TrueNodule
from wetread.domain.errors import EvaluationError


def known_chest(folder: Path, nodules: Path, excluded: Path | None) -> DevelopmentScan:
    """Return the scan in a DICOM folder with its findings in tables as `read_truth` reads them.

    Raises `EvaluationError` where the tables do not name it.
    """
    series = SimpleITK.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))  # type: ignore[no-untyped-call]  # SimpleITK
    for truth in read_truth(nodules, excluded=excluded):
        if truth.scan in series:
            known = [_finding(one, is_nodule=True) for one in truth.nodules]
            other = [_finding(one, is_nodule=False) for one in truth.excluded]
            return DevelopmentScan(
                name=folder.name,
                patient=truth.scan,
                path=folder,
                whole=True,
                findings=(*known, *other),
            )
    raise EvaluationError(f"{nodules} names no series that lies in {folder}")


def _finding(one: TrueNodule | ExcludedFinding, *, is_nodule: bool) -> KnownFinding:
    return KnownFinding(
        center_lps_mm=one.center_lps_mm, diameter_mm=one.diameter_mm, is_nodule=is_nodule
    )
