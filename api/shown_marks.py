"""Which nodules the page of a study shows, by whose preference."""

import json
from dataclasses import dataclass
from typing import Final

from api.services import ApiServices
from routing.records.overview import FindingsDocumentView, ListedStudy
from routing.results.document import findings_from_document
from wetread.domain.marks import choose_preference
from wetread.domain.presentation import RenderingIntent

_OUR_PAGE: Final = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenMarks:
    """The nodules that a preference hides; ``asked_for`` shows them all the same."""

    tracking_uids: frozenset[str] = frozenset()
    reader: str | None = None  # whose preference was asked for
    asked_for: bool = False


def hidden_marks(
    view: FindingsDocumentView | None,
    study: ListedStudy,
    services: ApiServices,
    *,
    reader: str | None,
    asked_for: bool,
) -> HiddenMarks:
    """Return what is hidden from a reader: the one named, else the one the study is assigned to."""
    if view is None:
        return HiddenMarks()
    if reader is None:
        items = services.overview.reading_items([study.study_instance_uid])
        reader = items[0].reader if items else None
    preference = choose_preference(
        services.mark_preferences.by_holder(), reader=reader, viewer=_OUR_PAGE, site=study.site
    )
    findings = findings_from_document(json.dumps(view.document))
    return HiddenMarks(
        tracking_uids=frozenset(
            nodule.tracking_uid
            for nodule in findings.nodules
            if preference.intent_of(nodule) is not RenderingIntent.REQUIRED
        ),
        reader=reader,
        asked_for=asked_for,
    )
