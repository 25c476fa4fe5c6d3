"""Hand the results of a study to one destination, and say whether to try again."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog

from routing.records.results import Parcel, ResultRecords
from wetread.domain.errors import WetreadError
from wetread.ports import Clock, Destination


class DeliveryState(StrEnum):
    """How a parcel stands after an attempt."""

    ARRIVED = "arrived"
    WAITING = "waiting"  # worth another attempt
    STRANDED = "stranded"  # another attempt would end the same; kept until somebody asks for one


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """The state of a parcel, as a checkpoint keeps it."""

    state: DeliveryState


class DeliveryDesk:
    """Sends what a destination has not confirmed yet; nothing confirmed is sent again."""

    def __init__(
        self, destinations: Sequence[Destination], results: ResultRecords, clock: Clock
    ) -> None:
        self._destinations = {destination.name: destination for destination in destinations}
        self.results = results
        self._clock = clock

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all destinations."""
        return tuple(self._destinations)

    def send(self, parcel: Parcel) -> DeliveryReport:
        """Send the rest of a parcel once; every answer is recorded, an error too."""
        destination = self._destinations.get(parcel.destination)
        if destination is None:
            return DeliveryReport(state=DeliveryState.STRANDED)
        paths = self.results.unconfirmed(parcel)
        if paths:
            try:
                receipts = destination.send(paths)
            except Exception as error:  # noqa: BLE001 - one destination must not stop the others
                return DeliveryReport(state=self._not_sent(parcel, error))
            self.results.note_receipts(parcel, receipts, at=self._clock())
        if self.results.unconfirmed(parcel):
            return DeliveryReport(state=DeliveryState.WAITING)
        self.results.conclude_delivery(parcel)
        return DeliveryReport(state=DeliveryState.ARRIVED)

    def _not_sent(self, parcel: Parcel, error: Exception) -> DeliveryState:
        ours = isinstance(error, WetreadError)
        detail = str(error) if ours else type(error).__name__
        self.results.note_no_answer(parcel, detail)
        structlog.get_logger(__name__).warning(
            "a destination did not confirm the results",
            destination=parcel.destination,
            study_instance_uid=parcel.study_instance_uid,
            error=type(error).__name__,
        )
        retryable = error.retryable if isinstance(error, WetreadError) else True
        return DeliveryState.WAITING if retryable else DeliveryState.STRANDED
