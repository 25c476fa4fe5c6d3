"""Instances that an archive sends to the receiver because we asked it to (C-MOVE)."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

from routing.intake.headers import header_of_received
from wetread.domain.errors import WetreadError
from wetread.ports import KeepInstance, ReceivedInstance


class Claim(Enum):
    """What becomes of an instance that came to the receiver."""

    ORDINARY = auto()  # nobody asked for it: it is intake like any other
    KEPT = auto()  # whoever asked for it has it
    REFUSED = auto()  # asked for, and no longer or not like this wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expected:
    source_ae_title: str
    study_instance_uid: str
    keep: KeepInstance
    failures: list[Exception] = field(default_factory=list)


class ExpectedMoves:
    """What archives were asked to send; receivers ask it of every instance.

    Known by sender and study: not every archive tells that a C-STORE is part of a C-MOVE.
    ``callers`` are the AE titles by which we ask archives.
    """

    def __init__(self, callers: Collection[str] = ()) -> None:
        self.receiving = threading.Event()  # set while the receiver listens
        self._callers = frozenset(callers)
        self._expected: list[_Expected] = []
        self._lock = threading.Lock()

    @contextmanager
    def expecting(
        self, source_ae_title: str, study_instance_uid: str, keep: KeepInstance
    ) -> Iterator[list[Exception]]:
        """Give instances of a study to ``keep`` until the end of the block.

        Yields the list to which whatever it raises is added.
        """
        expected = _Expected(
            source_ae_title=source_ae_title, study_instance_uid=study_instance_uid, keep=keep
        )
        with self._lock:
            self._expected.append(expected)
        try:
            yield expected.failures
        finally:
            with self._lock:
                self._expected.remove(expected)

    def claim(self, instance: ReceivedInstance, *, move_originator: str) -> Claim:
        """Hand an instance to whoever expects it.

        ``move_originator``: who, says the sender, had it moved; empty where it says nothing. What
        we had moved is never ordinary: a prior that comes too late is no study to be read.
        """
        expected = self._expecting(instance)
        if expected is None:
            return Claim.REFUSED if move_originator in self._callers else Claim.ORDINARY
        if expected.failures:
            return Claim.REFUSED
        try:
            expected.keep(instance)
        except (WetreadError, OSError) as error:
            expected.failures.append(error)
            return Claim.REFUSED
        return Claim.KEPT

    def _expecting(self, instance: ReceivedInstance) -> _Expected | None:
        with self._lock:
            of_sender = [
                one for one in self._expected if one.source_ae_title == instance.source_ae_title
            ]
        if not of_sender:
            return None
        study_instance_uid = header_of_received(instance).study_instance_uid
        return next(
            (one for one in of_sender if one.study_instance_uid == study_instance_uid), None
        )
