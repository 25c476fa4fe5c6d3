"""`wetread serve` with a Triton server of its own, and `wetread analyze` on either engine."""

import json
from pathlib import Path
from typing import Any

from tritonclient.grpc import InferenceServerClient

from inference.phantom.studies import PhantomPair
from tests.acceptance.conftest import Wetread
from tests.acceptance.running import Site, own_triton, serving, wait_for
from tests.support.private_network import free_port
from tests.support.triton import is_served, require_wheel


def test_both_engines_find_the_same_and_the_server_ends_with_the_service(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path: Path
) -> None:
    require_wheel()
    url = f"127.0.0.1:{free_port()}"
    client = InferenceServerClient(url)

    def analyzed(engine: str) -> dict[str, Any]:
        out = tmp_path / engine
        study = small_phantom.current.folder
        ran = wetread(
            *("analyze", study, "--out", out, "--engine", engine), WETREAD_ENGINE__URL=url
        )
        assert ran.returncode == 0, ran.stderr
        return dict(json.loads((out / "findings.json").read_text(encoding="utf-8")))

    with serving(Site(folder=tmp_path / "site"), **own_triton(url)) as service:
        wait_for(lambda: is_served(client, "wetread-nodule"))
        there = analyzed("triton")
        service.tell_to_end()
        service.await_death()
        assert not is_served(client, "wetread-nodule")
    here = analyzed("local")

    assert there["model"] == here["model"] | {"device": f"triton {url}, cpu"}
    assert there["candidates"] == here["candidates"] != []
    assert there["nodules"] == here["nodules"]


def test_a_service_that_is_killed_takes_its_server_with_it(tmp_path: Path) -> None:
    require_wheel()
    url = f"127.0.0.1:{free_port()}"
    client = InferenceServerClient(url)
    with serving(Site(folder=tmp_path / "site"), **own_triton(url)) as service:
        wait_for(lambda: is_served(client, "wetread-nodule"))
        service.kill()

    wait_for(lambda: not is_served(client, "wetread-nodule"))
