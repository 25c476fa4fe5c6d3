"""Model packages on disk: each is checked against its checksums before anything of it is used.

A package is a folder in the form of a MONAI bundle::

    configs/metadata.json    what it is (see `PackageMetadata`)
    configs/inference.json   how MONAI's ConfigParser makes the network (`network_def`)
    models/…                 the weights that metadata.json names
    docs/README.md           the model card
    LICENSE                  the text of the licence that metadata.json names
    SHA256SUMS               a checksum for every other file

Nothing in a package is executed: of ``inference.json`` only plain values are read.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from models.licenses import is_text_of
from models.metadata import PackageMetadata
from models.sealing import check_seal
from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import ModelIdentity, OperatingPoint

PACKAGES_DIR: Final = Path(__file__).parent / "packages"
METADATA: Final = "configs/metadata.json"
INFERENCE: Final = "configs/inference.json"
LICENSE: Final = "LICENSE"
CARD: Final = "docs/README.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPackage:
    """A package whose files are what its checksums say."""

    folder: Path
    metadata: PackageMetadata
    sha256: str  # of the weights

    @property
    def name(self) -> str:
        """What the package is called: its folder too."""
        return self.metadata.wetread.name

    @property
    def kind(self) -> str:
        """Which detector reads it."""
        return self.metadata.wetread.kind

    def read_weights(self) -> bytes:
        """Return the weights; raise `ConfigurationError` where they changed since the check."""
        content = (self.folder / self.metadata.wetread.weights).read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise ConfigurationError(f"the weights of {self.name} have changed on disk")
        return content

    def read_inference(self) -> dict[str, Any]:
        """Return ``inference.json`` as plain values, its expressions as the text they are."""
        content: dict[str, Any] = json.loads((self.folder / INFERENCE).read_bytes())
        return content

    def require_spacing(self, spacing_zyx_mm: tuple[float, float, float]) -> None:
        """Raise `ConfigurationError` unless the network was made for voxels of this size."""
        if self.metadata.wetread.spacing_zyx_mm != spacing_zyx_mm:
            raise ConfigurationError(
                f"the model package {self.name} is refused: its spacing of "
                f"{self.metadata.wetread.spacing_zyx_mm} mm is not the {spacing_zyx_mm} mm "
                f"of kind {self.kind!r}"
            )

    @property
    def operating_point(self) -> OperatingPoint | None:
        """From which score to mark, and what to expect there; None where the weights hold it."""
        stated = self.metadata.wetread.operating_point
        if stated is None:
            return None
        return OperatingPoint(**stated.model_dump())

    def identity(self, device: str) -> ModelIdentity:
        """Return what results say of the model that made them."""
        return ModelIdentity(
            name=self.name, version=self.metadata.version, sha256=self.sha256, device=device
        )


def list_packages(roots: Iterable[Path] = (PACKAGES_DIR,)) -> tuple[str, ...]:
    """Return the names of the packages in some folders, sorted; nothing is checked yet."""
    return tuple(sorted({path.parents[1].name for root in roots for path in _metadata_of(root)}))


def load_package(name: str, roots: Sequence[Path] = (PACKAGES_DIR,)) -> ModelPackage:
    """Return a checked package; raise `ConfigurationError` saying what is wrong with it."""
    known = list_packages(roots)
    if name not in known:
        raise ConfigurationError(
            f"there is no model package {name!r}; there is: {', '.join(known) or 'none'}"
        )
    folders = [root / name for root in roots if (root / name / METADATA).is_file()]
    if len(folders) > 1:
        places = " and ".join(str(folder.parent) for folder in folders)
        raise ConfigurationError(f"the model package {name} is refused: it is in {places}")
    return check_package(folders[0])


def check_package(folder: Path) -> ModelPackage:
    """Return the package in a folder; raise `ConfigurationError` saying what is wrong with it."""
    name = folder.name
    sums = check_seal(folder)
    metadata = _read_metadata(folder)
    entry = metadata.wetread
    if entry.name != name:
        raise ConfigurationError(f"the package in {name}/ calls itself {entry.name!r}")
    for file in (INFERENCE, CARD, LICENSE, entry.weights):
        if file not in sums:
            raise ConfigurationError(f"the model package {name} is refused: it has no {file}")
    if not is_text_of(entry.license, (folder / LICENSE).read_text("utf-8", errors="replace")):
        raise ConfigurationError(
            f"the model package {name} is refused: its {LICENSE} is not {entry.license}"
        )
    return ModelPackage(folder=folder, metadata=metadata, sha256=sums[entry.weights])


def _metadata_of(root: Path) -> Iterable[Path]:
    return root.glob(f"*/{METADATA}")


def _read_metadata(folder: Path) -> PackageMetadata:
    try:
        return PackageMetadata.model_validate_json((folder / METADATA).read_bytes())
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise ConfigurationError(
            f"the model package {folder.name} is refused: {METADATA}: {problems}"
        ) from error
