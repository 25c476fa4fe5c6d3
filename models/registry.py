"""Model packages on disk: each is checked against its checksums before anything of it is used.

A package is a folder in the spirit of a MONAI bundle::

    metadata.json    what it is (see `PackageMetadata`)
    SHA256SUMS       a checksum for every other file, as `sha256sum` writes them
    README.md        the model card
    …                the weights that metadata.json names, and whatever belongs to them
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import ModelIdentity

PACKAGES_DIR = Path(__file__).parent / "packages"
_METADATA = "metadata.json"
_CHECKSUMS = "SHA256SUMS"


class PackageMetadata(BaseModel):
    """The content of ``metadata.json``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    summary: str
    kind: str  # which detector reads it, e.g. "classical"
    weights: str  # the file whose checksum identifies the model
    license: str
    intended_use: str
    training_data: tuple[str, ...]
    spacing_zyx_mm: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPackage:
    """A package whose files are what its checksums say."""

    folder: Path
    metadata: PackageMetadata
    sha256: str  # of the weights

    def read_weights(self) -> bytes:
        """Return the weights; raise `ConfigurationError` where they changed since the check."""
        content = (self.folder / self.metadata.weights).read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise ConfigurationError(f"the weights of {self.metadata.name} have changed on disk")
        return content

    def identity(self, device: str) -> ModelIdentity:
        """Return what results say of the model that made them."""
        return ModelIdentity(
            name=self.metadata.name,
            version=self.metadata.version,
            sha256=self.sha256,
            device=device,
        )


def list_packages(root: Path = PACKAGES_DIR) -> tuple[str, ...]:
    """Return the names of the packages in a folder, sorted; nothing is checked yet."""
    return tuple(sorted(path.parent.name for path in root.glob(f"*/{_METADATA}")))


def load_package(name: str, root: Path = PACKAGES_DIR) -> ModelPackage:
    """Return a checked package; raise `ConfigurationError` saying what is wrong with it."""
    if name not in list_packages(root):
        known = ", ".join(list_packages(root)) or "none"
        raise ConfigurationError(f"there is no model package {name!r}; there is: {known}")
    folder = root / name
    sums = _checked_sums(folder)
    try:
        metadata = PackageMetadata.model_validate_json((folder / _METADATA).read_bytes())
    except ValidationError as error:
        raise ConfigurationError(f"{name}/{_METADATA} is not valid: {error}") from error
    if metadata.name != name:
        raise ConfigurationError(f"the package in {name}/ calls itself {metadata.name!r}")
    if metadata.weights not in sums:
        raise ConfigurationError(f"the package {name} has no weights {metadata.weights!r}")
    return ModelPackage(folder=folder, metadata=metadata, sha256=sums[metadata.weights])


def seal_package(folder: Path) -> None:
    """Write the checksums of every file of a package, when it is made or its card is edited."""
    lines = [f"{_sha256(path)}  {name}\n" for name, path in _files(folder)]
    (folder / _CHECKSUMS).write_text("".join(lines), encoding="ascii")


def _checked_sums(folder: Path) -> dict[str, str]:
    """Return the checksum of every file; raise `ConfigurationError` for any difference."""
    try:
        text = (folder / _CHECKSUMS).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the package {folder.name} has no readable {_CHECKSUMS}"
        ) from error
    promised = {
        name: digest for digest, _, name in (line.partition("  ") for line in text.splitlines())
    }
    found = {name: _sha256(path) for name, path in _files(folder)}
    for name in sorted(promised.keys() | found.keys()):
        if promised.get(name) != found.get(name):
            what = (
                "missing"
                if name not in found
                else "unlisted"
                if name not in promised
                else "changed"
            )
            raise ConfigurationError(
                f"the model package {folder.name} is refused: {name} is {what}"
            )
    return found


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file but the checksums, by its name relative to the package."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != _CHECKSUMS:
            yield path.relative_to(folder).as_posix(), path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
