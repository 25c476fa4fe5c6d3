"""Candidates with known answers, gathered from scans into which nodules were put."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.detection.classical.proposals import Proposals, propose_candidates, select_distinct
from inference.development.insertion import choose_crops, insert_nodules
from inference.development.sources import DevelopmentScan, KnownFinding, NoduleCrop
from inference.development.variation import vary_scan
from inference.lungs import segment_lungs
from wetread.domain.geometry import FloatArray
from wetread.domain.volumes import CtVolume

_NODULES_PER_RUN = 32
_UNCLEAR_MM = 6.0
_SIMILAR = (0.4, 2.2)  # radius of a candidate over the nodule's that teaches "nodule"
_KEPT_MARKS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelledRun:
    """One pass over one scan: candidates, the nodules in it, and what each candidate is.

    ``nodule`` (N,) is the index of the nodule whose radius holds the candidate, or -1;
    ``unclear`` (N,) marks candidates that count neither way.
    """

    scan: str
    patient: str
    whole: bool
    proposals: Proposals
    findings: tuple[KnownFinding, ...]
    nodule: NDArray[np.intp]
    unclear: NDArray[np.bool_]

    @property
    def teaches_nodule(self) -> NDArray[np.bool_]:
        """Candidates that are a nodule in place and about in size."""
        radius = np.asarray([finding.diameter_mm / 2 for finding in self.findings] + [1.0])
        ratio = self.proposals.radius_mm / radius[self.nodule]
        similar: NDArray[np.bool_] = (ratio > _SIMILAR[0]) & (ratio < _SIMILAR[1])
        return (self.nodule >= 0) & similar

    @property
    def teaches_other(self) -> NDArray[np.bool_]:
        """Candidates that are certainly no nodule."""
        return (self.nodule < 0) & ~self.unclear

    def count_hits(self, score: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the best score on each nodule (0 where missed) and those of all false marks.

        Marks are what the detector would return: distinct candidates, at most 100; a mark hits
        where its centre lies within the nodule's radius (LUNA16).
        """
        kept = select_distinct(
            self.proposals.center_lps_mm, self.proposals.radius_mm, score, limit=_KEPT_MARKS
        )
        best = np.zeros(len(self.findings))
        for index in kept:
            if self.nodule[index] >= 0:
                best[self.nodule[index]] = max(best[self.nodule[index]], score[index])
        wanted = np.asarray([finding.is_nodule for finding in self.findings], dtype=bool)
        return best[wanted], score[kept[self.teaches_other[kept]]]


def collect_run(
    scan: DevelopmentScan, crops: Sequence[NoduleCrop], *, varied: bool, seed: int
) -> LabelledRun:
    """Insert a random choice of crops into a scan, varied or as it is, and label candidates."""
    random = np.random.default_rng([seed, *scan.name.encode()])
    volume, known = scan.read(), scan.findings
    if varied:
        volume, known = vary_scan(volume, known, random)
    chosen = choose_crops(crops, _NODULES_PER_RUN, random)
    volume, inserted = insert_nodules(volume, segment_lungs(volume), chosen, known, random)
    return label_run(scan, volume, (*known, *inserted))


def label_run(
    scan: DevelopmentScan, volume: CtVolume, findings: tuple[KnownFinding, ...]
) -> LabelledRun:
    """Propose candidates and say which of them lie on the given findings."""
    proposals = propose_candidates(volume, segment_lungs(volume))
    center = proposals.center_lps_mm
    nodule = np.full(len(center), -1, dtype=np.intp)
    unclear = np.zeros(len(center), dtype=bool)
    for index, finding in enumerate(findings):
        distance = np.linalg.norm(center - np.asarray(finding.center_lps_mm), axis=1)
        radius_mm = finding.diameter_mm / 2
        if finding.is_nodule:
            nodule[distance < radius_mm] = index
            unclear |= distance < 1.5 * radius_mm + 1
        else:
            unclear |= distance < max(radius_mm, _UNCLEAR_MM)
    return LabelledRun(
        scan=scan.name,
        patient=scan.patient,
        whole=scan.whole,
        proposals=proposals,
        findings=findings,
        nodule=nodule,
        unclear=unclear,
    )
