"""Runs a batch every few minutes."""

import threading

import structlog

from routing.reading.assignment.desk import AssignmentDesk, Round

_log = structlog.get_logger(__name__)


class AssignmentTimer:
    """One thread that assigns what waits, at start and then at each interval."""

    def __init__(self, desk: AssignmentDesk, *, interval_seconds: float) -> None:
        self._desk = desk
        self._interval_seconds = interval_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="assignment", daemon=True)

    def start(self) -> None:
        """Begin to assign."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """End after the batch in progress."""
        self._stopping.set()
        self._thread.join(timeout_seconds)

    def assign(self) -> Round | None:
        """Run one batch; None, and nothing done, where no reader is known."""
        if not self._desk.readers():
            return None
        made = self._desk.assign_waiting()
        if made.assignments or made.unassigned:
            _log.info(
                "Studies were given to readers",
                given=len(made.assignments),
                left_open=len(made.unassigned),
            )
        return made

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.assign()
            except Exception as error:  # noqa: BLE001 - the next batch may go well
                _log.error(
                    "Studies cannot be given to readers now; trying again",
                    error=type(error).__name__,
                )
            self._stopping.wait(self._interval_seconds)
