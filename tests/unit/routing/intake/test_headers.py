from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from routing.intake.headers import InstanceHeader, read_header
from routing.intake.part10 import encode_file_meta
from tests.support.instances import encoded, instance
from wetread.domain.identity.person import PatientDetails
from wetread.domain.studies import PatientKey

SYNTAXES = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)


def _header(folder: Path, dataset: bytes, syntax: UID = ExplicitVRLittleEndian) -> InstanceHeader:
    meta = encode_file_meta(
        sop_class_uid=CTImageStorage,
        sop_instance_uid="1.2.3",
        transfer_syntax_uid=syntax,
        source_ae_title="SCANNER",
    )
    path = folder / "file"
    path.write_bytes(meta + dataset)
    return read_header(path)


def _other_id(patient_id: str, issuer: str | None) -> Dataset:
    item = Dataset()
    item.PatientID = patient_id
    if issuer is not None:
        item.IssuerOfPatientID = issuer
    return item


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_reads_what_the_index_needs(tmp_path: Path, syntax: UID) -> None:
    dataset = instance(
        IssuerOfPatientID="Other Hospital",
        PatientBirthDate="19500203",
        PatientSex="F",
        PatientTelephoneNumbers="03-0000-1234",
        PatientAddress="1-2-3 Invented",
        InsurancePlanIdentification="12-3456",
        OtherPatientIDsSequence=Sequence(
            [_other_id("77", "Clinic"), _other_id("78", None), _other_id("9", "Third Hospital")]
        ),
    )

    header = _header(tmp_path, encoded(dataset, syntax), syntax)

    assert header == InstanceHeader(
        problem="",
        source_ae_title="SCANNER",
        transfer_syntax_uid=syntax,
        sop_class_uid=CTImageStorage,
        sop_instance_uid=dataset.SOPInstanceUID,
        series_instance_uid=dataset.SeriesInstanceUID,
        study_instance_uid=dataset.StudyInstanceUID,
        patient_id="T-0001",
        issuer="Other Hospital",
        patient_name="TEST^INVENTED",
        patient_details=PatientDetails(
            birth_date="19500203",
            sex="F",
            telephone="03-0000-1234",
            address="1-2-3 Invented",
            insurance_number="12-3456",
            other_ids=(
                PatientKey(issuer="Clinic", patient_id="77"),
                PatientKey(issuer="Third Hospital", patient_id="9"),
            ),
        ),
        study_date="20250102",
        study_description="Chest",
        accession_number="A1",
    )


def test_other_ids_in_items_of_undefined_length_are_read(tmp_path: Path) -> None:
    items = [_other_id("77", "Clinic"), _other_id("9", "Third Hospital")]
    for item in items:
        item.is_undefined_length_sequence_item = True
    dataset = instance(OtherPatientIDsSequence=Sequence(items))
    dataset["OtherPatientIDsSequence"].is_undefined_length = True

    header = _header(tmp_path, encoded(dataset))

    assert [one.patient_id for one in header.patient_details.other_ids] == ["77", "9"]


def test_broken_other_ids_are_left_out(tmp_path: Path) -> None:
    dataset = instance(OtherPatientIDsSequence=Sequence([_other_id("77", "Clinic")]))
    data = encoded(dataset)
    item = data.index(b"\xfe\xff\x00\xe0")
    longer = data[: item + 4] + b"\xff\x7f\x00\x00" + data[item + 8 :]

    header = _header(tmp_path, longer)

    assert header.problem == ""
    assert header.patient_details.other_ids == ()


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ({"StudyInstanceUID": None}, "Study Instance UID is missing"),
        ({"SeriesInstanceUID": ""}, "Series Instance UID is missing"),
        ({"SOPInstanceUID": "../../../etc/passwd"}, "SOP Instance UID is not a UID"),
        ({"StudyInstanceUID": "1.2/../../3"}, "Study Instance UID is not a UID"),
        ({"StudyInstanceUID": "1.2\n.3"}, "Study Instance UID is not a UID"),
        ({"StudyInstanceUID": "1." + "2" * 63}, "Study Instance UID is not a UID"),
        ({"StudyInstanceUID": "1." + "2" * 62}, ""),  # 64 characters are legal
        ({"StudyInstanceUID": "1.02.3"}, ""),  # leading zeros are not, but harmless
        ({"SOPClassUID": None}, "SOP Class UID is missing"),
        ({"PatientID": None, "PatientName": None, "StudyDate": None}, ""),
    ],
)
def test_says_why_an_instance_cannot_be_used(
    tmp_path: Path, attributes: dict[str, Any], problem: str
) -> None:
    assert _header(tmp_path, encoded(instance(**attributes))).problem == problem


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_cut_off_dataset_cannot_be_used(tmp_path: Path, syntax: UID) -> None:
    data = encoded(instance(), syntax)

    header = _header(tmp_path, data[: len(data) - 20], syntax)

    assert "too early" in header.problem


def test_tells_the_study_of_an_image_cut_off_in_its_pixels(tmp_path: Path) -> None:
    dataset = instance()

    header = _header(tmp_path, encoded(dataset)[:-1])

    assert header.problem
    assert header.study_instance_uid == dataset.StudyInstanceUID


@pytest.mark.parametrize(
    "content", [b"", b"no DICOM at all", bytes(300)], ids=["empty", "short", "zeros"]
)
def test_what_is_no_dicom_file_cannot_be_used(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    assert read_header(path).problem


def test_a_file_that_cannot_be_read_cannot_be_used(tmp_path: Path) -> None:
    assert "No such file" in read_header(tmp_path / "missing").problem


def test_garbage_that_claims_to_be_deflated_cannot_be_used(tmp_path: Path) -> None:
    header = _header(tmp_path, b"\xff" * 100, DeflatedExplicitVRLittleEndian)

    assert "inflated" in header.problem


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2025.01.02", "20250102"), ("yesterday", ""), ("", ""), ("20250102", "20250102")],
)
def test_dates_are_dicom_dates_or_empty(tmp_path: Path, written: str, expected: str) -> None:
    assert _header(tmp_path, encoded(instance(StudyDate=written))).study_date == expected


def test_a_patient_id_that_is_too_long_is_not_cut_into_another(tmp_path: Path) -> None:
    assert _header(tmp_path, encoded(instance(PatientID="7" * 65))).patient_id == ""
    assert _header(tmp_path, encoded(instance(PatientID="7" * 64))).patient_id == "7" * 64


def test_japanese_names_survive(tmp_path: Path) -> None:
    name = b"YAMADA^HARUKO=" + "山田^春子".encode("iso2022_jp")
    dataset = instance(SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName="N" * len(name))
    data = encoded(dataset).replace(b"N" * len(name), name)

    assert _header(tmp_path, data).patient_name == "YAMADA^HARUKO=山田^春子"


def test_an_explicit_dataset_sent_as_implicit_is_read(tmp_path: Path) -> None:
    dataset: Dataset = instance()

    header = _header(tmp_path, encoded(dataset, ExplicitVRLittleEndian), ImplicitVRLittleEndian)

    assert header.study_instance_uid == dataset.StudyInstanceUID
    assert not header.problem
