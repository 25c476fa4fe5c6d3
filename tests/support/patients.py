"""Patients of invented names, and what links them."""

from sqlalchemy import Engine

from routing.identity.kanji import KanjiFolder, load_kanji_variants
from routing.identity.linking import PatientLinker
from routing.identity.match_table import load_match_table
from routing.identity.persons import comparable_person
from routing.records.links import LinkRecords
from routing.records.patients import PatientRecords
from wetread.domain.identity.matching import Matcher
from wetread.domain.identity.person import PatientDetails, Person
from wetread.domain.studies import PatientKey
from wetread.ports import Clock

KANJI = KanjiFolder(load_kanji_variants())
MATCHER = Matcher(load_match_table())


def patient_linker(engine: Engine, clock: Clock) -> PatientLinker:
    """Return the linker with the shipped tables, as `bootstrap` wires it."""
    return PatientLinker(
        PatientRecords(engine), LinkRecords(engine), matcher=MATCHER, kanji=KANJI, clock=clock
    )


def person(
    issuer: str = "Hospital A",
    patient_id: str = "1",
    *,
    name: str = "Takahashi^Jiro=高橋^次郎=たかはし^じろう",
    birth_date: str = "19500203",
    sex: str = "M",
    **details: str,
) -> Person:
    """Return a comparable patient."""
    return comparable_person(
        PatientKey(issuer=issuer, patient_id=patient_id),
        name,
        PatientDetails(birth_date=birth_date, sex=sex, **details),  # type: ignore[arg-type]
        KANJI,
    )
