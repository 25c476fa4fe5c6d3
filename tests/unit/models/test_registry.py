import hashlib
from pathlib import Path
from typing import Any

import pytest
from monai.bundle import ConfigParser

from inference.detection import load_detector
from models.registry import PACKAGES_DIR, list_packages, load_package
from models.sealing import seal_package
from tests.support.packages import APACHE_2_0, write_package
from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import OperatingPoint

WEIGHTS = "models/weights.json"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_package(tmp_path / "toy")
    return tmp_path


def test_a_sealed_package_is_listed_loaded_and_identified_by_its_weights(root: Path) -> None:
    package = load_package("toy", (root,))
    identity = package.identity(device="cpu")

    assert list_packages((root,)) == ("toy",)
    assert package.read_weights() == b"[1, 2]"
    assert identity.sha256 == hashlib.sha256(b"[1, 2]").hexdigest()
    assert (identity.name, identity.version, identity.device) == ("toy", "1.2.3", "cpu")


@pytest.mark.parametrize("name", [WEIGHTS, "configs/metadata.json", "LICENSE"])
def test_a_changed_file_is_refused(root: Path, name: str) -> None:
    with (root / "toy" / name).open("a") as file:
        file.write(" ")

    with pytest.raises(ConfigurationError, match=f"{name} is changed"):
        load_package("toy", (root,))


def test_missing_and_unlisted_files_are_refused(root: Path) -> None:
    (root / "toy" / "extra.py").write_text("print()")
    with pytest.raises(ConfigurationError, match=r"extra\.py is unlisted"):
        load_package("toy", (root,))

    (root / "toy" / "extra.py").unlink()
    (root / "toy" / WEIGHTS).unlink()
    with pytest.raises(ConfigurationError, match=r"weights\.json is missing"):
        load_package("toy", (root,))


def test_a_link_out_of_the_package_is_refused(root: Path) -> None:
    (root / "outside").write_bytes(b"[1, 2]")
    (root / "toy" / WEIGHTS).unlink()
    (root / "toy" / WEIGHTS).symlink_to(root / "outside")

    with pytest.raises(ConfigurationError, match="is a link"):
        load_package("toy", (root,))


def test_weights_that_change_after_the_check_are_refused(root: Path) -> None:
    package = load_package("toy", (root,))
    (root / "toy" / WEIGHTS).write_text("[3]")

    with pytest.raises(ConfigurationError, match="changed on disk"):
        package.read_weights()


@pytest.mark.parametrize("outside", ["../outside", "{root}/outside"])
def test_making_a_wrong_package_writes_nothing_outside_of_it(tmp_path: Path, outside: str) -> None:
    folder = tmp_path / "packages" / "toy"

    write_package(folder, entry={"weights": outside.format(root=tmp_path)})

    assert all(path.is_relative_to(folder) for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"colour": "red"}, "wetread.colour"),
        ({"name": "other"}, "calls itself"),
        ({"weights": "../outside"}, "not a file of the package"),
        ({"weights": "/etc/passwd"}, "not a file of the package"),
        ({"license": "CC-BY-NC-4.0"}, "licence 'CC-BY-NC-4.0' is not one of"),
        ({"license": "MIT"}, "LICENSE is not MIT"),
        ({"spacing_zyx_mm": None}, "wetread.spacing_zyx_mm"),
        ({"spacing_zyx_mm": [1.0, 1.0]}, "wetread.spacing_zyx_mm"),
        ({"spacing_zyx_mm": [0.0, 1.0, 1.0]}, "not one of chest CT"),
        ({"spacing_zyx_mm": [1.0, 1.0, 40.0]}, "not one of chest CT"),
        ({"spacing_zyx_mm": [1.0, 1.0, float("nan")]}, "wetread.spacing_zyx_mm"),
    ],
)
def test_a_wrong_entry_is_refused_even_when_sealed(
    tmp_path: Path, entry: dict[str, Any], message: str
) -> None:
    write_package(tmp_path / "packages" / "toy", entry=entry)
    seal_package(tmp_path / "packages" / "toy")

    with pytest.raises(ConfigurationError, match=message):
        load_package("toy", (tmp_path / "packages",))


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"version": "one"}, "version"),
        ({"network_data_format": {"inputs": {}, "outputs": {}}}, "inputs.image"),
        ({"wetread": None}, "wetread"),
    ],
)
def test_metadata_without_what_monai_asks_for_are_refused(
    tmp_path: Path, metadata: dict[str, Any], message: str
) -> None:
    write_package(tmp_path / "toy", **metadata)

    with pytest.raises(ConfigurationError, match=message):
        load_package("toy", (tmp_path,))


def test_a_licence_must_be_the_text_it_is_called(tmp_path: Path) -> None:
    write_package(tmp_path / "toy", licence=APACHE_2_0.replace("Version 2.0", "Version 3.0"))

    with pytest.raises(ConfigurationError, match=r"LICENSE is not Apache-2\.0"):
        load_package("toy", (tmp_path,))


def test_a_spacing_that_the_detector_was_not_made_for_is_refused(tmp_path: Path) -> None:
    write_package(tmp_path / "toy", entry={"spacing_zyx_mm": [2.0, 1.0, 1.0]})

    with pytest.raises(ConfigurationError, match="spacing"):
        load_detector(load_package("toy", (tmp_path,)))


def test_a_kind_that_nothing_reads_is_refused(tmp_path: Path) -> None:
    write_package(tmp_path / "toy", entry={"kind": "oracle"})

    with pytest.raises(ConfigurationError, match="'oracle'"):
        load_detector(load_package("toy", (tmp_path,)))


def test_without_checksums_nothing_loads(root: Path) -> None:
    (root / "toy" / "SHA256SUMS").unlink()

    with pytest.raises(ConfigurationError, match="no readable SHA256SUMS"):
        load_package("toy", (root,))


def test_an_unknown_name_says_what_there_is(root: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is: toy"):
        load_package("../toy", (root,))


def test_packages_come_from_all_folders_but_none_hides_another(tmp_path: Path) -> None:
    shipped, pulled = tmp_path / "shipped", tmp_path / "pulled"
    write_package(shipped / "toy")
    write_package(pulled / "other")

    assert list_packages((shipped, pulled, tmp_path / "absent")) == ("other", "toy")
    assert load_package("other", (shipped, pulled)).folder == pulled / "other"

    write_package(pulled / "toy")
    with pytest.raises(ConfigurationError, match="it is in"):
        load_package("toy", (shipped, pulled))


def test_the_operating_point_is_what_the_package_states(tmp_path: Path) -> None:
    stated = {"score": 0.7, "expected_sensitivity": 0.9, "false_marks_per_scan": 2.0}
    write_package(tmp_path / "toy", entry={"operating_point": stated})
    write_package(tmp_path / "silent")

    assert load_package("toy", (tmp_path,)).operating_point == OperatingPoint(**stated)
    assert load_package("silent", (tmp_path,)).operating_point is None


@pytest.mark.parametrize("name", list_packages((PACKAGES_DIR,)))
def test_every_shipped_package_is_whole(name: str) -> None:
    assert load_package(name).metadata.wetread.license == "Apache-2.0"


@pytest.mark.parametrize("name", list_packages((PACKAGES_DIR,)))
def test_monai_reads_every_shipped_package_as_a_bundle(name: str) -> None:
    parser = ConfigParser()
    parser.read_config(PACKAGES_DIR / name / "configs" / "inference.json")
    parser.read_meta(PACKAGES_DIR / name / "configs" / "metadata.json")
    parser["bundle_root"] = str(PACKAGES_DIR / name)

    assert parser.get_parsed_content("_meta_::version") == load_package(name).metadata.version
    assert parser.get_parsed_content("network_def") is not None
