import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from sqlalchemy.exc import IntegrityError, OperationalError
from structlog.testing import capture_logs

from routing.records.studies import InstanceStatus
from tests.support.instances import encoded, instance
from tests.support.intake import SCANNER, SITE, Intake
from wetread.domain.studies import PatientKey, StudyState

STUDY = instance().StudyInstanceUID


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    return Intake(tmp_path)


def test_received_files_become_instances_of_their_study(intake: Intake) -> None:
    contents = [intake.receive(instance(number)) for number in range(3)]
    assert intake.indexer.indexed_until() < intake.clock.now

    intake.index()

    assert intake.waiting() == ()
    assert intake.statuses() == dict.fromkeys(contents, "stored")
    instances = intake.catalog.instances_of(STUDY)
    assert {one.sop_instance_uid for one in instances} == {
        instance(number).SOPInstanceUID for number in range(3)
    }
    assert all(one.path.is_absolute() and one.path.is_file() for one in instances)
    assert {one.transfer_syntax_uid for one in instances} == {ExplicitVRLittleEndian}
    study = intake.catalog.study(STUDY)
    assert study is not None
    assert study.patient_key == PatientKey(issuer=SITE, patient_id="T-0001")
    assert (study.sending_ae, study.site) == (SCANNER, SITE)
    assert study.state is StudyState.RECEIVING
    assert study.stored_instances == 3


def test_the_issuer_of_the_header_wins_over_the_site(intake: Intake) -> None:
    intake.receive(instance(IssuerOfPatientID="Other"))
    intake.receive(instance(study="elsewhere"), source_ae_title="STRANGER")
    intake.index()

    named = intake.catalog.study(STUDY)
    unnamed = intake.catalog.study(instance(study="elsewhere").StudyInstanceUID)
    assert named is not None
    assert named.patient_key.issuer == "Other"
    assert unnamed is not None
    assert unnamed.patient_key.issuer == ""


def test_what_a_former_run_left_in_the_inbox_is_indexed_at_start(intake: Intake) -> None:
    content = intake.receive(instance())
    intake.indexer = intake.new_indexer()  # the process ended before it was indexed

    intake.index()

    assert intake.statuses() == {content: "stored"}
    received_at = intake.instance_record(content).received_at
    assert abs((datetime.now(UTC) - received_at).total_seconds()) < 60, "the time of the file"


def test_content_that_comes_again_is_kept_once(intake: Intake) -> None:
    content = intake.receive(instance())
    intake.index()
    intake.catalog.complete_study(STUDY)
    first = intake.spool.object_path(content).stat().st_ino

    assert intake.receive(instance()) == content
    intake.index()

    assert intake.waiting() == ()
    assert intake.spool.object_path(content).stat().st_ino == first
    assert intake.statuses() == {content: "stored"}
    study = intake.catalog.study(STUDY)
    assert study is not None
    assert study.state is StudyState.COMPLETE, "there is nothing new to analyse"


def test_a_crash_after_the_commit_changes_nothing(intake: Intake) -> None:
    content = intake.receive(instance())
    with patch.object(intake.spool, "release"):
        intake.index()
    assert intake.waiting() == (content,)

    intake.index()

    assert intake.waiting() == ()
    assert intake.statuses() == {content: "stored"}
    assert intake.audited() == []


def test_a_crash_before_the_commit_changes_nothing(intake: Intake) -> None:
    content = intake.receive(instance())
    intake.spool.keep(content)

    intake.index()

    assert intake.waiting() == ()
    assert intake.statuses() == {content: "stored"}


def test_unusable_files_are_set_aside_with_the_reason(intake: Intake) -> None:
    hostile = intake.receive(instance(0, StudyInstanceUID="../../../etc/passwd"))
    cut = intake.receive(encoded(instance(1))[:-10])
    garbage = intake.receive(b"\0\1\2\3 this is no dataset")
    good = intake.receive(instance(2))

    intake.index()

    assert intake.statuses() == {
        hostile: "quarantined",
        cut: "quarantined",
        garbage: "quarantined",
        good: "stored",
    }
    assert "Study Instance UID" in intake.instance_record(hostile).detail
    assert "too early" in intake.instance_record(cut).detail
    assert intake.audited() == ["instance.quarantined"] * 3
    for content in (hostile, cut, garbage):
        kept = intake.spool.root / intake.instance_record(content).relative_path
        assert kept.is_file(), "the original is kept"
        assert kept == intake.spool.object_path(content), "under a name of ours"
    assert len(intake.catalog.instances_of(STUDY)) == 1


def test_a_whole_image_follows_a_cut_off_one(intake: Intake) -> None:
    intake.receive(encoded(instance())[:-10])
    whole = intake.receive(instance())

    intake.index()

    assert intake.statuses()[whole] == "stored"


@pytest.mark.parametrize("together", [True, False])
def test_other_content_under_the_same_uid_is_kept_apart(intake: Intake, *, together: bool) -> None:
    first = intake.receive(instance(PatientName="TEST^FIRST"))
    if not together:
        intake.index()
    second = intake.receive(instance(PatientName="TEST^SECOND"))

    with capture_logs() as logs:
        intake.index()

    assert [one["status"] for one in logs] == ["conflicting"]
    assert "TEST" not in str(logs), "no patient in the log"

    assert intake.statuses() == {first: "stored", second: "conflicting"}
    assert intake.audited() == ["instance.conflicting"]
    (stored,) = intake.catalog.instances_of(STUDY)
    assert stored.path == intake.spool.object_path(first)
    assert intake.spool.object_path(second).is_file()


@pytest.mark.parametrize("together", [True, False])
def test_the_same_instance_in_another_encoding_counts_once(
    intake: Intake, *, together: bool
) -> None:
    first = intake.receive(instance())
    if not together:
        intake.index()
    again = intake.receive(instance(), ImplicitVRLittleEndian)
    assert again != first

    intake.index()

    assert intake.statuses() == {first: "stored"}
    assert intake.waiting() == ()
    assert not intake.spool.object_path(again).exists()
    assert intake.audited() == []


def test_nothing_is_lost_while_the_database_is_away(intake: Intake) -> None:
    content = intake.receive(instance())
    index = intake.catalog.index
    failures: Iterator[Exception] = iter([OperationalError("", None, Exception()), OSError()])

    def failing(entries: list[object]) -> None:
        for failure in failures:
            raise failure
        index(entries)

    with (
        patch.object(intake.catalog, "index", failing),
        patch("routing.intake.indexer._RETRY_SECONDS", 0.01),
    ):
        intake.indexer.start()
        _wait_until_indexed(intake)
        intake.indexer.stop()

    assert intake.statuses() == {content: "stored"}


def test_one_file_that_cannot_be_recorded_does_not_stop_the_others(intake: Intake) -> None:
    bad = intake.receive(instance(0))
    good = intake.receive(instance(1))
    index = intake.catalog.index

    def picky(entries: list[object]) -> None:
        if any(entry.content_sha256 == bad for entry in entries):
            raise ValueError("TEST^INVENTED cannot be recorded")
        index(entries)

    with patch.object(intake.catalog, "index", picky), capture_logs() as logs:
        intake.index()

    assert intake.statuses() == {good: "stored"}
    assert logs[-1]["content_sha256"] == bad
    assert "INVENTED" not in str(logs), "no patient in the log"
    assert intake.waiting() == (bad,), "it is tried again at the next start"
    intake.index()
    assert intake.statuses() == {good: "stored", bad: "stored"}


def test_another_receiver_that_was_faster_is_noticed(intake: Intake) -> None:
    content = intake.receive(instance())
    index = intake.catalog.index

    def beaten(entries: list[object]) -> None:
        index(entries)  # the other receiver records it
        raise IntegrityError("", None, Exception())

    with patch.object(intake.catalog, "index", beaten):
        intake.index()

    assert intake.statuses() == {content: InstanceStatus.STORED}
    assert intake.waiting() == ()


def test_more_files_than_a_batch_holds(intake: Intake) -> None:
    for number in range(130):
        intake.receive(instance(number))
    intake.index()

    study = intake.catalog.study(STUDY)
    assert study is not None
    assert study.stored_instances == 130


def test_tells_until_when_everything_is_indexed(intake: Intake) -> None:
    assert intake.indexer.indexed_until() == datetime.min.replace(tzinfo=UTC), "not started"
    intake.indexer.start()
    assert intake.indexer.indexed_until() == intake.clock.now
    received_at = intake.clock.now
    with patch.object(intake.catalog, "index", side_effect=OSError):
        intake.receive(instance())
        intake.clock.advance(60)
        intake.receive(instance(1))
        assert intake.indexer.indexed_until() == received_at
    _wait_until_indexed(intake)
    assert intake.indexer.indexed_until() == intake.clock.now
    intake.indexer.stop()


def _wait_until_indexed(intake: Intake) -> None:
    until = time.monotonic() + 20
    while intake.indexer.indexed_until() < intake.clock.now or intake.waiting():
        assert time.monotonic() < until, "it was never indexed"
        time.sleep(0.01)
