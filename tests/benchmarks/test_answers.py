"""Answers are judged by their ratio to the start of numpy, and by their memory."""

from pathlib import Path

import pytest

from benchmarks import table
from benchmarks.answers import ANSWERS, BEGIN, END, Answer, Taken, row, taken

START = [Taken(0.1, 0.2, 20.0)] * 3


@pytest.mark.parametrize(
    ("user", "memory", "met"), [(0.5, 100, True), (0.7, 100, False), (0.5, 200, False)]
)
def test_a_row_says_whether_the_targets_are_met(user: float, memory: float, met: bool) -> None:
    found = row(Answer(("status",), 6), [Taken(user, 9.0, memory)] * 3, START)
    assert found.endswith("| yes |" if met else "| **no** |")
    assert f"| {user * 10:.1f}× |" in found


def test_what_several_processes_do_is_taken_on_the_wall_clock() -> None:
    found = row(Answer(("render",), 30, "all", wall=True), [Taken(9.0, 4.0, 300.0)] * 3, START)
    assert "| 4.00 (wall) | 300 | 20.0× |" in found and found.endswith("| yes |")


def test_a_program_is_measured(tmp_path: Path) -> None:
    found = taken(("-c", "print(sum(range(10**6)))"), tmp_path)
    assert 0 < found.user < 60 and found.wall > 0 and found.memory > 1


def test_the_readme_has_the_place() -> None:
    readme = table.README.read_text(encoding="utf-8")
    assert readme.index(BEGIN) < readme.index(END)
    assert len({answer.arguments[0] for answer in ANSWERS}) == 8
