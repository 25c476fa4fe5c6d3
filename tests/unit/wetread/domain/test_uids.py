import pytest

from wetread.domain.uids import derive_uid, is_uid


@pytest.mark.parametrize(
    "uid", ["1.2", "0.0", "2.25.329800735698586629295641978511506172918", "1." * 31 + "10"]
)
def test_legal_uids(uid: str) -> None:
    assert is_uid(uid)


@pytest.mark.parametrize(
    "text", ["", "1", "1.", ".1", "1..2", "1.02", "1.2 ", "1.2\n", "1.2\0", "a.b", "1." * 32 + "1"]
)
def test_illegal_uids(text: str) -> None:
    assert not is_uid(text)


def test_the_same_parts_give_the_same_uid_and_others_another() -> None:
    assert derive_uid("study", 1) == derive_uid("study", 1)
    parts = [("study", 1), ("study", 11), ("study1",), ("study", "1", ""), ("s", "tudy", 1)]
    assert len({derive_uid(*each) for each in parts}) == len(parts)
    assert all(is_uid(derive_uid(*each)) for each in parts)


def test_a_derived_uid_never_changes_between_versions() -> None:
    assert derive_uid("study", 1) == "2.25.159416568555713548132027964793288135254"
