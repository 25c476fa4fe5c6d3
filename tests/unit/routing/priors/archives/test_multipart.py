"""A multipart answer is read part by part, however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.priors.archives.multipart import boundary_of, read_parts
from wetread.domain.errors import PriorRefused

_PARTS = st.lists(st.binary(max_size=60).filter(lambda part: b"\r\n--edge" not in part), max_size=4)


def _message(parts: list[bytes]) -> bytes:
    body = b"".join(b"--edge\r\nContent-Type: x/y\r\n\r\n" + part + b"\r\n" for part in parts)
    return body + b"--edge--\r\n"


@given(parts=_PARTS, step=st.integers(1, 80))
def test_any_cut_gives_the_same_parts(parts: list[bytes], step: int) -> None:
    message = _message(parts)
    pieces = [message[at : at + step] for at in range(0, len(message), step)]
    assert list(read_parts(pieces, b"edge", largest_bytes=1000)) == parts


@given(parts=_PARTS, data=st.data())
def test_a_message_without_its_end_is_refused(parts: list[bytes], data: st.DataObject) -> None:
    whole = _message(parts)
    end = data.draw(st.integers(0, len(whole) - len(b"--\r\n") - 1))
    with pytest.raises(PriorRefused):
        list(read_parts([whole[:end]], b"edge", largest_bytes=1000))


def test_a_part_that_is_too_large_is_refused_before_it_is_all_here() -> None:
    taken = 0

    def endless():  # noqa: ANN202 - a generator
        nonlocal taken
        yield b"--edge\r\nContent-Type: x/y\r\n\r\n"
        while True:
            taken += 1
            yield bytes(1000)

    with pytest.raises(PriorRefused, match="larger than 5000"):
        list(read_parts(endless(), b"edge", largest_bytes=5000))
    assert taken < 20


@pytest.mark.parametrize("content_type", ["text/html", "multipart/related", ""])
def test_another_kind_of_answer_is_refused(content_type: str) -> None:
    with pytest.raises(PriorRefused):
        boundary_of(content_type)


@pytest.mark.parametrize("quoted", ['"a b"', "a-b"])
def test_a_boundary_may_be_quoted(quoted: str) -> None:
    named = boundary_of(f"multipart/related; boundary={quoted}; type=application/dicom")
    assert named == quoted.strip('"').encode()
