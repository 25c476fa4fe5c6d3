"""A folder that a Triton server serves our detectors from."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from google.protobuf import text_format
from tritonclient.grpc.model_config_pb2 import ModelConfig

from inference.serving.configuration import (
    ServingBackend,
    configure_detector,
    configure_network,
)
from inference.serving.exchange import PACKAGES, VERSION
from models.registry import ModelPackage
from wetread.domain.errors import ConfigurationError

_CONFIGURATION: Final = "config.pbtxt"
_HERE: Final = Path(__file__).parent
_ONNX: Final = "model.onnx"
_BUILD_PLAN: Final = "build_plan.sh"


def write_repository(
    package: ModelPackage,
    folder: Path,
    *,
    most_together: int = 2,
    backend: ServingBackend = ServingBackend.PYTHON,
) -> Path:
    """Write a detector into a model repository, beside others that are there; return its folder.

    It holds all it needs but Wetread itself, and replaces one of the same name as a whole. Where
    PyTorch does not compute the network, that is a second model. Raise `ConfigurationError`.
    """
    network = "" if backend is ServingBackend.PYTHON else f"{package.name}-network"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as scratch:
            made = Path(scratch) / "made"
            if network:
                _write_network(package, made / network, backend)
            configuration = configure_detector(
                package, most_together=most_together, network=network
            )
            _write_detector(package, made / package.name, configuration)
            for model in made.iterdir():
                _put_in_place(model, folder / model.name, Path(scratch))
    except OSError as error:
        raise ConfigurationError(
            f"cannot write the model repository {folder}: {error.strerror or error}"
        ) from error
    return folder / package.name


def _write_detector(package: ModelPackage, folder: Path, configuration: ModelConfig) -> None:
    version = folder / VERSION
    shutil.copytree(package.folder, version / PACKAGES / package.name)
    shutil.copyfile(_HERE / "triton_model.py", version / "model.py")
    _write_configuration(configuration, folder)


def _write_network(package: ModelPackage, folder: Path, backend: ServingBackend) -> None:
    # Only who exports waits for what that takes to import.
    from inference.detection.network.detector import load_network  # noqa: PLC0415 - slow to import
    from inference.serving.onnx_export import export_onnx  # noqa: PLC0415 - slow to import

    if package.kind != "network":
        raise ConfigurationError(
            f"{package.name} is of kind {package.kind!r}: only our own network goes to {backend}"
        )
    version = folder / VERSION
    version.mkdir(parents=True)
    network = load_network(package)
    if backend is ServingBackend.TENSORRT:
        export_onnx(network, folder / _ONNX)
        shutil.copy(_HERE / _BUILD_PLAN, folder / _BUILD_PLAN)
    else:
        export_onnx(network, version / _ONNX)
    _write_configuration(configure_network(folder.name, backend), folder)


def _write_configuration(configuration: ModelConfig, folder: Path) -> None:
    text = text_format.MessageToString(configuration)
    (folder / _CONFIGURATION).write_text(text, encoding="utf-8")


def _put_in_place(model: Path, place: Path, scratch: Path) -> None:
    if place.exists():
        place.rename(scratch / f"replaced-{place.name}")
    model.rename(place)
