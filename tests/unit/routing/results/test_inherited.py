"""Patient and study arrive byte for byte, whatever their character set."""

from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.filereader import data_element_generator
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from routing.results.encode import encode_results
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import ENCODED_AT, about
from tests.support.findings import findings, nodule
from wetread.domain.studies import StoredInstance

IDENTITY = (
    *("SpecificCharacterSet", "PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("PatientAge", "StudyInstanceUID", "StudyDate", "StudyTime", "AccessionNumber", "StudyID"),
    *("StudyDescription", "ReferringPhysicianName"),
)
JAPANESE = {
    "kanji": (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    "half-width katakana": (
        ["ISO 2022 IR 13", "ISO 2022 IR 87"],
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    ),
    "utf-8": ("ISO_IR 192", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
}


def raw_values(path: Path) -> dict[str, bytes]:
    """Return the bytes of the identity's elements as they lie in a little endian file."""
    header = dcmread(path, stop_before_pixels=True)
    implicit = header.file_meta.TransferSyntaxUID.is_implicit_VR
    wanted = {tag_for_keyword(keyword): keyword for keyword in IDENTITY}
    with path.open("rb") as file:
        file.seek(132 + 12 + header.file_meta.FileMetaInformationGroupLength)
        return {
            wanted[element.tag]: element.value or b""
            for element in data_element_generator(file, implicit, is_little_endian=True)
            if element.tag in wanted
        }


def objects_of(series: tuple[StoredInstance, ...], folder: Path) -> list[Path]:
    found = about(findings(nodule(series[1].sop_instance_uid)), series)
    return [one.path for one in encode_results(found, series, folder=folder, encoded_at=ENCODED_AT)]


@pytest.mark.parametrize("name", JAPANESE)
@pytest.mark.parametrize("implicit", [False, True])
def test_japanese_names_keep_their_bytes(name: str, implicit: bool, tmp_path: Path) -> None:
    character_set, patient_name = JAPANESE[name]
    series = write_conformant_series(
        tmp_path / "ct",
        SpecificCharacterSet=character_set,
        PatientName=patient_name,
        StudyDescription="胸部CT",
        **({"transfer_syntax_uid": ImplicitVRLittleEndian} if implicit else {}),
    )
    before = raw_values(series[1].path)
    assert before["PatientName"].count(b"=") == 2
    for path in objects_of(series, tmp_path / "out"):
        assert raw_values(path) == before
        assert dcmread(path).PatientName == patient_name


@pytest.mark.filterwarnings("ignore:Unknown encoding")  # pydicom warns, as it should
@pytest.mark.filterwarnings("ignore:Incorrect value for Specific Character Set")
@pytest.mark.parametrize("declared", ["ISO_IR 999", "SHIFT_JIS"])
def test_a_name_that_nobody_can_read_arrives_as_it_came(declared: str, tmp_path: Path) -> None:
    series = write_conformant_series(tmp_path / "ct", PatientName="PLACE^HOLDER1")
    for instance in series:
        content = instance.path.read_bytes()
        assert content.count(b"PLACE^HOLDER1") == content.count(b"ISO_IR 100") == 1
        content = content.replace(b"PLACE^HOLDER1", b"\xff\x1b$B\x8e\xb1^\x80\x00\xfe\x81=\x1b")
        instance.path.write_bytes(content.replace(b"ISO_IR 100", declared.encode().ljust(10)))
    before = raw_values(series[1].path)
    for path in objects_of(series, tmp_path / "out"):
        after = raw_values(path)
        assert after["PatientName"] == before["PatientName"]
        assert after["SpecificCharacterSet"].strip() == before["SpecificCharacterSet"].strip()


def test_what_the_images_lack_is_empty_not_missing(tmp_path: Path) -> None:
    lacking = ("PatientID", "StudyID", "AccessionNumber", "PatientSex", "SpecificCharacterSet")
    series = write_conformant_series(
        tmp_path / "ct", **dict.fromkeys(lacking), PatientBirthDate="", PatientName=""
    )
    for path in objects_of(series, tmp_path / "out"):
        result = dcmread(path)
        for keyword in ("PatientName", "PatientBirthDate", *lacking[:-1]):
            assert result[keyword].value in (None, "")
        assert "SpecificCharacterSet" not in result


def test_a_sex_and_a_date_outside_the_standard_are_copied(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="DA"):
        series = write_conformant_series(
            tmp_path / "ct", PatientSex="X", PatientBirthDate="1960/1/1"
        )
    before = raw_values(series[1].path)
    for path in objects_of(series, tmp_path / "out"):
        assert raw_values(path) == before


@pytest.mark.parametrize("undefined_length", [False, True])
@pytest.mark.parametrize("implicit", [False, True])
def test_sequences_are_carried_over(
    undefined_length: bool,
    implicit: bool,
    tmp_path: Path,
) -> None:
    series = write_conformant_series(tmp_path / "ct")
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "1", "99TEST", "胸部CT"
    for instance in series:
        ds = dcmread(instance.path)
        ds.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
        ds.ProcedureCodeSequence = [code]
        ds["ProcedureCodeSequence"].is_undefined_length = undefined_length
        if implicit:
            ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
            instance.path.unlink()
            ds.save_as(instance.path, implicit_vr=True, little_endian=True)
        else:
            ds.save_as(instance.path)
    for path in objects_of(series, tmp_path / "out"):
        (copied,) = dcmread(path).ProcedureCodeSequence
        assert (copied.CodeValue, copied.CodeMeaning) == ("1", "胸部CT")


def test_a_big_endian_source_is_understood(tmp_path: Path) -> None:
    series = write_conformant_series(
        tmp_path / "ct", transfer_syntax_uid=ExplicitVRBigEndian, PregnancyStatus=2
    )
    for path in objects_of(series, tmp_path / "out"):
        result = dcmread(path)
        assert (result.PatientName, result.PregnancyStatus) == ("Phantom^Invented", 2)


def test_our_own_text_is_ascii_under_any_character_set(tmp_path: Path) -> None:
    series = write_conformant_series(
        tmp_path / "ct",
        SpecificCharacterSet=["", "ISO 2022 IR 87"],
        PatientName="Yamada^Tarou=山田^太郎",
    )
    found = about(findings(reason="slices ≥ 5 mm – too “thick” (厚い)"), series)
    for one in encode_results(found, series, folder=tmp_path / "out", encoded_at=ENCODED_AT):
        assert b'LIMITED ANALYSIS: slices >= 5 mm - too "thick" (??)' in one.path.read_bytes()
