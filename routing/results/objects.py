"""The objects that a study's findings become, and what they have in common."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, TypedDict

from pydicom import Dataset

from routing.results.instance import ascii_text
from wetread import __version__
from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import Findings
from wetread.domain.uids import derive_uid

MANUFACTURER: Final = "Wetread"
CONTENT_LABEL: Final = "WETREAD_AI"  # CS: upper case, at most 16 characters

MARK_COLOR: Final = (97.1, -21.6, 94.5)  # yellow, CIELab


class ObjectKind(StrEnum):
    """A form that findings take; each has its own series."""

    MEASUREMENT_REPORT = "measurement_report"
    COMPREHENSIVE_REPORT = "comprehensive_report"  # the same for who takes no 3D SR
    SPATIAL_REPORT = "spatial_report"  # the same with outlines in patient coordinates as well
    PRESENTATION_STATE = "presentation_state"
    CHEST_CAD_REPORT = "chest_cad_report"
    KEY_OBJECTS = "key_objects"
    SEGMENTATION = "segmentation"
    SECONDARY_CAPTURE = "secondary_capture"


DEFAULT_KINDS: Final = frozenset((ObjectKind.MEASUREMENT_REPORT, ObjectKind.PRESENTATION_STATE))
NAMES: Final = {  # that people choose kinds by
    "sr": ObjectKind.MEASUREMENT_REPORT,
    "comprehensive-sr": ObjectKind.COMPREHENSIVE_REPORT,
    "spatial-sr": ObjectKind.SPATIAL_REPORT,
    "gsps": ObjectKind.PRESENTATION_STATE,
    "cad-sr": ObjectKind.CHEST_CAD_REPORT,
    "key-objects": ObjectKind.KEY_OBJECTS,
    "seg": ObjectKind.SEGMENTATION,
    "secondary-capture": ObjectKind.SECONDARY_CAPTURE,
}
SERIES_NUMBERS: Final = {
    ObjectKind.MEASUREMENT_REPORT: 9701,
    ObjectKind.PRESENTATION_STATE: 9702,
    ObjectKind.CHEST_CAD_REPORT: 9703,
    ObjectKind.KEY_OBJECTS: 9704,
    ObjectKind.SEGMENTATION: 9705,
    ObjectKind.SECONDARY_CAPTURE: 9706,
    ObjectKind.COMPREHENSIVE_REPORT: 9707,
    ObjectKind.SPATIAL_REPORT: 9708,
}
SERIES_DESCRIPTIONS: Final = {
    ObjectKind.MEASUREMENT_REPORT: "Wetread AI chest CT nodule report (research use)",
    ObjectKind.PRESENTATION_STATE: "Wetread AI chest CT nodule marks (research use)",
    ObjectKind.CHEST_CAD_REPORT: "Wetread AI chest CAD report (research use)",
    ObjectKind.KEY_OBJECTS: "Wetread AI key images (research use)",
    ObjectKind.SEGMENTATION: "Wetread AI nodule segmentation (research use)",
    ObjectKind.SECONDARY_CAPTURE: "Wetread AI summary pages (research use)",
    ObjectKind.COMPREHENSIVE_REPORT: "Wetread AI chest CT nodule report, plain (research use)",
    ObjectKind.SPATIAL_REPORT: "Wetread AI chest CT nodule report, 3D (research use)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedObject:
    """One result on disk, ready to be sent."""

    kind: ObjectKind
    sop_class_uid: str
    sop_instance_uid: str
    path: Path
    marks: str = ""  # the variant of a `MarkPreference`; empty: all marks
    recipients: tuple[str, ...] | None = None  # destinations that get it; None: all of them

    @property
    def images(self) -> int:
        """How many images it adds to the study: what a hospital pays for where they are counted."""
        return int(self.kind is ObjectKind.SECONDARY_CAPTURE)


def kinds_from_names(names: Collection[str]) -> frozenset[ObjectKind]:
    """Return the kinds that people have named; raise `ConfigurationError` for another name."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise ConfigurationError(
            f"there is no kind of object {unknown[0]!r}; there are {', '.join(NAMES)}"
        )
    return frozenset(NAMES[name] for name in names)


class Identity(TypedDict):
    """What highdicom's classes ask of every object alike."""

    series_instance_uid: str
    series_number: int
    sop_instance_uid: str
    instance_number: int
    series_description: str
    manufacturer: str
    manufacturer_model_name: str
    software_versions: str
    device_serial_number: str


def identity(kind: ObjectKind, findings: Findings, *, part: int = 0) -> Identity:
    """Return the identity of an object: derived, so that encoding again gives the same object.

    A revision is a further instance of the same series; ``part`` counts the objects of a kind.
    """
    model = findings.model
    return Identity(
        series_instance_uid=derive_uid(*_series_parts(kind, findings)),
        series_number=SERIES_NUMBERS[kind],
        sop_instance_uid=instance_uid(kind, findings, revision=findings.revision, part=part),
        instance_number=1000 * part + findings.revision + 1,
        series_description=SERIES_DESCRIPTIONS[kind],
        manufacturer=MANUFACTURER,
        manufacturer_model_name=ascii_text(f"Wetread {model.name}")[:64],
        software_versions=ascii_text(f"Wetread {__version__}, model {model.version}")[:64],
        device_serial_number=model.sha256[:16] or "0",
    )


def instance_uid(kind: ObjectKind, findings: Findings, *, revision: int, part: int = 0) -> str:
    """Return the SOP Instance UID of one revision of an object."""
    return derive_uid(*_series_parts(kind, findings), revision, part)


class InheritedAsBytes:
    """Keeps highdicom from copying patient and study, which it does by the images' SOP class.

    The real attributes are inherited as bytes, whatever that class is.
    """

    def copy_patient_and_study_information(self, dataset: Dataset) -> None:
        """Copy nothing."""

    def copy_specimen_information(self, dataset: Dataset) -> None:
        """Copy nothing."""


def stamp(dataset: Dataset, encoded_at: datetime) -> None:
    """Set every time of an object, which highdicom takes from its own clock."""
    date, time = f"{encoded_at:%Y%m%d}", f"{encoded_at:%H%M%S.%f}"
    for prefix in ("InstanceCreation", "Content", "PresentationCreation"):
        if f"{prefix}Date" in dataset:
            setattr(dataset, f"{prefix}Date", date)
            setattr(dataset, f"{prefix}Time", time)
    # It states when highdicom ran, and nothing else that the file does not say.
    if "ContributingEquipmentSequence" in dataset:
        del dataset.ContributingEquipmentSequence


def _series_parts(kind: ObjectKind, findings: Findings) -> tuple[str, ...]:
    model = findings.model
    return findings.study_instance_uid, model.name, model.version, model.sha256, kind.value
