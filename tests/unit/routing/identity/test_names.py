"""Names in every script and spelling, down to what they are compared by."""

import pytest

from routing.identity.kana import kana_key
from routing.identity.kanji import KanjiVariants, load_kanji_variants
from routing.identity.names import comparable_name
from routing.identity.romaji import romaji_key, sound_of_kana
from tests.support.patients import KANJI
from wetread.domain.errors import ConfigurationError
from wetread.domain.identity.person import PersonName, Spelling


@pytest.mark.parametrize(
    "spellings",
    [
        ("ヤマダ", "やまだ", "ﾔﾏﾀﾞ"),
        ("キョウコ", "キヨウコ", "ｷｮｳｺ", "キョーコ", "きょおこ", "キョ-コ"),
        ("オオノ", "オーノ", "おうの"),
        ("ハットリ", "ハツトリ", "ﾊｯﾄﾘ"),
        ("ケイコ", "ケーコ"),
        ("チヅコ", "チズコ"),
    ],
)
def test_kana_of_any_width_script_and_length_mark_are_one(spellings: tuple[str, ...]) -> None:
    assert len({kana_key(one) for one in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("ユウキ", "ユキ"), ("オオノ", "オノ"), ("ヤマザキ", "ヤマサキ"), ("キヨコ", "キョウコ")],
)
def test_other_kana_are_others(one: str, other: str) -> None:
    assert kana_key(one) != kana_key(other)


@pytest.mark.parametrize("text", ["山田", "Yamada", "やまだ1", "", "\ufffd"])
def test_what_is_no_kana_has_no_key(text: str) -> None:
    assert kana_key(text) is None


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("オオノ", ("Ohno", "Ono", "Oono", "Ōno", "OHNO")),
        ("サトウ", ("Sato", "Satoh", "Satou", "Satô")),
        ("フジタ", ("Fujita", "Huzita")),
        ("ツヨシ", ("Tsuyoshi", "Tuyosi")),
        ("ジュンイチ", ("Jun'ichi", "Junichi", "Zyun-iti", "Jyunichi")),
        ("ホンマ", ("Honma", "Homma")),
        ("ショウヘイ", ("Shohei", "Syouhei", "Shouhei")),
        ("キヨウコ", ("Kyoko", "Kyouko")),
        ("イノウエ", ("Inoue",)),
    ],
)
def test_latin_spellings_sound_like_the_kana(kana: str, latin: tuple[str, ...]) -> None:
    assert {romaji_key(one) for one in latin} == {sound_of_kana(kana)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙﨑", "高崎"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("齋藤", "斉藤"),
        ("廣澤", "広沢"),
        ("濵田", "浜田"),
        ("𠮷田", "吉田"),
        ("佐々木", "佐佐木"),
        ("葛\U000e0100城", "葛城"),  # a variation selector
        ("トシ子", "とし子"),
    ],
)
def test_forms_of_one_kanji_are_one(one: str, other: str) -> None:
    assert KANJI.key(one) == KANJI.key(other)
    assert KANJI.key(one) is not None


def test_there_are_many_variants_and_none_stands_twice() -> None:
    variants = load_kanji_variants()
    assert sum(len(group) - 1 for group in variants.groups) >= 150
    with pytest.raises(ConfigurationError, match="高 stands twice"):
        KanjiVariants(
            effective_from=variants.effective_from,
            source="",
            verified=False,
            groups=("高髙", "亀高"),
        )


def _spelled(family: str, given: str) -> Spelling:
    return Spelling(family=family, given=given)


TARO = PersonName(
    kana=_spelled("ヤマダ", "タロー"),
    kanji=_spelled("山田", "太郎"),
    sound=_spelled("yamada", "taro"),
)


@pytest.mark.parametrize(
    "text",
    [
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎",
        "=山田　太郎=ヤマダ　タロー",
        "YAMADA^TARO^^DR=山田^太郎^^^様=やまだ^たろう",
        "山田^太郎=やまだ^たろう",  # in the wrong groups
    ],
)
def test_a_name_is_read_by_its_script_not_by_its_group(text: str) -> None:
    assert comparable_name(text, KANJI) == TARO


@pytest.mark.parametrize(
    "text", ["", "^^=^", "\ufffd\ufffd^\ufffd=?", "ã±ã^ã", "****", "UNKNOWN", "不明", "12345"]
)
def test_what_cannot_be_read_is_unknown(text: str) -> None:
    assert comparable_name(text, KANJI) == PersonName()
