"""Findings as the DICOM objects that go to the hospital."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from pydicom import Dataset

from routing.results.chest_cad_report import encode_chest_cad_report
from routing.results.document import document_from_findings, findings_from_document
from routing.results.inherited import with_name_of_some_length
from routing.results.instance import file_bytes, write_atomically
from routing.results.key_objects import encode_key_objects
from routing.results.masks import read_masks
from routing.results.material import Material, NodulePictures
from routing.results.measurement_report import REPORT_FORMS, encode_measurement_report
from routing.results.objects import DEFAULT_KINDS, EncodedObject, ObjectKind
from routing.results.outputs import OutputPlan
from routing.results.presentation_state import encode_presentation_states
from routing.results.secondary_capture import encode_secondary_captures
from routing.results.segmentation import encode_segmentation
from routing.results.source import read_source
from wetread.domain.findings import Findings
from wetread.domain.presentation import IntentOf, always_required
from wetread.domain.studies import StoredInstance
from wetread.domain.uids import derive_uid

Encoder: TypeAlias = Callable[[Material], tuple[Dataset, ...]]
"""Makes the objects of one kind, without what they inherit from the images."""

ENCODERS: Final[dict[ObjectKind, Encoder]] = {
    **{kind: partial(encode_measurement_report, kind=kind) for kind in REPORT_FORMS},
    ObjectKind.PRESENTATION_STATE: encode_presentation_states,
    ObjectKind.CHEST_CAD_REPORT: encode_chest_cad_report,
    ObjectKind.KEY_OBJECTS: encode_key_objects,
    ObjectKind.SEGMENTATION: encode_segmentation,
    ObjectKind.SECONDARY_CAPTURE: encode_secondary_captures,
}


def encode_results(  # noqa: PLR0913 each kind needs something else
    findings: Findings,
    instances: Sequence[StoredInstance],
    *,
    folder: Path,
    encoded_at: datetime,
    kinds: Collection[ObjectKind] = DEFAULT_KINDS,
    prior_instances: Sequence[StoredInstance] = (),
    pictures: Mapping[str, NodulePictures] | None = None,
    intent_of: IntentOf = always_required,
    variant: str = "",
) -> tuple[EncodedObject, ...]:
    """Write the objects of a study into a folder and return them, kind by kind.

    ``instances`` are those of the analysed series in slice order, or of the whole study where no
    series was selected; ``prior_instances`` those of the series compared with, and ``pictures``
    what summary pages show, by tracking UID. Every kind of report asked for is there whatever the
    outcome; voxels are those that the measurement has left in the folder. The same findings, images
    and time give the same bytes; each revision has files of its own. Where ``intent_of`` comes from
    a preference, ``variant`` names that, and the objects are instances of their own beside others.
    Raises `EncodingError`, `UnreadableInstance`.
    """
    # Every form states the same rounded numbers: those of findings.json.
    stated = findings_from_document(document_from_findings(findings))
    source = read_source(stated, instances)
    material = Material(
        findings=stated,
        source=source,
        encoded_at=encoded_at,
        prior_instances={one.sop_instance_uid: one for one in prior_instances},
        masks=read_masks(folder) if ObjectKind.SEGMENTATION in kinds else (),
        pictures={} if pictures is None else pictures,
        intent_of=intent_of,
    )
    # All of them before any is written: what cannot be encoded leaves nothing half done.
    made = [(kind, encode(material)) for kind, encode in ENCODERS.items() if kind in kinds]
    encoded = []
    for kind, datasets in made:
        elements = source.inherited
        if kind is ObjectKind.PRESENTATION_STATE:
            elements = with_name_of_some_length(elements)
        for part, dataset in enumerate(datasets):
            path = folder / f"{kind}-{stated.revision}-{part}.dcm"
            if variant:
                path = path.with_stem(f"{path.stem}-{variant}")
                _make_variant(dataset, variant)
            write_atomically(path, file_bytes(dataset, elements))
            encoded.append(
                EncodedObject(
                    kind=kind,
                    sop_class_uid=str(dataset.SOPClassUID),
                    sop_instance_uid=str(dataset.SOPInstanceUID),
                    path=path,
                    marks=variant,
                )
            )
    return tuple(encoded)


def encode_outputs(
    findings: Findings,
    instances: Sequence[StoredInstance],
    plan: OutputPlan,
    *,
    folder: Path,
    encoded_at: datetime,
    prior_instances: Sequence[StoredInstance] = (),
    pictures: Mapping[str, NodulePictures] | None = None,
) -> tuple[EncodedObject, ...]:
    """Write everything that is planned of a study, as `encode_results` does for one group."""
    return tuple(
        plan.addressed(one)
        for group in plan.groups
        for one in encode_results(
            findings,
            instances,
            folder=folder,
            encoded_at=encoded_at,
            kinds=group.recipients.keys(),
            prior_instances=prior_instances,
            pictures=pictures,
            intent_of=group.marks.intent_of,
            variant=group.marks.variant,
        )
    )


def _make_variant(dataset: Dataset, variant: str) -> None:
    """Give an object the identity of its variant, and its predecessor that of the same variant."""
    dataset.SOPInstanceUID = derive_uid(dataset.SOPInstanceUID, variant)
    for study in dataset.get("PredecessorDocumentsSequence", ()):
        for series in study.ReferencedSeriesSequence:
            for one in series.ReferencedSOPSequence:
                one.ReferencedSOPInstanceUID = derive_uid(one.ReferencedSOPInstanceUID, variant)
