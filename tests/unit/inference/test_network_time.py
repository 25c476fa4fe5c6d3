"""Networks are seen at work from outside, each call once."""

import pytest
import torch
from torch import nn

from inference.network_time import watch_networks


class Broken(nn.Module):
    def forward(self, values: torch.Tensor) -> torch.Tensor:
        del values
        raise ValueError("broken")


def test_only_the_outermost_call_counts_and_one_that_fails_ends() -> None:
    told: list[str] = []
    network = nn.Sequential(nn.Sequential(nn.ReLU()), nn.ReLU())
    with watch_networks(lambda: told.append("begins"), lambda: told.append("ends")):
        network(torch.zeros(1))
        with pytest.raises(ValueError, match="broken"):
            nn.Sequential(Broken())(torch.zeros(1))
    network(torch.zeros(1))
    assert told == ["begins", "ends"] * 2
