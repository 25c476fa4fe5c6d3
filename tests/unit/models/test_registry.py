import hashlib
import json
from pathlib import Path

import pytest

from models.registry import PACKAGES_DIR, list_packages, load_package, seal_package
from wetread.domain.errors import ConfigurationError

METADATA = {
    "name": "toy",
    "version": "1.2.3",
    "summary": "finds nothing",
    "kind": "classical",
    "weights": "weights.json",
    "license": "Apache-2.0",
    "intended_use": "tests",
    "training_data": ["none"],
    "spacing_zyx_mm": [1.0, 1.0, 1.0],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "metadata.json").write_text(json.dumps(METADATA))
    (folder / "weights.json").write_text("[1, 2]")
    seal_package(folder)
    return tmp_path


def test_a_sealed_package_is_listed_loaded_and_identified_by_its_weights(root: Path) -> None:
    package = load_package("toy", root)
    identity = package.identity(device="cpu")

    assert list_packages(root) == ("toy",)
    assert package.read_weights() == b"[1, 2]"
    assert identity.sha256 == hashlib.sha256(b"[1, 2]").hexdigest()
    assert (identity.name, identity.version, identity.device) == ("toy", "1.2.3", "cpu")


@pytest.mark.parametrize("name", ["weights.json", "metadata.json"])
def test_a_changed_file_is_refused(root: Path, name: str) -> None:
    with (root / "toy" / name).open("a") as file:
        file.write(" ")

    with pytest.raises(ConfigurationError, match=f"{name} is changed"):
        load_package("toy", root)


def test_missing_and_unlisted_files_are_refused(root: Path) -> None:
    (root / "toy" / "extra.py").write_text("print()")
    with pytest.raises(ConfigurationError, match=r"extra\.py is unlisted"):
        load_package("toy", root)

    (root / "toy" / "extra.py").unlink()
    (root / "toy" / "weights.json").unlink()
    with pytest.raises(ConfigurationError, match=r"weights\.json is missing"):
        load_package("toy", root)


def test_weights_that_change_after_the_check_are_refused(root: Path) -> None:
    package = load_package("toy", root)
    (root / "toy" / "weights.json").write_text("[3]")

    with pytest.raises(ConfigurationError, match="changed on disk"):
        package.read_weights()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": "one"}, "not valid"),
        ({"colour": "red"}, "not valid"),
        ({"name": "other"}, "calls itself"),
        ({"weights": "gone.json"}, "no weights"),
    ],
)
def test_wrong_metadata_is_refused_even_when_sealed(
    root: Path, change: dict[str, str], message: str
) -> None:
    (root / "toy" / "metadata.json").write_text(json.dumps(METADATA | change))
    seal_package(root / "toy")

    with pytest.raises(ConfigurationError, match=message):
        load_package("toy", root)


def test_without_checksums_nothing_loads(root: Path) -> None:
    (root / "toy" / "SHA256SUMS").unlink()

    with pytest.raises(ConfigurationError, match="no readable SHA256SUMS"):
        load_package("toy", root)


def test_an_unknown_name_says_what_there_is(root: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is: toy"):
        load_package("../toy", root)


@pytest.mark.parametrize("name", list_packages(PACKAGES_DIR))
def test_every_shipped_package_is_whole(name: str) -> None:
    assert load_package(name).metadata.license == "Apache-2.0"
