"""What a process has used, as Linux tells."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

_BYTES_PER_KIB: Final = 1024
_USER_TICKS, _SYSTEM_TICKS = 11, 12  # proc(5): fields 14 and 15, counted after the name
_FORGET_PEAK: Final = "5"  # proc(5), clear_refs


def cpu_seconds(process: int) -> float:
    """Return the CPU time of a process, all threads, and of those that it started and that live."""
    return _ticks(process) / os.sysconf("SC_CLK_TCK")


def _ticks(process: int) -> int:
    folder = Path(f"/proc/{process}")
    fields = (folder / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    ticks = int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])
    for started in (folder / "task").glob("*/children"):
        with suppress(OSError):  # a thread or a child that has ended meanwhile
            ticks += sum(map(_ticks, map(int, started.read_text(encoding="utf-8").split())))
    return ticks


def peak_bytes(process: int) -> int | None:
    """Return the most memory that a process had at once; None where nobody tells."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * _BYTES_PER_KIB
    return None


def forget_peak(process: int) -> None:
    """Let the peak begin again with what the process has now, where the system allows it."""
    with suppress(OSError):
        Path(f"/proc/{process}/clear_refs").write_text(_FORGET_PEAK, encoding="utf-8")
