"""Which keys are one patient's: the exact key, and those that are linked with it."""

from dataclasses import replace
from typing import Final

from routing.identity.kanji import KanjiFolder
from routing.identity.persons import comparable_person
from routing.pipeline.study import StudyInput
from routing.records.links import LinkRecords
from routing.records.patients import KnownPatient, PatientRecords
from wetread.domain.identity.blocking import blocks_of
from wetread.domain.identity.links import FoundMatch, Linked
from wetread.domain.identity.matching import Matcher
from wetread.domain.identity.person import Person
from wetread.domain.studies import PatientKey
from wetread.ports import Clock

NOBODY: Final = Linked(patients=(), keys_to_prefetch=())


def link_patient(key: PatientKey) -> PatientKey | None:
    """Return the key by which other studies of the patient are found; None: nobody is named.

    An empty issuer or ID identifies nobody, so that two such studies are never of one patient.
    """
    if not key.issuer.strip() or not key.patient_id.strip():
        return None
    return key


def exact_keys(study: StudyInput) -> Linked:
    """Return the study's own key alone: without records, no other is surely the same patient."""
    exact = link_patient(study.patient_key)
    return NOBODY if exact is None else Linked(patients=(exact,), keys_to_prefetch=(exact,))


def same_patient(one: PatientKey, other: PatientKey) -> bool:
    """Tell whether two studies are surely of one patient by their keys alone."""
    return link_patient(one) is not None and one == other


class LinkedPatients:
    """Tells whether two keys are surely one patient's: the same key, or two that are linked."""

    def __init__(self, links: LinkRecords) -> None:
        self._links = links

    def __call__(self, one: PatientKey, other: PatientKey) -> bool:
        """Compare two keys; a link that still waits for a human is none."""
        return same_patient(one, other) or other in self._links.linked_keys(one).patients[1:]


class PatientLinker:
    """Finds the patient of a study among those of all hospitals, and keeps the links."""

    def __init__(
        self,
        patients: PatientRecords,
        links: LinkRecords,
        *,
        matcher: Matcher,
        kanji: KanjiFolder,
        clock: Clock,
    ) -> None:
        self._patients = patients
        self._links = links
        self._matcher = matcher
        self._kanji = kanji
        self._clock = clock

    def link(self, study: StudyInput) -> Linked:
        """Register the patient of a recorded study, bring their links up to date, return the keys.

        Doing it twice changes nothing more.
        """
        named = self._patients.of_study(study.study_instance_uid)
        if named is None or link_patient(named.key) is None:
            return NOBODY
        patient = self._as_named(named)
        person = self._person(patient)
        blocks = blocks_of(person)
        self._patients.register(patient, blocks, at=self._clock())
        around = [self._person(one) for one in self._patients.sharing(person.key, blocks)]
        self._links.note_matches(
            person.key,
            [
                FoundMatch(other=one.key, match=self._matcher.match(person, one, around=around))
                for one in around
            ],
            match_table=self._matcher.table_name,
            at=self._clock(),
        )
        return self._links.linked_keys(person.key)

    def _as_named(self, named: KnownPatient) -> KnownPatient:
        """Return the patient as this study names them; what it leaves out stays known."""
        known = self._patients.find(named.key)
        if known is None:
            return named
        return replace(
            named, name=named.name or known.name, details=named.details.filled_from(known.details)
        )

    def _person(self, patient: KnownPatient) -> Person:
        return comparable_person(patient.key, patient.name, patient.details, self._kanji)
