"""The generated patient of the demo: a prior and a current chest CT."""

from pathlib import Path

from rich.progress import Progress

from inference.phantom.studies import TimePoint, make_patient, write_phantom_study
from wetread.cli.language import Text

_SEED = 1
_GENERATING = Text("generating a chest", "胸部CTを生成中")


def generate_phantoms(folder: Path, bars: Progress) -> list[Path]:
    """Write both studies and return their folders, the prior first."""
    task = bars.add_task(str(_GENERATING), total=len(TimePoint))
    patient = make_patient(_SEED)
    written = []
    for time_point in TimePoint:
        written.append(write_phantom_study(patient, folder, time_point).folder)
        bars.advance(task)
    return written
