"""Connections to peers are encrypted, and only with whom the authority vouches for."""

import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.uid import CTImageStorage
from pynetdicom import AE, evt
from pynetdicom.events import Event

from routing.destinations.dicom import DicomDestination
from routing.priors.archives import CGetArchive, DicomWebArchive
from tests.support.instances import instance, written
from tests.support.web_archive import WebArchive, running_archive
from wetread.domain.errors import ArchiveError, ConfigurationError, DeliveryError
from wetread.domain.studies import PatientKey
from wetread.settings import DestinationSettings, DicomArchiveSettings, TlsSettings

PATIENT = PatientKey(issuer="Invented Hospital", patient_id="T-0001")


@pytest.fixture(scope="module")
def certificate(
    tmp_path_factory: pytest.TempPathFactory, require_program: Callable[[str], str]
) -> tuple[Path, Path]:
    """Return the certificate of 127.0.0.1, its own authority, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *(require_program("openssl"), "req", "-x509", "-nodes", "-newkey", "rsa:2048"),
            *("-subj", "/CN=archive", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-out", str(paths[0]), "-keyout", str(paths[1])),
        ],
        check=True,
        capture_output=True,
    )
    return paths


@pytest.fixture
def server_context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def test_dicomweb_over_https(
    certificate: tuple[Path, Path], server_context: ssl.SSLContext
) -> None:
    archive = WebArchive(datasets=[instance(0, study="prior")])
    with running_archive(archive, server_context):
        url = f"https://127.0.0.1:{archive.port}/dicom-web"
        trusted = archive.settings(url=url, tls=TlsSettings(ca_file=certificate[0]))
        found = DicomWebArchive(trusted, maximum_bytes=10**6).find_studies(PATIENT, until=None)
        assert len(found) == 1
        stranger = DicomWebArchive(archive.settings(url=url), maximum_bytes=10**6)
        with pytest.raises(ArchiveError, match="cannot be reached"):
            stranger.find_studies(PATIENT, until=None)


def test_dicom_over_tls(certificate: tuple[Path, Path], server_context: ssl.SSLContext) -> None:
    def find(_event: Event) -> list[tuple[int, Dataset | None]]:
        return [(0x0000, None)]

    ae = AE("ARCHIVE")
    ae.add_supported_context("1.2.840.10008.5.1.4.1.2.2.1")
    server = ae.start_server(
        ("127.0.0.1", 0),
        block=False,
        ssl_context=server_context,
        evt_handlers=[(evt.EVT_C_FIND, find)],
    )

    def archive(tls: TlsSettings) -> CGetArchive:
        settings = DicomArchiveSettings(
            name="elsewhere",
            kind="c-get",
            issuers=(PATIENT.issuer,),
            host="127.0.0.1",
            port=server.server_address[1],
            ae_title="ARCHIVE",
            tls=tls,
            timeout_seconds=2,
        )
        return CGetArchive(settings, maximum_bytes=10**6)

    try:
        trusting = archive(TlsSettings(ca_file=certificate[0]))
        assert trusting.find_studies(PATIENT, until=None) == ()
        with pytest.raises(ArchiveError, match="cannot be reached"):
            archive(TlsSettings()).find_studies(PATIENT, until=None)
    finally:
        ae.shutdown()


def test_results_go_out_over_tls(
    certificate: tuple[Path, Path], server_context: ssl.SSLContext, tmp_path: Path
) -> None:
    ae = AE("PACS")
    ae.add_supported_context(CTImageStorage)
    server = ae.start_server(
        ("127.0.0.1", 0),
        block=False,
        ssl_context=server_context,
        evt_handlers=[(evt.EVT_C_STORE, lambda _event: 0x0000)],
    )

    def destination(tls: TlsSettings) -> DicomDestination:
        settings = DestinationSettings(
            name="pacs",
            host="127.0.0.1",
            port=server.server_address[1],
            ae_title="PACS",
            tls=tls,
            timeout_seconds=2,
        )
        return DicomDestination(settings)

    path = written(tmp_path)
    try:
        (receipt,) = destination(TlsSettings(ca_file=certificate[0])).send([path])
        assert receipt.confirmed
        with pytest.raises(DeliveryError, match="cannot be reached"):
            destination(TlsSettings()).send([path])
    finally:
        ae.shutdown()


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    settings = WebArchive().settings(tls=TlsSettings(ca_file=tmp_path / "ca.pem"))
    with pytest.raises(ConfigurationError, match="TLS files"):
        DicomWebArchive(settings, maximum_bytes=1)
