"""Model packages made on the spot, whole or wrong in one way."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.sealing import seal_package

APACHE_2_0 = (Path(__file__).parents[2] / "LICENSE").read_text(encoding="utf-8")
ENTRY: Mapping[str, Any] = {
    "name": "toy",
    "kind": "classical",
    "weights": "models/weights.json",
    "license": "Apache-2.0",
    "spacing_zyx_mm": [1.0, 1.0, 1.0],
    "training_data": ["none"],
}
METADATA: Mapping[str, Any] = {
    "version": "1.2.3",
    "changelog": {"1.2.3": "first"},
    "monai_version": "1.6.1",
    "pytorch_version": "2.13.0",
    "numpy_version": "2.4.6",
    "task": "tests",
    "description": "finds nothing",
    "authors": "nobody",
    "copyright": "none",
    "intended_use": "tests",
    "network_data_format": {
        "inputs": {"image": {"type": "image", "modality": "CT", "num_channels": 1}},
        "outputs": {},
    },
}


def write_package(
    folder: Path,
    *,
    weights: bytes = b"[1, 2]",
    inference: Mapping[str, Any] | None = None,
    licence: str = APACHE_2_0,
    entry: Mapping[str, Any] | None = None,
    **metadata: Any,
) -> Path:
    """Write a sealed package; ``entry`` changes the block of the registry, the rest MONAI's."""
    block = {**ENTRY, "name": folder.name, **(entry or {})}
    contents = {
        "configs/metadata.json": json.dumps({**METADATA, "wetread": block, **metadata}),
        "configs/inference.json": json.dumps(inference or {"network_def": {}}),
        "docs/README.md": "# toy\n",
        "LICENSE": licence,
    }
    for name, text in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    path = folder / block["weights"]
    if not path.resolve().is_relative_to(folder.resolve()):
        path = folder / ENTRY["weights"]  # a file that is named outside is not ours to write
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(weights)
    seal_package(folder)
    return folder
