"""How cost grows: every number is measured, and the figure shows them."""

import json
from pathlib import Path

import pytest
import torch

from benchmarks import growth
from experiments.engine.cache import Cache
from experiments.engine.context import Context


def test_numbers_and_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "FOLDER", tmp_path)
    monkeypatch.setattr(growth, "RUNS", (1, 2))
    monkeypatch.setattr(growth, "WIDTHS", (3, 4))
    monkeypatch.setattr(growth, "STEPS", 2)
    numbers = growth.measured(Context(torch.device("cpu"), Path(), Cache(None)), "here", "wall")
    assert [row["runs"] for row in numbers["runs_of_571_parameters"]] == [1, 2]
    assert [row["parameters"] for row in numbers["two_hidden_layers"]] == [22, 33]
    assert all(row["milliseconds"] > 0 for row in numbers["two_hidden_layers"])
    growth.write(numbers)
    assert json.loads((tmp_path / "growth-cpu.json").read_text()) == numbers
    assert (tmp_path / "growth.svg").read_text().lstrip().startswith("<?xml")
