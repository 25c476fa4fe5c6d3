"""The seal of a package: a checksum for every file of it, as `sha256sum` writes them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from wetread.domain.errors import ConfigurationError

CHECKSUMS = "SHA256SUMS"


def seal_package(folder: Path) -> None:
    """Write the checksums of every file of a package, when it is made or its card is edited."""
    lines = [f"{_sha256(path)}  {name}\n" for name, path in _files(folder)]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="ascii")


def check_seal(folder: Path) -> dict[str, str]:
    """Return the checksum of every file; raise `ConfigurationError` for any difference."""
    try:
        text = (folder / CHECKSUMS).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the model package {folder.name} is refused: it has no readable {CHECKSUMS}"
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
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():  # it would bring in what the package does not hold
            raise ConfigurationError(
                f"the model package {folder.name} is refused: {name} is a link"
            )
        if path.is_file() and name != CHECKSUMS:
            yield name, path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
