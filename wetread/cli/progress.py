"""Progress bars on stderr, so that stdout stays for results."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from wetread import ports


def progress_bars() -> Progress:
    """Return bars with a description, share done and elapsed time."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


@contextmanager
def stage_progress(description: str) -> Iterator[ports.Progress]:
    """Show one bar while the block runs; yield what to tell the share done (0 to 1)."""
    with progress_bars() as bars:
        task = bars.add_task(description, total=1.0)
        yield lambda share: bars.update(task, completed=share)
        bars.update(task, completed=1.0)
