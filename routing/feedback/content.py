"""Finding one's way in the content tree of a structured report (PS3.3 C.17.3)."""

from collections.abc import Iterator

from pydicom import Dataset
from pydicom.sr.coding import Code


def children(item: Dataset, name: Code | None = None) -> Iterator[Dataset]:
    """Yield the content items below one, those of this concept only where it is given."""
    for child in item.get("ContentSequence", ()):
        if name is None or concept(child) == name:
            yield child


def descendants(item: Dataset, name: Code) -> Iterator[Dataset]:
    """Yield all content items of a concept, however deep; not those within one another."""
    for child in children(item):
        if concept(child) == name:
            yield child
        else:
            yield from descendants(child, name)


def concept(item: Dataset) -> Code | None:
    """Return the concept name of an item; None where it has none."""
    return first_code(item, "ConceptNameCodeSequence")


def coded_value(item: Dataset) -> Code | None:
    """Return the value of a CODE item."""
    return first_code(item, "ConceptCodeSequence")


def first_code(dataset: Dataset, keyword: str) -> Code | None:
    """Return the first code of a sequence, without its meaning and version."""
    for item in dataset.get(keyword, ()):
        value = item.get("CodeValue", item.get("LongCodeValue"))
        scheme = item.get("CodingSchemeDesignator")
        if value and scheme:
            return Code(str(value), str(scheme), "")
    return None


def text_value(item: Dataset | None, keyword: str) -> str:
    """Return a value as text, empty where there is none."""
    value = None if item is None else item.get(keyword)
    return "" if value is None else str(value).strip()
