"""An institution's own priorities."""

from pathlib import Path

import pytest

import routing.reading.priority as shipped
from routing.reading.priority import load_priority_table
from wetread.domain.errors import ConfigurationError

_TEXT = Path(shipped.__file__).with_name("priority.toml").read_text(encoding="utf-8")


def test_a_value_may_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "priority.toml"
    path.write_text(_TEXT.replace("grown = 40", "grown = 55"), encoding="utf-8")
    assert load_priority_table(path).grown == 55


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("grown = 40", "grown = -1", "0 to 100"),
        ("grown = 40", "grew = 40", "grown"),
        ("grown = 40", "grown = 40\nshrunk = 1", "shrunk"),
        ("from_mean_diameter_mm = 6.0\n", "from_mean_diameter_mm = 0.0\n", "ascend"),
    ],
)
def test_a_wrong_table_is_refused_by_name(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = tmp_path / "priority.toml"
    assert old in _TEXT
    path.write_text(_TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=named):
        load_priority_table(path)
