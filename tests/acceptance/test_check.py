"""`wetread check`: told before anything runs."""

from pathlib import Path

from inference.phantom.studies import PhantomPair
from tests.acceptance.conftest import Wetread

SENDERS = '[{"ae_title": "SCANNER", "site": "A"}]'


def test_a_usable_configuration(wetread: Wetread, tmp_path: Path) -> None:
    ran = wetread("check", WETREAD_DATA_DIR=str(tmp_path), WETREAD_INTAKE__SENDERS=SENDERS)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_wrong_setting_is_named_and_its_secret_is_not(wetread: Wetread, tmp_path: Path) -> None:
    config = tmp_path / "wetread.toml"
    config.write_text('[api]\nhost = "0.0.0.0"\ntoken = 12345678\n\n[intake]\nprot = 1\n')
    ran = wetread("check", "--config", config)
    assert ran.returncode == 1
    assert "intake.prot" in ran.stderr
    assert "12345678" not in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_nobody_may_send_is_a_problem(wetread: Wetread, tmp_path: Path) -> None:
    ran = wetread("check", WETREAD_DATA_DIR=str(tmp_path))
    assert ran.returncode == 1
    assert "intake.senders" in ran.stderr


def test_the_rules_can_be_tried(wetread: Wetread, small_phantom: PhantomPair) -> None:
    ran = wetread("check", "--study", small_phantom.current.folder)
    assert ran.returncode == 0, ran.stderr
    assert "chosen" in ran.stdout


def test_the_rules_answer_in_japanese(wetread: Wetread, small_phantom: PhantomPair) -> None:
    ran = wetread("check", "--study", small_phantom.current.folder, LC_ALL="ja_JP.UTF-8")
    assert "解析対象" in ran.stdout
