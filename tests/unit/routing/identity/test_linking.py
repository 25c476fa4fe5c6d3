"""Who is surely the same patient."""

import pytest

from routing.identity.linking import link_patient, same_patient
from wetread.domain.studies import PatientKey


def _key(issuer: str, patient_id: str) -> PatientKey:
    return PatientKey(issuer=issuer, patient_id=patient_id)


def test_the_same_id_of_the_same_issuer() -> None:
    assert link_patient(_key("Hospital", "1")) == _key("Hospital", "1")
    assert same_patient(_key("Hospital", "1"), _key("Hospital", "1"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Hospital", "1"), ("Clinic", "1")),
        (("Hospital", "1"), ("Hospital", "2")),
        (("Hospital", "1"), ("Hospital", "01")),
        (("Hospital", "1"), ("hospital", "1")),
    ],
)
def test_anything_else_is_another(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not same_patient(_key(*one), _key(*other))


@pytest.mark.parametrize("key", [("", "1"), ("Hospital", ""), (" ", "1"), ("Hospital", "  ")])
def test_nobody_is_never_the_same_as_nobody(key: tuple[str, str]) -> None:
    assert link_patient(_key(*key)) is None
    assert not same_patient(_key(*key), _key(*key))
