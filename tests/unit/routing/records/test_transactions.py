import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.database import open_database
from routing.records.tables import AuditRecord
from routing.records.transactions import writing

NOW = datetime(2025, 1, 2, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")


def test_what_was_read_is_still_so_when_it_is_written(engine: Engine) -> None:
    def append_next_number(times: int) -> None:
        for _ in range(times):
            with writing(engine) as session:
                number = session.query(AuditRecord).count()
                time.sleep(0.002)  # for the other thread to come between
                write_audit(session, at=NOW, actor="test", action=str(number))

    threads = [threading.Thread(target=append_next_number, args=(10,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with Session(engine) as session:
        actions = [one.action for one in session.query(AuditRecord)]
    assert sorted(map(int, actions)) == list(range(20))


def test_an_exception_undoes_the_act_and_its_audit(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as session:
            write_audit(session, at=NOW, actor="test", action="study.complete")
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        fail()

    with Session(engine) as session:
        assert session.query(AuditRecord).count() == 0


def test_an_audit_entry_says_who_did_what_when(engine: Engine) -> None:
    with writing(engine) as session:
        write_audit(
            session,
            at=NOW,
            actor="intake",
            action="study.complete",
            study_instance_uid="1.2",
            detail={"revision": 1},
        )

    with Session(engine) as session:
        entry = session.query(AuditRecord).one()
    assert (entry.at, entry.actor, entry.action) == (NOW, "intake", "study.complete")
    assert (entry.study_instance_uid, entry.detail) == ("1.2", {"revision": 1})
