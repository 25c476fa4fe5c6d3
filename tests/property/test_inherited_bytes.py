"""Whatever bytes a name has, they are the bytes of the name in the result."""

from io import BytesIO

import hypothesis.strategies as st
from hypothesis import given
from pydicom import Dataset, dcmread
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag
from pydicom.uid import CTImageStorage

from routing.results.inherited import inherited_elements
from routing.results.instance import file_bytes

NAME = Tag("PatientName")
COMMENTS = Tag("PatientComments")


@given(st.binary(max_size=64), st.binary(max_size=200))
def test_bytes_are_kept(name: bytes, comments: bytes) -> None:
    header = Dataset()
    for tag, vr, value in ((NAME, "PN", name), (COMMENTS, "LT", comments)):
        header[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)  # noqa: FBT003  # pydicom's own positions
    own = Dataset()
    own.SOPClassUID, own.SOPInstanceUID = CTImageStorage, "1.2.3"
    own.PatientName = "Placeholder^Ours"

    read = dcmread(BytesIO(file_bytes(own, inherited_elements(header))))

    for tag, value in ((NAME, name), (COMMENTS, comments)):
        assert (read.get_item(tag).value or b"") == value + b" " * (len(value) % 2)
