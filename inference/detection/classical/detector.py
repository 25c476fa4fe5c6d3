"""The detector without a network: blobs, rays, and a few hundred small trees."""

import numpy as np

from inference.detection.classical.lung_image import SPACING_MM
from inference.detection.classical.parameters import parse_parameters
from inference.detection.classical.proposals import propose_candidates, select_distinct
from inference.lungs import lungs_of
from models.registry import ModelPackage
from wetread.domain.findings import Candidate, ModelIdentity, OperatingPoint
from wetread.domain.geometry import as_point
from wetread.domain.volumes import CtVolume
from wetread.ports import Progress

_MOST_CANDIDATES = 100
_LUNGS_SHARE, _PROPOSALS_SHARE = 0.2, 0.95  # of the time, for the progress told


class ClassicalDetector:
    """Finds nodules of 4 to 40 mm in the lungs; the same volume gives the same candidates."""

    def __init__(self, package: ModelPackage) -> None:
        package.require_spacing((SPACING_MM,) * 3)
        parameters = parse_parameters(package.read_weights())
        self._ensemble = parameters.ensemble
        in_weights = OperatingPoint(score=parameters.operating_score)
        self._operating_point = package.operating_point or in_weights
        self._lowest_score = parameters.lowest_score
        self._model = package.identity(device="cpu")

    @property
    def model(self) -> ModelIdentity:
        """Which package this is."""
        return self._model

    @property
    def operating_point(self) -> OperatingPoint:
        """Candidates at or above its score are marked."""
        return self._operating_point

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        """Return at most 100 candidates, best first; raise `AnalysisError` without lungs."""
        del urgency  # nothing queues here
        tell = progress or (lambda _: None)
        lungs = lungs_of(volume)
        tell(_LUNGS_SHARE)
        proposals = propose_candidates(volume, lungs)
        tell(_PROPOSALS_SHARE)
        score = self._ensemble.score(proposals.rows)
        proposals = proposals.take(np.flatnonzero(score >= self._lowest_score))
        score = score[score >= self._lowest_score]
        best = select_distinct(
            proposals.center_lps_mm, proposals.radius_mm, score, limit=_MOST_CANDIDATES
        )
        tell(1.0)
        return tuple(
            Candidate(
                center_lps_mm=as_point(proposals.center_lps_mm[index]),
                diameter_mm=round(2 * float(proposals.radius_mm[index]), 1),
                score=round(float(score[index]), 4),
            )
            for index in best
        )
