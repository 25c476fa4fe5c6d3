"""Write a batch of received instances, and what they say of their studies."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.details import details_from_document, document_from_details
from routing.records.studies import InstanceEntry, InstanceStatus, StudyAttributes, is_document
from routing.records.tables import InstanceRecord, ResultObjectRecord, StudyRecord
from wetread.domain.studies import StudyState

_ACTOR, _FETCHING = "intake", "priors"
_TEXTS = ("patient_name", "study_date", "study_description", "accession_number")


def record_instances(session: Session, entries: Sequence[InstanceEntry], *, at: datetime) -> None:
    """Add the instances and their studies; open studies again that were complete.

    What a study says of itself does not depend on the order in which its instances come, as long
    as they agree: blanks are filled by whoever knows.
    """
    studies: dict[str, StudyRecord] = {}
    # Always in the same order, so that two receivers on one database cannot lock each other out.
    for entry in sorted(entries, key=_study_instance_uid):
        if entry.study is not None:
            study = studies.get(entry.study.study_instance_uid) or _open_study(
                session, entry, entry.study
            )
            studies[study.study_instance_uid] = study
            _extend_study(session, study, entry, entry.study, at)
        if entry.status is not InstanceStatus.STORED:
            _note(session, f"instance.{entry.status}", entry, at, reason=entry.detail)
    _insert_instances(session, entries)


def record_fetched_study(
    session: Session, entries: Sequence[InstanceEntry], *, archive: str, at: datetime
) -> bool:
    """Add a prior and its instances, all of one study; False, and nothing done, if it is known.

    It is complete as it is, and nobody has asked for it to be read.
    """
    attributes = entries[0].study
    assert attributes is not None
    if session.get(StudyRecord, attributes.study_instance_uid) is not None:
        return False
    study = _open_study(session, entries[0], attributes)
    study.state = StudyState.FETCHED
    study.completed_at = at
    study.fetched_from = archive
    for entry in entries:
        assert entry.study is not None
        _fill_blanks(study, entry.study)
    _insert_instances(session, entries)
    write_audit(
        session,
        at=at,
        actor=_FETCHING,
        action="study.fetch",
        study_instance_uid=attributes.study_instance_uid,
        detail={"archive": archive, "instances": len(entries)},
    )
    return True


def have_fetched_read(
    session: Session, study_instance_uids: Collection[str], *, at: datetime
) -> None:
    """Open fetched studies as if their first image came now: somebody sends them to be read."""
    query = select(StudyRecord).where(
        StudyRecord.study_instance_uid.in_(study_instance_uids),
        StudyRecord.state == StudyState.FETCHED,
    )
    for study in session.scalars(query.with_for_update()):
        _open_fetched(study, at)
        write_audit(
            session,
            at=at,
            actor=_ACTOR,
            action="study.reopen",
            study_instance_uid=study.study_instance_uid,
            detail={"reason": "a fetched prior was sent to be read"},
        )


def _open_fetched(study: StudyRecord, at: datetime) -> None:
    study.state = StudyState.RECEIVING
    study.completed_at = None
    study.first_received_at = study.last_received_at = at


def _insert_instances(session: Session, entries: Sequence[InstanceEntry]) -> None:
    session.flush()  # studies before the instances that refer to them
    session.execute(
        insert(InstanceRecord),
        [
            {
                "content_sha256": entry.content_sha256,
                "sop_instance_uid": entry.sop_instance_uid,
                "sop_class_uid": entry.sop_class_uid,
                "series_instance_uid": entry.series_instance_uid,
                "study_instance_uid": _study_instance_uid(entry) or None,
                "transfer_syntax_uid": entry.transfer_syntax_uid,
                "relative_path": entry.relative_path,
                "sending_ae": entry.sending_ae,
                "received_at": entry.received_at,
                "status": entry.status,
                "detail": entry.detail,
            }
            for entry in entries
        ],
    )


def _study_instance_uid(entry: InstanceEntry) -> str:
    return entry.study.study_instance_uid if entry.study is not None else ""


def _open_study(session: Session, entry: InstanceEntry, attributes: StudyAttributes) -> StudyRecord:
    """Return the record of the study, made from this entry where there is none."""
    study = session.get(StudyRecord, attributes.study_instance_uid, with_for_update=True)
    if study is None:
        study = StudyRecord(
            study_instance_uid=attributes.study_instance_uid,
            issuer=attributes.patient_key.issuer,
            patient_id=attributes.patient_key.patient_id,
            sending_ae=entry.sending_ae,
            site=entry.site,
            state=StudyState.RECEIVING,
            revision=0,
            patient_details={},
            first_received_at=entry.received_at,
            last_received_at=entry.received_at,
            **{name: getattr(attributes, name) for name in _TEXTS},
        )
        session.add(study)
    return study


def _extend_study(
    session: Session,
    study: StudyRecord,
    entry: InstanceEntry,
    attributes: StudyAttributes,
    at: datetime,
) -> None:
    """Add to the record what this entry says; images of somebody else do not change the patient."""
    study.first_received_at = min(study.first_received_at, entry.received_at)
    study.last_received_at = max(study.last_received_at, entry.received_at)
    _fill_blanks(study, attributes)
    key = attributes.patient_key
    if key.patient_id and not study.patient_id:
        study.issuer, study.patient_id = key.issuer, key.patient_id
    elif key.patient_id and (key.issuer, key.patient_id) != (study.issuer, study.patient_id):
        _note(session, "study.other_patient", entry, at)
    if (key.issuer, key.patient_id) == (study.issuer, study.patient_id):
        known = details_from_document(study.patient_details)
        filled = known.filled_from(attributes.patient_details)
        if filled != known:
            study.patient_details = document_from_details(filled)
    if (
        entry.status is InstanceStatus.STORED
        and study.state != StudyState.RECEIVING
        # A reader's report on our marks brings no image: the analysis would be the same again.
        and not is_document(entry.sop_class_uid)
        # A PACS may send our results back: analysing them would go on for ever.
        and session.get(ResultObjectRecord, entry.sop_instance_uid) is None
    ):
        if study.state == StudyState.FETCHED:
            _open_fetched(study, entry.received_at)
        study.state = StudyState.RECEIVING
        _note(session, "study.reopen", entry, at)


def _fill_blanks(study: StudyRecord, attributes: StudyAttributes) -> None:
    for name in _TEXTS:
        if not getattr(study, name):
            setattr(study, name, getattr(attributes, name))


def _note(
    session: Session, action: str, entry: InstanceEntry, at: datetime, *, reason: str = ""
) -> None:
    write_audit(
        session,
        at=at,
        actor=_ACTOR,
        action=action,
        study_instance_uid=_study_instance_uid(entry) or None,
        detail={"content_sha256": entry.content_sha256, "reason": reason},
    )
