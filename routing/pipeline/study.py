"""What goes into the analysis of one study."""

from dataclasses import dataclass
from datetime import date

from wetread.domain.findings import Candidate, Findings, Nodule
from wetread.domain.guidelines.guidance import Indication
from wetread.domain.selection import Selection
from wetread.domain.studies import PatientKey, StoredInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyInput:
    """A complete study: who, when, and its images."""

    study_instance_uid: str
    patient_key: PatientKey
    study_date: date | None  # None: unknown
    revision: int = 0
    urgency: int = 0  # 0 to 100, larger is sooner wherever it queues
    indication: Indication | None = None  # None: nobody told it, rules over the headers do
    instances: tuple[StoredInstance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorStudy:
    """Another study to compare with: usable, and surely of the same patient."""

    study_instance_uid: str
    patient_key: PatientKey
    study_date: date | None
    selection: Selection  # `chosen` is a series
    findings: Findings | None  # its newest recorded ones, whichever model made them


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedStudy:
    """A study as the model of now marks and measures it, and all its candidates."""

    nodules: tuple[Nodule, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known of the patient besides the study itself.

    The change is told against the first of ``priors``; the others add to the trend. ``later`` is
    the nearest later study that was analysed already: its identities stay when an older study
    comes in after it. ``told_apart`` are pairs of tracking UIDs that a person has parted.
    """

    priors: tuple[PriorStudy, ...] = ()  # newest first
    later: PriorStudy | None = None
    earlier: Findings | None = None  # of an earlier revision of the same study
    told_apart: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The study to analyse; None where its analysis is concluded already."""

    study: StudyInput | None
