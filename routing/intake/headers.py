"""What the index needs from the header of a received file, however broken the file is."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from routing.intake.elements import Encoding, looks_explicit, read_elements, read_items
from routing.intake.part10 import META_ENCODING, META_START, encode_file_meta, meta_end
from routing.intake.text import decode_code, decode_text
from wetread.domain.errors import UnreadableInstance
from wetread.domain.identity.person import PatientDetails
from wetread.domain.studies import PatientKey
from wetread.ports import ReceivedInstance

_LARGEST_INFLATED_BYTES = 1024**3
_LONGEST_UID = 64
_LONGEST_PATIENT_ID = 64

_TRANSFER_SYNTAX, _SOURCE_AE = 0x00020010, 0x00020016
_CHARACTER_SET = 0x00080005
_SOP_CLASS, _SOP_INSTANCE = 0x00080016, 0x00080018
_STUDY_DATE, _ACCESSION, _STUDY_DESCRIPTION = 0x00080020, 0x00080050, 0x00081030
_PATIENT_NAME, _PATIENT_ID, _ISSUER = 0x00100010, 0x00100020, 0x00100021
_BIRTH_DATE, _SEX, _INSURANCE = 0x00100030, 0x00100040, 0x00101050
_OTHER_IDS, _ADDRESS, _TELEPHONE = 0x00101002, 0x00101040, 0x00102154
_DETAILS = {_BIRTH_DATE, _SEX, _INSURANCE, _OTHER_IDS, _ADDRESS, _TELEPHONE}
_STUDY, _SERIES = 0x0020000D, 0x0020000E
_IDENTIFIERS = {
    _STUDY: "Study Instance UID",
    _SERIES: "Series Instance UID",
    _SOP_INSTANCE: "SOP Instance UID",
    _SOP_CLASS: "SOP Class UID",
}
_WANTED = frozenset(
    {_CHARACTER_SET, _STUDY_DATE, _ACCESSION, _STUDY_DESCRIPTION}
    | {_PATIENT_NAME, _PATIENT_ID, _ISSUER, *_IDENTIFIERS, *_DETAILS}
)
# Components with leading zeros are illegal (PS3.5 9.1) but found in old studies, and do no harm:
# no path is ever built from a UID.
_USABLE_UID = re.compile(r"[0-9]+(\.[0-9]+)+")
_DEFLATED = {
    DeflatedExplicitVRLittleEndian,
    "1.2.840.10008.1.2.4.95",  # JPIP Referenced Deflate
    "1.2.840.10008.1.2.4.205",  # JPIP HTJ2K Referenced Deflate
}
_DATE = re.compile(r"[0-9]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceHeader:
    """The header of one file; where there is a ``problem``, the rest is for people only."""

    problem: str  # why the file cannot be used; empty when it can
    source_ae_title: str
    transfer_syntax_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    patient_id: str  # empty when missing, or too long to be one
    issuer: str  # empty when the header names none
    patient_name: str
    patient_details: PatientDetails
    study_date: str  # DICOM DA, empty when unknown
    study_description: str
    accession_number: str


def read_header(path: Path) -> InstanceHeader:
    """Read the header of a file as the spool has them; whatever is wrong with it is a value."""
    try:
        file = path.read_bytes()
    except OSError as error:
        return _decode({}, f"the file cannot be read: {error.strerror}")
    return decode_header(file)


def decode_header(file: bytes) -> InstanceHeader:
    """Read the header in the bytes of a file; whatever is wrong with it is a value."""
    values: dict[int, bytes] = {}
    problem = ""
    try:
        for tag, value in _elements(file):
            values[tag] = value  # noqa: PERF403 - keeps what came before an error
    except UnreadableInstance as error:
        problem = str(error)
    return _decode(values, problem)


def header_of_received(instance: ReceivedInstance) -> InstanceHeader:
    """Read the header of what a peer sent, before it is written anywhere."""
    meta = encode_file_meta(
        sop_class_uid=instance.sop_class_uid,
        sop_instance_uid=instance.sop_instance_uid,
        transfer_syntax_uid=instance.transfer_syntax_uid,
        source_ae_title=instance.source_ae_title,
    )
    return decode_header(meta + bytes(instance.dataset))


def _elements(file: bytes) -> Iterator[tuple[int, bytes]]:
    start = meta_end(file)
    meta = (_TRANSFER_SYNTAX, _SOURCE_AE)
    syntax = ""
    for tag, value in read_elements(file, META_START, start, META_ENCODING, meta):
        if tag == _TRANSFER_SYNTAX:
            syntax = decode_code(value)
        yield tag, value
    dataset = file
    if syntax in _DEFLATED:
        dataset, start = _inflate(file[start:]), 0
    encoding = Encoding(
        implicit_vr=syntax == ImplicitVRLittleEndian and not looks_explicit(dataset, start),
        little_endian=syntax != ExplicitVRBigEndian,
    )
    yield from read_elements(dataset, start, len(dataset), encoding, _WANTED)


def _inflate(deflated: bytes) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)  # PS3.5 A.5: RFC 1951, no zlib header
    try:
        dataset = stream.decompress(deflated, _LARGEST_INFLATED_BYTES)
    except zlib.error:
        raise UnreadableInstance("the dataset cannot be inflated") from None
    if not stream.eof:
        raise UnreadableInstance("the deflated dataset ends too early")
    return dataset


def _decode(values: Mapping[int, bytes], problem: str) -> InstanceHeader:
    character_sets = [one.strip() for one in _code(values, _CHARACTER_SET).split("\\")]
    return InstanceHeader(
        problem=problem or _identifier_problem(values),
        source_ae_title=_code(values, _SOURCE_AE)[:16],
        transfer_syntax_uid=_code(values, _TRANSFER_SYNTAX)[:_LONGEST_UID],
        sop_class_uid=_code(values, _SOP_CLASS)[:_LONGEST_UID],
        sop_instance_uid=_code(values, _SOP_INSTANCE)[:_LONGEST_UID],
        series_instance_uid=_code(values, _SERIES)[:_LONGEST_UID],
        study_instance_uid=_code(values, _STUDY)[:_LONGEST_UID],
        patient_id=_patient_id(values, character_sets),
        issuer=decode_text(values.get(_ISSUER, b""), character_sets),
        patient_name=decode_text(values.get(_PATIENT_NAME, b""), character_sets),
        patient_details=_details(values, character_sets),
        study_date=_date(values, _STUDY_DATE),
        study_description=decode_text(values.get(_STUDY_DESCRIPTION, b""), character_sets),
        accession_number=decode_text(values.get(_ACCESSION, b""), character_sets),
    )


def _details(values: Mapping[int, bytes], character_sets: Sequence[str]) -> PatientDetails:
    def text(tag: int) -> str:
        return decode_text(values.get(tag, b""), character_sets)

    return PatientDetails(
        birth_date=_date(values, _BIRTH_DATE),
        sex=_code(values, _SEX)[:1],
        telephone=text(_TELEPHONE),
        address=text(_ADDRESS),
        insurance_number=text(_INSURANCE),
        other_ids=_other_ids(values, character_sets),
    )


def _other_ids(
    values: Mapping[int, bytes], character_sets: Sequence[str]
) -> tuple[PatientKey, ...]:
    """Return the IDs that other issuers gave (0010,1002); one without an issuer says nothing."""
    syntax = decode_code(values.get(_TRANSFER_SYNTAX, b""))
    # Which elements name their value representation shows in each of them.
    encoding = Encoding(implicit_vr=False, little_endian=syntax != ExplicitVRBigEndian)
    keys = []
    with suppress(UnreadableInstance):  # nothing that the index cannot do without
        for item in read_items(values.get(_OTHER_IDS, b""), encoding, {_PATIENT_ID, _ISSUER}):
            issuer = decode_text(item.get(_ISSUER, b""), character_sets)
            patient_id = _patient_id(item, character_sets)
            if issuer and patient_id:
                keys.append(PatientKey(issuer=issuer, patient_id=patient_id))
    return tuple(keys)


def _patient_id(values: Mapping[int, bytes], character_sets: Sequence[str]) -> str:
    patient_id = decode_text(values.get(_PATIENT_ID, b""), character_sets)
    # Cutting an ID could make it another patient's.
    return patient_id if len(patient_id) <= _LONGEST_PATIENT_ID else ""


def _date(values: Mapping[int, bytes], tag: int) -> str:
    """Return a DA, empty where it is none; ACR-NEMA wrote 2001.02.03."""
    date = _code(values, tag).replace(".", "")
    return date if _DATE.fullmatch(date) else ""


def _identifier_problem(values: Mapping[int, bytes]) -> str:
    for tag, name in _IDENTIFIERS.items():
        uid = _code(values, tag)
        if not uid:
            return f"{name} is missing"
        if len(uid) > _LONGEST_UID or not _USABLE_UID.fullmatch(uid):
            return f"{name} is not a UID"
    return ""


def _code(values: Mapping[int, bytes], tag: int) -> str:
    return decode_code(values.get(tag, b""))
