"""Settings: refused with the name of what is wrong, and never with a secret."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from inference.devices import Precision
from wetread.domain.errors import ConfigurationError
from wetread.settings import AeTitle, Engine, load_settings


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WETREAD_DATA_DIR", "WETREAD_INTAKE__PORT", "WETREAD_REAL_CT"):
        monkeypatch.delenv(name, raising=False)


def write(folder: Path, text: str) -> Path:
    path = folder / "wetread.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nobody_may_send_and_nobody_may_call_from_outside_by_default() -> None:
    settings = load_settings()
    assert settings.intake.senders == ()
    assert settings.intake.host == settings.api.host == "127.0.0.1"


def test_a_variable_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write(tmp_path, "[intake]\nport = 104\nae_title = 'FILE'\n")
    monkeypatch.setenv("WETREAD_INTAKE__PORT", "11113")
    settings = load_settings(config)
    assert settings.intake.port == 11113
    assert settings.intake.ae_title == "FILE"


_NODE = "name = 'a', issuers = ['A'], host = 'h', port = 104, ae_title = 'PACS'"
_WEB = "name = 'a', issuers = ['A'], url = 'http://h/'"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 1", "colour"),
        ("[intake]\nport = 70000", "intake.port"),
        ("[intake]\nae_title = 'LONGER THAN SIXTEEN'", "intake.ae_title"),
        ("[api]\nhost = '0.0.0.0'", "api.token"),
        ("time_zone = 'Mars/Olympus'", "time_zone"),
        ("device = 'gpu'", "device"),
        (
            "folders = [{name = 'a', folder = '/x'}, {name = 'a', folder = '/y'}]",
            "two destinations have the same name",
        ),
        (f"archives = [{{kind = 'c-move', {_NODE}}}]", "add PACS to intake.senders"),
        (f"archives = [{{kind = 'dicomweb', {_WEB}, user = 'u'}}]", "belong together"),
        (f"archives = [{{kind = 'c-get', {_NODE}}}, {{kind = 'c-get', {_NODE}}}]", "same name"),
        ("archives = [{name = 'a', kind = 'ftp'}]", "archives.0"),
        ("[intake", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        load_settings(write(tmp_path, text))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no configuration file"):
        load_settings(tmp_path / "absent.toml")


def test_a_secret_is_neither_shown_nor_repeated(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "[api]\ntoken = 'hush-hush'"))
    assert "hush-hush" not in repr(settings)
    with pytest.raises(ConfigurationError) as raised:
        load_settings(write(tmp_path, "[api]\ntoken = ['hush-hush']"))
    assert "hush-hush" not in str(raised.value)


@given(st.text(max_size=20))
def test_ae_titles_are_what_dicom_allows(title: str) -> None:
    """PS3.5 6.2: 16 characters of the default repertoire, no backslash, no control characters."""
    legal = 1 <= len(title) <= 16 and all(" " <= c <= "~" and c != "\\" for c in title)
    try:
        TypeAdapter(AeTitle).validate_python(title)
    except ValidationError:
        assert not legal
    else:
        assert legal


def test_only_a_server_of_this_host_is_started_here(tmp_path: Path) -> None:
    far = write(tmp_path, "[engine]\nkind = 'triton'\nstart_server = true\nurl = 'gpu:8001'\n")
    with pytest.raises(ConfigurationError, match="start_server needs kind triton and a url on"):
        load_settings(far)


def test_another_engine_changes_nothing_else(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "model = 'mine'\n[engine]\nurl = 'gpu:8001'\n"))
    served = settings.with_engine(Engine.TRITON)
    assert (served.model, served.engine.url) == ("mine", "gpu:8001")
    assert (settings.engine.kind, served.engine.kind) == (Engine.LOCAL, Engine.TRITON)


def test_every_precision_can_be_asked_for_and_no_other(tmp_path: Path) -> None:
    for precision in Precision:
        text = f"[engine]\nprecision = '{precision}'\n"
        assert load_settings(write(tmp_path, text)).engine.precision == precision
    with pytest.raises(ConfigurationError, match=r"engine\.precision"):
        load_settings(write(tmp_path, "[engine]\nprecision = 'fp8'\n"))


def test_with_the_local_engine_no_server_is_started(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "[engine]\nkind = 'triton'\nstart_server = true\n"))

    assert settings.with_engine(Engine.TRITON).engine.start_server
    assert not settings.with_engine(Engine.LOCAL).engine.start_server
