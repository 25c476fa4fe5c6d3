"""Ask the archives for the priors of a study and fetch the best that are not here."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import structlog

from routing.intake.spool import Spool
from routing.pipeline.study import StudyInput
from routing.priors.deadline import Deadline, do_within
from routing.priors.descriptions import describe_study
from routing.priors.keeping import FetchLimits, PriorKeeper, wanted_prior
from routing.priors.relevance import RelevanceRules, rank_priors
from routing.records.catalog import StudyCatalog
from wetread.domain.errors import ArchiveError, PriorRefused, WetreadError
from wetread.domain.priors import DescribedSeries, DescribedStudy, PriorFetch, RankedPrior
from wetread.domain.studies import PatientKey
from wetread.ports import Clock, PriorArchive, ReceivedInstance
from wetread.settings import PriorSettings

_FINDING_SHARE: Final = 0.5  # of the time: a slow archive must not take that of fetching
_THREAD: Final = "priors"

_log = structlog.get_logger(__name__)


class _Place(NamedTuple):
    archive: PriorArchive
    patient: PatientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What the archives answered: each study, and who has it."""

    studies: tuple[DescribedStudy, ...]
    places: Mapping[str, _Place]  # by study instance UID
    problems: tuple[str, ...]


class _Came(NamedTuple):
    """What came of fetching one prior."""

    is_new: bool  # False: it has come some other way meanwhile
    missing: int  # images that the archive had announced


class PriorFetcher:
    """Fetches priors from all archives that know one of the patient's keys.

    Nothing that an archive does or fails to do is an error here: it is told as a problem, so that a
    prior that may be missing is never taken for none. Asking again is harmless: what is here is not
    fetched again.
    """

    def __init__(
        self,
        archives: Sequence[PriorArchive],
        *,
        spool: Spool,
        catalog: StudyCatalog,
        rules: RelevanceRules,
        settings: PriorSettings,
        clock: Clock,
    ) -> None:
        self._archives = tuple(archives)
        self._spool = spool
        self._catalog = catalog
        self._rules = rules
        self._settings = settings
        self._clock = clock
        self._limits = FetchLimits(
            instances=settings.maximum_instances, bytes=settings.maximum_bytes
        )
        self._asked_again_at: dict[str, datetime] = {}  # archives that did not answer
        self._under_way: dict[str, str] = {}  # which study is fetched from which archive
        self._changed = threading.Condition()

    @property
    def has_archives(self) -> bool:
        """Tell whether there is anybody to ask."""
        return bool(self._archives)

    def clean_up(self) -> None:
        """Remove what a killed process had begun to fetch; before anything is fetched."""
        for content_sha256 in self._spool.waiting():
            self._spool.release(content_sha256)

    def fetch_priors(self, study: StudyInput, patients: Sequence[PatientKey]) -> PriorFetch:
        """Fetch the best priors of these keys; return within the seconds of the settings."""
        deadline = Deadline(self._settings.wait_seconds)
        asked = [
            _Place(archive, patient)
            for archive in self._archives
            for patient in dict.fromkeys(patients)
            if patient.issuer in archive.issuers
        ]
        if not asked:
            return PriorFetch()
        current = describe_study(
            study.study_instance_uid, study.patient_key, study.study_date, study.instances
        )
        search = self._search(asked, current, deadline)
        ranking = rank_priors(current, search.studies, self._rules)
        best = ranking.relevant[: self._settings.maximum_priors]
        missing = [one for one in best if not self._is_here(one)]
        outcomes = do_within(
            deadline.remaining_seconds,
            {
                one.study.study_instance_uid: self._fetching(
                    one, search.places[one.study.study_instance_uid], deadline
                )
                for one in missing
            },
            named=_THREAD,
        )
        fetched, problems = [], list(search.problems)
        for one in missing:
            uid = one.study.study_instance_uid
            outcome = outcomes.get(uid)
            name = search.places[uid].archive.name
            if not isinstance(outcome, _Came):
                problems.append(_problem(name, outcome, "did not send a prior"))
            elif outcome.is_new:
                fetched.append(uid)
                if outcome.missing:
                    what = f"sent a prior without {outcome.missing} of its images"
                    problems.append(_problem(name, None, what))
        _log.info(
            "The archives were asked for priors",
            study_instance_uid=study.study_instance_uid,
            found=len(search.studies),
            relevant=[(one.study.study_instance_uid, one.reasons) for one in best],
            fetched=fetched,
            problems=problems,
        )
        return PriorFetch(fetched=tuple(fetched), problems=tuple(dict.fromkeys(problems)))

    def _search(
        self, asked: Sequence[_Place], current: DescribedStudy, deadline: Deadline
    ) -> _Search:
        begin = self._clock()
        answers = do_within(
            deadline.remaining_seconds * _FINDING_SHARE,
            {
                place: self._finding(place, current)
                for place in asked
                if not self._rests(place.archive, begin)
            },
            named=_THREAD,
        )
        places: dict[str, _Place] = {}
        studies, problems = [], []
        for place in asked:
            answer = answers.get(place)
            if answer is None or isinstance(answer, Exception):
                problems.append(_problem(place.archive.name, answer, "did not answer"))
                # Each study would wait for it in vain; a refusal for one patient is no silence.
                if not isinstance(answer, PriorRefused) and not self._rests(place.archive, begin):
                    self._asked_again_at[place.archive.name] = self._clock() + self._settings.rest
                continue
            self._asked_again_at.pop(place.archive.name, None)
            for study in answer:
                if study.study_instance_uid not in places:
                    places[study.study_instance_uid] = place
                    studies.append(study)
        return _Search(studies=tuple(studies), places=places, problems=tuple(problems))

    def _rests(self, archive: PriorArchive, at: datetime) -> bool:
        """Tell whether an archive was silent so lately that it is not asked again yet."""
        until = self._asked_again_at.get(archive.name)
        return until is not None and at < until

    def _finding(
        self, place: _Place, current: DescribedStudy
    ) -> Callable[[], tuple[DescribedStudy, ...]]:
        return lambda: place.archive.find_studies(place.patient, until=current.study_date)

    def _is_here(self, prior: RankedPrior) -> bool:
        return self._catalog.study(prior.study.study_instance_uid) is not None

    def _fetching(
        self, prior: RankedPrior, place: _Place, deadline: Deadline
    ) -> Callable[[], _Came]:
        return lambda: self._fetch(prior, place, deadline)

    def _fetch(self, prior: RankedPrior, place: _Place, deadline: Deadline) -> _Came:
        uid, archive = prior.study.study_instance_uid, place.archive
        affordable = self._affordable(prior)
        series = [one.series_instance_uid for one in affordable]
        with self._turn(uid, archive, deadline):
            if self._is_here(prior):  # fetched for another study while this one waited
                return _Came(is_new=False, missing=0)
            keeper = PriorKeeper(
                wanted_prior(archive, place.patient, uid, series),
                spool=self._spool,
                catalog=self._catalog,
                limits=self._limits,
                clock=self._clock,
            )

            def keep(instance: ReceivedInstance) -> None:
                if not deadline.remaining_seconds:
                    raise ArchiveError(f"{archive.name} did not send a prior in time")
                keeper.keep(instance)

            try:
                archive.fetch_series(uid, series, keep)
                announced = sum(one.instances or 0 for one in affordable)
                return _Came(is_new=keeper.record(), missing=max(0, announced - keeper.images))
            finally:
                keeper.drop("its prior is not wanted any more")

    def _affordable(self, prior: RankedPrior) -> list[DescribedSeries]:
        """Return the best series that stay together below the limit of instances."""
        chosen: list[DescribedSeries] = []
        instances = 0
        for series in prior.wanted[: self._settings.maximum_series]:
            instances += series.instances or 0
            if instances <= self._limits.instances:
                chosen.append(series)
        if not chosen:
            raise PriorRefused("it has a prior of more images than one may have")
        return chosen

    @contextmanager
    def _turn(self, uid: str, archive: PriorArchive, deadline: Deadline) -> Iterator[None]:
        """Wait until nobody fetches this study and the archive is asked for few others."""

        def is_free() -> bool:
            busy = sum(name == archive.name for name in self._under_way.values())
            return uid not in self._under_way and busy < self._settings.concurrent_fetches

        with self._changed:
            if not self._changed.wait_for(is_free, deadline.remaining_seconds):
                raise ArchiveError(f"{archive.name} is busy with other priors")
            self._under_way[uid] = archive.name
        try:
            yield
        finally:
            with self._changed:
                del self._under_way[uid]
                self._changed.notify_all()


def _problem(archive: str, outcome: object, failing: str) -> str:
    """Return what a study says of an archive that gave less than it was asked for.

    Addresses and the like are for the log: results go to people outside.
    """
    if isinstance(outcome, Exception):
        ours = isinstance(outcome, WetreadError)
        _log.warning(
            "A prior archive failed",
            archive=archive,
            reason=str(outcome) if ours else type(outcome).__name__,
        )
    if isinstance(outcome, PriorRefused):
        return f"prior archive {archive} was refused: {outcome}"
    return f"prior archive {archive} {failing}"
