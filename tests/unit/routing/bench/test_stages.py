"""Every second belongs to one stage: the innermost that was under way."""

from routing.bench.stages import Stage, StageClocks
from routing.pipeline.metering import Meter, Spent
from routing.pipeline.sharing import SharedAmount


class Hands:
    """Clocks that go on when told."""

    def __init__(self) -> None:
        self.wall = 100.0

    def clocks(self) -> StageClocks:
        return StageClocks(
            Meter(
                wall_seconds=lambda: self.wall,
                cpu_seconds=SharedAmount(lambda: 2 * self.wall),
                device="cpu",
            )
        )


def test_a_stage_inside_another_takes_its_seconds_from_it() -> None:
    hands = Hands()
    clocks = hands.clocks()
    with clocks.study() as stages:
        hands.wall += 1
        with clocks.stage(Stage.COMPARE):
            hands.wall += 2
            with clocks.stage(Stage.DECODE):
                hands.wall += 4
            hands.wall += 8
    assert stages == {
        Stage.OTHER: Spent(wall_seconds=1, cpu_seconds=2),
        Stage.COMPARE: Spent(wall_seconds=10, cpu_seconds=20),
        Stage.DECODE: Spent(wall_seconds=4, cpu_seconds=8),
    }


def test_every_network_of_a_study_counts_as_network() -> None:
    hands = Hands()
    clocks = hands.clocks()
    clocks.begin(Stage.NETWORK)  # of no study: nobody's
    clocks.end()
    with clocks.study() as stages:
        for stage in (Stage.CANDIDATES, Stage.MEASURE):
            with clocks.stage(stage):
                clocks.begin(Stage.NETWORK)
                hands.wall += 3
                clocks.end()
    assert stages[Stage.NETWORK].wall_seconds == 6
    assert stages.get(Stage.MEASURE, Spent()).wall_seconds == 0
