"""One attempt to deliver, and what is recorded of it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from routing.pipeline.delivery import DeliveryDesk, DeliveryState
from routing.records.database import open_database
from routing.records.results import Parcel, ResultRecords
from routing.records.tables import DeliveryRecord, StudyRecord
from routing.results.objects import EncodedObject, ObjectKind
from tests.support.record_rows import RECEIVED_AT, add_study
from wetread.domain.errors import DeliveryError, DestinationRefused
from wetread.domain.studies import StudyState
from wetread.ports import DeliveryReceipt

_PARCEL = Parcel(study_instance_uid="1.2.3", revision=0, destination="archive")


class _Archive:
    """Says what it is told to say, one answer for each attempt."""

    name = "archive"

    def __init__(self, *answers: Sequence[bool] | Exception) -> None:
        self._answers = list(answers)
        self.sent: list[list[str]] = []

    def send(self, paths: Sequence[Path]) -> tuple[DeliveryReceipt, ...]:
        self.sent.append([path.stem for path in paths])
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return tuple(
            DeliveryReceipt(sop_instance_uid=f"1.2.{path.stem}", confirmed=yes, detail="said")
            for path, yes in zip(paths, answer, strict=True)
        )


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")


def _desk(engine: Engine, archive: _Archive) -> DeliveryDesk:
    add_study(engine, "1.2.3", state=StudyState.CONCLUDED)
    results = ResultRecords(engine, Path("/results"))
    objects = [
        EncodedObject(
            kind=ObjectKind.PRESENTATION_STATE,
            sop_class_uid="1.2",
            sop_instance_uid=f"1.2.{number}",
            path=Path(f"/results/{number}.dcm"),
        )
        for number in (1, 2)
    ]
    results.address("1.2.3", 0, objects=objects, destinations=("archive",))
    return DeliveryDesk([archive], results, lambda: RECEIVED_AT)


def _state(engine: Engine) -> str:
    with Session(engine) as session:
        return session.get_one(StudyRecord, "1.2.3").state


def test_a_confirmed_parcel_has_arrived(engine: Engine) -> None:
    archive = _Archive([True, True])
    desk = _desk(engine, archive)
    assert desk.send(_PARCEL).state is DeliveryState.ARRIVED
    assert _state(engine) == StudyState.DELIVERED
    assert desk.send(_PARCEL).state is DeliveryState.ARRIVED
    assert archive.sent == [["1", "2"]], "what has arrived is not sent again"


def test_the_rest_is_sent_again(engine: Engine) -> None:
    archive = _Archive([True, False], [True])
    desk = _desk(engine, archive)
    assert desk.send(_PARCEL).state is DeliveryState.WAITING
    assert desk.send(_PARCEL).state is DeliveryState.ARRIVED
    assert archive.sent == [["1", "2"], ["2"]]


@pytest.mark.parametrize(
    ("error", "state", "detail"),
    [
        (DeliveryError("no answer"), DeliveryState.WAITING, "no answer"),
        (DestinationRefused("not for me"), DeliveryState.STRANDED, "not for me"),
        (OSError("/spool/INVENTED^NAME"), DeliveryState.WAITING, "OSError"),
    ],
)
def test_an_error_is_recorded_and_decides_about_another_attempt(
    engine: Engine, error: Exception, state: DeliveryState, detail: str
) -> None:
    desk = _desk(engine, _Archive(error))
    assert desk.send(_PARCEL).state is state
    with Session(engine) as session:
        delivery = session.get_one(DeliveryRecord, ("1.2.1", "archive"))
        assert (delivery.attempts, delivery.detail) == (1, detail)
    assert _state(engine) == StudyState.CONCLUDED


def test_a_destination_that_is_gone_from_the_settings_keeps_its_parcel(engine: Engine) -> None:
    desk = _desk(engine, _Archive())
    gone = Parcel(study_instance_uid="1.2.3", revision=0, destination="gone")
    assert desk.send(gone).state is DeliveryState.STRANDED
