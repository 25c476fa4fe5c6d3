"""A patient as one hospital knows them: as its headers say, and as it can be compared."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from wetread.domain.studies import PatientKey


class Sex(StrEnum):
    """Patient's Sex (0010,0040); everything else, `O` included, tells nothing of identity."""

    FEMALE = "F"
    MALE = "M"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetails:
    """What a header says of its patient beside name and ID; empty where it says nothing."""

    birth_date: str = ""  # DICOM DA
    sex: str = ""
    telephone: str = ""
    address: str = ""
    insurance_number: str = ""
    other_ids: tuple[PatientKey, ...] = ()

    def filled_from(self, other: "PatientDetails") -> "PatientDetails":
        """Return these details with their blanks filled from others."""
        return PatientDetails(
            birth_date=self.birth_date or other.birth_date,
            sex=self.sex or other.sex,
            telephone=self.telephone or other.telephone,
            address=self.address or other.address,
            insurance_number=self.insurance_number or other.insurance_number,
            other_ids=self.other_ids or other.other_ids,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """A name in one script, normalised; ``given`` is empty where the name is not divided."""

    family: str
    given: str

    @property
    def joined(self) -> str:
        """The whole name, for names that one side has divided and the other has not."""
        return self.family + self.given


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A name in every script that is known; None is unknown, never a difference."""

    kana: Spelling | None = None
    kanji: Spelling | None = None
    sound: Spelling | None = None  # a lossy key: how the name sounds, from Latin letters or kana


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patient in comparable form; None and empty are unknown, never a difference."""

    key: PatientKey
    name: PersonName = PersonName()
    birth_date: date | None = None
    sex: Sex | None = None
    phones: frozenset[str] = frozenset()  # digits only
    postal_code: str = ""  # seven digits
    address: str = ""
    insurance_number: str = ""
    other_ids: frozenset[PatientKey] = frozenset()

    @property
    def keys(self) -> frozenset[PatientKey]:
        """Every key by which this record knows the patient."""
        return self.other_ids | {self.key}
