import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from routing.intake.elements import Encoding, read_elements
from tests.support.instances import encoded, instance
from wetread.domain.errors import UnreadableInstance

SYNTAXES = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)
EVERY_TAG = range(0xFFFFFFFF)


def _encoding(syntax: UID) -> Encoding:
    return Encoding(implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian)


def _read(data: bytes, syntax: UID = ExplicitVRLittleEndian) -> dict[int, bytes]:
    return dict(read_elements(data, 0, len(data), _encoding(syntax), EVERY_TAG))


def _nested() -> Dataset:
    inner = Dataset()
    inner.CodeValue = "113100"
    middle = Dataset()
    middle.ConceptCodeSequence = Sequence([inner, inner])
    middle["ConceptCodeSequence"].is_undefined_length = True
    dataset = instance()
    dataset.AnatomicRegionSequence = Sequence([middle])
    dataset["AnatomicRegionSequence"].is_undefined_length = True
    middle.is_undefined_length_sequence_item = True
    inner.is_undefined_length_sequence_item = True
    return dataset


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("dataset", [instance(), _nested()], ids=["flat", "nested"])
def test_yields_every_top_level_element(dataset: Dataset, syntax: UID) -> None:
    values = _read(encoded(dataset, syntax), syntax)

    assert list(values) == sorted(int(tag) for tag in dataset.keys())  # noqa: SIM118 - tags
    assert values[0x0020000D].rstrip(b"\0").decode() == dataset.StudyInstanceUID


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_dataset_cut_off_inside_an_element_is_unreadable(syntax: UID) -> None:
    data = encoded(_nested(), syntax)
    boundaries = set()
    for end in range(len(data)):
        try:
            tags = list(dict(read_elements(data[:end], 0, end, _encoding(syntax), EVERY_TAG)))
        except UnreadableInstance:
            continue
        boundaries.add(len(tags))

    elements = len(_nested())
    assert boundaries == set(range(elements)), "only whole elements may pass"


def test_what_was_read_before_the_cut_is_yielded() -> None:
    data = encoded(instance())

    reader = read_elements(data, 0, len(data) - 1, _encoding(ExplicitVRLittleEndian), EVERY_TAG)

    assert next(reader)[0] == 0x00080008
    with pytest.raises(UnreadableInstance, match="too early"):
        list(reader)


def test_fragments_of_compressed_pixel_data_are_stepped_over() -> None:
    pixels = bytes.fromhex("e07f1000 4f420000 ffffffff")
    item, end = bytes.fromhex("feff00e0"), bytes.fromhex("feffdde0 00000000")
    fragments = item + bytes(4) + item + (4).to_bytes(4, "little") + b"abcd"

    assert list(_read(pixels + fragments + end)) == [0x7FE00010]
    with pytest.raises(UnreadableInstance):
        _read(pixels + fragments)
    with pytest.raises(UnreadableInstance):
        _read(pixels + fragments + item + b"\xff\xff\xff\xff" + end)


def test_endless_nesting_is_refused() -> None:
    sequence = bytes.fromhex("08001811 53510000 ffffffff feff00e0 ffffffff")

    with pytest.raises(UnreadableInstance, match="nested"):
        _read(sequence * 10_000)
