"""The ledger is corrected by reversal, never by an edit, and every correction is audited."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

import routing.records.database
from routing.ledger.payers import load_payer_tables
from routing.records.database import open_database
from routing.records.ledger import Correction, LedgerRecords
from routing.records.tables import AuditRecord
from routing.records.totals import RecordsTotals
from tests.support.ledger import ledger_entry
from tests.support.record_rows import PATIENT, RECEIVED_AT, add_study
from wetread.domain.costs.entries import EntryKind
from wetread.domain.costs.payers import Share
from wetread.domain.errors import LedgerError

_UID = "1.2.3"
_LATER = RECEIVED_AT + timedelta(hours=1)
_END = RECEIVED_AT + timedelta(days=31)
_PAYERS = load_payer_tables().on(RECEIVED_AT.date())


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    add_study(engine, _UID)
    LedgerRecords(engine).book(ledger_entry(_UID, cost_jpy="12.5"))
    return engine


def correction(cost_jpy: str | None = None, payer: str | None = None) -> Correction:
    return Correction(
        cost_jpy=None if cost_jpy is None else Decimal(cost_jpy),
        payer=payer,
        actor="Office",
        reason="wrong price",
    )


def test_a_correction_leaves_the_entry_and_adds_two(engine: Engine) -> None:
    ledger = LedgerRecords(engine)
    before = ledger.entries_between(RECEIVED_AT, _END)
    added = ledger.correct(1, correction("10"), payers=_PAYERS, at=_LATER)
    entries = ledger.entries_between(RECEIVED_AT, _END)
    assert entries == (*before, *added)
    reversal, corrected = (one.entry for one in added)
    assert (reversal.kind, reversal.reverses, reversal.cost_jpy) == (EntryKind.REVERSAL, 1, -12.5)
    assert corrected.kind is EntryKind.CORRECTION
    assert corrected.shares == (Share(payer=PATIENT.issuer, amount_jpy=Decimal(10)),)
    use = RecordsTotals(engine).use_of_study(_UID)
    assert (use.cost_jpy, use.cpu_seconds) == (Decimal(10), Decimal("5.25"))
    with Session(engine) as session:
        audit = session.scalars(select(AuditRecord)).one()
    assert (audit.actor, audit.action, audit.study_instance_uid) == (
        "Office",
        "costs.correct",
        _UID,
    )
    assert audit.detail["reason"] == "wrong price"


def test_a_correction_is_corrected_in_its_turn(engine: Engine) -> None:
    ledger = LedgerRecords(engine)
    _, second = ledger.correct(1, correction("10"), payers=_PAYERS, at=_LATER)
    ledger.correct(second.entry_id, correction(payer="Other"), payers=_PAYERS, at=_LATER)
    last = ledger.entries_between(RECEIVED_AT, _END)[-1].entry
    assert last.shares == (Share(payer="Other", amount_jpy=Decimal(10)),)
    assert RecordsTotals(engine).use_of_study(_UID).cost_jpy == 10


def test_an_entry_taken_back_leaves_nothing(engine: Engine) -> None:
    ledger = LedgerRecords(engine)
    assert len(ledger.correct(1, correction(), payers=_PAYERS, at=_LATER)) == 1
    use = RecordsTotals(engine).use_of_study(_UID)
    assert (use.cost_jpy, use.cpu_seconds) == (0, 0)
    assert not ledger.book(ledger_entry(_UID)), "a crashed booking may not come back"


def test_what_cannot_be_corrected_is_refused(engine: Engine) -> None:
    ledger = LedgerRecords(engine)
    (reversal,) = ledger.correct(1, correction(), payers=_PAYERS, at=_LATER)
    for entry_id, said in ((1, "before"), (reversal.entry_id, "reversal"), (99, "no entry")):
        with pytest.raises(LedgerError, match=said):
            ledger.correct(entry_id, correction("1"), payers=_PAYERS, at=_LATER)
    ledger.book(ledger_entry(_UID, revision=1))
    with pytest.raises(LedgerError, match="negative"):
        ledger.correct(3, correction("-1"), payers=_PAYERS, at=_LATER)
    assert len(ledger.entries_between(RECEIVED_AT, _END)) == 3


def test_entries_from_before_payers_were_known_are_paid_by_the_site(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    config = Config()
    folder = Path(routing.records.database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    old = create_engine(url)
    with old.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
    add_study(old, _UID)
    with old.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO ledger_entries VALUES (7, '1.2.3', 0, 'analysis', 'cpu', '0', '5.25',"
                " 'old', '0.5', 'process_cpu_time', '2026-03-01 08:30:00.000000')"
            )
        )
    old.dispose()
    (booked,) = LedgerRecords(open_database(url)).entries_between(RECEIVED_AT, _END)
    assert booked.entry_id == 7
    assert booked.entry.shares == (Share(payer=PATIENT.issuer, amount_jpy=Decimal("0.5")),)
    assert booked.entry.energy_joule is None
