"""From candidates to nodules: measured once each, with tracking that lasts over the years."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import dist

from wetread.domain.errors import AnalysisError
from wetread.domain.findings import Candidate, Measurement, ModelIdentity, Nodule
from wetread.domain.masks import NoduleMask
from wetread.domain.studies import PatientKey
from wetread.domain.uids import derive_uid
from wetread.domain.volumes import CtVolume
from wetread.ports import NoduleMeasurer

_SMALLEST_MM = 4.0  # centres that round to the same millimetres are always one nodule
_NUMBER = re.compile(r"Nodule (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A measured candidate."""

    measurement: Measurement
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Every measured candidate, best first, and how many could not be measured."""

    marks: tuple[Mark, ...]
    unmeasured: int


def measure_candidates(
    volume: CtVolume, candidates: Sequence[Candidate], measurer: NoduleMeasurer
) -> tuple[Marks, tuple[NoduleMask, ...]]:
    """Measure candidates, best first; a nodule marked by two of them is kept once.

    The masks, of those marks that have one, are apart: too large for a checkpoint.
    """
    marks: list[Mark] = []
    masks: list[NoduleMask] = []
    unmeasured = 0
    for candidate in candidates:
        try:
            found = measurer.outline(volume, candidate)
        except AnalysisError:
            unmeasured += 1
            continue
        if found is None or any(_same(mark, found.measurement) for mark in marks):
            continue
        marks.append(Mark(measurement=found.measurement, score=candidate.score))
        if found.mask is not None:
            masks.append(found.mask)
    return Marks(marks=tuple(marks), unmeasured=unmeasured), tuple(masks)


def track_nodules(
    marks: Sequence[Mark],
    *,
    patient: PatientKey,
    study_instance_uid: str,
    model: ModelIdentity,
    earlier: Sequence[Nodule] = (),
) -> tuple[Nodule, ...]:
    """Name marks; those at the place of an ``earlier`` nodule of the same images keep its name.

    A new tracking UID depends only on who, which study, which model and where: the same analysis
    made again gives the same one.
    """
    left = list(earlier)
    numbers = free_numbers(earlier)
    nodules = []
    for mark in marks:
        known = min(left, key=lambda nodule: _distance_mm(nodule, mark), default=None)
        if known is not None and _same(mark, known.measurement):
            left.remove(known)
            tracking_id, tracking_uid = known.tracking_id, known.tracking_uid
        else:
            tracking_id = f"Nodule {next(numbers)}"
            x, y, z = (round(value) for value in mark.measurement.center_lps_mm)
            who = (patient.issuer, patient.patient_id)
            tracking_uid = derive_uid("nodule", *who, study_instance_uid, model.name, x, y, z)
        nodules.append(
            Nodule(
                tracking_id=tracking_id,
                tracking_uid=tracking_uid,
                measurement=mark.measurement,
                score=mark.score,
            )
        )
    return tuple(nodules)


def free_numbers(nodules: Sequence[Nodule]) -> Iterator[int]:
    """Yield the numbers after the highest that these nodules bear."""
    taken = (_NUMBER.fullmatch(nodule.tracking_id) for nodule in nodules)
    return count(max((int(match[1]) for match in taken if match), default=0) + 1)


def _same(mark: Mark, measurement: Measurement) -> bool:
    """Tell whether the centre of one lies inside the other, by their short axes."""
    apart_mm = dist(mark.measurement.center_lps_mm, measurement.center_lps_mm)
    axes_mm = (mark.measurement.short_axis_mm, measurement.short_axis_mm)
    return apart_mm <= max(*axes_mm, _SMALLEST_MM) / 2


def _distance_mm(nodule: Nodule, mark: Mark) -> float:
    return dist(nodule.measurement.center_lps_mm, mark.measurement.center_lps_mm)
