"""Reads what a study is of from the headers of its images."""

from collections.abc import Iterator, Sequence
from typing import Final

from pydicom import Dataset, dcmread
from pydicom.datadict import tag_for_keyword

from wetread.domain.specialties import StudyFacts
from wetread.domain.studies import StoredInstance

_MOST_SERIES: Final = 20
_CODES: Final = ("ProcedureCodeSequence", "PerformedProtocolCodeSequence")
_REQUEST: Final = "RequestAttributesSequence"
_REQUEST_CODES: Final = ("RequestedProcedureCodeSequence", "ScheduledProtocolCodeSequence")
_DESCRIPTIONS: Final = ("StudyDescription", "RequestedProcedureDescription")
_WANTED: Final = ("Modality", "BodyPartExamined", *_DESCRIPTIONS, *_CODES, _REQUEST)
_SCHEME: Final = "JJ1017"  # JJ1017-16M, JJ1017-16P, JJ1017-32


def read_study_facts(instances: Sequence[StoredInstance]) -> StudyFacts:
    """Read one image of each series; what cannot be read tells nothing."""
    first = {one.series_instance_uid: one for one in reversed(instances)}
    headers = [
        header for uid in sorted(first)[:_MOST_SERIES] if (header := _read(first[uid])) is not None
    ]
    return StudyFacts(
        modalities=_texts(headers, ("Modality",)),
        body_parts=_texts(headers, ("BodyPartExamined",)),
        descriptions=_texts(headers, _DESCRIPTIONS),
        jj1017_codes=tuple(dict.fromkeys(code for one in headers for code in _codes(one))),
    )


def _read(instance: StoredInstance) -> Dataset | None:
    tags = [tag for keyword in _WANTED if (tag := tag_for_keyword(keyword)) is not None]
    try:
        return dcmread(instance.path, stop_before_pixels=True, specific_tags=list(tags))
    except Exception:  # noqa: BLE001 - broken bytes make pydicom raise nearly anything
        return None


def _texts(headers: Sequence[Dataset], keywords: Sequence[str]) -> tuple[str, ...]:
    """Return the values in order of first sight, those of earlier keywords first."""
    found = (_text(header, keyword) for keyword in keywords for header in headers)
    return tuple(dict.fromkeys(text for text in found if text))


def _codes(header: Dataset) -> Iterator[str]:
    items = [item for keyword in _CODES for item in _items(header, keyword)]
    for request in _items(header, _REQUEST):
        items += [item for keyword in _REQUEST_CODES for item in _items(request, keyword)]
    for item in items:
        if _text(item, "CodingSchemeDesignator").upper().startswith(_SCHEME):
            yield _text(item, "CodeValue") or _text(item, "LongCodeValue")


def _items(dataset: Dataset, keyword: str) -> list[Dataset]:
    try:
        return list(dataset.get(keyword) or ())
    except Exception:  # noqa: BLE001 - likewise
        return []


def _text(dataset: Dataset, keyword: str) -> str:
    try:
        return str(dataset.get(keyword) or "").strip()
    except Exception:  # noqa: BLE001 - likewise
        return ""
