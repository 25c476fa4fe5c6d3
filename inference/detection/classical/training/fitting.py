"""From labelled runs to trees, and how good they are on scans they have not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.detection.classical.scoring import TreeEnsemble
from inference.detection.classical.training.boosting import fit_trees
from inference.detection.classical.training.collection import LabelledRun
from wetread.domain.geometry import FloatArray

TREES, DEPTH = 100, 3
_NODULE_SHARE = 0.1  # total weight of the nodules' rows against the others'


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Performance:
    """Scores on unseen scans: best on each nodule, its diameter, and all false marks."""

    nodule_score: FloatArray
    diameter_mm: FloatArray
    false_score: FloatArray
    scans: int

    def threshold_at(self, false_marks_per_scan: float) -> float:
        """Return the lowest score with at most so many false marks per scan."""
        ranked = np.sort(self.false_score)[::-1]
        allowed = int(false_marks_per_scan * self.scans)
        return float(ranked[allowed]) if allowed < len(ranked) else 0.0

    def sensitivity(self, threshold: float, least_mm: float = 0.0) -> float:
        """Return the share of nodules of at least ``least_mm`` scored above a threshold."""
        wanted = self.diameter_mm >= least_mm
        return float((self.nodule_score[wanted] > threshold).mean())


def fit_runs(runs: Sequence[LabelledRun], seed: int) -> TreeEnsemble:
    """Fit the trees to all candidates of the runs that are clearly one or the other."""
    rows, labels = [], []
    for run in runs:
        for chosen, is_nodule in ((run.teaches_nodule, True), (run.teaches_other, False)):
            rows.append(run.proposals.rows[chosen])
            labels.append(np.full(int(chosen.sum()), is_nodule))
    label = np.concatenate(labels)
    balance = _NODULE_SHARE * float((~label).sum()) / float(label.sum())
    weight = np.where(label, balance, 1.0)
    return fit_trees(np.concatenate(rows), label, weight, trees=TREES, depth=DEPTH, seed=seed)


def cross_validate(
    train: Sequence[LabelledRun], test: Sequence[LabelledRun], *, seed: int
) -> Performance:
    """Leave one patient's scans out in turn; false marks count in whole scans only.

    ``test`` runs hold nodules of patients that no ``train`` run holds.
    """
    nodules, diameters, false_marks, scans = [], [], [], 0
    for patient in sorted({run.patient for run in test}):
        ensemble = fit_runs([run for run in train if run.patient != patient], seed)
        for run in (run for run in test if run.patient == patient):
            hits, wrong = run.count_hits(ensemble.score(run.proposals.rows))
            nodules.append(hits)
            diameters.append([f.diameter_mm for f in run.findings if f.is_nodule])
            if run.whole:
                false_marks.append(wrong)
                scans += 1
    return Performance(
        nodule_score=np.concatenate(nodules),
        diameter_mm=np.concatenate(diameters),
        false_score=np.concatenate(false_marks),
        scans=scans,
    )
