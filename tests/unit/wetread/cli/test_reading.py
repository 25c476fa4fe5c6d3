"""`wetread reading replay` shows what other rules would do, and does nothing."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from routing.reading import order_rules
from routing.records.database import open_database
from routing.records.tables import ReadingItemRecord
from tests.support.reading import reading_desk
from tests.support.record_rows import RECEIVED_AT, add_reading_item, add_study
from wetread.cli import app
from wetread.domain.errors import ConfigurationError

_SHIPPED = Path(order_rules.__file__).with_name("order.toml")


def _asked(data_dir: Path, rules: Path, *more: str) -> list[dict[str, object]]:
    ran = CliRunner().invoke(
        app,
        ["reading", "replay", "--rules", str(rules), "--json", *more],
        env={"WETREAD_DATA_DIR": str(data_dir)},
        catch_exceptions=False,
    )
    assert ran.exit_code == 0, ran.output
    answer: list[dict[str, object]] = json.loads(ran.output)
    return answer


def test_the_list_of_a_moment_is_ordered_by_other_rules(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    for uid in ("1.2.1", "1.2.2", "1.2.3"):
        add_study(engine, uid)
        add_reading_item(engine, uid)
    with Session(engine) as session, session.begin():
        session.get_one(ReadingItemRecord, "1.2.2").priority = 50
        reported = session.get_one(ReadingItemRecord, "1.2.3")
        reported.reported_at = RECEIVED_AT + timedelta(hours=1)
    before = reading_desk(engine, datetime.now).queue.ordered()
    flat = tmp_path / "flat.toml"
    flat.write_text(
        _SHIPPED.read_text().replace("minutes_per_ai_point = 2.4", "minutes_per_ai_point = 0.0")
    )
    now = _asked(tmp_path, flat)
    assert [(one["study_instance_uid"], one["rank"], one["tried_rank"]) for one in now] == [
        ("1.2.1", 2, 1),
        ("1.2.2", 1, 2),
    ]
    then = _asked(tmp_path, flat, "--at", "2026-03-01T18:00:00")  # 09:00 UTC
    assert len(then) == 3
    assert _asked(tmp_path, flat, "--at", "2026-02-01T00:00:00") == []
    assert reading_desk(engine, datetime.now).queue.ordered() == before


def test_no_records_are_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no records"):
        _asked(tmp_path / "none", _SHIPPED)
