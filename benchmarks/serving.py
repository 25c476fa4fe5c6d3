"""What it costs that the detector runs on a Triton server: seconds of the way there and back.

Usage: serving.py STUDY_DIR [--repeat N]; after `make triton`. The server is started for it.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

from tritonclient.grpc import InferenceServerClient
from tritonclient.utils import InferenceServerException

from inference.detection import load_detector
from inference.detection.triton import TritonDetector
from inference.serving.repository import write_repository
from inference.serving.server import DEFAULT_DIR, TritonServer, TritonWheel
from models.registry import load_package
from routing.selection.rule_files import load_rules
from routing.selection.select import select_series
from wetread.bootstrap.analysis import open_study
from wetread.bootstrap.evaluation import read_volume
from wetread.settings import Engine, EngineSettings

PORT = 18001
MODEL = "wetread-nodule"


def looking_seconds(client: InferenceServerClient) -> float:
    """Return for how long the model itself has worked so far."""
    told = client.get_inference_statistics(MODEL).model_stats[0].inference_stats
    return float(told.compute_infer.ns / 1e9)


def main() -> None:
    """Print one row a way: the median of the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    volume = read_volume(
        select_series(open_study(arguments.study).instances, load_rules()).instances
    )
    package = load_package(MODEL)
    local = load_detector(package, "cpu")
    address = f"127.0.0.1:{PORT}"
    client = InferenceServerClient(address)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_repository(package, folder / "models")
        server = TritonServer(
            TritonWheel(folder=DEFAULT_DIR),
            repository=folder / "models",
            work_dir=folder,
            host="127.0.0.1",
            port=PORT,
        )
        begun = time.perf_counter()
        server.start()
        try:
            while not _is_ready(client):
                time.sleep(0.05)
            print(
                f"volume {volume.hu.nbytes / 1e6:.0f} MB; "
                f"ready after {time.perf_counter() - begun:.1f} s"
            )
            print("| way | detect s | of that on the way s |\n|---|---|---|")
            for shared in (True, False):
                served = TritonDetector(
                    local.model,
                    local.operating_point,
                    EngineSettings(kind=Engine.TRITON, url=address, shared_memory=shared),
                )
                runs = []
                for _ in range(arguments.repeat):
                    before, looked = time.perf_counter(), looking_seconds(client)
                    served.detect(volume)
                    total = time.perf_counter() - before
                    runs.append((total, total - (looking_seconds(client) - looked)))
                way = "shared memory" if shared else "gRPC message"
                print(
                    f"| {way} | {median(r[0] for r in runs):.2f} "
                    f"| {median(r[1] for r in runs):.3f} |"
                )
        finally:
            server.stop()


def _is_ready(client: InferenceServerClient) -> bool:
    try:
        return bool(client.is_model_ready(MODEL))
    except InferenceServerException:
        return False


if __name__ == "__main__":
    main()
