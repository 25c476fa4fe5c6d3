"""Priors are fetched while the study still arrives."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from routing.identity.linking import same_patient
from routing.intake.spool import Spool
from routing.pipeline.recorded_studies import RecordedStudies
from routing.priors.archives import DicomWebArchive
from routing.priors.fetching import PriorFetcher
from routing.priors.prefetching import PriorPrefetcher
from routing.priors.relevance import load_relevance_rules
from routing.records.findings import FindingsRecords
from routing.records.tracks import TrackRecords
from routing.selection.rule_files import load_rules
from tests.support.ball_service import wait_until
from tests.support.instances import instance
from tests.support.intake import SITE, Intake
from tests.support.web_archive import WebArchive, running_archive
from wetread.domain.studies import StudyState
from wetread.domain.uids import derive_uid
from wetread.settings import PriorSettings

IMAGES = 24


@pytest.fixture
def archive() -> Iterator[WebArchive]:
    prior = [instance(number, study="prior", StudyDate="20240101") for number in range(IMAGES)]
    with running_archive(WebArchive(datasets=prior)) as running:
        yield running


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    return Intake(tmp_path)


def prefetching(intake: Intake, *archives: WebArchive) -> PriorPrefetcher:
    fetcher = PriorFetcher(
        [DicomWebArchive(one.settings(issuers=[SITE]), maximum_bytes=10**8) for one in archives],
        spool=Spool(intake.spool.root, 0, inbox="fetched"),
        catalog=intake.catalog,
        rules=load_relevance_rules(),
        settings=PriorSettings(),
        clock=intake.clock,
    )
    studies = RecordedStudies(
        intake.catalog,
        FindingsRecords(intake.engine),
        TrackRecords(intake.engine, intake.clock, same_patient),
        load_rules(),
    )
    return PriorPrefetcher(fetcher, intake.catalog, studies.open)


def test_the_first_image_of_a_study_is_enough(intake: Intake, archive: WebArchive) -> None:
    intake.receive(instance(0, study="current"))
    intake.index()
    prefetcher = prefetching(intake, archive)
    prefetcher.start()
    try:
        wait_until(lambda: intake.catalog.study(derive_uid("prior")) is not None, 20)
    finally:
        prefetcher.stop()
    current = intake.catalog.study(derive_uid("current"))
    assert current is not None
    assert current.state is StudyState.RECEIVING
    assert len(intake.catalog.instances_of(derive_uid("prior"))) == IMAGES
    assert archive.fetches == 1


def test_nobody_is_asked_where_there_is_no_archive(intake: Intake) -> None:
    left = intake.spool.root / "fetched" / f"{'0' * 64}.dcm"
    prefetcher = prefetching(intake)
    left.write_bytes(b"half a prior")
    prefetcher.start()
    prefetcher.stop()
    assert not left.exists()
