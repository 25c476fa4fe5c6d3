"""Which way to measure a GPU's energy is taken; the real library without a driver measures none."""

import itertools

import pynvml
import pytest
import torch

from inference.energy import (
    COUNTER,
    POLLED,
    RATED,
    PolledPower,
    best_clock,
    open_energy_clock,
    open_readings,
)


class _Readings:
    """A GPU that counts, or only tells its power, or neither."""

    def __init__(self, *, counts: bool, tells_power: bool) -> None:
        self._counts = counts
        self._tells_power = tells_power

    def millijoules(self) -> int:
        if not self._counts:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return 1_500

    def milliwatts(self) -> int:
        if not self._tells_power:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return 200_000


@pytest.mark.parametrize(
    ("counts", "tells_power", "how"),
    [(True, True, COUNTER), (False, True, POLLED), (False, False, RATED)],
)
def test_the_best_way_that_works_is_taken(counts: bool, tells_power: bool, how: str) -> None:
    clock = best_clock(_Readings(counts=counts, tells_power=tells_power), "Tesla T4")
    assert clock is not None
    assert clock.how_measured == how
    before = clock.joules()
    assert clock.joules() >= before
    if how == COUNTER:
        assert before == 1.5


def test_power_is_summed_over_time() -> None:
    ticks = itertools.count(10.0, 2.0)
    clock = PolledPower(_Readings(counts=False, tells_power=True), lambda: next(ticks))
    assert [clock.joules(), clock.joules()] == [400.0, 800.0]


@pytest.mark.parametrize(
    ("gpu_name", "watts"),
    [
        ("NVIDIA A10", 150.0),
        ("NVIDIA A100-PCIE-40GB", 250.0),
        ("NVIDIA A1000", None),
        ("Unknown", None),
    ],
)
def test_the_rated_power_is_that_of_the_whole_name(gpu_name: str, watts: float | None) -> None:
    clock = best_clock(None, gpu_name, lambda: 10.0)
    assert (None if clock is None else clock.joules()) == (None if watts is None else 10 * watts)


def test_no_energy_is_measured_on_a_processor() -> None:
    assert open_energy_clock(torch.device("cpu")) is None


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a driver")
def test_the_real_library_without_a_driver_measures_nothing() -> None:
    assert open_readings("GPU-00000000-0000-0000-0000-000000000000") is None
