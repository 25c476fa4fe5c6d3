"""Priors come whole, checked and once; whatever an archive fails to do is told in time."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset

from routing.intake.spool import Spool
from routing.pipeline.study import StudyInput
from routing.priors.archives import DicomWebArchive
from routing.priors.fetching import PriorFetcher
from routing.priors.relevance import load_relevance_rules
from tests.support.instances import encoded, instance
from tests.support.intake import Intake
from tests.support.web_archive import WebArchive, running_archive
from wetread.domain.priors import PriorFetch
from wetread.domain.studies import PatientKey, StudyState
from wetread.domain.uids import derive_uid
from wetread.settings import PriorSettings

PATIENT = PatientKey(issuer="Invented Hospital", patient_id="T-0001")
PRIOR = derive_uid("prior")
IMAGES = 24


def prior_images(study: str = "prior", **attributes: Any) -> list[Dataset]:
    return [instance(number, study=study, **attributes) for number in range(IMAGES)]


class Reader:
    """Everything around a fetcher: records, spool, archives."""

    def __init__(self, folder: Path) -> None:
        self.intake = Intake(folder)
        self.spool = Spool(folder / "spool", 0, inbox="fetched")
        self.study = StudyInput(
            study_instance_uid=derive_uid("current"),
            patient_key=PATIENT,
            study_date=date(2026, 1, 2),
            instances=(),
        )

    def fetch(
        self, *archives: WebArchive, keys: tuple[PatientKey, ...] = (PATIENT,), **settings: Any
    ) -> PriorFetch:
        return self.fetcher(*archives, **settings).fetch_priors(self.study, keys)

    def fetcher(self, *archives: WebArchive, **settings: Any) -> PriorFetcher:
        limits = PriorSettings(**{"wait_seconds": 10, **settings})
        return PriorFetcher(
            [
                DicomWebArchive(one.settings(name=f"a{n}"), maximum_bytes=limits.maximum_bytes)
                for n, one in enumerate(archives)
            ],
            spool=self.spool,
            catalog=self.intake.catalog,
            rules=load_relevance_rules(),
            settings=limits,
            clock=self.intake.clock,
        )

    def assert_nothing_kept(self) -> None:
        assert self.intake.catalog.study(PRIOR) is None
        assert self.intake.statuses() == {}
        assert self.spool.waiting() == ()


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


@pytest.fixture
def archive() -> Iterator[WebArchive]:
    with running_archive(WebArchive(datasets=prior_images())) as running:
        yield running


def test_a_prior_is_here_whole_and_marked_as_fetched(reader: Reader, archive: WebArchive) -> None:
    assert reader.fetch(archive) == PriorFetch(fetched=(PRIOR,))

    study = reader.intake.catalog.study(PRIOR)
    assert study is not None
    assert (study.state, study.fetched_from) == (StudyState.FETCHED, "a0")
    assert study.patient_key == PATIENT
    instances = reader.intake.catalog.instances_of(PRIOR)
    assert len(instances) == IMAGES
    assert all(one.path.is_file() for one in instances)
    assert reader.spool.waiting() == ()
    assert reader.intake.audited() == ["study.fetch"]
    assert reader.intake.catalog.receiving_studies() == ()
    assert reader.intake.catalog.complete_studies() == ()


def test_a_prior_that_is_here_is_not_fetched_again(reader: Reader, archive: WebArchive) -> None:
    reader.fetch(archive)
    assert reader.fetch(archive) == PriorFetch()
    assert archive.fetches == 1


def test_two_studies_that_want_the_same_prior_fetch_it_once(
    reader: Reader, archive: WebArchive
) -> None:
    fetcher = reader.fetcher(archive)
    both = [
        threading.Thread(target=fetcher.fetch_priors, args=(reader.study, (PATIENT,)))
        for _ in range(2)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert archive.fetches == 1
    assert len(reader.intake.catalog.instances_of(PRIOR)) == IMAGES


def test_only_the_issuer_of_the_key_is_asked(reader: Reader, archive: WebArchive) -> None:
    other = replace(PATIENT, issuer="Another Hospital")
    assert reader.fetch(archive, keys=(other,)) == PriorFetch()
    assert reader.fetch(archive, keys=()) == PriorFetch()
    assert archive.requests == []


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (prior_images(PatientID="T-0002"), "another patient"),
        (prior_images(IssuerOfPatientID="Another Hospital"), "another patient"),
        ([*prior_images()[:3], instance(9, study="elsewhere")], "another study"),
        (prior_images(SeriesInstanceUID="1.2.3"), "series not asked for"),
        (prior_images(SOPInstanceUID="../../etc/passwd"), "not a UID"),
        ([], "no images"),
    ],
)
def test_what_was_not_asked_for_is_refused_whole(
    reader: Reader, archive: WebArchive, sent: list[Dataset], reason: str
) -> None:
    archive.sent_instead = sent
    fetch = reader.fetch(archive)
    assert fetch.fetched == ()
    assert len(fetch.problems) == 1
    assert reason in fetch.problems[0]
    assert PATIENT.patient_id not in fetch.problems[0]
    reader.assert_nothing_kept()


def test_an_archive_that_answers_with_another_patient_is_not_believed(
    reader: Reader, archive: WebArchive
) -> None:
    archive.datasets = prior_images(PatientID="T-0002")
    fetch = reader.fetch(archive)
    assert "another patient" in fetch.problems[0]
    assert archive.fetches == 0


@pytest.mark.parametrize("cut", [0, 100, 3000])
def test_an_archive_killed_while_it_sends_leaves_nothing_behind(
    reader: Reader, archive: WebArchive, cut: int
) -> None:
    archive.cut_after_bytes = cut
    fetch = reader.fetch(archive)
    assert fetch.fetched == ()
    assert fetch.problems == ("prior archive a0 did not send a prior",)
    reader.assert_nothing_kept()

    archive.cut_after_bytes = None
    assert reader.fetch(archive) == PriorFetch(fetched=(PRIOR,))


def test_garbage_is_told(reader: Reader, archive: WebArchive) -> None:
    archive.garbage = True
    assert reader.fetch(archive).problems == ("prior archive a0 did not answer",)


def test_an_archive_that_did_not_answer_rests_a_while(reader: Reader, archive: WebArchive) -> None:
    fetcher = reader.fetcher(archive, rest_seconds=60)
    archive.garbage = True
    fetcher.fetch_priors(reader.study, (PATIENT,))
    archive.garbage = False
    asked = len(archive.requests)

    reader.intake.clock.advance(59)
    rested = fetcher.fetch_priors(reader.study, (PATIENT,))
    assert rested.problems == ("prior archive a0 did not answer",)
    assert len(archive.requests) == asked

    reader.intake.clock.advance(1)
    assert fetcher.fetch_priors(reader.study, (PATIENT,)) == PriorFetch(fetched=(PRIOR,))


def test_a_prior_of_fewer_images_than_announced_is_kept_and_told(
    reader: Reader, archive: WebArchive
) -> None:
    archive.sent_instead = prior_images()[2:]
    fetch = reader.fetch(archive)
    assert fetch.fetched == (PRIOR,)
    assert fetch.problems == ("prior archive a0 sent a prior without 2 of its images",)


@pytest.mark.parametrize("limit", [{"maximum_bytes": 2000}, {"maximum_instances": 5}])
def test_a_prior_beyond_the_limits_is_not_kept(
    reader: Reader, archive: WebArchive, limit: dict[str, int]
) -> None:
    fetch = reader.fetch(archive, **limit)
    assert fetch.fetched == ()
    assert len(fetch.problems) == 1
    reader.assert_nothing_kept()


def test_a_slow_archive_holds_the_study_no_longer_than_allowed(
    reader: Reader, archive: WebArchive
) -> None:
    go_on = threading.Event()
    archive.hangs_on_images = go_on
    started = time.monotonic()
    fetch = reader.fetch(archive, wait_seconds=0.8)
    assert time.monotonic() - started < 3
    assert fetch.problems == ("prior archive a0 did not send a prior",)
    go_on.set()


def test_an_archive_that_hangs_does_not_keep_another_from_answering(
    reader: Reader, archive: WebArchive
) -> None:
    with ExitStack() as stack:
        silent = WebArchive(port=_silent_port(stack))
        fetch = reader.fetch(silent, archive)
    assert fetch.fetched == (PRIOR,)
    assert fetch.problems == ("prior archive a0 did not answer",)


def test_only_the_best_are_fetched(reader: Reader, archive: WebArchive) -> None:
    for year in (2022, 2023, 2024):
        archive.datasets += prior_images(f"of {year}", StudyDate=f"{year}0101")
    fetch = reader.fetch(archive, maximum_priors=2)
    assert set(fetch.fetched) == {PRIOR, derive_uid("of 2024")}


def test_what_a_killed_process_left_is_cleared(reader: Reader, archive: WebArchive) -> None:
    archive.cut_after_bytes = 3000
    left = reader.spool.inbox_path("0" * 64)
    left.write_bytes(b"half a prior")
    fetcher = reader.fetcher(archive)
    fetcher.clean_up()
    assert not left.exists()


def test_a_fetched_prior_that_is_sent_later_is_to_be_read(
    reader: Reader, archive: WebArchive
) -> None:
    reader.fetch(archive)
    reader.intake.receive(encoded(prior_images()[0]))
    reader.intake.index()

    (study,) = reader.intake.catalog.receiving_studies()
    assert study.study_instance_uid == PRIOR
    completed = reader.intake.catalog.complete_study(PRIOR)
    assert completed is not None
    assert completed.revision == 0
    assert reader.intake.audited()[1:] == ["study.reopen", "study.complete"]


def test_a_study_that_was_sent_is_not_overwritten(reader: Reader, archive: WebArchive) -> None:
    for dataset in prior_images()[:2]:
        reader.intake.receive(dataset)
    reader.intake.index()
    assert reader.fetch(archive) == PriorFetch()
    assert len(reader.intake.catalog.instances_of(PRIOR)) == 2


def _silent_port(stack: ExitStack) -> int:
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    port: int = listener.getsockname()[1]
    return port
