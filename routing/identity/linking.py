"""Link studies by the exact key of their patient."""

from wetread.domain.studies import PatientKey


def link_patient(key: PatientKey) -> PatientKey | None:
    """Return the key by which other studies of the patient are found; None: nobody is named.

    Only the same ID of the same issuer links: a false link is worse than a missed one. An empty
    issuer or ID identifies nobody, so that two such studies are never of one patient.
    """
    if not key.issuer.strip() or not key.patient_id.strip():
        return None
    return key


def same_patient(one: PatientKey, other: PatientKey) -> bool:
    """Tell whether two studies are surely of one patient."""
    return link_patient(one) is not None and one == other
