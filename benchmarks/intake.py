"""Images a second that our intake takes, beside the least a pynetdicom receiver can do.

Both receive the same made-up CT series from DCMTK's storescu, alternately, so that whatever else
the machine does hits both alike. Usage: python benchmarks/intake.py [--images 300] [--rounds 5]
[--senders 1]. Needs storescu.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from routing.bench.process_use import cpu_seconds
from wetread.domain.uids import derive_uid

HERE = Path(__file__).parent
RECEIVERS = {"bare": HERE / "bare_receiver.py", "full": HERE / "full_receiver.py"}
SIDE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One series (or several at once) received."""

    images_per_second: float
    cpu_ms_per_image: float


def write_series(folder: Path, images: int, sender: int) -> Path:
    """Write CT images of 512 × 512 signed 16-bit noise."""
    folder.mkdir()
    generator = np.random.default_rng(sender)
    for number in range(images):
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
        uid = derive_uid("intake benchmark", sender, number)
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = uid
        dataset.StudyInstanceUID = derive_uid("intake benchmark study", sender)
        dataset.SeriesInstanceUID = derive_uid("intake benchmark series", sender)
        dataset.Modality = "CT"
        dataset.PatientName = "BENCHMARK^INVENTED"
        dataset.PatientID = f"B-{sender}"
        dataset.InstanceNumber = number + 1
        dataset.Rows = dataset.Columns = SIDE
        dataset.BitsAllocated = dataset.BitsStored = 16
        dataset.HighBit = 15
        dataset.PixelRepresentation = 1
        dataset.SamplesPerPixel = 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        pixels = generator.integers(-1024, 1500, (SIDE, SIDE), dtype=np.int16)
        dataset.PixelData = pixels.tobytes()
        dataset.save_as(folder / f"{number:04}.dcm", enforce_file_format=True)
    return folder


def receive(receiver: Path, series: list[Path], images: int, folder: Path) -> Run:
    """Start the receiver, send each series by a storescu of its own, and take the time."""
    with subprocess.Popen(
        [sys.executable, receiver, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        before, started = cpu_seconds(server.pid), time.perf_counter()
        send = ["storescu", "-aec", "WETREAD", "--max-send-pdu", "131072", "-R", "127.0.0.1", port]
        senders = [subprocess.Popen([*send, "+sd", one]) for one in series]
        statuses = [sender.wait() for sender in senders]
        seconds = time.perf_counter() - started
        cpu = cpu_seconds(server.pid) - before
        server.communicate("")
    received = sum(1 for path in folder.rglob("*.dcm"))
    expected = images * len(series)
    if any(statuses) or received != expected:
        sys.exit(f"{receiver.name} has {received} of {expected} images; statuses {statuses}")
    return Run(images_per_second=expected / seconds, cpu_ms_per_image=1000 * cpu / expected)


def main() -> None:
    """Print medians and the ratio of each round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--senders", type=int, default=1)
    arguments = parser.parse_args()
    runs: dict[str, list[Run]] = {name: [] for name in RECEIVERS}
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        series = [
            write_series(work / f"series-{sender}", arguments.images, sender)
            for sender in range(arguments.senders)
        ]
        for _ in range(arguments.rounds):
            for receiver, script in RECEIVERS.items():
                with tempfile.TemporaryDirectory(dir=work) as folder:
                    run = receive(script, series, arguments.images, Path(folder))
                runs[receiver].append(run)
    for receiver, done in runs.items():
        speed = statistics.median(run.images_per_second for run in done)
        cpu = statistics.median(run.cpu_ms_per_image for run in done)
        print(f"{receiver:5} {speed:6.0f} images/s  {cpu:5.2f} ms CPU per image")
    ratios = [
        full.images_per_second / bare.images_per_second
        for bare, full in zip(runs["bare"], runs["full"], strict=True)
    ]
    each = " ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"full / bare: median {statistics.median(ratios):.2f} ({each})")


if __name__ == "__main__":
    main()
