"""Which pairs are linked, shown to a human, or left alone."""

from dataclasses import replace
from math import log2

import pytest

from routing.identity.match_table import load_match_table
from tests.support.patients import MATCHER, person
from wetread.domain.errors import ConfigurationError
from wetread.domain.identity.agreement import Agreement, Field
from wetread.domain.identity.matching import Band, Match
from wetread.domain.identity.person import Person

PHONE = "03-1234-5670"
HERE = person(telephone=PHONE)


def _there(**changes: str) -> Person:
    return person("Hospital B", "77", **{"telephone": PHONE, **changes})


def _agreed(match: Match) -> dict[Field, Agreement]:
    return {one.field: one.agreement for one in match.evidence}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "ﾀｶﾊｼ^ｼﾞﾛｳ=髙橋^次郎"},
        {"name": "Takahashi^Jiro=\ufffd\ufffd^?=タカハシ^ジロー"},  # unknown is no difference
        {"telephone": "", "insurance_number": "12345678"},
    ],
)
def test_everything_exact_and_one_more_identifier_is_linked(changes: dict[str, str]) -> None:
    here = person(telephone=PHONE, insurance_number="12345678")
    match = MATCHER.match(here, _there(**changes))
    assert match.band is Band.AUTOMATIC
    assert match.false_link_rate <= 1e-5


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"telephone": ""}, "nothing but name, birth date and sex"),
        ({"telephone": "0399999998"}, "likewise"),
        ({"birth_date": "19500302"}, "day and month exchanged"),
        ({"birth_date": "19500204"}, "one digit"),
        ({"birth_date": ""}, "no birth date"),
        ({"sex": "F"}, "another sex"),
        ({"sex": "O"}, "no sex"),
        ({"name": "Takahashi^Jiro"}, "no kana"),
        ({"name": "=高橋^次郎"}, "kanji alone"),
        ({"name": "=高橋^二郎=たかはし^じろう"}, "other kanji"),
        ({"name": "=高橋^三郎=たかはし^さぶろう"}, "a twin"),
        ({"name": "=山本^次郎=やまもと^じろう"}, "another family name"),
        ({"name": "=高橋^次郎=たかばし^じろう"}, "a slip"),
    ],
)
def test_anything_less_is_for_a_human(changes: dict[str, str], why: str) -> None:
    assert MATCHER.match(HERE, _there(**changes)).band is Band.REVIEW, why


def test_two_ids_of_one_issuer_are_never_linked_by_a_machine() -> None:
    assert MATCHER.match(HERE, person(patient_id="2", telephone=PHONE)).band is Band.REVIEW


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "=鈴木^花子=すずき^はなこ", "sex": "F"},
        {"name": "=鈴木^花子=すずき^はなこ", "birth_date": "19611111"},
        {"name": "", "telephone": ""},
    ],
)
def test_strangers_are_left_alone(changes: dict[str, str]) -> None:
    assert MATCHER.match(HERE, _there(**{"telephone": "", **changes})).band is Band.NONE


def test_where_a_twin_is_known_a_human_decides() -> None:
    twin = person("Hospital C", "5", name="=高橋^三郎=たかはし^さぶろう", telephone=PHONE)
    assert MATCHER.match(HERE, _there(), around=[HERE, _there()]).band is Band.AUTOMATIC
    match = MATCHER.match(HERE, _there(), around=[twin])
    assert match.band is Band.REVIEW
    assert match.twins_known


def test_the_score_is_the_logarithm_of_the_odds() -> None:
    match = MATCHER.match(HERE, _there(telephone=""))
    odds = (1e-7 / (1 - 1e-7)) * (0.55 / 1e-5) * (0.97 / 4e-5) * (0.995 / 0.5)
    assert match.bits == pytest.approx(log2(odds))
    assert match.false_link_rate == pytest.approx(1 / (1 + 2**match.bits))
    assert _agreed(match) == {
        Field.NAME: Agreement.WRITTEN_ALIKE,
        Field.BIRTH_DATE: Agreement.SAME,
        Field.SEX: Agreement.SAME,
    }


def test_a_table_that_does_not_add_up_is_refused() -> None:
    table = load_match_table()
    sex = next(one for one in table.fields if one.field is Field.SEX)
    broken = replace(sex, agreements=sex.agreements[:1])
    others = tuple(one for one in table.fields if one is not sex)
    with pytest.raises(ConfigurationError, match="sex: the column m"):
        replace(table, fields=(*others, broken))
    with pytest.raises(ConfigurationError, match="every field"):
        replace(table, fields=others)
    with pytest.raises(ConfigurationError, match="between 0 and 1"):
        replace(table, share_of_matches=0.0)


def test_the_shipped_table_knows_every_agreement_that_a_comparison_gives() -> None:
    known = {
        (one.field, odds.agreement) for one in load_match_table().fields for odds in one.agreements
    }
    of_names = set(Agreement) - {Agreement.SAME, Agreement.POSTAL_CODE}
    assert {agreement for field, agreement in known if field is Field.NAME} == of_names
    assert {agreement for field, agreement in known if field is Field.BIRTH_DATE} == {
        Agreement.SAME,
        Agreement.CLOSE,
        Agreement.DIFFERENT,
    }
