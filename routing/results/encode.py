"""Findings as the DICOM objects that go to the hospital."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from routing.results.document import document_from_findings, findings_from_document
from routing.results.inherited import with_name_of_some_length
from routing.results.instance import file_bytes, write_atomically
from routing.results.measurement_report import encode_measurement_report
from routing.results.objects import EncodedObject, ObjectKind
from routing.results.presentation_state import encode_presentation_states
from routing.results.source import read_source
from wetread.domain.findings import Findings
from wetread.domain.studies import StoredInstance


def encode_results(
    findings: Findings,
    instances: Sequence[StoredInstance],
    *,
    folder: Path,
    encoded_at: datetime,
) -> tuple[EncodedObject, ...]:
    """Write the objects of a study into a folder and return them, the report first.

    ``instances`` are those of the analysed series in slice order, or of the whole study where no
    series was selected. Whatever the outcome there is a report. The same findings, images and
    time give the same bytes; each revision has files of its own. Raises `EncodingError`,
    `UnreadableInstance`.
    """
    # Every form states the same rounded numbers: those of findings.json.
    stated = findings_from_document(document_from_findings(findings))
    source = read_source(stated, instances)
    reports = [encode_measurement_report(stated, source, encoded_at)]
    states = encode_presentation_states(stated, source, encoded_at)
    inherited, named = source.inherited, with_name_of_some_length(source.inherited)
    encoded = []
    for kind, datasets, elements in (
        (ObjectKind.MEASUREMENT_REPORT, reports, inherited),
        (ObjectKind.PRESENTATION_STATE, states, named),
    ):
        for part, dataset in enumerate(datasets):
            path = folder / f"{kind}-{stated.revision}-{part}.dcm"
            write_atomically(path, file_bytes(dataset, elements))
            encoded.append(
                EncodedObject(
                    kind=kind,
                    sop_class_uid=str(dataset.SOPClassUID),
                    sop_instance_uid=str(dataset.SOPInstanceUID),
                    path=path,
                )
            )
    return tuple(encoded)
