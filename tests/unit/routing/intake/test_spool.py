import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from routing.intake.spool import Spool
from tests.support.instances import encoded, instance
from wetread.domain.errors import StorageFull
from wetread.ports import ReceivedInstance

DATASET = encoded(instance())
SHA256 = hashlib.sha256(DATASET).hexdigest()


def _receive(spool: Spool, dataset: bytes | memoryview = DATASET) -> str:
    return spool.receive(
        ReceivedInstance(
            sop_class_uid=CTImageStorage,
            sop_instance_uid="../../evil",
            transfer_syntax_uid=ExplicitVRLittleEndian,
            source_ae_title="SCANNER",
            dataset=dataset,
        )
    )


def _files(spool: Spool) -> list[str]:
    return sorted(str(p.relative_to(spool.root)) for p in spool.root.rglob("*") if p.is_file())


def test_an_instance_lies_in_the_inbox_as_it_came(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 0)

    content = _receive(spool, memoryview(DATASET))

    assert content == SHA256
    assert _files(spool) == [f"inbox/{SHA256}.dcm"]
    path = spool.inbox_path(content)
    assert path.read_bytes().endswith(DATASET)
    assert dcmread(path).file_meta.SourceApplicationEntityTitle == "SCANNER"
    assert dcmread(path).StudyInstanceUID == instance().StudyInstanceUID


def test_content_and_name_are_on_the_disk_when_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, 0)
    synced: list[str] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        is_inbox = os.fstat(descriptor).st_ino == (tmp_path / "inbox").stat().st_ino
        named = spool.inbox_path(SHA256).exists()
        synced.append(f"{'inbox' if is_inbox else 'content'}, {'named' if named else 'unnamed'}")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    _receive(spool)
    assert synced == ["content, unnamed", "inbox, named"]


def test_the_same_content_lies_in_the_inbox_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 0)

    assert {_receive(spool) for _ in range(3)} == {SHA256}

    assert _files(spool) == [f"inbox/{SHA256}.dcm"]


def test_a_file_keeps_its_lasting_name_when_it_leaves_the_inbox(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 0)
    _receive(spool)

    assert spool.keep(SHA256) == f"objects/{SHA256[:2]}/{SHA256}.dcm"
    assert spool.keep(SHA256) == f"objects/{SHA256[:2]}/{SHA256}.dcm"
    spool.release(SHA256)
    spool.release(SHA256)

    assert _files(spool) == [f"objects/{SHA256[:2]}/{SHA256}.dcm"]
    assert spool.object_path(SHA256).read_bytes().endswith(DATASET)


def test_the_inbox_survives_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 0)
    contents = [_receive(spool, DATASET + bytes([k])) for k in range(3)]
    for age, content in zip((30, 20, 10), contents, strict=True):
        os.utime(spool.inbox_path(content), (1_700_000_000 - age, 1_700_000_000 - age))
    (tmp_path / "inbox" / "notes.txt").write_text("not ours")

    assert Spool(tmp_path, 0).waiting() == tuple(contents)


def test_a_file_that_leaves_the_inbox_while_it_is_listed_is_passed_over(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 0)
    content = _receive(spool)
    spool.inbox_path("0" * 64).symlink_to(tmp_path / "gone")  # listed, and no longer there

    assert spool.waiting() == (content,)


def test_nothing_is_written_when_too_little_is_free(tmp_path: Path) -> None:
    spool = Spool(tmp_path, minimum_free_bytes=2**62)

    with pytest.raises(StorageFull):
        _receive(spool)

    assert _files(spool) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_nothing_half_written_remains_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    spool = Spool(tmp_path, 0)

    def fail(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageFull):
        _receive(spool)

    assert _files(spool) == []


def test_leftovers_of_a_crash_are_cleared_but_not_what_is_being_written(tmp_path: Path) -> None:
    Spool(tmp_path, 0)
    old, fresh = tmp_path / "unfinished" / "old", tmp_path / "unfinished" / "fresh"
    old.touch()
    os.utime(old, (0, 0))
    fresh.touch()

    Spool(tmp_path, 0)

    assert not old.exists()
    assert fresh.exists()


def test_many_threads_may_receive_at_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 0)
    contents: list[str] = []
    datasets = [DATASET + bytes([k % 10]) for k in range(40)]
    threads = [
        threading.Thread(target=lambda d=d: contents.append(_receive(spool, d))) for d in datasets
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(contents) == 40
    assert set(contents) == set(spool.waiting())
    assert len(_files(spool)) == 10


def test_a_discarded_file_is_nowhere(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 0)
    _receive(spool)
    spool.keep(SHA256)

    spool.discard(SHA256)

    assert _files(spool) == []
