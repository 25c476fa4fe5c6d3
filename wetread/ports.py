"""What the rooms ask of each other; adapters behind each port are wired in `bootstrap` only."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

from wetread.domain.findings import (
    Candidate,
    ChangeState,
    ImageMark,
    Measurement,
    ModelIdentity,
    Nodule,
    OperatingPoint,
    ResolvedNodule,
    UnseenNodule,
)
from wetread.domain.masks import NoduleMask
from wetread.domain.priors import DescribedStudy
from wetread.domain.studies import PatientKey, StoredInstance
from wetread.domain.volumes import CtVolume

Clock: TypeAlias = Callable[[], datetime]
"""Returns the current time, timezone-aware."""

Progress: TypeAlias = Callable[[float], None]
"""Is told the share done, 0 to 1."""


class VolumeReader(Protocol):
    """Turns the instances of one series into a volume."""

    def read(self, instances: Sequence[StoredInstance]) -> CtVolume:
        """Return the volume in HU; raise `VolumeError` or `UnreadableInstance`."""
        ...


class Detector(Protocol):
    """Finds nodule candidates in a volume."""

    @property
    def model(self) -> ModelIdentity:
        """Which model this is."""
        ...

    @property
    def operating_point(self) -> OperatingPoint:
        """Candidates at or above its score are marked."""
        ...

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        """Return every candidate down to a low score, best first; raise `AnalysisError`.

        ``urgency`` 0 to 100: where volumes queue, the larger comes first.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutlinedNodule:
    """A measurement and the voxels that it is of; None where no voxel's centre lies inside."""

    measurement: Measurement
    mask: NoduleMask | None


class NoduleMeasurer(Protocol):
    """Segments a candidate and measures it."""

    def measure(self, volume: CtVolume, candidate: Candidate) -> Measurement | None:
        """Return the measurement, or None where nothing nodule-like can be outlined."""
        ...

    def outline(self, volume: CtVolume, candidate: Candidate) -> OutlinedNodule | None:
        """Return what `measure` does, with the nodule's voxels."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NoduleMatch:
    """The state of one current nodule against the prior study.

    ``prior`` is the matched nodule; None for new, not covered, and ambiguous without a favourite.
    Where the prior's detection marked nothing at the place of a matched nodule, ``prior_at_place``
    is what was measured there instead.
    """

    state: ChangeState
    prior: Nodule | None
    prior_at_place: Measurement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefoundNodule:
    """A prior nodule that the current detection missed, measured at its registered place."""

    prior: Nodule
    measurement: Measurement
    score: float  # of the candidate below the operating point that lies there, else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorMatch:
    """All current nodules (same order) against the prior, and what became of its other nodules."""

    matches: tuple[NoduleMatch, ...]
    resolved: tuple[ResolvedNodule, ...]
    refound: tuple[RefoundNodule, ...] = ()
    unseen: tuple[UnseenNodule, ...] = ()
    trusted: bool  # False: registration failed its own check, every match is ambiguous


class PriorComparer(Protocol):
    """Registers a prior volume and matches nodules."""

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
        """Match by place and size; an untrusted registration makes every state ambiguous.

        ``…_candidates`` are all of a scan, down to a low score: what they hint at is looked at
        again before anything is called new or resolved.
        """
        ...


class EnergyClock(Protocol):
    """Counts the energy that the device of the analysis uses."""

    @property
    def how_measured(self) -> str:
        """By what: the device's counter, its power polled, its rated power."""
        ...

    def joules(self) -> float:
        """Return the energy since some moment; only runs forward. Any error: it cannot be read."""
        ...


class KeyImageRenderer(Protocol):
    """Draws a mark on the image it lies on."""

    def __call__(self, volume: CtVolume, mark: ImageMark, *, caption: str, path: Path) -> None:
        """Write an 8-bit PNG in lung window with the mark's circle."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """What a destination said of one object."""

    sop_instance_uid: str
    confirmed: bool
    detail: str  # the C-STORE status or the error, for people


class Destination(Protocol):
    """Somewhere results go."""

    @property
    def name(self) -> str:
        """The configured name, used in records and metrics."""
        ...

    def send(self, paths: Sequence[Path]) -> tuple[DeliveryReceipt, ...]:
        """Send all objects at once; raise `DeliveryError` when the peer cannot be reached."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """One study to be read, as the queue knows it; the records hold the rest."""

    study_instance_uid: str
    place_at: datetime  # earlier is sooner, to the microsecond; then by UID
    reader: str | None = None  # whom it is assigned to; None: whoever asks first


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A reader reads a study, and nobody else does until then."""

    study_instance_uid: str
    reader: str
    until: datetime


class QueueEventKind(StrEnum):
    """What has happened to an item."""

    PLACED = "placed"  # added, raised, moved, or assigned
    CLAIMED = "claimed"
    RELEASED = "released"
    REMOVED = "removed"
    RESULT = "result"  # of the analysis, while somebody reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEvent:
    """One event; events of one queue are ordered, and every process that asks sees all."""

    position: str  # what to ask after for the next ones
    kind: QueueEventKind
    study_instance_uid: str
    reader: str | None  # who reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedInstance:
    """One instance as a peer sent it, before anything of it is believed."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    source_ae_title: str  # empty where it came by HTTP
    dataset: bytes | memoryview  # encoded, without file meta information; not kept by the sender


KeepInstance: TypeAlias = Callable[[ReceivedInstance], None]
"""Keeps an instance, or raises `PriorRefused` or `StorageFull`: then nothing more is wanted."""


class PriorArchive(Protocol):
    """Somewhere the earlier studies of patients may be."""

    @property
    def name(self) -> str:
        """The configured name, used in records and reasons."""
        ...

    @property
    def issuers(self) -> tuple[str, ...]:
        """Whose patient IDs it knows; where it is one, that is the issuer of IDs naming none."""
        ...

    def find_studies(
        self, patient: PatientKey, *, until: date | None
    ) -> tuple[DescribedStudy, ...]:
        """Return the patient's studies up to a day, with their series; raise `ArchiveError`."""
        ...

    def fetch_series(
        self, study_instance_uid: str, series_instance_uids: Sequence[str], keep: KeepInstance
    ) -> None:
        """Hand every instance of these series to ``keep``, from any thread.

        Returns when all have come. Raise `ArchiveError` where they have not, and whatever ``keep``
        raised. An instance may come twice.
        """
        ...


class ReadingQueue(Protocol):
    """The live order of studies to read; always rebuildable from the records.

    Methods may be called from any thread and any process; each is one atomic step.
    """

    def put(self, item: QueueItem) -> None:
        """Add the item, or give it a sooner place or its reader; never moves it back."""
        ...

    def move(self, items: Sequence[QueueItem]) -> None:
        """Give items exactly these places and readers, all at once; claims stay."""
        ...

    def remove(self, study_instance_uid: str) -> None:
        """Take the item out, claimed or not; absent items are fine."""
        ...

    def ordered(self, limit: int | None = None) -> tuple[QueueItem, ...]:
        """Return items, next to read first, with those that are claimed."""
        ...

    def claim_next(
        self, reader: str, *, until: datetime, skip: Collection[str] = ()
    ) -> QueueItem | None:
        """Give a reader the first item that is free, and not assigned to another, nor skipped."""
        ...

    def claim(self, study_instance_uid: str, reader: str, *, until: datetime) -> bool:
        """Give a reader one item, or renew the claim they have; False where another has it."""
        ...

    def release(self, study_instance_uid: str, reader: str) -> bool:
        """Give an item back; False where the reader does not have it (any more)."""
        ...

    def claims(self) -> tuple[Claim, ...]:
        """Return the claims that hold now, by UID."""
        ...

    def announce_result(self, study_instance_uid: str) -> None:
        """Tell whoever reads the study that its analysis has something new to say."""
        ...

    def events_after(self, position: str | None, *, limit: int = 100) -> tuple[QueueEvent, ...]:
        """Return what happened after a position, oldest first; None: the newest events.

        Old events are forgotten; who asks too late sees the list itself.
        """
        ...


__all__ = [
    "Claim",
    "Clock",
    "DeliveryReceipt",
    "Destination",
    "Detector",
    "EnergyClock",
    "KeepInstance",
    "KeyImageRenderer",
    "NoduleMatch",
    "NoduleMeasurer",
    "OutlinedNodule",
    "PriorArchive",
    "PriorComparer",
    "PriorMatch",
    "Progress",
    "QueueEvent",
    "QueueEventKind",
    "QueueItem",
    "ReadingQueue",
    "ReceivedInstance",
    "RefoundNodule",
    "VolumeReader",
]
