"""Output profiles: shipped ones, a site's own, and those that cannot be."""

from pathlib import Path

import pytest

from routing.results.encode import ENCODERS
from routing.results.objects import ObjectKind
from routing.results.profiles import load_profile, shipped_profiles
from wetread.bootstrap.destinations import build_recipients
from wetread.domain.errors import ConfigurationError
from wetread.domain.marks import MarkPreference, ShowMarks
from wetread.settings import FolderSettings, MarkSettings, Settings


def test_marks_are_shown_without_an_added_image_by_default() -> None:
    assert set(load_profile("generic").kinds) == {
        ObjectKind.MEASUREMENT_REPORT,
        ObjectKind.PRESENTATION_STATE,
    }


@pytest.mark.parametrize("name", shipped_profiles())
def test_every_shipped_profile_names_forms_that_there_are(name: str) -> None:
    try:
        assert load_profile(name).kinds
    except ConfigurationError as error:
        assert set(ObjectKind) - set(ENCODERS), "every form can be encoded"
        assert "cannot be encoded" in str(error)  # noqa: PT017 only some fail, in some versions


def test_a_site_has_a_profile_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('viewer = "Ours"\nkinds = ["chest_cad_report"]\nseen = ""\n')
    settings = Settings(
        folders=(
            FolderSettings(
                name="one",
                folder=tmp_path,
                profile=str(path),
                marks=MarkSettings(show=ShowMarks.ON_REQUEST),
            ),
            FolderSettings(name="other", folder=tmp_path),
        )
    )

    one, other = build_recipients(settings)

    assert (one.viewer, one.kinds) == ("ours", {ObjectKind.CHEST_CAD_REPORT})
    assert one.marks == MarkPreference(show=ShowMarks.ON_REQUEST)
    assert (other.viewer, other.marks) == ("generic", None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('viewer = "x"\nkinds = ["hologram"]\nseen = ""\n', "kinds.0"),
        ('viewer = "x"\nkinds = []\nseen = ""\ncolour = 1\n', "colour"),
    ],
)
def test_a_profile_that_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        load_profile(str(path))


@pytest.mark.parametrize("name", ["nobody", "../profiles/generic", "missing.toml"])
def test_an_unknown_name_is_told_with_those_that_there_are(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"one of everything, generic, horos-osirix"):
        load_profile(name)
