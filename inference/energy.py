"""The energy that a GPU uses: its own counter, else its power polled, else its rated power."""

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

import pynvml
import torch

from wetread.ports import EnergyClock

COUNTER: Final = "nvml_energy_counter"
POLLED: Final = "nvml_power_polling"
RATED: Final = "rated_power"
_POLL_SECONDS: Final = 0.1
# Thermal design power by the manufacturer's data sheets, W; the name begins like this.
_RATED_WATTS: Final = {
    "Tesla T4": 70.0,
    "NVIDIA L4": 72.0,
    "NVIDIA A10": 150.0,
    "NVIDIA A100-PCIE-40GB": 250.0,
    "NVIDIA H100 PCIe": 350.0,
    "NVIDIA H100 80GB HBM3": 700.0,
}


class GpuReadings(Protocol):
    """What a GPU tells of itself; each raises `pynvml.NVMLError` where it cannot."""

    def millijoules(self) -> int:
        """Return the energy used since the driver was loaded."""
        ...

    def milliwatts(self) -> int:
        """Return the power it draws now."""
        ...


class EnergyCounter:
    """The GPU's own counter; it is refreshed every 20 to 100 ms."""

    how_measured = COUNTER

    def __init__(self, readings: GpuReadings) -> None:
        self._readings = readings

    def joules(self) -> float:
        """Return the energy since the driver was loaded."""
        return self._readings.millijoules() / 1000


class PolledPower:
    """The sum of power over time, looked at ten times a second by a thread that ends with us."""

    how_measured = POLLED

    def __init__(self, readings: GpuReadings, seconds: Callable[[], float]) -> None:
        self._readings = readings
        self._seconds = seconds
        self._lock = threading.Lock()
        self._joules = 0.0
        self._at, self._milliwatts = seconds(), readings.milliwatts()

    def start(self) -> None:
        """Look on between the calls, too."""
        threading.Thread(target=self._poll, name="gpu power", daemon=True).start()

    def joules(self) -> float:
        """Return the energy since the construction; the mean of two looks counts between them."""
        with self._lock:
            at, milliwatts = self._seconds(), self._readings.milliwatts()
            self._joules += (at - self._at) * (milliwatts + self._milliwatts) / 2000
            self._at, self._milliwatts = at, milliwatts
            return self._joules

    def _poll(self) -> None:
        while True:
            time.sleep(_POLL_SECONDS)
            try:
                self.joules()
            except pynvml.NVMLError:
                return  # whoever asks next is told


class RatedPower:
    """The power that the GPU is built for, as if it always drew it: an upper bound."""

    how_measured = RATED

    def __init__(self, watts: float, seconds: Callable[[], float]) -> None:
        self._watts = watts
        self._seconds = seconds

    def joules(self) -> float:
        """Return the energy since some moment."""
        return self._watts * self._seconds()


def best_clock(
    readings: GpuReadings | None, gpu_name: str, seconds: Callable[[], float] = time.perf_counter
) -> EnergyClock | None:
    """Return the best way that works; None where nothing is known of the GPU."""
    if readings is not None:
        try:
            readings.millijoules()
        except pynvml.NVMLError:
            pass  # before Volta, and some virtual GPUs
        else:
            return EnergyCounter(readings)
        try:
            polled = PolledPower(readings, seconds)
        except pynvml.NVMLError:
            pass
        else:
            polled.start()
            return polled
    fitting = [name for name in _RATED_WATTS if f"{gpu_name} ".startswith(f"{name} ")]
    return RatedPower(_RATED_WATTS[max(fitting, key=len)], seconds) if fitting else None


def open_energy_clock(device: torch.device) -> EnergyClock | None:
    """Return what measures the energy of a device; None on a processor or without a driver."""
    if device.type != "cuda":
        return None
    properties = torch.cuda.get_device_properties(device)
    return best_clock(open_readings(f"GPU-{properties.uuid}"), properties.name)


def open_readings(uuid: str) -> GpuReadings | None:
    """Return the readings of a GPU; None where NVML is not there or does not know it.

    By UUID: the numbers of NVML are not those of CUDA, which can be told to hide devices.
    """
    try:
        pynvml.nvmlInit()
        return _NvmlReadings(pynvml.nvmlDeviceGetHandleByUUID(uuid))
    except pynvml.NVMLError:
        return None


class _NvmlReadings:
    def __init__(self, handle: object) -> None:
        self._handle = handle

    def millijoules(self) -> int:
        return int(pynvml.nvmlDeviceGetTotalEnergyConsumption(self._handle))

    def milliwatts(self) -> int:
        return int(pynvml.nvmlDeviceGetPowerUsage(self._handle))
