"""Fetch priors while the images of a study still arrive, so that its analysis need not wait."""

import threading
from collections.abc import Callable
from typing import Final

import structlog

from routing.identity.linking import link_patient
from routing.pipeline.study import StudyInput
from routing.priors.fetching import PriorFetcher
from routing.records.catalog import StudyCatalog

_POLL_SECONDS: Final = 1.0

_log = structlog.get_logger(__name__)


class PriorPrefetcher:
    """One thread that fetches the priors of each study once, as soon as it begins to arrive.

    What fails here is tried again, and told, by the study's own step; that step waits for a prior
    that is being fetched, and finds one that was.
    """

    def __init__(
        self,
        fetcher: PriorFetcher,
        catalog: StudyCatalog,
        open_study: Callable[[str, int], StudyInput],
    ) -> None:
        self._fetcher = fetcher
        self._catalog = catalog
        self._open_study = open_study
        self._asked: set[str] = set()
        self._stopping = threading.Event()
        # Not waited for at the end: an archive that hangs would hold the process.
        self._thread = threading.Thread(target=self._run, name="prefetch", daemon=True)

    def start(self) -> None:
        """Forget what an earlier process had begun to fetch, and begin."""
        self._fetcher.clean_up()
        if self._fetcher.has_archives:
            self._thread.start()

    def stop(self) -> None:
        """Begin no further study."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(_POLL_SECONDS):
            try:
                self._fetch_new()
            except Exception as error:  # noqa: BLE001 - the study's own step will tell
                _log.warning("Priors cannot be fetched ahead now", error=type(error).__name__)

    def _fetch_new(self) -> None:
        receiving = self._catalog.receiving_studies()
        self._asked.intersection_update(one.study_instance_uid for one in receiving)
        for study in receiving:
            patient = link_patient(study.patient_key)
            if study.study_instance_uid in self._asked or patient is None:
                continue
            self._asked.add(study.study_instance_uid)
            self._fetcher.fetch_priors(
                self._open_study(study.study_instance_uid, study.revision), (patient,)
            )
            if self._stopping.is_set():
                return
