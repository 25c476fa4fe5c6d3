"""What headers say, down to what is compared; placeholders are unknown."""

import pytest

from tests.support.patients import person
from wetread.domain.identity.person import Sex


def test_numbers_and_addresses_are_compared_however_they_are_written() -> None:
    one = person(
        telephone="０３（１２３４）５６７０", address="〒123-4567 見本市中央１丁目２番３号"
    )
    other = person(telephone="+81-3-1234-5670\\090-1111-2345", address="見本市中央1-2-3 123-4567")
    assert one.phones < other.phones
    assert one.postal_code == other.postal_code == "1234567"
    assert one.address == other.address == "見本市中央1-2-3"
    assert person(insurance_number="記号12-番号３４５６").insurance_number


@pytest.mark.parametrize("date", ["", "19000101", "19700101", "20250230", "ABCDEFGH"])
def test_a_birth_date_that_is_none_is_unknown(date: str) -> None:
    assert person(birth_date=date).birth_date is None


@pytest.mark.parametrize("phone", ["", "0000000000", "09000000000", "119", "999-9999-9999", "なし"])
def test_a_phone_that_is_none_is_unknown(phone: str) -> None:
    assert person(telephone=phone).phones == frozenset()


@pytest.mark.parametrize(("text", "sex"), [("M", Sex.MALE), ("F", Sex.FEMALE), ("O", None)])
def test_only_two_sexes_tell_anything(text: str, sex: Sex | None) -> None:
    assert person(sex=text).sex is sex


def test_an_address_without_a_number_is_unknown() -> None:
    assert person(address="見本市").address == ""
