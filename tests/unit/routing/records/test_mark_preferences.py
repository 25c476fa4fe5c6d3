"""Preferences are kept, taken back, and every change is audited."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.records.database import open_database
from routing.records.mark_preferences import KnownPreference, MarkPreferenceRecords
from routing.records.tables import AuditRecord
from tests.support.record_rows import RECEIVED_AT
from wetread.domain.marks import MarkPreference, PreferenceHolder, PreferenceScope, ShowMarks

READER = PreferenceHolder(scope=PreferenceScope.READER, name="読影 医")
SITE = PreferenceHolder(scope=PreferenceScope.SITE, name="Invented Hospital")
STRICT = MarkPreference(
    show=ShowMarks.ON_REQUEST,
    minimum_score=0.7,
    minimum_mean_diameter_mm=6.5,
    new_and_grown_only=True,
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")


def test_the_newest_counts_and_can_be_taken_back(engine: Engine) -> None:
    records = MarkPreferenceRecords(engine)
    records.put(SITE, MarkPreference(show=ShowMarks.NONE), actor="A", at=RECEIVED_AT)
    records.put(SITE, STRICT, actor="B", at=RECEIVED_AT + timedelta(hours=1))
    records.put(READER, STRICT, actor="A", at=RECEIVED_AT)

    assert records.all() == (
        KnownPreference(holder=READER, preference=STRICT, set_by="A", set_at=RECEIVED_AT),
        KnownPreference(
            holder=SITE, preference=STRICT, set_by="B", set_at=RECEIVED_AT + timedelta(hours=1)
        ),
    )

    records.put(SITE, None, actor="A", at=RECEIVED_AT)
    records.put(SITE, None, actor="A", at=RECEIVED_AT)
    assert records.by_holder() == {READER: STRICT}
    with Session(engine) as session:
        trail = session.scalars(select(AuditRecord).order_by(AuditRecord.audit_id)).all()
    assert [one.actor for one in trail] == ["A", "B", "A", "A", "A"]
    assert trail[1].detail == {
        "scope": "site",
        "name": "Invented Hospital",
        "preference": {
            "show": "on_request",
            "minimum_score": 0.7,
            "minimum_mean_diameter_mm": 6.5,
            "new_and_grown_only": True,
        },
    }
    assert trail[3].detail["preference"] is None
