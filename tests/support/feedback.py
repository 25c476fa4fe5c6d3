"""Words of readers: change what matters with keywords."""

from datetime import UTC, datetime, timedelta
from typing import Any

from wetread.domain.feedback import Act, CorrectedMark, Feedback, FeedbackSource

MORNING = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
MISSED = CorrectedMark(center_lps_mm=(60.0, 10.0, -100.0), long_axis_mm=8.0)


def word(act: Act, *, minute: int = 0, tracking_uid: str = "1.9", **changes: Any) -> Feedback:
    """Return what reader A said of a nodule, so many minutes after eight."""
    told: dict[str, Any] = {
        "study_instance_uid": "1.2.3",
        "revision": 0,
        "tracking_uid": tracking_uid,
        "act": act,
        "corrected": MISSED if act in {Act.CHANGE, Act.ADD} else None,
        "actor": "Reader A",
        "said_at": MORNING + timedelta(minutes=minute),
        "source": FeedbackSource.API,
    }
    return Feedback(**told | changes)
