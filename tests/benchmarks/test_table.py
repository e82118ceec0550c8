"""The README quotes the table that `make bench` wrote; verdicts follow the medians."""

from pathlib import Path

import pytest
import torch

from benchmarks import table
from benchmarks.__main__ import FOLDERS, left_out, selected
from benchmarks.measure import Pair, Timed, timed
from experiments.engine.cache import Cache
from experiments.engine.context import Context


def pair(target: float | None, limit: float | None = None) -> Pair:
    return Pair("key", "work", "all", lambda: None, lambda: None, target, limit=limit)


@pytest.mark.parametrize(
    ("found", "met"),
    [
        (Timed(pair(3), (6.0, 9.0, 1.0), (2.0, 2.0, 2.0)), True),
        (Timed(pair(3.5), (6.0, 9.0, 1.0), (2.0, 2.0, 2.0)), False),
        (Timed(pair(None, 2.0), (9.0,), (2.0,)), True),
        (Timed(pair(None, 1.0), (9.0,), (2.0,)), False),
    ],
)
def test_verdicts(found: Timed, met: bool) -> None:
    assert found.met is met
    assert table.line(found).endswith("| yes |" if met else "| **no** |")


def test_the_line_gives_median_and_range() -> None:
    shown = table.line(Timed(pair(2), (6.0, 9.0, 1.0), (2.0, 2.0, 2.0)))
    assert "| 6 | 2 | 3.0× (0.5–4.5) | at least 2× |" in shown


def test_sides_take_turns() -> None:
    called: list[str] = []
    ways = Pair(
        "key", "work", "all", lambda: called.append("a"), lambda: called.append("b"), 1, repeats=2
    )
    found = timed(ways, "wall")
    assert called == ["b", "a", "b", "a", "b"]
    assert len(found.baseline) == len(found.product) == 2


def test_the_readme_quotes_the_file() -> None:
    readme = table.README.read_text(encoding="utf-8")
    assert table.BEGIN in readme and table.END in readme
    block = readme.partition(table.BEGIN)[2].partition(table.END)[0].strip()
    assert block.startswith("| work |")
    assert table.RESULTS.read_text(encoding="utf-8") == f"# Benchmarks\n\n{block}\n"


def test_writing_fills_file_and_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme, results = tmp_path / "README.md", tmp_path / "RESULTS.md"
    readme.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(table, "README", readme)
    monkeypatch.setattr(table, "RESULTS", results)
    monkeypatch.setattr(table, "GPU", tmp_path / "gpu.json")
    table.write("new")
    block = f"new\n\n{table.UNMEASURED}\n"
    assert readme.read_text() == f"before\n{table.BEGIN}\n{block}{table.END}\nafter\n"
    assert results.read_text() == f"# Benchmarks\n\n{block}"


def test_missing_data_are_named(tmp_path: Path) -> None:
    assert set(FOLDERS) <= set(selected(Context(torch.device("cpu"), tmp_path, Cache(None))))
    (tmp_path / "cifar10" / "train").mkdir(parents=True)
    assert left_out("curve-8", tmp_path) is None
    assert left_out("mnist-8", tmp_path) == "mnist-8 (no MNIST/raw in the data folder)"
    lack = left_out("cifar-11085", tmp_path)
    assert lack == "cifar-11085 (no cifar10/test in the data folder)"
    text = table.markdown([Timed(pair(1), (1.0,), (1.0,))], "here", "wall", [lack])
    assert text.endswith(f"Machine: here. Left out: {lack}.")
