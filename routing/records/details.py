"""What headers say of patients, as the records keep it."""

from typing import Any, Final

from pydantic import TypeAdapter

from wetread.domain.identity.person import PatientDetails

_DETAILS: Final = TypeAdapter(PatientDetails)


def document_from_details(details: PatientDetails) -> dict[str, Any]:
    """Return the details as JSON, without those that are not known."""
    document: dict[str, Any] = _DETAILS.dump_python(details, mode="json")
    return {name: value for name, value in document.items() if value}


def details_from_document(document: dict[str, Any]) -> PatientDetails:
    """Return what `document_from_details` wrote."""
    return _DETAILS.validate_python(document)
