"""Modalities send, and everything they sent is there, byte for byte."""

import hashlib
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian
from pynetdicom import ALL_TRANSFER_SYNTAXES, _config
from pynetdicom.association import Association

from routing.intake.part10 import encode_file_meta, meta_end
from routing.intake.receiver import SUCCESS
from tests.support.instances import encoded, instance
from tests.support.intake import SCANNER, Intake, associated, receiving

STUDY = instance().StudyInstanceUID
JPIP_DEFLATED = {"1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"}
ENCAPSULATED = bytes.fromhex("feff00e0 00000000 feff00e0 04000000 ffd8ffd9")
NAME = "YAMADA^HARUKO=山田^春子=やまだ^はるこ"


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    return Intake(tmp_path / "intake")


def _write(path: Path, dataset: Dataset) -> Path:
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path, enforce_file_format=True)
    return path


def _storescu(
    program: str,
    port: int,
    *arguments: str | Path,
    calling: str = SCANNER,
    called: str = "WETREAD",
) -> subprocess.Popen[bytes]:
    command = [program, "-aet", calling, "-aec", called, "-R", "127.0.0.1", str(port)]
    return subprocess.Popen(
        [*command, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def _succeeds(sender: subprocess.Popen[bytes]) -> None:
    output, _ = sender.communicate(timeout=120)
    assert sender.returncode == 0, output.decode(errors="replace")


@contextmanager
def _unchecked() -> Iterator[None]:
    """Let pynetdicom send what pydicom would warn of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _wait_for(intake: Intake, count: int) -> dict[str, str]:
    until = time.monotonic() + 60
    while intake.waiting() or len(intake.statuses()) < count:
        assert time.monotonic() < until, f"{intake.statuses()} of {count} indexed"
        time.sleep(0.05)
    return intake.statuses()


def _stored_datasets(intake: Intake) -> set[str]:
    """Return the hashes of the datasets that are stored, taken from the files."""
    hashes = set()
    for one in intake.catalog.instances_of(STUDY):
        content = one.path.read_bytes()
        hashes.add(hashlib.sha256(content[meta_end(content) :]).hexdigest())
    return hashes


def test_a_modality_sends_a_series(
    intake: Intake, tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    paths = [_write(tmp_path / f"{number}.dcm", instance(number)) for number in range(20)]

    with receiving(intake) as receiver:
        _succeeds(_storescu(require_program("storescu"), receiver.port, *paths))
        statuses = _wait_for(intake, 20)

    assert set(statuses.values()) == {"stored"}
    contents = [path.read_bytes() for path in paths]
    assert _stored_datasets(intake) == {
        hashlib.sha256(content[meta_end(content) :]).hexdigest() for content in contents
    }


def test_eight_modalities_send_at_once(
    intake: Intake, tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    program = require_program("storescu")
    groups = [
        [
            _write(tmp_path / f"{sender}-{number}.dcm", instance(100 * sender + number))
            for number in range(10)
        ]
        for sender in range(8)
    ]

    with receiving(intake) as receiver:
        senders = [_storescu(program, receiver.port, *group) for group in groups]
        for sender in senders:
            _succeeds(sender)
        statuses = _wait_for(intake, 80)

    assert list(statuses.values()) == ["stored"] * 80


@pytest.mark.parametrize(("calling", "called"), [("STRANGER", "WETREAD"), (SCANNER, "SOMEBODY")])
def test_a_modality_that_is_not_let_in_is_told(
    intake: Intake,
    tmp_path: Path,
    require_program: Callable[[str], str],
    calling: str,
    called: str,
) -> None:
    path = _write(tmp_path / "image.dcm", instance())
    with receiving(intake) as receiver:
        sender = _storescu(
            require_program("storescu"), receiver.port, path, calling=calling, called=called
        )
        output, _ = sender.communicate(timeout=60)

    assert sender.returncode != 0
    assert b"Not Recognized" in output
    assert intake.waiting() == ()


def test_a_modality_hears_that_the_disk_is_full(
    tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    intake = Intake(tmp_path / "intake", minimum_free_bytes=2**62)
    path = _write(tmp_path / "image.dcm", instance())
    with receiving(intake) as receiver:
        sender = _storescu(require_program("storescu"), receiver.port, path, "-v")
        output, _ = sender.communicate(timeout=60)

    assert b"Refused: OutOfResources" in output
    assert not [one for one in intake.spool.root.rglob("*") if one.is_file()]


@pytest.mark.parametrize(
    ("compressor", "options", "proposal"),
    [
        ("dcmcjpeg", [], "-xs"),
        ("dcmcjpls", [], "-xt"),
        ("dcmcrle", [], "-xr"),
        ("gdcmconv", ["--j2k"], "-xv"),
    ],
)
def test_compressed_images_are_stored_as_they_came(
    intake: Intake,
    tmp_path: Path,
    require_program: Callable[[str], str],
    compressor: str,
    options: list[str],
    proposal: str,
) -> None:
    plain = _write(tmp_path / "plain.dcm", instance())
    compressed = tmp_path / "compressed.dcm"
    subprocess.run([require_program(compressor), *options, plain, compressed], check=True)

    with receiving(intake) as receiver:
        _succeeds(_storescu(require_program("storescu"), receiver.port, proposal, compressed))
        _wait_for(intake, 1)

    (stored,) = intake.catalog.instances_of(STUDY)
    original, kept = dcmread(compressed), dcmread(stored.path)
    assert stored.transfer_syntax_uid == original.file_meta.TransferSyntaxUID
    assert kept.PixelData == original.PixelData
    assert original.file_meta.TransferSyntaxUID.is_compressed


def test_every_transfer_syntax_is_stored_byte_for_byte(intake: Intake, tmp_path: Path) -> None:
    sent = {}
    with receiving(intake) as receiver:
        for number, name in enumerate(ALL_TRANSFER_SYNTAXES):
            syntax = UID(name)
            dataset = instance(number)
            dataset.file_meta.TransferSyntaxUID = syntax
            if syntax.is_encapsulated:
                dataset.PixelData = ENCAPSULATED
                dataset["PixelData"].VR = "OB"
                dataset["PixelData"].is_undefined_length = True
            data = encoded(dataset, syntax)
            if syntax in JPIP_DEFLATED:
                data = encoded(dataset, DeflatedExplicitVRLittleEndian)
            with associated(receiver.port, dataset, syntax) as association:
                _send_raw(association, dataset, data, tmp_path)
            sent[dataset.SOPInstanceUID] = (syntax, data)
        statuses = _wait_for(intake, len(sent))

    assert set(statuses) == {hashlib.sha256(data).hexdigest() for _, data in sent.values()}
    for one in intake.catalog.instances_of(STUDY):
        syntax, data = sent.pop(one.sop_instance_uid)
        assert one.transfer_syntax_uid == syntax
        assert one.path.read_bytes().endswith(data)
    assert not sent


@pytest.mark.parametrize("mistake", ["study", "name"])
def test_hostile_text_stays_text(intake: Intake, tmp_path: Path, mistake: str) -> None:
    hostile = "../../../../tmp/owned"
    dataset = (
        instance(StudyInstanceUID=hostile) if mistake == "study" else instance(PatientID=hostile)
    )
    before = {path for path in tmp_path.rglob("*") if "intake" not in path.parts}
    with receiving(intake) as receiver, associated(receiver.port, dataset) as association:
        with _unchecked():
            assert association.send_c_store(dataset).Status == SUCCESS
        (status,) = _wait_for(intake, 1).values()

    assert status == ("quarantined" if mistake == "study" else "stored")
    assert {path for path in tmp_path.rglob("*") if "intake" not in path.parts} == before


def test_uids_of_64_characters(intake: Intake) -> None:
    longest = "1." + "2" * 62
    dataset = instance(SOPInstanceUID=longest, StudyInstanceUID=longest, SeriesInstanceUID=longest)
    with receiving(intake) as receiver, associated(receiver.port, dataset) as association:
        assert association.send_c_store(dataset).Status == SUCCESS
        _wait_for(intake, 1)

    (stored,) = intake.catalog.instances_of(longest)
    assert stored.sop_instance_uid == longest


@pytest.mark.parametrize(
    ("character_sets", "name"),
    [
        (["", "ISO 2022 IR 87"], NAME),
        (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾊﾙｺ=山田^春子=やまだ^はるこ"),
        ("ISO_IR 192", NAME),
    ],
    ids=["IR 87", "IR 13 and IR 87", "UTF-8"],
)
def test_japanese_names_survive(
    intake: Intake,
    tmp_path: Path,
    require_program: Callable[[str], str],
    character_sets: list[str] | str,
    name: str,
) -> None:
    dataset = instance(SpecificCharacterSet=character_sets, PatientName=name)
    path = _write(tmp_path / "image.dcm", dataset)

    with receiving(intake) as receiver:
        _succeeds(_storescu(require_program("storescu"), receiver.port, path))
        _wait_for(intake, 1)

    study = intake.catalog.study(STUDY)
    assert study is not None
    assert study.patient_name == name


def test_a_cut_off_image_is_kept_and_sent_again(intake: Intake, tmp_path: Path) -> None:
    whole = encoded(instance())
    cut = instance()
    with receiving(intake) as receiver, associated(receiver.port, cut) as association:
        cut.PixelData = cut.PixelData[:-2]
        data = encoded(cut).replace(b"OW\0\0\x7e\0\0\0", b"OW\0\0\x80\0\0\0")
        assert len(data) == len(whole) - 2
        _send_raw(association, cut, data, tmp_path)
        assert list(_wait_for(intake, 1).values()) == ["quarantined"]
        assert association.send_c_store(instance()).Status == SUCCESS
        statuses = _wait_for(intake, 2)

    assert sorted(statuses.values()) == ["quarantined", "stored"]
    assert statuses[hashlib.sha256(whole).hexdigest()] == "stored"


def _send_raw(association: Association, dataset: Dataset, data: bytes, folder: Path) -> None:
    """Send exactly these bytes as the dataset of a C-STORE."""
    path = folder / "raw.dcm"
    meta = encode_file_meta(
        sop_class_uid=dataset.SOPClassUID,
        sop_instance_uid=dataset.SOPInstanceUID,
        transfer_syntax_uid=association.accepted_contexts[0].transfer_syntax[0],
        source_ae_title=SCANNER,
    )
    path.write_bytes(meta + data)
    with patch.object(_config, "STORE_SEND_CHUNKED_DATASET", new=True):
        assert association.send_c_store(path).Status == SUCCESS
