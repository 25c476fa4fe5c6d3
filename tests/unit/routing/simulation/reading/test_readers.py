from pathlib import Path

import numpy as np
import pytest
from numpy.random import SeedSequence

from routing.simulation.reading.readers import (
    ScoreTable,
    draw_readers,
    miss_rates,
    read_score_table,
)
from routing.simulation.reading.scenario import load_scenario
from wetread.domain.errors import SimulationError

SEED = SeedSequence(0)


def written(folder: Path, text: str) -> Path:
    path = folder / "scores.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_readers_who_read_nothing_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, "読影医,脳CT,脳MR\nA,50,20\nB,0,0\nC,100,0\n")
    table = read_score_table(path)
    assert table.columns == ("脳CT", "脳MR")
    assert table.scores.tolist() == [[50, 20], [100, 0]]


@pytest.mark.parametrize(
    "text", ["", "A,x\nB,y\n", "A,x\nB,101\n", "A,x\nB,0\n", "A,x,y\nB,1\nC,1,2\n"]
)
def test_what_is_no_table_of_scores_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SimulationError, match=r"scores\.csv"):
        read_score_table(written(tmp_path, text))


def test_kinds_take_their_column_else_one_of_their_modality() -> None:
    scenario = load_scenario()
    table = ScoreTable(columns=("脳CT", "脳MR"), scores=np.array([[100.0, 20.0]]))
    readers = draw_readers(scenario, providers=1, table=table, seed=SEED)
    by_name = dict(zip([one.name for one in scenario.kinds], readers.scores[0], strict=True))
    assert (by_name["ct_head"], by_name["ct_chest"]) == (100, 100)
    assert (by_name["mr_head"], by_name["mr_other"]) == (20, 20)


def test_somebody_reads_every_kind() -> None:
    table = ScoreTable(columns=("脳CT", "脳MR"), scores=np.array([[0.0, 20.0]]))
    readers = draw_readers(load_scenario(), providers=1, table=table, seed=SEED)
    assert (readers.scores > 0).any(axis=0).all()


def test_a_score_says_nothing_of_quality_without_correlation() -> None:
    scenario = load_scenario()
    readers = draw_readers(scenario, providers=29, table=None, seed=SEED)
    for correlation, wanted in ((0.0, 0.0), (0.75, -0.75)):
        rates = miss_rates(scenario, readers, correlation)
        found = np.corrcoef(readers.scores.ravel(), np.log(rates).ravel())[0, 1]
        assert found == pytest.approx(wanted, abs=0.05)
        assert rates.mean() == pytest.approx(scenario.major_misses, rel=0.05)
