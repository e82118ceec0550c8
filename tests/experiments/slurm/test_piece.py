"""Which tasks are split into how many parts, and what waits for what."""

from pathlib import Path

import pytest

from experiments.engine.share import Share
from experiments.slurm.piece import Piece, parts
from experiments.suite import load_suite
from tests.project import TINY

TASK = "simulate-function"  # 8 runs


@pytest.mark.parametrize(("count", "found"), [(1, 0), (2, 2), (4, 4), (5, 0)])
def test_only_large_tasks_are_split(tmp_path: Path, count: int, found: int) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    suite = load_suite(str(path))
    assert parts(suite, TASK, count) == tuple(Piece(TASK, Share(n, count)) for n in range(found))


def test_nor_those_that_take_up_others_networks() -> None:
    suite = load_suite("quick")
    whole = {task for task in suite.tasks if not parts(suite, task, 2)}
    assert whole == {"sharpness"}


def test_what_waits() -> None:
    first, second = (Piece(TASK, Share(part, 2)) for part in range(2))
    own = Piece(TASK)
    everything = {first, second, own}
    assert [piece.waits(everything) for piece in (first, second, own)] == [False, False, True]
    assert own.waits({own, second})
    assert not own.waits({own, Piece("train-on-task"), Piece("train-on-task", Share(0, 2))})
    sharpness = Piece("sharpness")
    assert sharpness.waits({sharpness, Piece("sensitivity", Share(1, 2))})
    assert sharpness.waits({sharpness, Piece("sensitivity")})


def test_names() -> None:
    assert Piece(TASK).name == TASK
    second = Piece(TASK, Share(1, 12))
    assert second.name == "simulate-function.2-of-12"
    assert Piece.part(second.name) == second
    assert [Piece.part(name) for name in (TASK, f"{TASK}.x-of-2", "1-of-2")] == [None] * 3
