"""Which codes say that a marked nodule is one, or is none."""

from pathlib import Path

import pytest
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from routing.feedback.assessment_codes import load_assessment_codes
from wetread.domain.errors import ConfigurationError
from wetread.domain.feedback import Act

OWN = """
[[codes]]
concept = { value = "A1", scheme = "99SITE" }
value = { value = "A2", scheme = "99SITE" }
act = "reject"
"""


def test_the_shipped_codes_speak_of_the_finding_only() -> None:
    table = load_assessment_codes()
    assert table.act(codes.DCM.Finding, codes.SCT.Present) is Act.ACCEPT
    assert table.act(codes.SCT.Nodule, codes.SCT.Absent) is Act.REJECT
    assert table.act(Code("M-03010", "SRT", ""), codes.SCT.Absent) is Act.REJECT
    assert table.act(codes.SCT.Lung, codes.SCT.Absent) is None
    assert table.act(codes.DCM.Finding, codes.SCT.Nodule) is None


def test_a_site_names_codes_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "codes.toml"
    path.write_text(OWN)
    concept, value = Code("A1", "99SITE", ""), Code("A2", "99SITE", "")
    assert load_assessment_codes(path).act(concept, value) is Act.REJECT
    assert load_assessment_codes().act(concept, value) is None


@pytest.mark.parametrize("change", [("reject", "add"), ("act", "does"), ("[[codes]]", "")])
def test_a_table_that_is_none_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    path = tmp_path / "codes.toml"
    path.write_text(OWN.replace(*change))
    with pytest.raises(ConfigurationError):
        load_assessment_codes(path)
