"""Rule files: what is shipped, how a site changes it, what is refused."""

from datetime import date
from pathlib import Path

import pytest

from routing.selection.conditions import AtMost
from routing.selection.measures import MEASURE_NAMES
from routing.selection.rule_files import SHIPPED_DIR, RuleSchema, load_rules
from routing.selection.rulebook import PLACEHOLDERS
from wetread.domain.errors import ConfigurationError

GOOD_RULE = """
attribute = "thickness_mm"
at_most = 3.0
english = "{value}"
japanese = "{value}"
"""


def site(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(SHIPPED_DIR.glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_file_says_where_it_comes_from(path: Path) -> None:
    rules = load_rules(path)
    assert rules.name == path.stem
    assert isinstance(rules.effective_from, date)
    assert rules.source
    assert rules.verified is False  # nobody confirmed them for a hospital yet


def test_no_file_means_the_shipped_default() -> None:
    assert load_rules(None) == load_rules(SHIPPED_DIR / "default.toml")


def test_extending_changes_only_what_is_named() -> None:
    default = {rule.code: rule for rule in load_rules().rules}
    thick = {rule.code: rule for rule in load_rules(SHIPPED_DIR / "thick-slices.toml").rules}
    assert set(thick) - set(default) == {"thick_slices"}
    assert {code for code in default if default[code] != thick[code]} == {"too_thick"}
    assert thick["too_thick"].condition == AtMost(5.0)
    assert thick["too_thick"].japanese == default["too_thick"].japanese


def test_a_file_extends_another_beside_it(tmp_path: Path) -> None:
    (tmp_path / "group.toml").write_text('extends = "thick-slices"\nname = "group"\n')
    rules = load_rules(site(tmp_path, 'extends = "group.toml"\n[rules.gap]\nenabled = false\n'))
    assert rules.name == "group"
    assert "gap" not in {rule.code for rule in rules.rules}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("rules = ", "not a readable TOML file"),
        ('extends = "nowhere"', "no such rule file"),
        ("extends = 7", "extends"),
        ('extends = "site.toml"', "circle"),
        ('name = "x"', "effective_from"),
        ('extends = "default"\nverified = "perhaps"', "verified"),
        ('extends = "default"\nlimits = 3', "limits"),
        ('extends = "default"\n[rules.too_thick]\nat_most = "3 mm"', "rules.too_thick.at_most"),
        ('extends = "default"\n[rules.too_thick]\nat_most = nan', "rules.too_thick.at_most"),
        ('extends = "default"\n[rules.too_thick]\natmost = 3.0', "rules.too_thick.atmost"),
        ('extends = "default"\n[rules.too_thick]\nat_least = 1.0', "rules.too_thick"),
        ('extends = "default"\n[rules.mine]\nattribute = "Modality"', "rules.mine.english"),
        (
            'extends = "default"\n[rules.mine]' + GOOD_RULE.replace("thickness_mm", "Thickness"),
            "rules.mine.attribute",
        ),
        (
            'extends = "default"\n[rules.mine]' + GOOD_RULE.replace("{value}", "{measured}"),
            "rules.mine.english",
        ),
        (
            'extends = "default"\n[rules.mine]' + GOOD_RULE.replace("{value}", "{value"),
            "rules.mine.english",
        ),
        ('extends = "default"\n[[preferences]]\nattribute = "kernel"', "preferences.0"),
        (
            """extends = "default"
            [[preferences]]
            attribute = "slice_count"
            smaller_is_better = false
            good_enough = 3""",
            "preferences.0",
        ),
        ('extends = "default"\n[kernels]\nsoft = []', "kernels.soft"),
    ],
)
def test_a_wrong_file_is_refused_by_the_key_that_is_wrong(
    tmp_path: Path, text: str, key: str
) -> None:
    path = site(tmp_path, text)
    with pytest.raises(ConfigurationError) as refused:
        load_rules(path)
    assert key in str(refused.value)
    assert str(tmp_path) in str(refused.value) or "nowhere" in str(refused.value)


def test_every_rule_has_the_same_placeholders_in_both_languages() -> None:
    for rule in load_rules(SHIPPED_DIR / "thick-slices.toml").rules:
        for placeholder in ("{value}", "{failing}", "{attribute}"):
            assert (placeholder in rule.english) == (placeholder in rule.japanese), rule.code


def test_the_documentation_names_every_measure_and_every_key() -> None:
    text = (Path(__file__).parents[4] / "docs" / "selection-rules.md").read_text(encoding="utf-8")
    for name in MEASURE_NAMES | set(RuleSchema.model_fields) | set(PLACEHOLDERS):
        assert f"`{name}" in text or f"{{{name}}}" in text, name
