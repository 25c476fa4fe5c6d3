"""The audit trail: who did what to which study; entries are only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from routing.records.tables import AuditRecord


def write_audit(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    study_instance_uid: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one entry in the caller's transaction, so that it stands exactly when the act does.

    ``detail`` is JSON and names no patient; study and instance UIDs are fine.
    """
    session.add(
        AuditRecord(
            at=at,
            actor=actor,
            action=action,
            study_instance_uid=study_instance_uid,
            detail=detail or {},
        )
    )
