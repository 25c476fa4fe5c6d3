"""How far two patients agree, field by field; each comparison is the same both ways."""

from datetime import date
from enum import StrEnum

from wetread.domain.identity.person import Person, PersonName, Spelling


class Field(StrEnum):
    """What is compared; fields that say the same thing twice are one field."""

    NAME = "name"  # kana and kanji of one name: they agree or differ together
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    OTHER_IDS = "other_ids"
    INSURANCE = "insurance"
    PHONE = "phone"
    RESIDENCE = "residence"  # postal code and address


class Agreement(StrEnum):
    """How far one field agrees; which of these a field knows, the match table says."""

    SAME = "same"
    DIFFERENT = "different"
    CLOSE = "close"  # a slip of the pen away: one sign, or two that changed places
    # Of names only
    WRITTEN_ALIKE = "written_alike"  # kana and kanji
    SOUNDING_ALIKE = "sounding_alike"  # kana; the kanji of one are unknown
    HOMOPHONES = "homophones"  # kana, but other kanji
    KANJI_ALIKE = "kanji_alike"  # kanji; the kana of one are unknown
    ROMAJI_ALIKE = "romaji_alike"  # by sound only, one of them in Latin letters
    EXCHANGED = "exchanged"  # family and given name have changed places
    GIVEN_NAME = "given_name"  # another family name: marriage
    FAMILY_NAME = "family_name"  # another given name, or none: a relative
    # Of residences only
    POSTAL_CODE = "postal_code"


def compare_names(one: PersonName, other: PersonName) -> Agreement | None:
    """Compare two names in all the scripts that both know; None where there is none."""
    kana = _compare_spellings(one.kana, other.kana, slips=True)
    # One kanji more or less makes a sister of a brother: no slip of the pen is assumed there.
    kanji = _compare_spellings(one.kanji, other.kanji, slips=False)
    if kana is Agreement.SAME:
        if one.kanji is None or other.kanji is None:
            return Agreement.SOUNDING_ALIKE
        alike = one.kanji.joined == other.kanji.joined
        return Agreement.WRITTEN_ALIKE if alike else Agreement.HOMOPHONES
    if kanji is Agreement.SAME:  # the reading of a name is often guessed
        return Agreement.KANJI_ALIKE if kana is None else Agreement.CLOSE
    known = [agreement for agreement in (kana, kanji) if agreement is not None]
    if not known:
        sound = _compare_spellings(one.sound, other.sound, slips=False)
        return Agreement.ROMAJI_ALIKE if sound is Agreement.SAME else sound
    return min(known, key=_BEST_FIRST.index)


def compare_birth_dates(one: date | None, other: date | None) -> Agreement | None:
    """Compare two birth dates; close are one digit, two exchanged digits, or month for day."""
    if one is None or other is None:
        return None
    if one == other:
        return Agreement.SAME
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return Agreement.CLOSE
    return Agreement.CLOSE if _is_slip(f"{one:%Y%m%d}", f"{other:%Y%m%d}") else Agreement.DIFFERENT


def compare_fields(one: Person, other: Person) -> tuple[tuple[Field, Agreement], ...]:
    """Return how far each field agrees that both know."""
    compared = (
        (Field.NAME, compare_names(one.name, other.name)),
        (Field.BIRTH_DATE, compare_birth_dates(one.birth_date, other.birth_date)),
        (Field.SEX, _compare_values(one.sex or "", other.sex or "")),
        (Field.OTHER_IDS, _compare_ids(one, other)),
        (Field.INSURANCE, _compare_values(one.insurance_number, other.insurance_number)),
        (Field.PHONE, _compare_phones(one.phones, other.phones)),
        (Field.RESIDENCE, _compare_residences(one, other)),
    )
    return tuple((field, agreement) for field, agreement in compared if agreement is not None)


def could_be_twins(one: Person, other: Person) -> bool:
    """Tell whether two people of one household share birth date and family name.

    Where such people are known, a link to either may mean the other.
    """
    if one.birth_date is None or one.birth_date != other.birth_date:
        return False
    shares_household = (
        bool(one.phones & other.phones)
        or _compare_residences(one, other) in {Agreement.SAME, Agreement.POSTAL_CODE}
        or _compare_values(one.insurance_number, other.insurance_number) is Agreement.SAME
    )
    return shares_household and any(
        a is not None and b is not None and a.family == b.family and a.given != b.given
        for a, b in (
            (one.name.kana, other.name.kana),
            (one.name.kanji, other.name.kanji),
            (one.name.sound, other.name.sound),
        )
    )


_BEST_FIRST = (
    Agreement.SAME,
    Agreement.CLOSE,
    Agreement.EXCHANGED,
    Agreement.GIVEN_NAME,
    Agreement.FAMILY_NAME,
    Agreement.DIFFERENT,
)


def _compare_spellings(
    one: Spelling | None, other: Spelling | None, *, slips: bool
) -> Agreement | None:
    if one is None or other is None:
        return None
    if one.joined == other.joined:
        # Where neither is divided, it may be no more than the family name.
        return Agreement.SAME if one.given or other.given else Agreement.FAMILY_NAME
    divided = bool(one.given and other.given)
    if divided and (one.family, one.given) == (other.given, other.family):
        return Agreement.EXCHANGED
    if slips and _is_slip(one.joined, other.joined):
        return Agreement.CLOSE
    if divided and one.given == other.given:
        return Agreement.GIVEN_NAME
    return Agreement.FAMILY_NAME if one.family == other.family else Agreement.DIFFERENT


def _is_slip(one: str, other: str) -> bool:
    """Tell whether one sign was changed, added or left out, or two neighbours exchanged."""
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    start = 0
    while start < len(shorter) and shorter[start] == longer[start]:
        start += 1
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    exchanged = shorter[start : start + 2][::-1] == longer[start : start + 2]
    return shorter[start + 1 :] == longer[start + 1 :] or (
        exchanged and shorter[start + 2 :] == longer[start + 2 :]
    )


def _compare_values(one: str, other: str) -> Agreement | None:
    if not one or not other:
        return None
    return Agreement.SAME if one == other else Agreement.DIFFERENT


def _compare_ids(one: Person, other: Person) -> Agreement | None:
    """Compare all keys; one issuer that knows two IDs takes them for two people."""
    if one.keys & other.keys:
        return Agreement.SAME
    issuers = {key.issuer for key in one.keys} & {key.issuer for key in other.keys}
    return Agreement.DIFFERENT if issuers else None


def _compare_phones(one: frozenset[str], other: frozenset[str]) -> Agreement | None:
    if not one or not other:
        return None
    return Agreement.SAME if one & other else Agreement.DIFFERENT


def _compare_residences(one: Person, other: Person) -> Agreement | None:
    address = _compare_values(one.address, other.address)
    if address is Agreement.SAME:
        return address
    postal_code = _compare_values(one.postal_code, other.postal_code)
    if postal_code is Agreement.SAME:
        return Agreement.POSTAL_CODE
    # Without postal codes, one address may be written in two ways.
    return postal_code
