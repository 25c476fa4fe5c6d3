r"""What a result takes from the images byte for byte: patient, study and their character set.

Text is never decoded: a name in `\\ISO 2022 IR 87`, or in a character set that nobody can read,
arrives exactly as it came. Our own text is ASCII, which every DICOM character set includes.
"""

from collections.abc import Mapping
from struct import pack
from typing import Final, cast

from pydicom import Dataset
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32

_SPECIFIC_CHARACTER_SET: Final = ("SpecificCharacterSet",)  # PS3.3 C.12.1
_PATIENT: Final = (  # PS3.3 C.7.1.1
    *("PatientName", "PatientID", "IssuerOfPatientID", "IssuerOfPatientIDQualifiersSequence"),
    *("TypeOfPatientID", "PatientBirthDate", "PatientBirthTime", "PatientSex"),
    *("OtherPatientIDs", "OtherPatientIDsSequence", "OtherPatientNames", "EthnicGroup"),
    *("PatientComments", "QualityControlSubject", "PatientIdentityRemoved"),
    *("DeidentificationMethod", "DeidentificationMethodCodeSequence"),
    *("PatientSpeciesDescription", "PatientSpeciesCodeSequence", "ResponsiblePerson"),
    *("ResponsiblePersonRole", "ResponsibleOrganization"),
)
_CLINICAL_TRIAL: Final = (  # PS3.3 C.7.1.3, C.7.2.3
    *("ClinicalTrialSponsorName", "ClinicalTrialProtocolID", "ClinicalTrialProtocolName"),
    *("ClinicalTrialSiteID", "ClinicalTrialSiteName", "ClinicalTrialSubjectID"),
    *("ClinicalTrialSubjectReadingID", "ClinicalTrialTimePointID"),
    "ClinicalTrialTimePointDescription",
)
_STUDY: Final = (  # PS3.3 C.7.2.1
    *("StudyInstanceUID", "StudyDate", "StudyTime", "AccessionNumber", "StudyID"),
    *("IssuerOfAccessionNumberSequence", "ReferringPhysicianName", "StudyDescription"),
    *("ReferringPhysicianIdentificationSequence", "ConsultingPhysicianName"),
    *("PhysiciansOfRecord", "NameOfPhysiciansReadingStudy", "RequestingService"),
    *("ProcedureCodeSequence", "ReasonForPerformedProcedureCodeSequence"),
    "LongitudinalTemporalInformationModified",
)
_PATIENT_STUDY: Final = (  # PS3.3 C.7.2.2
    *("AdmittingDiagnosesDescription", "AdmittingDiagnosesCodeSequence", "PatientAge"),
    *("PatientSize", "PatientWeight", "Occupation", "AdditionalPatientHistory", "AdmissionID"),
    *("ServiceEpisodeID", "ServiceEpisodeDescription", "PatientSexNeutered", "ReasonForVisit"),
    *("MedicalAlerts", "Allergies", "SmokingStatus", "PregnancyStatus", "LastMenstrualDate"),
    "PatientState",
)
_MUST_BE_PRESENT: Final = (  # type 2 of these modules: empty where the images lack them
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime"),
    *("AccessionNumber", "StudyID", "ReferringPhysicianName"),
)
_LONGEST_SHORT_VALUE: Final = 0xFFFE
_PADDED_WITH_NULL: Final = ("UI", "UN", "OB")  # PS3.5 6.2; any other text with a space


def _tags(keywords: tuple[str, ...]) -> tuple[BaseTag, ...]:
    return tuple(BaseTag(cast("int", tag_for_keyword(keyword))) for keyword in keywords)


INHERITED_TAGS: Final = _tags(
    _SPECIFIC_CHARACTER_SET + _PATIENT + _CLINICAL_TRIAL + _STUDY + _PATIENT_STUDY
)
_PRESENT_TAGS: Final = _tags(_MUST_BE_PRESENT)
_PATIENT_NAME: Final = BaseTag(0x00100010)


def inherited_elements(header: Dataset) -> Mapping[BaseTag, bytes]:
    """Return each inherited element of a header, encoded in explicit VR little endian.

    ``header`` is as `pydicom.dcmread` gives it, its text not decoded.
    """
    encoded = {tag: _element(tag, dictionary_VR(tag), b"") for tag in _PRESENT_TAGS}
    encoded.update((tag, _inherited(header, tag)) for tag in INHERITED_TAGS if tag in header)
    return encoded


def with_name_of_some_length(inherited: Mapping[BaseTag, bytes]) -> Mapping[BaseTag, bytes]:
    """Return the elements with an empty Patient's Name written as ``=``.

    That is a name whose component groups are all empty (PS3.5 6.2.1), so the value stays the same;
    but DCMTK, and viewers made with it, refuse a presentation state whose name has no length.
    """
    if inherited[_PATIENT_NAME] != _element(_PATIENT_NAME, "PN", b""):
        return inherited
    return {**inherited, _PATIENT_NAME: _element(_PATIENT_NAME, "PN", b"=")}


def _inherited(dataset: Dataset, tag: BaseTag) -> bytes:
    item = dataset.get_item(tag)
    vr = item.VR
    if vr in (None, "UN"):  # implicit VR, or a system in between that did not know it
        try:
            vr = dictionary_VR(tag)
        except KeyError:
            vr = "UN"
    if vr == "SQ":
        return _element(tag, vr, b"".join(_sequence_item(one) for one in dataset[tag].value))
    if isinstance(item, RawDataElement):
        value = item.value or b""
        if vr == "US" and not item.is_little_endian:
            value = value[::-1]  # one number: the only kind here that is not text
        return _element(tag, str(vr), value)
    # Only the character set has been looked at in reading, and that is ASCII.
    values = item.value if isinstance(item.value, MultiValue) else [item.value or ""]
    return _element(tag, str(vr), "\\".join(values).encode("latin-1"))


def _sequence_item(item: Dataset) -> bytes:
    content = b"".join(_inherited(item, tag) for tag in sorted(item.keys()))
    return pack("<HHL", 0xFFFE, 0xE000, len(content)) + content  # PS3.5 7.5.2


def _element(tag: BaseTag, vr: str, value: bytes) -> bytes:
    if len(value) % 2:
        value += b"\0" if vr in _PADDED_WITH_NULL else b" "
    if vr not in EXPLICIT_VR_LENGTH_32 and len(value) > _LONGEST_SHORT_VALUE:
        vr = "UN"  # PS3.5 6.2.2: too long for its own length field
    head = pack("<HH2s", tag.group, tag.element, vr.encode())
    if vr in EXPLICIT_VR_LENGTH_32:
        return head + pack("<HL", 0, len(value)) + value
    return head + pack("<H", len(value)) + value  # PS3.5 7.1.2
