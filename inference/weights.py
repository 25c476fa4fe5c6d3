"""The weights of a network, read from its package without executing anything of it."""

import io
import pickle

import torch
from torch import Tensor, nn

from models.registry import ModelPackage
from wetread.domain.errors import ConfigurationError


def load_weights(network: nn.Module, package: ModelPackage) -> None:
    """Fill a network with the weights of its package.

    The weights are a state dictionary, alone or under ``model`` as MONAI's checkpoints have it.
    Raises `ConfigurationError` where they are anything else or do not fit the network.
    """
    try:
        state = torch.load(
            io.BytesIO(package.read_weights()), map_location="cpu", weights_only=True
        )
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise ConfigurationError(
            f"the weights of {package.name} are not a PyTorch state dictionary"
        ) from error
    if isinstance(state, dict) and isinstance(state.get("model"), dict):
        state = state["model"]
    if not (isinstance(state, dict) and all(isinstance(one, Tensor) for one in state.values())):
        raise ConfigurationError(
            f"the weights of {package.name} are not a PyTorch state dictionary"
        )
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise ConfigurationError(
            f"the weights of {package.name} do not fit the network of kind {package.kind!r}"
        ) from error
