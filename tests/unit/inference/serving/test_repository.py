"""What a Triton server is given."""

from pathlib import Path

import pytest
from google.protobuf import text_format
from tritonclient.grpc.model_config_pb2 import ModelConfig

from inference.serving.configuration import served_model
from inference.serving.repository import write_repository
from models.registry import check_package
from tests.support.packages import write_package
from wetread.domain.errors import ConfigurationError


def test_a_model_repository_holds_the_package_and_says_which_it_is(tmp_path: Path) -> None:
    package = check_package(write_package(tmp_path / "toy"))

    folder = write_repository(package, tmp_path / "repository", most_together=3)

    text = (folder / "config.pbtxt").read_text(encoding="utf-8")
    configuration = text_format.Parse(text, ModelConfig())
    assert (
        (configuration.name, configuration.backend) == (folder.name, "python") == ("toy", "python")
    )
    assert configuration.max_batch_size == 3
    assert configuration.dynamic_batching.default_priority_level == 101  # the last
    assert served_model(configuration).sha256 == package.sha256
    assert check_package(folder / "1" / "packages" / "toy").sha256 == package.sha256
    assert "TritonPythonModel" in (folder / "1" / "model.py").read_text(encoding="utf-8")


def test_a_newer_export_takes_the_place_of_the_older_as_a_whole(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    write_repository(check_package(write_package(tmp_path / "old" / "toy")), repository)
    (repository / "toy" / "1" / "left").touch()
    other = check_package(write_package(tmp_path / "new" / "toy", weights=b"[3]"))

    folder = write_repository(other, repository)

    assert [one.name for one in repository.iterdir()] == ["toy"]
    assert check_package(folder / "1" / "packages" / "toy").sha256 == other.sha256
    assert not (folder / "1" / "left").exists()


def test_a_repository_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    package = check_package(write_package(tmp_path / "toy"))
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot write the model repository"):
        write_repository(package, tmp_path / "file")
