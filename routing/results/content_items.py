"""Content items of structured reports, one line each (PS3.3 C.17.3)."""

from collections.abc import Iterable
from typing import Final, Self

from highdicom.sr import (
    CodeContentItem,
    ContainerContentItem,
    ContentItem,
    ContentSequence,
    ImageContentItem,
    NumContentItem,
    RelationshipTypeValues,
    TextContentItem,
    UIDRefContentItem,
)
from pydicom import Dataset
from pydicom.sr.coding import Code

CONTAINS: Final = RelationshipTypeValues.CONTAINS
HAS_ACQ_CONTEXT: Final = RelationshipTypeValues.HAS_ACQ_CONTEXT
HAS_CONCEPT_MOD: Final = RelationshipTypeValues.HAS_CONCEPT_MOD
HAS_OBS_CONTEXT: Final = RelationshipTypeValues.HAS_OBS_CONTEXT
HAS_PROPERTIES: Final = RelationshipTypeValues.HAS_PROPERTIES
INFERRED_FROM: Final = RelationshipTypeValues.INFERRED_FROM
_SOURCE: Final = Code("260753009", "SCT", "Source")
SELECTED_FROM: Final = RelationshipTypeValues.SELECTED_FROM


class _Root(ContainerContentItem):
    """A root that is handed over.

    highdicom copies the whole content for a view of its own, which takes a third of the time that
    a report takes to encode; nobody else has this one.
    """

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self


def with_children(item: ContentItem, children: Iterable[ContentItem]) -> ContentItem:
    """Return the item with other items below it; with none it stays a leaf."""
    below = list(children)
    if below:
        item.ContentSequence = ContentSequence(below)
    return item


def container(
    name: Code,
    children: Iterable[ContentItem],
    relationship: RelationshipTypeValues = CONTAINS,
) -> ContainerContentItem:
    """Return a container of items."""
    item = ContainerContentItem(name=name, relationship_type=relationship)
    item.ContentSequence = ContentSequence(list(children))
    return item


def root(name: Code, template_id: str, children: Iterable[ContentItem]) -> ContainerContentItem:
    """Return the root of a document, for one document only."""
    item = _Root(name=name, template_id=template_id)
    item.ContentSequence = ContentSequence(list(children))
    return item


def code(
    name: Code, value: Code, relationship: RelationshipTypeValues = CONTAINS
) -> CodeContentItem:
    """Return a coded value."""
    return CodeContentItem(name=name, value=value, relationship_type=relationship)


def text(
    name: Code, value: str, relationship: RelationshipTypeValues = CONTAINS
) -> TextContentItem:
    """Return words."""
    return TextContentItem(name=name, value=value, relationship_type=relationship)


def number(
    name: Code, value: float, unit: Code, relationship: RelationshipTypeValues = CONTAINS
) -> NumContentItem:
    """Return a number with its unit."""
    return NumContentItem(name=name, value=value, unit=unit, relationship_type=relationship)


def uid(
    name: Code, value: str, relationship: RelationshipTypeValues = CONTAINS
) -> UIDRefContentItem:
    """Return a unique identifier."""
    return UIDRefContentItem(name=name, value=value, relationship_type=relationship)


def image(reference: Dataset, relationship: RelationshipTypeValues) -> ImageContentItem:
    """Return a reference to an image; it bears a name because highdicom wants one."""
    return ImageContentItem(
        name=_SOURCE,
        referenced_sop_class_uid=reference.SOPClassUID,
        referenced_sop_instance_uid=reference.SOPInstanceUID,
        relationship_type=relationship,
    )


def remove_image_names(document: Dataset) -> None:
    """Take the names from all images: some templates leave no room for them (TID 2010, 4100)."""
    for item in document.get("ContentSequence", []):
        if item.ValueType == "IMAGE":
            del item.ConceptNameCodeSequence
        remove_image_names(item)
