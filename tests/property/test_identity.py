"""Rules of identity that hold for any patients."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from routing.identity.kana import kana_key
from routing.identity.romaji import romaji_key
from tests.support.patients import KANJI, MATCHER
from wetread.domain.identity.agreement import compare_birth_dates
from wetread.domain.identity.blocking import blocks_of
from wetread.domain.identity.matching import Band
from wetread.domain.identity.person import Person, PersonName, Sex, Spelling
from wetread.domain.studies import PatientKey

KANA = st.text("アイウエオカキクケコガシジツョュャッータダンヲヴあいうえお", min_size=1, max_size=8)
LATIN = st.text("abcdefghijklmnopqrstuvwxyzŌū'- ", min_size=1, max_size=12)
SIGNS = st.text("高髙崎﨑辺邊邉斎齋斉沢澤々山田太郎サ", min_size=1, max_size=5)
NAMES = st.sampled_from(["アベ", "アベイ", "サトー", "サト", "ユー", "ユキ"])
KEYS = st.builds(
    PatientKey, issuer=st.sampled_from("AB"), patient_id=st.sampled_from(["1", "2", "3"])
)
SPELLINGS = st.none() | st.builds(Spelling, family=NAMES, given=NAMES | st.just(""))
DATES = st.none() | st.dates(date(1950, 1, 1), date(1951, 12, 31))
FEW_DATES = st.sampled_from([None, date(1950, 2, 3), date(1950, 3, 2), date(1950, 2, 4)])
PERSONS = st.builds(
    Person,
    key=KEYS,
    name=st.builds(PersonName, kana=SPELLINGS, kanji=SPELLINGS, sound=SPELLINGS),
    birth_date=FEW_DATES,
    sex=st.none() | st.sampled_from(Sex),
    phones=st.frozensets(st.sampled_from(["0312345670", "0312345671"])),
    postal_code=st.sampled_from(["", "1234567"]),
    address=st.sampled_from(["", "1-2-3", "4-5-6"]),
    insurance_number=st.sampled_from(["", "123456", "123457"]),
    other_ids=st.frozensets(KEYS, max_size=2),
)


@st.composite
def _alike(draw: st.DrawFn) -> tuple[Person, Person]:
    """Return a patient, and another record that differs in a few fields or none."""
    one, other = draw(PERSONS), draw(PERSONS)
    fields = sorted(Person.__dataclass_fields__.keys() - {"key"})
    changed = draw(st.frozensets(st.sampled_from(fields), max_size=3))
    differing = {name: getattr(other, name) for name in changed}
    return one, replace(one, key=PatientKey(issuer="C", patient_id="9"), **differing)


@given(text=KANA)
def test_a_key_of_kana_is_its_own_key(text: str) -> None:
    key = kana_key(text)
    assert key is None or kana_key(key) == key


@given(text=LATIN)
def test_a_key_of_latin_letters_is_its_own_key(text: str) -> None:
    key = romaji_key(text)
    assert key is None or romaji_key(key) == key


@given(text=SIGNS)
def test_a_key_of_kanji_is_its_own_key(text: str) -> None:
    key = KANJI.key(text)
    assert key is not None
    assert KANJI.key(key) == key


@given(pair=_alike(), around=st.lists(PERSONS, max_size=3))
def test_a_match_is_the_same_both_ways(pair: tuple[Person, Person], around: list[Person]) -> None:
    one, other = pair
    forth = MATCHER.match(one, other, around=around)
    assert forth == MATCHER.match(other, one, around=around)


@given(one=DATES, other=DATES)
def test_birth_dates_compare_the_same_both_ways(one: date | None, other: date | None) -> None:
    assert compare_birth_dates(one, other) == compare_birth_dates(other, one)


@given(one=PERSONS, given_name=NAMES)
def test_twins_are_never_linked_by_a_machine(one: Person, given_name: str) -> None:
    kana = one.name.kana
    twin = replace(
        one,
        key=PatientKey(issuer="C", patient_id="9"),
        other_ids=frozenset(),
        name=PersonName(
            kana=Spelling(family=kana.family if kana else "アベ", given=given_name),
            kanji=one.name.kanji,
        ),
    )
    if kana is None or kana.given != given_name:
        assert MATCHER.match(one, twin).band is not Band.AUTOMATIC


@given(pair=_alike())
def test_a_machine_links_only_what_agrees_in_all_that_is_asked(
    pair: tuple[Person, Person],
) -> None:
    one, other = pair
    if MATCHER.match(one, other).band is Band.AUTOMATIC:
        assert one.birth_date == other.birth_date is not None
        assert one.sex == other.sex is not None
        assert one.name.kana is not None
        assert other.name.kana is not None
        assert one.name.kana.joined == other.name.kana.joined
        assert (
            one.keys & other.keys
            or one.phones & other.phones
            or one.insurance_number == other.insurance_number != ""
            or one.address == other.address != ""
        )


@given(pair=_alike())
def test_whoever_is_linked_by_a_machine_shares_a_block(pair: tuple[Person, Person]) -> None:
    one, other = pair
    if MATCHER.match(one, other).band is Band.AUTOMATIC:
        assert blocks_of(one) & blocks_of(other)
