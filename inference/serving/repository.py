"""A folder that a Triton server serves our detectors from."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from google.protobuf import text_format

from inference.serving.configuration import configure_detector
from inference.serving.exchange import PACKAGES, VERSION
from models.registry import ModelPackage
from wetread.domain.errors import ConfigurationError

CONFIGURATION: Final = "config.pbtxt"
_MODEL_FILE: Final = "model.py"
_MODEL_SOURCE: Final = Path(__file__).with_name("triton_model.py")


def write_repository(package: ModelPackage, folder: Path, *, most_together: int = 2) -> Path:
    """Write a detector into a model repository, beside others that are there; return its folder.

    It holds all it needs but Wetread itself, and replaces one of the same name as a whole. Raise
    `ConfigurationError` where it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as scratch:
            made = Path(scratch) / package.name
            version = made / VERSION
            shutil.copytree(package.folder, version / PACKAGES / package.name)
            shutil.copyfile(_MODEL_SOURCE, version / _MODEL_FILE)
            text = text_format.MessageToString(
                configure_detector(package, most_together=most_together)
            )
            (made / CONFIGURATION).write_text(text, encoding="utf-8")
            place = folder / package.name
            if place.exists():
                place.rename(Path(scratch) / "replaced")
            made.rename(place)
    except OSError as error:
        raise ConfigurationError(
            f"cannot write the model repository {folder}: {error.strerror or error}"
        ) from error
    return place
