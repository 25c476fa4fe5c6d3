"""The bundles of others that can be installed: where they are and what they must be."""

import tomllib
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from models.metadata import RegistryEntry
from wetread.domain.errors import ConfigurationError

_TABLE: Final = Path(__file__).parent / "published.toml"


class PublishedBundle(BaseModel):
    """A zipped MONAI bundle on somebody's server, and the block it gets to be a package of ours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str  # publisher/bundle
    version: str
    url: str
    sha1: str = Field(pattern=r"^[0-9a-f]{40}$")  # of the zip, as its publisher gives it
    largest_bytes: int = Field(gt=0)  # of the zip, and of all it holds
    wetread: RegistryEntry


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    bundle: tuple[PublishedBundle, ...]


def find_published(name: str) -> PublishedBundle:
    """Return a bundle by its name; raise `ConfigurationError` saying which there are."""
    table = _Table.model_validate(tomllib.loads(_TABLE.read_text(encoding="utf-8")))
    for bundle in table.bundle:
        if bundle.name == name:
            return bundle
    known = ", ".join(bundle.name for bundle in table.bundle)
    raise ConfigurationError(f"no published model is called {name!r}; there is: {known}")
