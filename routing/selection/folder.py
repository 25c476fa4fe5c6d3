"""Find the DICOM files of studies in a folder, as they lie there."""

import filecmp
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from pydicom import dcmread
from pydicom.uid import MediaStorageDirectoryStorage

from wetread.domain.errors import StudyError
from wetread.domain.studies import StoredInstance

_PREAMBLE_BYTES: Final = 128  # PS3.10 7.1
_PREFIX: Final = b"DICM"
_IDENTITY: Final = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")


class SkippedFile(NamedTuple):
    """A file that is not part of a study, by its path below the folder, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderScan:
    """The instances in a folder, in the order of their paths, and what was left out."""

    instances: tuple[StoredInstance, ...]
    skipped: tuple[SkippedFile, ...]

    @property
    def study_instance_uid(self) -> str:
        """The study of the first instance; of all, where one study was asked for."""
        return self.instances[0].study_instance_uid


def scan_folder(folder: Path) -> FolderScan:
    """Find the DICOM instances in a folder and below it; raise `StudyError` unless one study."""
    scan = scan_studies(folder)
    _require_one_study(folder, scan.instances)
    return scan


def scan_studies(folder: Path) -> FolderScan:
    """Find the DICOM instances of all studies below a folder; raise `StudyError` without any."""
    if not folder.is_dir():
        raise StudyError(f"{folder} is not a folder; name the folder that holds the DICOM files")
    found: dict[str, StoredInstance] = {}
    skipped: list[SkippedFile] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        instance = _identify(path)
        if isinstance(instance, str):
            skipped.append(SkippedFile(name=name, reason=instance))
            continue
        first = found.setdefault(instance.sop_instance_uid, instance)
        if first is not instance:
            same = filecmp.cmp(first.path, path, shallow=False)
            other = first.path.relative_to(folder)
            reason = f"the same image as {other}" if same else f"another image has its UID: {other}"
            skipped.append(SkippedFile(name=name, reason=reason))
    if not found:
        raise StudyError(
            f"{folder} holds no DICOM image ({len(skipped)} other files);"
            " name the folder that holds the study"
        )
    return FolderScan(instances=tuple(found.values()), skipped=tuple(skipped))


def _identify(path: Path) -> StoredInstance | str:
    """Return what the file says it is, or why it is not an image of a study."""
    try:
        with path.open("rb") as file:
            if file.read(_PREAMBLE_BYTES + len(_PREFIX))[_PREAMBLE_BYTES:] != _PREFIX:
                return "not a DICOM file"
            file.seek(0)
            dataset = dcmread(file, stop_before_pixels=True, specific_tags=list(_IDENTITY))
            syntax = str(dataset.file_meta.get("TransferSyntaxUID", ""))
            media_class = dataset.file_meta.get("MediaStorageSOPClassUID")
            study, series, instance, sop_class = (str(dataset.get(k) or "") for k in _IDENTITY)
    except Exception as error:  # noqa: BLE001 - broken bytes make pydicom raise nearly anything
        return f"not readable: {error}"
    if media_class == MediaStorageDirectoryStorage:
        return "a directory of files (DICOMDIR), not an image"
    if not (study and series and instance and sop_class and syntax):
        return "not a complete DICOM instance: its UIDs or transfer syntax are missing"
    return StoredInstance(
        study_instance_uid=study,
        series_instance_uid=series,
        sop_instance_uid=instance,
        sop_class_uid=sop_class,
        transfer_syntax_uid=syntax,
        path=path,
    )


def _require_one_study(folder: Path, instances: Collection[StoredInstance]) -> None:
    counts = Counter(instance.study_instance_uid for instance in instances)
    if len(counts) > 1:
        listed = ", ".join(f"{uid} ({count} images)" for uid, count in sorted(counts.items()))
        raise StudyError(
            f"{folder} holds {len(counts)} studies: {listed};"
            " put each into a folder of its own and name one"
        )
