"""Have a destination confirm in a second way what it said that it stored."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from routing.destinations.headers import read_outgoing
from routing.intake.headers import InstanceHeader
from wetread.domain.errors import DeliveryError
from wetread.ports import DeliveryReceipt, Destination


class AskDestination(Protocol):
    """Asks a destination which objects it has."""

    def __call__(self, headers: Sequence[InstanceHeader]) -> tuple[DeliveryReceipt, ...]:
        """Return one receipt each, in the same order; raise `DeliveryError` without an answer."""
        ...


class ConfirmedDestination:
    """A destination whose own word is not enough.

    With ``ask_before``, what it has already is not sent again: some archives take offence.
    """

    def __init__(
        self, destination: Destination, ask: AskDestination, *, ask_before: bool = False
    ) -> None:
        self._destination = destination
        self._ask = ask
        self._ask_before = ask_before

    @property
    def name(self) -> str:
        """The configured name."""
        return self._destination.name

    def send(self, paths: Sequence[Path]) -> tuple[DeliveryReceipt, ...]:
        """Send all objects; only those that are found there afterwards are confirmed.

        Raise `DeliveryError` where the destination takes nothing, or does not answer the question.
        """
        headers = {path: read_outgoing(path) for path in paths}
        known = self._known_before(list(headers.values())) if self._ask_before else {}
        missing = {
            path: header for path, header in headers.items() if header.sop_instance_uid not in known
        }
        if missing:
            said = self._destination.send(list(missing))
            found = self._ask(list(missing.values()))
            known |= {
                one.sop_instance_uid: _both(one, other)
                for one, other in zip(said, found, strict=True)
            }
        return tuple(known[header.sop_instance_uid] for header in headers.values())

    def _known_before(self, headers: Sequence[InstanceHeader]) -> dict[str, DeliveryReceipt]:
        if not headers:
            return {}
        try:
            found = self._ask(headers)
        except DeliveryError:
            return {}  # that it cannot be asked must not keep the results from it
        return {one.sop_instance_uid: one for one in found if one.confirmed}


def _both(said: DeliveryReceipt, found: DeliveryReceipt) -> DeliveryReceipt:
    if found.confirmed:
        return found
    return replace(found, detail=f"{said.detail}; {found.detail}")
