"""Make a published bundle a package of ours: only what a package holds is taken from its zip."""

import json
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any, Final

from models.download import check_archive, download_archive
from models.published import PublishedBundle
from models.registry import (
    LICENSE,
    METADATA,
    PACKAGES_DIR,
    ModelPackage,
    check_package,
    list_packages,
)
from models.sealing import seal_package
from wetread.domain.errors import ConfigurationError

_OLDER_LICENSE: Final = "docs/license.txt"  # where bundles had it before they had LICENSE


def install_bundle(
    bundle: PublishedBundle, packages_dir: Path, archive: Path | None = None
) -> ModelPackage:
    """Download a bundle, or take the zip ``archive``, and install it among the packages.

    It stands there whole and checked or not at all; one of the same name is replaced. Raises
    `ConfigurationError` where it cannot be had or is not what was published.
    """
    name = bundle.wetread.name
    if name in list_packages((PACKAGES_DIR,)):
        raise ConfigurationError(f"{name} is shipped with Wetread and is not replaced")
    try:
        packages_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".pull-", dir=packages_dir) as scratch:
            if archive is None:
                archive = Path(scratch) / PurePosixPath(bundle.url).name
                download_archive(bundle, archive)
            check_archive(bundle, archive)
            folder = Path(scratch) / name
            _unpack(bundle, archive, folder)
            _add_registry_entry(bundle, folder)
            seal_package(folder)
            check_package(folder)
            return _put_in_place(folder, packages_dir / name, Path(scratch) / "replaced")
    except OSError as error:
        raise ConfigurationError(
            f"cannot install into {packages_dir}: {error.strerror or error}"
        ) from error


def _unpack(bundle: PublishedBundle, archive: Path, folder: Path) -> None:
    """Write the files that a package holds; refuse the whole zip for one bad name in it."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = [one for one in zipped.infolist() if not one.is_dir()]
            if sum(one.file_size for one in members) > bundle.largest_bytes:
                raise ConfigurationError(f"{archive.name} is refused: it is too large unpacked")
            for member in members:
                target = _name_in_package(_name_in_bundle(archive, member), bundle)
                if target is not None:
                    path = folder / target
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with zipped.open(member) as source, path.open("wb") as copy:
                        shutil.copyfileobj(source, copy)
    except zipfile.BadZipFile as error:
        raise ConfigurationError(f"{archive.name} is refused: it is not a whole zip") from error


def _name_in_bundle(archive: Path, member: zipfile.ZipInfo) -> PurePosixPath:
    """Return the path below the bundle's own folder; raise for one that would leave it."""
    path = PurePosixPath(member.filename)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or is_link:
        raise ConfigurationError(
            f"{archive.name} is refused: {member.filename!r} would leave its folder"
        )
    return PurePosixPath(*path.parts[1:])


def _name_in_package(path: PurePosixPath, bundle: PublishedBundle) -> str | None:
    """Return what a file is called in a package; None for what a package has no use for."""
    name = path.as_posix()
    if name == _OLDER_LICENSE:
        return LICENSE
    wanted = name in (LICENSE, bundle.wetread.weights) or (
        path.parts[0] in ("configs", "docs") and path.suffix in (".json", ".md", ".txt")
        if path.parts
        else False
    )
    return name if wanted else None


def _add_registry_entry(bundle: PublishedBundle, folder: Path) -> None:
    path = folder / METADATA
    try:
        metadata: dict[str, Any] = json.loads(path.read_bytes())
        version = metadata["version"]
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{bundle.name} is refused: it has no valid {METADATA}") from error
    if version != bundle.version:
        raise ConfigurationError(
            f"{bundle.name} is refused: it is version {version}, not {bundle.version}"
        )
    metadata["wetread"] = bundle.wetread.model_dump(mode="json", exclude_none=True)
    path.write_text(json.dumps(metadata, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _put_in_place(folder: Path, place: Path, replaced: Path) -> ModelPackage:
    if place.exists():
        place.rename(replaced)
    folder.rename(place)
    return check_package(place)
