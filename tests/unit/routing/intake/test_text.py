import pytest

from routing.intake.text import decode_code, decode_text


def _jis(kanji: str) -> bytes:
    return kanji.encode("iso2022_jp")


@pytest.mark.parametrize(
    ("value", "character_sets", "expected"),
    [
        pytest.param(b"Yamada^Tarou", [""], "Yamada^Tarou", id="default"),
        pytest.param(
            b"YAMADA^HARUKO=" + _jis("山田") + b"^" + _jis("春子") + b"=" + _jis("やまだ"),
            ["", "ISO 2022 IR 87"],
            "YAMADA^HARUKO=山田^春子=やまだ",
            id="kanji whose bytes hold = and ^",
        ),
        pytest.param(
            "ﾔﾏﾀﾞ^ﾀﾛｳ".encode("shift_jis") + b"=" + _jis("山田") + b"\x1b(J^" + _jis("太郎"),
            ["ISO 2022 IR 13", "ISO 2022 IR 87"],
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎",
            id="half-width katakana and kanji",
        ),
        pytest.param("山田^太郎".encode(), ["ISO_IR 192"], "山田^太郎", id="UTF-8"),
        pytest.param("王^小東".encode("gb18030"), ["GB18030"], "王^小東", id="GB18030"),
        pytest.param("Äneas^Ödön".encode("latin-1"), ["ISO_IR 100"], "Äneas^Ödön", id="Latin 1"),
        pytest.param(
            b"Hong^Gildong=\x1b$)C" + "홍".encode("euc_kr") + b"^\x1b$)C" + "길동".encode("euc_kr"),
            ["", "ISO 2022 IR 149"],
            "Hong^Gildong=홍^길동",
            id="Korean",
        ),
        pytest.param("é".encode(), ["ISO_IR 999"], "é", id="a character set nobody knows"),
        pytest.param(b"\xff\xfe^A", ["ISO_IR 192"], "��^A", id="not what it claims"),
        pytest.param(b"  A\0\r\nB \0", [], "AB", id="padding and control characters"),
    ],
)
def test_decodes(value: bytes, character_sets: list[str], expected: str) -> None:
    assert decode_text(value, character_sets) == expected


def test_codes_are_plain() -> None:
    assert decode_code(b"1.2.3\0") == "1.2.3"
    assert decode_code(b"1\0.2\xe3 ") == "1�.2�"
