"""The figures of every model at every site, from what readers said."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.records.quality import QualityRecords
from wetread.domain.drift import DriftPolicy, ModelAtSite, Quality, assess_quality
from wetread.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuality:
    """One model at one site, and its figures."""

    model: ModelAtSite
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """The figures of all models since a moment; drift is told from the first scan on."""

    since: datetime
    at: datetime
    models: tuple[ModelQuality, ...]


class QualityDesk:
    """Works the figures out anew whenever it is asked."""

    def __init__(self, records: QualityRecords, policy: DriftPolicy, clock: Clock) -> None:
        self._records = records
        self._policy = policy
        self._clock = clock

    def report(self, days: int) -> QualityReport:
        """Return the figures of the last days, of models that analysed anything in them."""
        at = self._clock()
        since = at - timedelta(days=days)
        models = []
        for model, scans in self._records.judged_scans().items():
            quality = assess_quality(scans, self._policy, since=since)
            if quality is not None:
                models.append(ModelQuality(model=model, quality=quality))
        return QualityReport(since=since, at=at, models=tuple(models))
