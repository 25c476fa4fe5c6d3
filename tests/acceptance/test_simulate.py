"""`wetread simulate`: checked against theory from outside, on several processes."""

import json

import pytest

from tests.acceptance.conftest import Wetread

QUEUE = ("--servers", "3", "--service-per-hour", "6", "--load", "0.5", "--high-share", "0.15")


def test_queue_against_theory(wetread: Wetread) -> None:
    """By hand: three servers and load 0.5 give C = 0.2368, so 0.2368 · 10 / (3 · 0.5) min."""
    few = ("--discipline", "fifo", "--replications", "4", "--studies", "100000", "--jobs", "2")
    ran = wetread("simulate", "queue", *QUEUE, *few, "--json")
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert document["theory_min"]["all"] == pytest.approx(1.5789, abs=1e-3)
    assert document["mean_wait_min"]["all"] == pytest.approx(1.5789, rel=0.03)
    refused = wetread("simulate", "queue", "--load", "1.2")
    assert refused.returncode == 1
    assert refused.stderr.startswith("wetread: ")
    assert refused.stderr.count("\n") == 1
