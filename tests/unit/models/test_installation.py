"""Published bundles, served by a server of our own, become packages or leave nothing behind."""

import hashlib
import json
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from models.installation import install_bundle
from models.published import PublishedBundle, find_published
from models.registry import check_package
from tests.support.packages import APACHE_2_0, ENTRY, METADATA
from tests.support.private_network import free_port
from wetread.domain.errors import ConfigurationError

Pull = Callable[..., PublishedBundle]


def published_files(**changes: bytes | None) -> dict[str, bytes]:
    """Return what the zoo's zips hold, with some names changed; None leaves a file out."""
    files: dict[str, bytes | None] = {
        "toy/configs/metadata.json": json.dumps(METADATA).encode(),
        "toy/configs/inference.json": b"{}",
        "toy/docs/README.md": b"# Model Overview\n",
        "toy/docs/data_license.txt": b"CC BY 3.0",
        "toy/LICENSE": APACHE_2_0.encode(),
        "toy/models/weights.json": b"[1, 2]",
        "toy/models/model.ts": b"a program",
        "toy/scripts/__init__.py": b"print()",
    }
    files.update(changes)
    return {name: content for name, content in files.items() if content is not None}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def publish(served: tuple[Path, str]) -> Pull:
    folder, address = served

    def write(files: Mapping[str, bytes], **changes: Any) -> PublishedBundle:
        path = folder / "toy_v1.2.3.zip"
        with zipfile.ZipFile(path, "w") as zipped:
            for name, content in files.items():
                zipped.writestr(name, content)
        told = {
            "name": "publisher/toy",
            "version": "1.2.3",
            "url": f"{address}/{path.name}",
            "sha1": hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest(),
            "largest_bytes": 1_000_000,
            "wetread": ENTRY,
        }
        return PublishedBundle.model_validate(told | changes)

    return write


def test_a_published_bundle_becomes_a_package(publish: Pull, tmp_path: Path) -> None:
    package = install_bundle(publish(published_files()), tmp_path / "models")

    held = {
        path.relative_to(package.folder).as_posix()
        for path in package.folder.rglob("*")
        if path.is_file()
    }
    assert package.folder == tmp_path / "models" / "toy"
    assert package.read_weights() == b"[1, 2]"
    assert held == {
        "LICENSE",
        "SHA256SUMS",
        "configs/inference.json",
        "configs/metadata.json",
        "docs/README.md",
        "docs/data_license.txt",
        "models/weights.json",
    }
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["toy"]


def test_a_zip_that_is_here_needs_no_network(
    publish: Pull, served: tuple[Path, str], tmp_path: Path
) -> None:
    bundle = publish(published_files(), url=f"http://127.0.0.1:{free_port()}/toy.zip")

    package = install_bundle(bundle, tmp_path / "models", served[0] / "toy_v1.2.3.zip")
    assert check_package(package.folder) == package


def test_pulling_again_repairs_a_package(publish: Pull, tmp_path: Path) -> None:
    bundle = publish(published_files())
    package = install_bundle(bundle, tmp_path)
    (package.folder / "models" / "weights.json").write_text("[]")

    assert install_bundle(bundle, tmp_path) == package
    assert package.read_weights() == b"[1, 2]"


@pytest.mark.parametrize(
    ("files", "changes", "message"),
    [
        (published_files(), {"sha1": "0" * 40}, "SHA-1"),
        (published_files(), {"largest_bytes": 100}, "larger than expected"),
        (published_files(**{"toy/docs/a.md": b"0" * 2_000_000}), {}, "larger than expected"),
        (published_files(**{"toy/../../out": b"x"}), {}, "leave its folder"),
        (published_files(**{"/etc/out": b"x"}), {}, "leave its folder"),
        (published_files(**{"toy\\..\\out": b"x"}), {}, "leave its folder"),
        (published_files(**{"toy/LICENSE": b"do not"}), {}, r"LICENSE is not Apache-2\.0"),
        (published_files(**{"toy/LICENSE": None}), {}, "no LICENSE"),
        (published_files(**{"toy/models/weights.json": None}), {}, r"no models/weights\.json"),
        (published_files(**{"toy/configs/metadata.json": b"{"}), {}, "no valid configs/metadata"),
        (published_files(), {"version": "9.9.9"}, r"version 1\.2\.3, not 9\.9\.9"),
    ],
)
def test_a_bundle_that_is_not_what_it_should_be_leaves_nothing(
    publish: Pull,
    tmp_path: Path,
    files: dict[str, bytes],
    changes: dict[str, Any],
    message: str,
) -> None:
    bundle = publish(files, **changes)

    with pytest.raises(ConfigurationError, match=message):
        install_bundle(bundle, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []
    assert not (tmp_path / "out").exists()


def test_what_grows_when_unpacked_is_refused(
    publish: Pull, served: tuple[Path, str], tmp_path: Path
) -> None:
    path = served[0] / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("toy/docs/README.md", bytes(2_000_000))
    sha1 = hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()

    with pytest.raises(ConfigurationError, match="too large unpacked"):
        install_bundle(publish(published_files(), sha1=sha1), tmp_path / "models", path)


def test_a_link_in_a_zip_is_refused(
    publish: Pull, served: tuple[Path, str], tmp_path: Path
) -> None:
    path = served[0] / "link.zip"
    link = zipfile.ZipInfo("toy/LICENSE")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(link, "/etc/passwd")
    sha1 = hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()

    with pytest.raises(ConfigurationError, match="leave its folder"):
        install_bundle(publish(published_files(), sha1=sha1), tmp_path / "models", path)


def test_a_host_that_is_not_there_is_told_in_one_line(publish: Pull, tmp_path: Path) -> None:
    nobody = publish(published_files(), url=f"http://127.0.0.1:{free_port()}/toy.zip")
    nothing = publish(published_files())

    with pytest.raises(ConfigurationError, match=r"cannot reach 127\.0\.0\.1 .*--from FILE") as one:
        install_bundle(nobody, tmp_path / "models")
    assert "\n" not in str(one.value)
    with pytest.raises(ConfigurationError, match="answered 404"):
        install_bundle(nothing.model_copy(update={"url": nothing.url + "x"}), tmp_path / "models")


def test_shipped_packages_are_not_replaced(publish: Pull, tmp_path: Path) -> None:
    bundle = publish(published_files(), wetread={**ENTRY, "name": "classical-nodule"})

    with pytest.raises(ConfigurationError, match="shipped"):
        install_bundle(bundle, tmp_path)


def test_the_bundle_of_monai_is_known() -> None:
    bundle = find_published("monai/lung_nodule_ct_detection")

    assert bundle.wetread.kind == "retinanet"
    assert bundle.url.endswith(f"lung_nodule_ct_detection_v{bundle.version}.zip")
    with pytest.raises(ConfigurationError, match="there is: monai/lung_nodule_ct_detection"):
        find_published("monai/unknown")
