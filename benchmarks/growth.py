"""How rightly the comparison tells known changes of simulated patients.

Usage: python benchmarks/growth.py DATA [--patients 10]

``DATA`` is laid out by `inference.development.prepare`. Nodules and lungs are of patients nobody
trained on; growth, breath, noise and kernel are simulated.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from inference.development.growth_assessment import Told, assess_patient, tabulate
from inference.development.held_out import held_out_crops, held_out_sources
from inference.measurement import load_measurer
from inference.registration import DeformableRegistrar
from models.registry import load_package
from routing.pipeline.growth_limits import load_growth_limits

SEED = 11


def main() -> None:
    """Print the figures over all simulated patients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--patients", type=int, default=10)
    options = parser.parse_args()
    sources, crops = held_out_sources(options.data), held_out_crops(options.data)
    measurer, limits = load_measurer(load_package("nodule-outline")), load_growth_limits()
    told: list[Told] = []
    begin = time.perf_counter()
    for number in range(options.patients):
        source = sources[number % len(sources)]
        told += assess_patient(
            source.read(),
            crops,
            registrar=DeformableRegistrar(),
            measurer=measurer,
            limits=limits,
            random=np.random.default_rng([SEED, number]),
        )
    print(f"{options.patients} simulated patients, {time.perf_counter() - begin:.0f} s\n")
    print("\n".join(tabulate(told)))


if __name__ == "__main__":
    main()
