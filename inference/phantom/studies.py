"""A prior and a current study of one made-up patient, with the truth about their nodules."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import numpy as np

from inference.phantom.anatomy import Anatomy, grow_anatomy
from inference.phantom.ct_series import PixelForm, SeriesIdentity, write_ct_series
from inference.phantom.nodules import (
    DEFAULT_NODULES,
    Attachment,
    NodulePlan,
    PlacedNodule,
    place_nodules,
    visible_volume_mm3,
)
from inference.phantom.pose import Pose
from inference.phantom.render import NoduleInScan, render_volume
from inference.phantom.texture import ScanNoise
from wetread.domain.findings import NoduleType
from wetread.domain.geometry import Point, VolumeGeometry, as_point
from wetread.domain.studies import PatientKey, StoredInstance
from wetread.domain.uids import derive_uid

PHANTOM_PATIENT = PatientKey(issuer="DEMO-HOSPITAL", patient_id="DEMO-0001")
CURRENT_STUDY_DATE = date(2026, 5, 18)
PRIOR_STUDY_DATE = date(2025, 11, 17)
_BIRTH_DATE = date(1958, 3, 14)
_JAPAN = timezone(timedelta(hours=9))
_MIDDLE_LPS_MM = (0.0, 3.0, -6.0)  # of the field of view


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomSize:
    """The grid of the scan; what lies beyond it is not seen."""

    pixels: int
    pixel_mm: float
    slices: int
    slice_mm: float


FULL = PhantomSize(pixels=512, pixel_mm=0.703125, slices=160, slice_mm=2.0)
SMALL = PhantomSize(pixels=256, pixel_mm=1.40625, slices=120, slice_mm=2.5)
TINY = PhantomSize(pixels=96, pixel_mm=3.75, slices=40, slice_mm=3.0)


class TimePoint(StrEnum):
    """Which of the patient's two studies."""

    PRIOR = "prior"
    CURRENT = "current"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomNodule:
    """The truth about one nodule in one study."""

    name: str  # the same in both studies
    type: NoduleType
    attachment: Attachment
    center_lps_mm: Point
    diameter_mm: float  # of the sphere of equal volume
    volume_mm3: float  # what shows inside the lung
    solid_diameter_mm: float | None  # of the solid part of a part-solid nodule


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomStudy:
    """One written study and the truth about it."""

    time_point: TimePoint
    study_instance_uid: str
    series_instance_uid: str
    patient_key: PatientKey
    study_date: date
    folder: Path
    instances: tuple[StoredInstance, ...]
    nodules: tuple[PhantomNodule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomPair:
    """Both studies of one patient."""

    prior: PhantomStudy
    current: PhantomStudy


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhantomPatient:
    """The anatomy and nodules both studies share."""

    seed: int
    anatomy: Anatomy
    nodules: tuple[PlacedNodule, ...]


def make_patient(seed: int, plans: Sequence[NodulePlan] = DEFAULT_NODULES) -> PhantomPatient:
    """Return the patient of a seed."""
    anatomy = grow_anatomy(seed)
    return PhantomPatient(
        seed=seed,
        anatomy=anatomy,
        nodules=place_nodules(plans, anatomy, np.random.default_rng((seed, 1))),
    )


def write_phantom_pair(folder: Path, *, seed: int = 1, size: PhantomSize = FULL) -> PhantomPair:
    """Write ``folder/prior`` and ``folder/current``, half a year apart."""
    patient = make_patient(seed)
    return PhantomPair(
        prior=write_phantom_study(patient, folder, TimePoint.PRIOR, size=size),
        current=write_phantom_study(patient, folder, TimePoint.CURRENT, size=size),
    )


def write_phantom_study(
    patient: PhantomPatient,
    folder: Path,
    time_point: TimePoint,
    *,
    size: PhantomSize = FULL,
    form: PixelForm | None = None,
) -> PhantomStudy:
    """Write one CT series to ``folder/<time point>`` and the truth to ``<time point>.json``."""
    scan = _scan(patient, time_point, size)
    hu = render_volume(
        patient.anatomy,
        scan.nodules,
        pose=scan.pose,
        geometry=scan.geometry,
        noise=ScanNoise(seed=patient.seed * 2 + (time_point is TimePoint.PRIOR), deviation_hu=13),
    )
    identity = _identity(patient, time_point, size)
    instances = write_ct_series(
        hu, scan.geometry, identity, folder / time_point, form=form or PixelForm()
    )
    study = PhantomStudy(
        time_point=time_point,
        study_instance_uid=identity.study_instance_uid,
        series_instance_uid=identity.series_instance_uid,
        patient_key=PHANTOM_PATIENT,
        study_date=identity.acquired_at.date(),
        folder=folder / time_point,
        instances=instances,
        nodules=tuple(_truth(seen, scan.pose) for seen in scan.nodules),
    )
    _write_truth(study, folder / f"{time_point}.json")
    return study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scan:
    pose: Pose
    geometry: VolumeGeometry
    nodules: tuple[NoduleInScan, ...]


def _scan(patient: PhantomPatient, time_point: TimePoint, size: PhantomSize) -> _Scan:
    """Return how the patient lies, the grid, and the nodules that the grid shows."""
    is_prior = time_point is TimePoint.PRIOR
    pose = _PRIOR_POSE if is_prior else Pose()
    middle = np.asarray(_MIDDLE_LPS_MM) + (np.array([3.0, -2.0, 5.0]) if is_prior else 0)
    half = np.array([size.pixels - 1, size.pixels - 1, size.slices - 1]) / 2
    step = np.array([size.pixel_mm, size.pixel_mm, size.slice_mm])
    geometry = VolumeGeometry(
        shape_zyx=(size.slices, size.pixels, size.pixels),
        spacing_zyx_mm=(size.slice_mm, size.pixel_mm, size.pixel_mm),
        origin_lps_mm=as_point(np.round(middle - half * step, 4)),
        direction_zyx=((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    )
    nodules = []
    for nodule in patient.nodules:
        plan = nodule.plan
        diameter = plan.prior_diameter_mm if is_prior else plan.diameter_mm
        center = as_point(pose.from_anatomy(np.array([nodule.center_lps_mm]))[0])
        if diameter is not None and geometry.contains(center, margin_mm=diameter / 2):
            nodules.append(NoduleInScan(nodule=nodule, center_lps_mm=center, diameter_mm=diameter))
    return _Scan(pose=pose, geometry=geometry, nodules=tuple(nodules))


_PRIOR_POSE = Pose(
    shift_lps_mm=(4.0, -3.0, 8.0), turn_degrees=1.5, raised_diaphragm_mm=7.0, bend_mm=1.5
)


def _identity(patient: PhantomPatient, time_point: TimePoint, size: PhantomSize) -> SeriesIdentity:
    """Return the headers' contents; the prior was registered with half-width katakana."""
    is_prior = time_point is TimePoint.PRIOR
    day = PRIOR_STUDY_DATE if is_prior else CURRENT_STUDY_DATE

    def uid(kind: str) -> str:
        return derive_uid("phantom", patient.seed, size.pixels, size.slices, time_point, kind)

    return SeriesIdentity(
        patient_id=PHANTOM_PATIENT.patient_id,
        issuer_of_patient_id=PHANTOM_PATIENT.issuer,
        patient_name=f"{'ｶｸｳ^ﾊﾅｺ' if is_prior else 'KAKUU^HANAKO'}=架空^花子=かくう^はなこ",
        character_set=("ISO 2022 IR 13" if is_prior else "", "ISO 2022 IR 87"),
        birth_date=_BIRTH_DATE,
        sex="F",
        study_instance_uid=uid("study"),
        series_instance_uid=uid("series"),
        frame_of_reference_uid=uid("frame of reference"),
        acquired_at=datetime.combine(day, time(9 if is_prior else 10, 12, 30), tzinfo=_JAPAN),
        accession_number=f"DEMO{day:%Y%m%d}",
        series_description=f"CHEST {size.slice_mm:.1f} STANDARD",
    )


def _truth(seen: NoduleInScan, pose: Pose) -> PhantomNodule:
    plan = seen.nodule.plan
    mixed = plan.type is NoduleType.PART_SOLID
    return PhantomNodule(
        name=plan.name,
        type=plan.type,
        attachment=plan.attachment,
        center_lps_mm=seen.center_lps_mm,
        diameter_mm=seen.diameter_mm,
        volume_mm3=visible_volume_mm3(seen.nodule, seen.center_lps_mm, seen.diameter_mm, pose),
        solid_diameter_mm=plan.solid_share * seen.diameter_mm if mixed else None,
    )


def _write_truth(study: PhantomStudy, path: Path) -> None:
    """Write the truth as JSON, without the paths of this machine."""
    facts = {
        "time_point": study.time_point,
        "study_instance_uid": study.study_instance_uid,
        "series_instance_uid": study.series_instance_uid,
        "study_date": study.study_date.isoformat(),
        "nodules": [asdict(nodule) for nodule in study.nodules],
    }
    path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
