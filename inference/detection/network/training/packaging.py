"""What the training puts into the package: weights, operating point, figures, seal."""

import json
from pathlib import Path
from typing import Any

import torch

from inference.detection.network.architecture import NoduleNet
from inference.evaluation import FALSE_MARK_RATES, FrocResult, OperatingFigures
from models.registry import METADATA
from models.sealing import seal_package


def write_weights(folder: Path, network: NoduleNet) -> None:
    """Write the weights in half precision: half the size, and no detection differs."""
    state = {
        name: value.half() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    path = folder / _read(folder / METADATA)["wetread"]["weights"]
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, path)
    seal_package(folder)


def write_figures(
    folder: Path, froc: FrocResult, operating: OperatingFigures, *, false_marks_per_scan: float
) -> None:
    """State in the metadata what the assessment found, and seal the package.

    Sensitivities are those of the held-out nodules, false marks those of real whole scans.
    """
    metadata = _read(folder / METADATA)
    metadata["wetread"]["operating_point"] = {
        "score": round(operating.score, 4),
        "expected_sensitivity": round(operating.sensitivity.value, 3),
        "false_marks_per_scan": round(false_marks_per_scan, 2),
    }
    metadata["eval_metrics"] = {
        "cpm": round(froc.cpm.value, 3),
        **{
            f"sensitivity_at_{rate:g}_false_marks_per_scan": round(
                froc.sensitivity_at(rate).value, 3
            )
            for rate in FALSE_MARK_RATES
        },
    }
    text = json.dumps(metadata, indent=2, ensure_ascii=False)
    (folder / METADATA).write_text(text + "\n", encoding="utf-8")
    seal_package(folder)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content
