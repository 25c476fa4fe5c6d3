"""One energy clock for all studies that run at once."""

import structlog

from routing.pipeline.sharing import SharedAmount
from wetread.ports import EnergyClock


class SharedEnergy(SharedAmount):
    """Gives each step its part of the joules of a clock, None where the clock fails."""

    def __init__(self, clock: EnergyClock) -> None:
        super().__init__(self._joules)
        self._clock = clock

    @property
    def how_measured(self) -> str:
        """Return by what it is measured."""
        return self._clock.how_measured

    def _joules(self) -> float | None:
        try:
            return self._clock.joules()
        except Exception as error:  # noqa: BLE001 - a driver that fails must not stop an analysis
            structlog.get_logger(__name__).error(
                "the energy of the GPU cannot be read", error=type(error).__name__
            )
            return None
