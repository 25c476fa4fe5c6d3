"""The bundle of MONAI's model zoo, in its published layout, from a server to a detector."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from inference.detection import load_detector
from inference.detection.retinanet import RetinaNetDetector
from models.installation import install_bundle
from models.published import find_published
from models.registry import load_package
from tests.support.packages import APACHE_2_0, METADATA
from tests.support.stock_retinanet import bundle_configuration, made_up_weights


def published_zip(version: str) -> bytes:
    """Return a zip laid out like the published one, with random weights."""
    files = {
        "configs/metadata.json": json.dumps({**METADATA, "version": version}),
        "configs/inference.json": json.dumps(
            bundle_configuration() | {"device": "$torch.device('cpu')"}
        ),
        "docs/README.md": "# Model Overview",
        "LICENSE": APACHE_2_0,
        "models/model.pt": made_up_weights(seed=1),
        "models/model.ts": "a program",
        "scripts/__init__.py": "",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(f"lung_nodule_ct_detection/{name}", content)
    return file.getvalue()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_bundle_is_pulled_verified_and_loaded(
    server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    published = find_published("monai/lung_nodule_ct_detection")
    content = published_zip(published.version)
    (tmp_path / "bundle.zip").write_bytes(content)
    bundle = published.model_copy(
        update={
            "url": f"http://127.0.0.1:{server.server_port}/bundle.zip",
            "sha1": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        }
    )

    pulled = install_bundle(bundle, tmp_path / "models")
    detector = load_detector(
        load_package("lung_nodule_ct_detection", (tmp_path / "models",)), "cpu"
    )

    assert pulled.kind == "retinanet"
    assert isinstance(detector, RetinaNetDetector)
    assert detector.model.version == published.version
    assert detector.model.sha256 == pulled.sha256
