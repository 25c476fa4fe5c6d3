"""The images that results refer to: which they are, and what their headers hold."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, cast

from pydicom import Dataset, dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.tag import BaseTag
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    EnhancedCTImageStorage,
    LegacyConvertedEnhancedCTImageStorage,
    SecondaryCaptureImageStorage,
)

from routing.results.inherited import INHERITED_TAGS, inherited_elements
from wetread.domain.errors import EncodingError, UnreadableInstance
from wetread.domain.findings import Findings
from wetread.domain.studies import StoredInstance

_IMAGE_KEYWORDS: Final = (
    *("Rows", "Columns", "PixelSpacing", "SamplesPerPixel", "PhotometricInterpretation"),
    *("Modality", "FrameOfReferenceUID", "ImagePositionPatient", "ImageOrientationPatient"),
    *("SliceThickness", "RescaleIntercept", "RescaleSlope", "RescaleType"),
)
# A presentation state has one rescale: it cannot follow those of a multi-frame image's frames.
_SINGLE_FRAME_CLASSES: Final = (
    CTImageStorage,
    ComputedRadiographyImageStorage,
    SecondaryCaptureImageStorage,
)
_CT_CLASSES: Final = (CTImageStorage, EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """What the results of one study refer to.

    ``evidence`` names every instance of the series; ``images`` holds the reference and the image
    attributes of those that a mark lies on; else of the central one, if it is one grey image.
    """

    evidence: tuple[Dataset, ...]
    images: Mapping[str, Dataset]  # by SOP Instance UID, in the order of the marks
    inherited: Mapping[BaseTag, bytes]  # from the first of these
    instances: Mapping[str, StoredInstance]  # of the series, by SOP Instance UID, in its order


def read_source(findings: Findings, instances: Sequence[StoredInstance]) -> Source:
    """Read what results need of the study's instances, which are in slice order.

    Where no series was selected, the largest CT series stands for the study. Raises
    `EncodingError` where there is no such image, `UnreadableInstance` where one cannot be read.
    """
    series = _series_referred_to(findings, instances)
    by_uid = {instance.sop_instance_uid: instance for instance in series}
    marked = dict.fromkeys(nodule.measurement.mark.sop_instance_uid for nodule in findings.nodules)
    strangers = marked.keys() - by_uid.keys()
    if strangers:
        raise EncodingError(f"a mark lies on {min(strangers)}, which is not in the series")
    shown = [(by_uid[uid], _read(by_uid[uid])) for uid in marked] or [_most_central(series)]
    return Source(
        evidence=tuple(reference(instance) for instance in by_uid.values()),
        images={
            instance.sop_instance_uid: _image(instance, header)
            for instance, header in shown
            if _can_be_shown(instance, header)
        },
        inherited=inherited_elements(shown[0][1]),
        instances=by_uid,
    )


def read_image(instance: StoredInstance) -> Dataset:
    """Return reference and image attributes of one instance; raise `UnreadableInstance`."""
    return _image(instance, _read(instance))


def _series_referred_to(
    findings: Findings, instances: Sequence[StoredInstance]
) -> Sequence[StoredInstance]:
    series: dict[str, list[StoredInstance]] = {}
    for instance in instances:
        series.setdefault(instance.series_instance_uid, []).append(instance)
    if findings.series_instance_uid is not None:
        series = {uid: one for uid, one in series.items() if uid == findings.series_instance_uid}
    if not series:
        raise EncodingError("there is no image that the results could refer to")
    return max(series.values(), key=lambda one: (one[0].sop_class_uid in _CT_CLASSES, len(one)))


def _most_central(series: Sequence[StoredInstance]) -> tuple[StoredInstance, Dataset]:
    """Return the readable image nearest to the middle: broken files may be why there are no marks.

    Raises `UnreadableInstance` where there is none.
    """
    middle = len(series) // 2
    *nearer, last = sorted(range(len(series)), key=lambda index: abs(index - middle))
    for index in nearer:
        with suppress(UnreadableInstance):
            return series[index], _read(series[index])
    return series[last], _read(series[last])


def _read(instance: StoredInstance) -> Dataset:
    tags: Collection[int] = {
        *INHERITED_TAGS,
        *(cast("int", tag_for_keyword(keyword)) for keyword in _IMAGE_KEYWORDS),
    }
    try:
        return dcmread(instance.path, stop_before_pixels=True, specific_tags=list(tags))
    except Exception as error:  # broken bytes make pydicom raise nearly anything
        raise UnreadableInstance(f"{instance.path.name} cannot be read: {error}") from error


def reference(instance: StoredInstance) -> Dataset:
    """Return an instance as highdicom's evidence."""
    evidence = Dataset()
    evidence.StudyInstanceUID = instance.study_instance_uid
    evidence.SeriesInstanceUID = instance.series_instance_uid
    evidence.SOPInstanceUID = instance.sop_instance_uid
    evidence.SOPClassUID = instance.sop_class_uid
    # Its own classes ask an image for these; the real values are inherited as bytes.
    for keyword in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex"):
        setattr(evidence, keyword, "")
    for keyword in ("AccessionNumber", "StudyID", "StudyDate", "StudyTime"):
        setattr(evidence, keyword, None)
    return evidence


def _can_be_shown(instance: StoredInstance, header: Dataset) -> bool:
    return (
        instance.sop_class_uid in _SINGLE_FRAME_CLASSES
        and bool(header.get("Rows") and header.get("Columns"))
        and header.get("SamplesPerPixel", 1) == 1
    )


def _image(instance: StoredInstance, header: Dataset) -> Dataset:
    image = reference(instance)
    image.SamplesPerPixel = 1
    for keyword in _IMAGE_KEYWORDS:
        if keyword in header:
            with suppress(ValueError, TypeError):  # illegible is as good as absent
                image[keyword] = header[keyword]
    return image
