"""Who is the same patient: by the exact key, and over several hospitals."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from routing.identity.linking import LinkedPatients, exact_keys, link_patient, same_patient
from routing.pipeline.study import StudyInput
from routing.records.database import open_database
from routing.records.details import document_from_details
from routing.records.links import LinkRecords
from routing.records.tables import AuditRecord, PatientBlockRecord, StudyRecord
from tests.support.patients import patient_linker
from tests.support.record_rows import add_study
from wetread.domain.identity.links import Decision, LinkState
from wetread.domain.identity.person import PatientDetails
from wetread.domain.studies import PatientKey

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
NAME = "Takahashi^Jiro=高橋^次郎=たかはし^じろう"
DETAILS = PatientDetails(birth_date="19500203", sex="M", telephone="03-1234-5670")
HERE = PatientKey(issuer="Hospital", patient_id="1")
THERE = PatientKey(issuer="Clinic", patient_id="77")
NO_PHONE = replace(DETAILS, telephone="")


def _key(issuer: str, patient_id: str) -> PatientKey:
    return PatientKey(issuer=issuer, patient_id=patient_id)


def test_the_same_id_of_the_same_issuer() -> None:
    assert link_patient(_key("Hospital", "1")) == _key("Hospital", "1")
    assert same_patient(_key("Hospital", "1"), _key("Hospital", "1"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Hospital", "1"), ("Clinic", "1")),
        (("Hospital", "1"), ("Hospital", "2")),
        (("Hospital", "1"), ("Hospital", "01")),
        (("Hospital", "1"), ("hospital", "1")),
    ],
)
def test_anything_else_is_another(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not same_patient(_key(*one), _key(*other))


@pytest.mark.parametrize("key", [("", "1"), ("Hospital", ""), (" ", "1"), ("Hospital", "  ")])
def test_nobody_is_never_the_same_as_nobody(key: tuple[str, str]) -> None:
    assert link_patient(_key(*key)) is None
    assert not same_patient(_key(*key), _key(*key))
    assert exact_keys(_study("1.1", _key(*key))).patients == ()


def _study(uid: str, key: PatientKey) -> StudyInput:
    return StudyInput(
        study_instance_uid=uid, patient_key=key, study_date=date(2026, 3, 1), instances=()
    )


class _Network:
    """Hospitals that send studies to one service."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.links = LinkRecords(engine)
        self._linker = patient_linker(engine, lambda: NOW)

    def arrives(
        self, uid: str, key: PatientKey, details: PatientDetails = DETAILS, name: str = NAME
    ) -> tuple[set[PatientKey], set[PatientKey]]:
        """Record a study and link it; return the sure keys, and those to prefetch."""
        with Session(self.engine) as session:
            known = session.get(StudyRecord, uid) is not None
        if not known:
            add_study(self.engine, uid, patient=key)
        with Session(self.engine) as session, session.begin():
            session.execute(
                update(StudyRecord)
                .where(StudyRecord.study_instance_uid == uid)
                .values(patient_name=name, patient_details=document_from_details(details))
            )
        linked = self._linker.link(_study(uid, key))
        assert linked.patients[:1] == linked.keys_to_prefetch[:1] == (key,)
        return set(linked.patients), set(linked.keys_to_prefetch)

    def only_link(self) -> tuple[int, LinkState]:
        (link,) = self.links.page(list(LinkState), limit=10).links
        return link.link_id, link.state

    def audited(self) -> list[tuple[str, str]]:
        with Session(self.engine) as session:
            records = session.query(AuditRecord).order_by(AuditRecord.audit_id)
            return [(one.actor, one.action) for one in records]


@pytest.fixture
def network(tmp_path: Path) -> _Network:
    return _Network(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}"))


def test_a_patient_of_two_hospitals_is_linked_both_ways(network: _Network) -> None:
    assert network.arrives("1.1", HERE) == ({HERE}, {HERE})
    both = {HERE, THERE}
    assert network.arrives("1.2", THERE, name="ﾀｶﾊｼ^ｼﾞﾛｳ=髙橋^次郎") == (both, both)
    assert network.arrives("1.1", HERE) == (both, both)
    assert network.audited() == [("identity", "link.automatic")], "and not once more"


def test_a_doubtful_link_is_fetched_over_but_not_compared(network: _Network) -> None:
    network.arrives("1.1", HERE)
    assert network.arrives("1.2", THERE, NO_PHONE) == ({THERE}, {HERE, THERE})


def test_two_keys_are_one_patient_only_while_their_link_is_sure(network: _Network) -> None:
    surely_same = LinkedPatients(network.links)
    network.arrives("1.1", HERE)
    network.arrives("1.2", THERE, NO_PHONE)
    link_id, _ = network.only_link()
    assert not surely_same(HERE, THERE)
    network.links.decide(link_id, Decision.CONFIRM, actor="Reader A", at=NOW)
    assert surely_same(HERE, THERE)
    assert surely_same(THERE, HERE)
    assert surely_same(HERE, HERE)
    nobody = _key("", "")
    assert not surely_same(nobody, nobody)


def test_a_human_confirms_refuses_and_takes_back(network: _Network) -> None:
    network.arrives("1.1", HERE)
    network.arrives("1.2", THERE, NO_PHONE)
    link_id, _ = network.only_link()

    assert network.links.decide(link_id, Decision.CONFIRM, actor="Reader A", at=NOW)
    assert network.arrives("1.2", THERE, NO_PHONE)[0] == {HERE, THERE}
    assert not network.links.decide(link_id, Decision.REFUSE, actor="Reader B", at=NOW)

    assert network.links.undo(link_id, actor="Reader B", at=NOW)
    assert network.arrives("1.2", THERE, NO_PHONE) == ({THERE}, {HERE, THERE})
    assert not network.links.undo(link_id, actor="Reader B", at=NOW)

    assert network.links.decide(link_id, Decision.REFUSE, actor="Reader A", at=NOW)
    assert network.arrives("1.2", THERE, NO_PHONE) == ({THERE}, {THERE})
    assert network.audited() == [
        ("identity", "link.review"),
        ("Reader A", "link.confirmed"),
        ("Reader B", "link.review"),
        ("Reader A", "link.refused"),
    ]


def test_a_machine_never_overrules_a_human(network: _Network) -> None:
    network.arrives("1.1", HERE)
    network.arrives("1.2", THERE)
    link_id, state = network.only_link()
    assert state is LinkState.AUTOMATIC
    network.links.decide(link_id, Decision.REFUSE, actor="Reader A", at=NOW)
    assert network.arrives("1.3", THERE) == ({THERE}, {THERE})
    network.links.undo(link_id, actor="Reader A", at=NOW)
    assert network.arrives("1.4", THERE) == ({THERE}, {HERE, THERE}), "a human is to decide"


def test_a_correction_withdraws_a_link_and_brings_it_back(network: _Network) -> None:
    network.arrives("1.1", HERE)
    network.arrives("1.2", THERE)
    other = replace(DETAILS, birth_date="19880808", telephone="0311112222")
    corrected = network.arrives("1.2", THERE, other, "=鈴木^花子=すずき^はなこ")
    assert corrected == ({THERE}, {THERE})
    assert network.only_link()[1] is LinkState.WITHDRAWN
    with Session(network.engine) as session:
        born = session.query(PatientBlockRecord).filter_by(patient_id="77", block="born 19500203")
        assert born.count() == 0
    assert network.arrives("1.2", THERE)[0] == {HERE, THERE}


def test_what_a_later_study_leaves_out_stays_known(network: _Network) -> None:
    network.arrives("1.1", HERE)
    network.arrives("1.2", THERE)
    assert network.arrives("1.3", THERE, PatientDetails(), "")[0] == {HERE, THERE}


def test_known_twins_are_left_to_a_human(network: _Network) -> None:
    network.arrives("1.1", HERE)
    twin = _key("Hospital", "2")
    network.arrives("1.2", twin, name="=高橋^三郎=たかはし^さぶろう")
    sure, possible = network.arrives("1.3", THERE)
    assert sure == {THERE}
    assert possible == {HERE, THERE, twin}


def test_a_link_is_not_passed_on_to_a_third(network: _Network) -> None:
    third = _key("Third Hospital", "9")
    network.arrives("1.1", HERE)
    network.arrives("1.2", THERE)
    sure, _ = network.arrives("1.3", third, replace(NO_PHONE, other_ids=(THERE,)))
    assert sure == {THERE, third}


def test_nobody_and_unknown_studies_have_no_keys(network: _Network) -> None:
    linker = patient_linker(network.engine, lambda: NOW)
    add_study(network.engine, "1.1", patient=_key("Hospital", ""))
    assert linker.link(_study("1.1", _key("Hospital", ""))).patients == ()
    assert linker.link(_study("9.9", HERE)).keys_to_prefetch == ()
