"""Small, exact image parts for `ball_ct`: they stand in for the inference package only."""

from collections.abc import Sequence
from math import dist

import numpy as np
from scipy import ndimage

from inference.rendering import draw_key_image
from inference.volumes.reader import SeriesReader
from routing.pipeline.stops import AnalysisTools
from tests.support.findings import circle_outline
from wetread.domain.errors import AnalysisError
from wetread.domain.findings import (
    Candidate,
    ChangeState,
    ImageMark,
    Measurement,
    ModelIdentity,
    Nodule,
    NoduleType,
    OperatingPoint,
    ResolvedNodule,
)
from wetread.domain.geometry import as_point
from wetread.domain.masks import NoduleMask
from wetread.domain.volumes import CtVolume
from wetread.ports import NoduleMatch, OutlinedNodule, PriorMatch, Progress

BALL_MODEL = ModelIdentity(name="balls", version="1", sha256="ba" * 32, device="cpu")
_TISSUE_HU = -300
_MATCHED_WITHIN_MM = 6.0


class BallDetector:
    """Finds tissue that touches no face of the volume."""

    operating_point = OperatingPoint(score=0.5, expected_sensitivity=0.8, false_marks_per_scan=1.0)

    def __init__(self, model: ModelIdentity = BALL_MODEL) -> None:
        self.model = model
        self.calls = 0
        self.urgency: int | None = None  # of the last call

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        """Return each ball with score 0.9, the largest first, and a doubtful place."""
        self.calls += 1
        self.urgency = urgency
        found = [
            Candidate(center_lps_mm=center, diameter_mm=diameter, score=0.9)
            for center, diameter, _ in _balls(volume)
        ]
        if progress is not None:
            progress(1.0)
        return (*found, Candidate(center_lps_mm=(20.0, 20.0, 20.0), diameter_mm=4, score=0.1))


class FailingDetector(BallDetector):
    """Is broken."""

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        del volume, progress, urgency
        raise AnalysisError("the detector is broken")


class BallMeasurer:
    """Measures the ball at a candidate's place."""

    def measure(self, volume: CtVolume, candidate: Candidate) -> Measurement | None:
        for center, diameter, volume_mm3 in _balls(volume):
            if dist(center, candidate.center_lps_mm) < 1.0:
                z, y, x = volume.geometry.voxel_from_lps(np.asarray(center))
                pixel = (float(x) + 0.5, float(y) + 0.5)
                radius = diameter / 2 / volume.geometry.spacing_zyx_mm[2]
                return Measurement(
                    center_lps_mm=center,
                    long_axis_mm=diameter,
                    short_axis_mm=diameter,
                    volume_mm3=volume_mm3,
                    type=NoduleType.SOLID,
                    side="right" if center[0] < 64 else "left",
                    mark=ImageMark(
                        sop_instance_uid=volume.sop_instance_uids[round(float(z))],
                        center_px=pixel,
                        radius_px=radius,
                        outline_px=circle_outline(pixel, radius),
                    ),
                )
        return None

    def outline(self, volume: CtVolume, candidate: Candidate) -> OutlinedNodule | None:
        """Return the ball, and a box of voxels in its middle."""
        measurement = self.measure(volume, candidate)
        if measurement is None:
            return None
        z, y, x = volume.geometry.voxel_from_lps(np.asarray(measurement.center_lps_mm))
        mask = NoduleMask(
            center_lps_mm=measurement.center_lps_mm,
            spacing_zyx_mm=volume.geometry.spacing_zyx_mm,
            sop_instance_uids=volume.sop_instance_uids[round(z) - 1 : round(z) + 2],
            first_row=round(y) - 2,
            first_column=round(x) - 1,
            voxels=np.ones((3, 5, 3), dtype=bool),
        )
        return OutlinedNodule(measurement=measurement, mask=mask)


class BallComparer:
    """Matches by place alone: nobody breathes here."""

    def __init__(self, *, trusted: bool = True) -> None:
        self._trusted = trusted

    def compare(
        self,
        *,
        current: CtVolume,
        current_nodules: Sequence[Measurement],
        current_candidates: Sequence[Candidate],
        prior: CtVolume,
        prior_nodules: Sequence[Nodule],
        prior_candidates: Sequence[Candidate],
    ) -> PriorMatch:
        del current, current_candidates, prior, prior_candidates
        left = list(prior_nodules)
        matches = []
        for measurement in current_nodules:
            near = [n for n in left if _apart_mm(n, measurement) <= _MATCHED_WITHIN_MM]
            if not self._trusted:
                matches.append(NoduleMatch(state=ChangeState.AMBIGUOUS, prior=None))
            elif near:
                left.remove(near[0])
                matches.append(NoduleMatch(state=ChangeState.MATCHED, prior=near[0]))
            else:
                matches.append(NoduleMatch(state=ChangeState.NEW, prior=None))
        resolved = [
            ResolvedNodule(
                prior_tracking_uid=nodule.tracking_uid,
                center_lps_mm=nodule.measurement.center_lps_mm,
            )
            for nodule in left
            if self._trusted
        ]
        return PriorMatch(matches=tuple(matches), resolved=tuple(resolved), trusted=self._trusted)


class BrokenComparer(BallComparer):
    """Is broken."""

    def compare(self, **_: object) -> PriorMatch:
        raise RuntimeError("INVENTED^PATIENT must not be told")


def ball_tools(
    *,
    detector: BallDetector | None = None,
    comparer: BallComparer | None = None,
) -> AnalysisTools:
    """Return the parts for balls: reader and renderer are the real ones."""
    return AnalysisTools(
        reader=SeriesReader(),
        detector=detector or BallDetector(),
        measurer=BallMeasurer(),
        comparer=comparer or BallComparer(),
        renderer=draw_key_image,
    )


def _apart_mm(nodule: Nodule, measurement: Measurement) -> float:
    return dist(nodule.measurement.center_lps_mm, measurement.center_lps_mm)


def _balls(volume: CtVolume) -> list[tuple[tuple[float, float, float], float, float]]:
    """Return centre, diameter and volume of each, the largest first."""
    labels, count = ndimage.label(volume.hu > _TISSUE_HU)
    faces = [labels[0], labels[-1], labels[:, 0], labels[:, -1], labels[..., 0], labels[..., -1]]
    outside = set(np.unique(np.concatenate([face.ravel() for face in faces])))
    balls = []
    for label in range(1, count + 1):
        voxels = np.argwhere(labels == label)
        if label in outside:
            continue
        volume_mm3 = len(voxels) * volume.geometry.voxel_volume_mm3
        center = as_point(volume.geometry.lps_from_voxel(voxels.mean(axis=0)))
        balls.append((center, float((6 * volume_mm3 / np.pi) ** (1 / 3)), volume_mm3))
    return sorted(balls, key=lambda ball: -ball[1])
