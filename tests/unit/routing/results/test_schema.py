"""The JSON Schema that other programs read."""

import subprocess
import sys
from pathlib import Path

from routing.results.schema import json_schema_text

PUBLISHED = Path(__file__).parents[4] / "docs" / "findings.schema.json"


def test_the_published_schema_is_up_to_date() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "routing.results.schema"], check=True, capture_output=True, text=True
    ).stdout
    assert printed == json_schema_text()
    assert PUBLISHED.read_text(encoding="utf-8") == printed
