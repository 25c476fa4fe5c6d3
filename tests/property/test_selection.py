"""The decision does not depend on the order in which images arrive."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.selection.rule_files import load_rules
from routing.selection.select import select_series
from tests.support.ct_series import write_series
from wetread.domain.studies import StoredInstance

RULES = load_rules()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> list[StoredInstance]:
    """Return the instances of equal, worse, and unusable series."""
    folder = tmp_path_factory.mktemp("study")
    return [
        *write_series(folder, series="a", count=34),
        *write_series(folder, series="b", count=34),
        *write_series(folder, series="sharp", count=34, ConvolutionKernel="LUNG"),
        *write_series(folder, series="thick", count=18, spacing_mm=5.0),
        *write_series(folder, series="doubled", count=34, ImagePositionPatient=[0, 0, 0]),
        *write_series(
            folder, series="scout", count=1, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]
        ),
    ]


@settings(max_examples=8, deadline=None)
@given(order=st.randoms(use_true_random=False))
def test_any_order_of_the_instances_gives_the_same_selection(
    study: list[StoredInstance], order: Random
) -> None:
    expected = select_series(study, RULES)
    shuffled = list(study)
    order.shuffle(shuffled)
    assert select_series(shuffled, RULES) == expected


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_a_series_of_any_subset_is_chosen_only_where_nothing_speaks_against_it(
    study: list[StoredInstance], data: st.DataObject
) -> None:
    """Whatever is lost on the way, the rules leave no third way between chosen and excluded."""
    missing = data.draw(st.sets(st.sampled_from(range(len(study))), max_size=6))
    selection = select_series([one for at, one in enumerate(study) if at not in missing], RULES)
    for decision in selection.decisions:
        assert bool(decision.excluded) != (decision.preference > 0)
    assert (selection.chosen is None) == all(one.excluded for one in selection.decisions)
    assert (selection.reason is None) == (selection.chosen is not None)
