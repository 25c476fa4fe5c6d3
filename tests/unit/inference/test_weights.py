import io
from pathlib import Path

import pytest
import torch
from torch import nn

from inference.weights import load_weights
from models.registry import ModelPackage, check_package
from tests.support.packages import write_package
from wetread.domain.errors import ConfigurationError


class _RunsWhenRead:
    """What a pickle can do to whoever reads it without care."""

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("executed"),)


def package(tmp_path: Path, content: object) -> ModelPackage:
    file = io.BytesIO()
    torch.save(content, file)
    return check_package(write_package(tmp_path / "toy", weights=file.getvalue()))


@pytest.mark.parametrize("wrap", [lambda state: state, lambda state: {"model": state}])
def test_a_state_dictionary_fills_the_network_in_its_own_precision(
    tmp_path: Path, wrap: object
) -> None:
    stored, network = nn.Linear(3, 2).half(), nn.Linear(3, 2)

    load_weights(network, package(tmp_path, wrap(stored.state_dict())))

    assert network.weight.dtype == torch.float32
    assert torch.equal(network.weight, stored.weight.float())


def test_what_does_not_fit_or_would_run_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigurationError, match="do not fit"):
        load_weights(nn.Linear(3, 2), package(tmp_path, nn.Linear(4, 2).state_dict()))
    with pytest.raises(ConfigurationError, match="not a PyTorch state dictionary"):
        load_weights(nn.Linear(3, 2), package(tmp_path, {"weight": _RunsWhenRead()}))
    assert not (tmp_path / "executed").exists()
