"""What a package says of itself: MONAI's bundle metadata with one block of ours."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from models.licenses import ACCEPTED

_SPACING_MM: Final = (0.2, 5.0)  # beyond it no chest CT is resampled on purpose


def _plausible_spacing(spacing: tuple[float, float, float]) -> tuple[float, float, float]:
    lowest, highest = _SPACING_MM
    if not all(lowest <= one <= highest for one in spacing):
        raise ValueError(f"a spacing of {spacing} mm is not one of chest CT")
    return spacing


def _inside_the_package(path: str) -> str:
    if path.startswith("/") or "\\" in path or ".." in path.split("/"):
        raise ValueError(f"{path!r} is not a file of the package")
    return path


def _accepted_license(spdx: str) -> str:
    if spdx not in ACCEPTED:
        raise ValueError(f"licence {spdx!r} is not one of {', '.join(ACCEPTED)}")
    return spdx


class StatedOperatingPoint(BaseModel):
    """The score from which candidates are marked, and what its evaluation makes one expect."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    score: float = Field(gt=0, lt=1)
    expected_sensitivity: float | None = Field(default=None, ge=0, le=1)  # None: not measured
    false_marks_per_scan: float | None = Field(default=None, ge=0)


class RegistryEntry(BaseModel):
    """The block ``wetread`` of ``metadata.json``: what our registry needs beyond MONAI's fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    kind: str  # which detector reads it, e.g. "classical"
    weights: Annotated[str, AfterValidator(_inside_the_package)]  # its checksum names the model
    license: Annotated[str, AfterValidator(_accepted_license)]  # SPDX identifier
    spacing_zyx_mm: Annotated[tuple[float, float, float], AfterValidator(_plausible_spacing)]
    training_data: tuple[str, ...]
    operating_point: StatedOperatingPoint | None = None  # None: the weights hold its score


class ImageFormat(BaseModel):
    """An input of the network, as far as it is checked."""

    model_config = ConfigDict(extra="allow", frozen=True)

    modality: Literal["CT"]
    num_channels: Literal[1]


class Inputs(BaseModel):
    """The inputs of the network: one CT image."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    image: ImageFormat


class NetworkDataFormat(BaseModel):
    """What goes into the network and what comes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: Inputs
    outputs: dict[str, Any]


class PackageMetadata(BaseModel):
    """The content of ``configs/metadata.json``.

    The fields but the last are MONAI's (https://docs.monai.io/en/latest/mb_specification.html),
    which has further ones that are kept and not read.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    changelog: dict[str, str]
    monai_version: str
    pytorch_version: str
    numpy_version: str
    task: str
    description: str
    authors: str
    copyright: str
    intended_use: str
    network_data_format: NetworkDataFormat
    wetread: RegistryEntry
