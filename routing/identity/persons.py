"""A patient in comparable form, from what the headers say; placeholders are unknown."""

import re
import unicodedata
from datetime import date
from typing import Final

from routing.identity.kanji import KanjiFolder
from routing.identity.names import comparable_name
from wetread.domain.days import day_from_da
from wetread.domain.identity.person import PatientDetails, Person, Sex
from wetread.domain.studies import PatientKey

# Typed in where a birth date is asked for and nobody knows it.
_NO_BIRTH_DATES: Final = frozenset({"19000101", "19010101", "11111111", "20000101", "19700101"})
_FEWEST_SIGNS: Final = 6  # of an insurance number
_PHONE_DIGITS: Final = range(10, 12)
_POSTAL_CODE: Final = re.compile(r"(?<!\d)(\d{3})-?(\d{4})(?!\d)")
_DASHES: Final = re.compile(r"[‐‑–—−ーｰ]")
_BETWEEN_NUMBERS: Final = re.compile(r"(?<=\d)(?:丁目|番地|番|号|の|-)+(?=\d)")
_AFTER_NUMBERS: Final = re.compile(r"(?<=\d)(?:丁目|番地|番|号)")


def comparable_person(
    key: PatientKey, name: str, details: PatientDetails, kanji: KanjiFolder
) -> Person:
    """Return the patient as it is compared; ``name`` is a PN, the details are raw."""
    address = _DASHES.sub("-", unicodedata.normalize("NFKC", details.address))
    postal_code = _POSTAL_CODE.search(address)
    return Person(
        key=key,
        name=comparable_name(name, kanji),
        birth_date=_birth_date(details.birth_date),
        sex=Sex(details.sex) if details.sex in set(Sex) else None,
        phones=frozenset(filter(None, map(_phone, details.telephone.split("\\")))),
        postal_code="".join(postal_code.groups()) if postal_code else "",
        address=_street(_POSTAL_CODE.sub("", address, count=1)),
        insurance_number=_insurance_number(details.insurance_number),
        other_ids=frozenset(one for one in details.other_ids if one.issuer and one.patient_id),
    )


def _birth_date(text: str) -> date | None:
    return None if text in _NO_BIRTH_DATES else day_from_da(text)


def _phone(text: str) -> str | None:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text).replace("+81", "0"))
    known = len(digits) in _PHONE_DIGITS and not _is_placeholder(digits)
    return digits if known else None


def _insurance_number(text: str) -> str:
    signs = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).upper()
    return signs if len(signs) >= _FEWEST_SIGNS and not _is_placeholder(signs) else ""


def _is_placeholder(signs: str) -> bool:
    """Tell whether a number is zeros, nines or the like after its first signs."""
    return len(set(signs[3:])) == 1


def _street(address: str) -> str:
    """Return an address by which it is compared; empty without a house number."""
    plain = _BETWEEN_NUMBERS.sub("-", re.sub(r"[\s^=〒]", "", address))
    plain = _AFTER_NUMBERS.sub("", plain)
    return plain if re.search(r"\d", plain) else ""
